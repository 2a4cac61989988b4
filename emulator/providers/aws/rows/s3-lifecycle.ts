/** Lifecycle rules of an S3 bucket. Forms: S3 API Reference, PutBucketLifecycleConfiguration. */
import type {
  LifecycleRule,
  LifecycleRuleFilter,
  TransitionDefaultMinimumObjectSize,
  TransitionStorageClass,
} from "@aws-sdk/client-s3";
import type { BucketLifecycleConfigurationArgs } from "@pulumi/aws/s3/bucketLifecycleConfiguration.js";
import { isObject, type Props } from "../../engine/values.ts";
import { ifThere } from "../clients.ts";
import { type AwsJob, client, compact, row, tagList, tagMap } from "../row.ts";

type Job = AwsJob<BucketLifecycleConfigurationArgs>;
type Rule = NonNullable<Job["inputs"]["rules"]>[number];

export const bucketLifecycle = row<BucketLifecycleConfigurationArgs>({
  type: "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration",
  supports: ["bucket", "region", "rules", "timeouts", "transitionDefaultMinimumObjectSize"],
  refuses: { "rules[].prefix": "it is deprecated: use filter.prefix" },
  identity: ["bucket"],
  replaceOn: ["bucket"],
  defaults: { transitionDefaultMinimumObjectSize: "all_storage_classes_128K" },
  sets: ["rules[].transitions", "rules[].noncurrentVersionTransitions"],
  local: ["timeouts"],
  emulatorCannotRead: [
    {
      property: "transitionDefaultMinimumObjectSize",
      reason: "the emulated S3 answers all_storage_classes_128K whatever was put",
    },
  ],
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
    const Bucket = job.id;
    const none = ["NoSuchBucket", "NoSuchLifecycleConfiguration"];
    const found = await ifThere(s3.getBucketLifecycleConfiguration({ Bucket }), ...none);
    if (!found) return undefined;
    return { bucket: Bucket, rules: (found.Rules ?? []).map(fromCloud) };
  },
  update: (job) => put(job),
  async delete(job) {
    const s3 = await client(job, "s3");
    await ifThere(s3.deleteBucketLifecycle({ Bucket: job.id }), "NoSuchBucket", "NoSuchLifecycleConfiguration");
  },
});

/** Brings the spellings of one rule together that S3 does not tell apart. */
function one(rule: Props): Props {
  const filter = isObject(rule.filter) ? { ...rule.filter } : {};
  if (isObject(filter.and)) {
    const and: Props = { ...filter.and };
    if (and.prefix === "") delete and.prefix;
    if (and.objectSizeGreaterThan === 0) delete and.objectSizeGreaterThan;
    filter.and = and;
  }
  // No filter, an empty one and an empty prefix all mean the whole bucket.
  if (Object.keys(filter).length === 0) filter.prefix = "";
  const out: Props = { ...rule, filter };
  if (isObject(rule.expiration)) {
    const expiration: Props = { ...rule.expiration };
    if (expiration.days === 0) delete expiration.days;
    if (expiration.expiredObjectDeleteMarker === false) delete expiration.expiredObjectDeleteMarker;
    if (typeof expiration.date === "string") expiration.date = instant(expiration.date);
    out.expiration = expiration;
  }
  return out;
}

const instant = (text: string): string => text.replace(/\.000Z$/, "Z");

async function put(job: Job): Promise<void> {
  const s3 = await client(job, "s3");
  const { bucket, rules, transitionDefaultMinimumObjectSize } = job.inputs;
  await s3.putBucketLifecycleConfiguration({
    Bucket: bucket,
    TransitionDefaultMinimumObjectSize: transitionDefaultMinimumObjectSize as TransitionDefaultMinimumObjectSize,
    LifecycleConfiguration: { Rules: (rules ?? []).map(toCloud) },
  });
}

function toCloud(r: Rule): LifecycleRule {
  return {
    ID: r.id,
    Status: r.status as "Enabled" | "Disabled",
    Filter: filterToCloud(r.filter),
    ...(r.transitions?.length
      ? {
          Transitions: r.transitions.map((t) => ({
            Days: t.days,
            Date: t.date === undefined ? undefined : new Date(t.date),
            StorageClass: t.storageClass as TransitionStorageClass,
          })),
        }
      : {}),
    ...(r.noncurrentVersionTransitions?.length
      ? {
          NoncurrentVersionTransitions: r.noncurrentVersionTransitions.map((t) => ({
            NoncurrentDays: t.noncurrentDays,
            NewerNoncurrentVersions: t.newerNoncurrentVersions,
            StorageClass: t.storageClass as TransitionStorageClass,
          })),
        }
      : {}),
    ...(r.expiration
      ? {
          Expiration: {
            Days: r.expiration.days,
            Date: r.expiration.date === undefined ? undefined : new Date(r.expiration.date),
            ExpiredObjectDeleteMarker: r.expiration.expiredObjectDeleteMarker,
          },
        }
      : {}),
    ...(r.noncurrentVersionExpiration
      ? {
          NoncurrentVersionExpiration: {
            NoncurrentDays: r.noncurrentVersionExpiration.noncurrentDays,
            NewerNoncurrentVersions: r.noncurrentVersionExpiration.newerNoncurrentVersions,
          },
        }
      : {}),
    ...(r.abortIncompleteMultipartUpload
      ? {
          AbortIncompleteMultipartUpload: {
            DaysAfterInitiation: r.abortIncompleteMultipartUpload.daysAfterInitiation,
          },
        }
      : {}),
  };
}

function filterToCloud(filter: Rule["filter"]): LifecycleRuleFilter {
  if (filter?.and) {
    return {
      And: {
        Prefix: filter.and.prefix,
        Tags: filter.and.tags ? tagList(filter.and.tags) : undefined,
        ObjectSizeGreaterThan: filter.and.objectSizeGreaterThan,
        ObjectSizeLessThan: filter.and.objectSizeLessThan,
      },
    };
  }
  if (filter?.tag) return { Tag: { Key: filter.tag.key, Value: filter.tag.value } };
  if (filter?.objectSizeGreaterThan !== undefined) return { ObjectSizeGreaterThan: filter.objectSizeGreaterThan };
  if (filter?.objectSizeLessThan !== undefined) return { ObjectSizeLessThan: filter.objectSizeLessThan };
  return { Prefix: filter?.prefix ?? "" };
}

function fromCloud(r: LifecycleRule): Props {
  const { And: and, Tag: tag } = r.Filter ?? {};
  return compact({
    id: r.ID,
    status: r.Status,
    filter: compact({
      prefix: r.Filter?.Prefix,
      tag: tag && { key: tag.Key, value: tag.Value },
      objectSizeGreaterThan: r.Filter?.ObjectSizeGreaterThan,
      objectSizeLessThan: r.Filter?.ObjectSizeLessThan,
      and:
        and &&
        compact({
          prefix: and.Prefix,
          tags: and.Tags?.length ? tagMap(and.Tags) : undefined,
          objectSizeGreaterThan: and.ObjectSizeGreaterThan,
          objectSizeLessThan: and.ObjectSizeLessThan,
        }),
    }),
    transitions: r.Transitions?.map((t) =>
      compact({ days: t.Days, date: t.Date && instant(t.Date.toISOString()), storageClass: t.StorageClass }),
    ),
    noncurrentVersionTransitions: r.NoncurrentVersionTransitions?.map((t) =>
      compact({
        noncurrentDays: t.NoncurrentDays,
        newerNoncurrentVersions: t.NewerNoncurrentVersions,
        storageClass: t.StorageClass,
      }),
    ),
    expiration:
      r.Expiration &&
      compact({
        days: r.Expiration.Days,
        date: r.Expiration.Date && instant(r.Expiration.Date.toISOString()),
        expiredObjectDeleteMarker: r.Expiration.ExpiredObjectDeleteMarker,
      }),
    noncurrentVersionExpiration:
      r.NoncurrentVersionExpiration &&
      compact({
        noncurrentDays: r.NoncurrentVersionExpiration.NoncurrentDays,
        newerNoncurrentVersions: r.NoncurrentVersionExpiration.NewerNoncurrentVersions,
      }),
    abortIncompleteMultipartUpload: r.AbortIncompleteMultipartUpload && {
      daysAfterInitiation: r.AbortIncompleteMultipartUpload.DaysAfterInitiation,
    },
  });
}
