/** Replication rules of an S3 bucket. Forms: S3 API Reference, PutBucketReplication. */
import type { ReplicationRule, ReplicationRuleFilter, StorageClass } from "@aws-sdk/client-s3";
import type { BucketReplicationConfigArgs } from "@pulumi/aws/s3/bucketReplicationConfig.js";
import { isObject, type Props } from "../../engine/values.ts";
import { ifThere } from "../clients.ts";
import { type AwsJob, client, compact, row, tagList, tagMap } from "../row.ts";

type Job = AwsJob<BucketReplicationConfigArgs>;
type Rule = Job["inputs"]["rules"][number];
type Switch = "Enabled" | "Disabled";

export const bucketReplication = row<BucketReplicationConfigArgs>({
  type: "aws:s3/bucketReplicationConfig:BucketReplicationConfig",
  supports: ["bucket", "region", "role", "rules"],
  refuses: {
    "rules[].prefix": "it belongs to the first version of replication rules: use filter.prefix",
    "rules[].existingObjectReplication": "S3 no longer supports it",
  },
  identity: ["bucket"],
  replaceOn: ["bucket"],
  computed: ["rules[].id"],
  normalise: (inputs) => ({
    ...inputs,
    ...(Array.isArray(inputs.rules) ? { rules: inputs.rules.map((r: unknown) => (isObject(r) ? one(r) : r)) } : {}),
  }),

  async create(job) {
    await put(job);
    return job.inputs.bucket;
  },
  async read(job) {
    const s3 = await client(job, "s3");
    const none = ["NoSuchBucket", "ReplicationConfigurationNotFoundError"];
    const found = await ifThere(s3.getBucketReplication({ Bucket: job.id }), ...none);
    const has = found?.ReplicationConfiguration;
    return has && { bucket: job.id, role: has.Role, rules: (has.Rules ?? []).map(fromCloud) };
  },
  update: (job) => put(job),
  async delete(job) {
    const s3 = await client(job, "s3");
    const none = ["NoSuchBucket", "ReplicationConfigurationNotFoundError"];
    await ifThere(s3.deleteBucketReplication({ Bucket: job.id }), ...none);
  },
});

/** An empty filter and an empty prefix both mean the whole bucket. */
function one(rule: Props): Props {
  const filter = isObject(rule.filter) ? rule.filter : {};
  return { ...rule, filter: Object.keys(filter).length === 0 ? { prefix: "" } : filter };
}

async function put(job: Job): Promise<void> {
  const s3 = await client(job, "s3");
  const { bucket, role, rules } = job.inputs;
  await s3.putBucketReplication({
    Bucket: bucket,
    ReplicationConfiguration: { Role: role, Rules: rules.map(toCloud) },
  });
}

function toCloud(r: Rule): ReplicationRule {
  const { destination: d, sourceSelectionCriteria: source } = r;
  return {
    ID: r.id,
    Priority: r.priority,
    Status: r.status as Switch,
    Filter: filterToCloud(r.filter),
    ...(r.deleteMarkerReplication
      ? { DeleteMarkerReplication: { Status: r.deleteMarkerReplication.status as Switch } }
      : {}),
    ...(source
      ? {
          SourceSelectionCriteria: {
            ...(source.sseKmsEncryptedObjects
              ? { SseKmsEncryptedObjects: { Status: source.sseKmsEncryptedObjects.status as Switch } }
              : {}),
            ...(source.replicaModifications
              ? { ReplicaModifications: { Status: source.replicaModifications.status as Switch } }
              : {}),
          },
        }
      : {}),
    Destination: {
      Bucket: d.bucket,
      Account: d.account,
      StorageClass: d.storageClass as StorageClass,
      ...(d.accessControlTranslation
        ? { AccessControlTranslation: { Owner: d.accessControlTranslation.owner as "Destination" } }
        : {}),
      ...(d.encryptionConfiguration
        ? { EncryptionConfiguration: { ReplicaKmsKeyID: d.encryptionConfiguration.replicaKmsKeyId } }
        : {}),
      ...(d.metrics
        ? {
            Metrics: {
              Status: d.metrics.status as Switch,
              ...(d.metrics.eventThreshold ? { EventThreshold: { Minutes: d.metrics.eventThreshold.minutes } } : {}),
            },
          }
        : {}),
      ...(d.replicationTime
        ? {
            ReplicationTime: {
              Status: d.replicationTime.status as Switch,
              Time: { Minutes: d.replicationTime.time.minutes },
            },
          }
        : {}),
    },
  };
}

function filterToCloud(filter: Rule["filter"]): ReplicationRuleFilter {
  if (filter?.and) {
    return { And: { Prefix: filter.and.prefix, Tags: filter.and.tags ? tagList(filter.and.tags) : undefined } };
  }
  if (filter?.tag) return { Tag: { Key: filter.tag.key, Value: filter.tag.value } };
  return { Prefix: filter?.prefix ?? "" };
}

function fromCloud(r: ReplicationRule): Props {
  const { And: and, Tag: tag, Prefix: prefix } = r.Filter ?? {};
  const { Destination: d, SourceSelectionCriteria: source } = r;
  return compact({
    id: r.ID,
    priority: r.Priority,
    status: r.Status,
    filter: compact({
      prefix,
      tag: tag && { key: tag.Key, value: tag.Value },
      and: and && compact({ prefix: and.Prefix, tags: and.Tags?.length ? tagMap(and.Tags) : undefined }),
    }),
    deleteMarkerReplication: r.DeleteMarkerReplication && { status: r.DeleteMarkerReplication.Status },
    sourceSelectionCriteria:
      source &&
      compact({
        sseKmsEncryptedObjects: source.SseKmsEncryptedObjects && { status: source.SseKmsEncryptedObjects.Status },
        replicaModifications: source.ReplicaModifications && { status: source.ReplicaModifications.Status },
      }),
    destination:
      d &&
      compact({
        bucket: d.Bucket,
        account: d.Account,
        storageClass: d.StorageClass,
        accessControlTranslation: d.AccessControlTranslation && { owner: d.AccessControlTranslation.Owner },
        encryptionConfiguration: d.EncryptionConfiguration && {
          replicaKmsKeyId: d.EncryptionConfiguration.ReplicaKmsKeyID,
        },
        metrics:
          d.Metrics &&
          compact({
            status: d.Metrics.Status,
            eventThreshold: d.Metrics.EventThreshold && { minutes: d.Metrics.EventThreshold.Minutes },
          }),
        replicationTime: d.ReplicationTime && {
          status: d.ReplicationTime.Status,
          time: { minutes: d.ReplicationTime.Time?.Minutes },
        },
      }),
  });
}
