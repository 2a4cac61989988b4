/** Event notifications of an S3 bucket. Forms: S3 API Reference, PutBucketNotificationConfiguration. */
import type { Event, NotificationConfiguration, NotificationConfigurationFilter } from "@aws-sdk/client-s3";
import type { BucketNotificationArgs } from "@pulumi/aws/s3/bucketNotification.js";
import { ifThere } from "../clients.ts";
import { type AwsJob, client, compact, row } from "../row.ts";

type Job = AwsJob<BucketNotificationArgs>;

export const bucketNotification = row<BucketNotificationArgs>({
  type: "aws:s3/bucketNotification:BucketNotification",
  supports: ["bucket", "eventbridge", "lambdaFunctions", "queues", "region", "topics"],
  identity: ["bucket"],
  replaceOn: ["bucket"],
  defaults: { eventbridge: false },
  computed: ["lambdaFunctions[].id", "queues[].id", "topics[].id"],
  sets: ["lambdaFunctions[].events", "queues[].events", "topics[].events"],

  async create(job) {
    await put(job, toCloud(job));
    return job.inputs.bucket;
  },
  async read(job) {
    const s3 = await client(job, "s3");
    const found = await ifThere(s3.getBucketNotificationConfiguration({ Bucket: job.id }), "NoSuchBucket");
    if (!found) return undefined;
    const queues = found.QueueConfigurations ?? [];
    const topics = found.TopicConfigurations ?? [];
    const functions = found.LambdaFunctionConfigurations ?? [];
    const eventbridge = found.EventBridgeConfiguration !== undefined;
    // S3 answers an empty configuration where there is none.
    if (!eventbridge && queues.length + topics.length + functions.length === 0) return undefined;
    return {
      bucket: job.id,
      eventbridge,
      queues: queues.map((q) => ({ queueArn: q.QueueArn, ...fromCloud(q) })),
      topics: topics.map((t) => ({ topicArn: t.TopicArn, ...fromCloud(t) })),
      lambdaFunctions: functions.map((f) => ({ lambdaFunctionArn: f.LambdaFunctionArn, ...fromCloud(f) })),
    };
  },
  update: (job) => put(job, toCloud(job)),
  async delete(job) {
    await ifThere(put(job, {}), "NoSuchBucket");
  },
});

async function put(job: Job, NotificationConfiguration: NotificationConfiguration): Promise<void> {
  const s3 = await client(job, "s3");
  await s3.putBucketNotificationConfiguration({ Bucket: job.id || job.inputs.bucket, NotificationConfiguration });
}

function toCloud({ inputs }: Job): NotificationConfiguration {
  return {
    ...(inputs.eventbridge ? { EventBridgeConfiguration: {} } : {}),
    QueueConfigurations: inputs.queues?.map((q) => ({ QueueArn: q.queueArn, ...common(q) })),
    TopicConfigurations: inputs.topics?.map((t) => ({ TopicArn: t.topicArn, ...common(t) })),
    LambdaFunctionConfigurations: inputs.lambdaFunctions?.map((f) => ({
      LambdaFunctionArn: f.lambdaFunctionArn,
      ...common(f),
    })),
  };
}

interface Target {
  readonly id?: string | undefined;
  readonly events: readonly string[];
  readonly filterPrefix?: string | undefined;
  readonly filterSuffix?: string | undefined;
}

function common(target: Target): { Id?: string; Events: Event[]; Filter?: NotificationConfigurationFilter } {
  const FilterRules = [
    ...(target.filterPrefix ? [{ Name: "prefix" as const, Value: target.filterPrefix }] : []),
    ...(target.filterSuffix ? [{ Name: "suffix" as const, Value: target.filterSuffix }] : []),
  ];
  return {
    ...(target.id ? { Id: target.id } : {}),
    Events: [...target.events] as Event[],
    ...(FilterRules.length > 0 ? { Filter: { Key: { FilterRules } } } : {}),
  };
}

interface Configured {
  readonly Id?: string | undefined;
  readonly Events?: readonly Event[] | undefined;
  readonly Filter?: NotificationConfigurationFilter | undefined;
}

function fromCloud(has: Configured) {
  const rule = (name: string) => has.Filter?.Key?.FilterRules?.find((r) => r.Name?.toLowerCase() === name)?.Value;
  return compact({
    id: has.Id,
    events: [...(has.Events ?? [])],
    filterPrefix: rule("prefix") || undefined,
    filterSuffix: rule("suffix") || undefined,
  });
}
