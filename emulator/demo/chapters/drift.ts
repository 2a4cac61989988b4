/** Somebody changes four things around Pulumi; `refresh` reports each, `up` puts them back. */
import {
  GetBucketLifecycleConfigurationCommand,
  GetBucketPolicyCommand,
  PutBucketLifecycleConfigurationCommand,
  PutBucketPolicyCommand,
  PutBucketTaggingCommand,
} from "@aws-sdk/client-s3";
import { GetQueueUrlCommand, SetQueueAttributesCommand } from "@aws-sdk/client-sqs";
import { runPulumi } from "../../local/pulumi.ts";
import { keysOf, s3, sqs } from "../aws.ts";
import type { Context, StepResult } from "../context.ts";
import type { Progress } from "../progress.ts";

const stackArgs = ["--stack", "embedded", "--color", "never"];

/** What each change is seen as. */
const expected = [
  "aws:s3:BucketLifecycleConfiguration",
  "aws:s3:BucketPolicy",
  "aws:sqs:Queue",
  "aws:s3:Bucket",
] as const;

async function changeFromOutside({ stack }: Context): Promise<void> {
  const admin = keysOf(stack, "admin");
  const primary = s3(stack, stack.regions.primary, admin);
  const { media, metadata, landing } = stack.outputs.locations.primary;

  const lifecycle = await primary.send(new GetBucketLifecycleConfigurationCommand({ Bucket: media }));
  const rules = (lifecycle.Rules ?? []).map((rule) =>
    rule.Expiration?.Days ? { ...rule, Expiration: { Days: rule.Expiration.Days + 1 } } : rule,
  );
  await primary.send(
    new PutBucketLifecycleConfigurationCommand({ Bucket: media, LifecycleConfiguration: { Rules: rules } }),
  );

  const policy = await primary.send(new GetBucketPolicyCommand({ Bucket: metadata }));
  const document = JSON.parse(policy.Policy ?? "{}") as { Statement: unknown[] };
  const weaker = { ...document, Statement: document.Statement.slice(1) };
  await primary.send(new PutBucketPolicyCommand({ Bucket: metadata, Policy: JSON.stringify(weaker) }));

  const queues = sqs(stack, stack.regions.primary, admin);
  const name = `holdfast-embedded-intake-${stack.accountId}`;
  const { QueueUrl } = await queues.send(new GetQueueUrlCommand({ QueueName: name }));
  await queues.send(new SetQueueAttributesCommand({ QueueUrl, Attributes: { VisibilityTimeout: "5" } }));

  await primary.send(
    new PutBucketTaggingCommand({ Bucket: landing, Tagging: { TagSet: [{ Key: "owner", Value: "somebody-else" }] } }),
  );
}

/** Types of the resources that a refresh or an update says it changed, as `aws:s3:Bucket store-… updated (0.2s) [diff: …]`. */
function changed(output: string): string[] {
  return [...output.matchAll(/^\s*~\s+(aws:[\w/]+:\w+) \S+ updated \(.*\) \[diff: /gm)].map((match) => match[1] ?? "");
}

export async function reportsDrift(context: Context, progress: Progress): Promise<StepResult> {
  await changeFromOutside(context);
  progress.tell("four things were changed from outside");
  const refresh = await runPulumi(["refresh", "--yes", "--skip-preview", ...stackArgs], { local: context.local });
  const seen = changed(refresh.stdout);
  const reported = expected.filter((type) => seen.includes(type));
  return {
    name: "refresh",
    ok: refresh.code === 0 && reported.length === expected.length,
    figures: { changes: expected.length, reported: reported.length },
    sentence: `${reported.length} of ${expected.length} outside changes reported: ${reported.join(", ")}`,
  };
}

export async function putsBack(context: Context, progress: Progress): Promise<StepResult> {
  const update = await runPulumi(["up", "--yes", "--skip-preview", ...stackArgs], { local: context.local });
  progress.tell("put back; asking once more");
  const again = await runPulumi(["up", "--yes", "--skip-preview", "--refresh", ...stackArgs], { local: context.local });
  const updated = changed(update.stdout).length;
  const left = changed(again.stdout).length;
  return {
    name: "up",
    ok: update.code === 0 && again.code === 0 && updated === expected.length && left === 0,
    figures: { putBack: updated, leftOver: left },
    sentence: `${updated} resources put back, ${left} differences left`,
  };
}
