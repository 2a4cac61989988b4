/** A queue with its dead-letter queue. */
import { all, type CustomResourceOptions, type Input } from "@pulumi/pulumi";
import { Queue, QueuePolicy } from "../support/aws-resources.ts";
import { physicalName } from "../support/naming.ts";
import { denyExcept, policy, type Statement } from "../support/policy.ts";
import type { RecordingIntakeArgs } from "./args.ts";
import { maxReceiveCount, messageRetentionSeconds, type QueueName, visibilitySeconds } from "./plan.ts";

export interface QueuePair {
  readonly queue: Queue;
  readonly dead: Queue;
}

/** Encrypted by SQS itself (SSE-SQS): messages name objects and carry nothing of them. */
export function createQueuePair(
  name: string,
  which: QueueName,
  args: RecordingIntakeArgs,
  opts: CustomResourceOptions,
): QueuePair {
  const common = {
    region: args.regions.primary,
    messageRetentionSeconds,
    sqsManagedSseEnabled: true,
    tags: args.tags,
  };
  const dead = new Queue(
    `${name}-${which}-dead`,
    { ...common, name: physicalName(args.scope, "queue", `${which}-dead`) },
    opts,
  );
  const queue = new Queue(
    `${name}-${which}`,
    {
      ...common,
      name: physicalName(args.scope, "queue", which),
      visibilityTimeoutSeconds: visibilitySeconds(which),
      redrivePolicy: dead.arn.apply((deadLetterTargetArn) => JSON.stringify({ deadLetterTargetArn, maxReceiveCount })),
    },
    opts,
  );
  return { queue, dead };
}

/** The queue's policy: TLS only, and EventBridge may send from one rule where a rule is given. */
export function createQueuePolicy(
  name: string,
  queue: Queue,
  ruleArn: Input<string> | undefined,
  args: RecordingIntakeArgs,
  opts: CustomResourceOptions,
): QueuePolicy {
  const document = all([queue.arn, ruleArn]).apply(([arn, rule]) => {
    const tls = denyExcept("DenyPlainHttp", ["sqs:*"], arn, [], { Bool: { "aws:SecureTransport": "false" } });
    return JSON.stringify(policy(tls, rule === undefined ? [] : fromRule(arn, rule, args.aws.accountId)));
  });
  return new QueuePolicy(
    `${name}-policy`,
    { region: args.regions.primary, queueUrl: queue.url, policy: document },
    { ...opts, deletedWith: queue },
  );
}

const fromRule = (queueArn: string, ruleArn: string, accountId: string): Statement => ({
  Sid: "AllowLandingEvents",
  Effect: "Allow",
  Principal: { Service: "events.amazonaws.com" },
  Action: "sqs:SendMessage",
  Resource: queueArn,
  Condition: { ArnEquals: { "aws:SourceArn": ruleArn }, StringEquals: { "aws:SourceAccount": accountId } },
});
