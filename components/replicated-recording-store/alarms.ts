/** Where alarms go, and the replication alarms. A store is not made without them. */
import type { CustomResourceOptions } from "@pulumi/pulumi";
import { type Kind, kinds, type Site } from "../../model/cloud.ts";
import { type AlarmContext, createAlarm } from "../support/alarms.ts";
import { type MetricAlarm, Topic, TopicPolicy, TopicSubscription } from "../support/aws-resources.ts";
import { physicalName } from "../support/naming.ts";
import { policy } from "../support/policy.ts";
import type { ReplicatedRecordingStoreArgs } from "./args.ts";
import type { StoreBucket } from "./bucket.ts";
import { replicationAlarms } from "./plan.ts";

/**
 * One topic per region, because an alarm can only notify within its own. Not encrypted with the site's key: an alarm about
 * a key that was disabled must still get through, and its text holds nothing of any recording.
 */
export function createTopic(
  name: string,
  site: Site,
  args: ReplicatedRecordingStoreArgs,
  opts: CustomResourceOptions,
): Topic {
  const region = args.regions[site];
  const child = `${name}-${site}-alarms`;
  const topic = new Topic(
    child,
    { region, name: physicalName(args.scope, "topic", "alarms", site), tags: { ...args.tags, "holdfast:site": site } },
    opts,
  );
  new TopicPolicy(
    `${child}-policy`,
    {
      region,
      arn: topic.arn,
      policy: topic.arn.apply((arn) =>
        JSON.stringify(
          policy({
            Sid: "AllowAlarms",
            Effect: "Allow",
            Principal: { Service: "cloudwatch.amazonaws.com" },
            Action: "sns:Publish",
            Resource: arn,
            Condition: { StringEquals: { "aws:SourceAccount": args.aws.accountId } },
          }),
        ),
      ),
    },
    { ...opts, deletedWith: topic },
  );
  // Named by address, not by place in the list: SNS has one subscription per topic and address, so an address that moved up
  // would be subscribed as the new child and then unsubscribed as the old one.
  for (const endpoint of args.alertEmail) {
    new TopicSubscription(
      `${child}-email-${endpoint}`,
      { region, topic: topic.arn, protocol: "email", endpoint },
      opts,
    );
  }
  return topic;
}

export function createReplicationAlarms(
  name: string,
  buckets: Readonly<Record<Site, Readonly<Record<Kind, StoreBucket>>>>,
  args: ReplicatedRecordingStoreArgs,
  context: AlarmContext,
  opts: CustomResourceOptions,
): MetricAlarm[] {
  return kinds.flatMap((kind) =>
    replicationAlarms(kind, args.targets[kind], args.volumes).map((alarm) => {
      // All three dimensions, or the metric is another one (S3 User Guide, metrics-dimensions).
      const dimensions = {
        SourceBucket: buckets.primary[kind].bucket.bucket,
        DestinationBucket: buckets.dr[kind].bucket.bucket,
        RuleId: alarm.rule,
      };
      return createAlarm(name, alarm, dimensions, context, opts);
    }),
  );
}
