/** Settings of an S3 bucket that are resources of their own, each with the bucket's name as its id. */
import type {
  BlockedEncryptionTypes,
  BucketVersioningStatus,
  ObjectLockRetentionMode,
  ObjectOwnership,
  S3,
  ServerSideEncryption,
} from "@aws-sdk/client-s3";
import type { BucketObjectLockConfigurationArgs } from "@pulumi/aws/s3/bucketObjectLockConfiguration.js";
import type { BucketOwnershipControlsArgs } from "@pulumi/aws/s3/bucketOwnershipControls.js";
import type { BucketPolicyArgs } from "@pulumi/aws/s3/bucketPolicy.js";
import type { BucketPublicAccessBlockArgs } from "@pulumi/aws/s3/bucketPublicAccessBlock.js";
import type { BucketServerSideEncryptionConfigurationArgs } from "@pulumi/aws/s3/bucketServerSideEncryptionConfiguration.js";
import type { BucketVersioningArgs } from "@pulumi/aws/s3/bucketVersioning.js";
import { ifThere } from "../clients.ts";
import { type AwsJob, client, compact, row } from "../row.ts";
import { hasObjectLock } from "./s3-bucket.ts";

const ofBucket = { identity: ["bucket"], replaceOn: ["bucket"] } as const;
/** The bucket's name: the id, or while creating the input. */
const nameOf = (job: { id: string; inputs: { bucket: string } }): string => job.id || job.inputs.bucket;

export const bucketVersioning = row<BucketVersioningArgs>({
  type: "aws:s3/bucketVersioning:BucketVersioning",
  supports: ["bucket", "region", "versioningConfiguration"],
  refuses: { "versioningConfiguration.mfaDelete": "it needs the root user's device" },
  ...ofBucket,

  async create(job) {
    await putVersioning(job);
    return nameOf(job);
  },
  async read(job) {
    const s3 = await client(job, "s3");
    const found = await ifThere(s3.getBucketVersioning({ Bucket: nameOf(job) }), "NoSuchBucket");
    if (!found) return undefined;
    // A bucket that never had versioning answers nothing.
    return { bucket: nameOf(job), versioningConfiguration: { status: found.Status ?? "Disabled" } };
  },
  update: (job) => putVersioning(job),
  async delete(job) {
    const s3 = await client(job, "s3");
    const Bucket = nameOf(job);
    // S3 answers 409 InvalidBucketState where Object Lock is on; there the setting is only forgotten.
    if (await ifThere(hasObjectLock(s3, Bucket), "NoSuchBucket")) return;
    if (job.inputs.versioningConfiguration.status === "Disabled") return;
    const call = s3.putBucketVersioning({ Bucket, VersioningConfiguration: { Status: "Suspended" } });
    await ifThere(call, "NoSuchBucket", "InvalidBucketState");
  },
});

async function putVersioning(job: AwsJob<BucketVersioningArgs>): Promise<void> {
  const s3 = await client(job, "s3");
  const { status } = job.inputs.versioningConfiguration;
  if (status === "Disabled") return; // The state of a new bucket; there is no call that returns to it.
  const VersioningConfiguration = { Status: status as BucketVersioningStatus };
  await s3.putBucketVersioning({ Bucket: nameOf(job), VersioningConfiguration });
}

export const bucketEncryption = row<BucketServerSideEncryptionConfigurationArgs>({
  type: "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration",
  supports: ["bucket", "region", "rules"],
  ...ofBucket,
  defaults: { "rules[].bucketKeyEnabled": false },
  // Since 2026 new buckets block SSE-C by themselves (S3 User Guide, blocking SSE-C).
  computed: ["rules[].blockedEncryptionTypes"],
  sets: ["rules[].blockedEncryptionTypes"],

  async create(job) {
    await putEncryption(job);
    return nameOf(job);
  },
  async read(job) {
    const s3 = await client(job, "s3");
    const none = ["NoSuchBucket", "ServerSideEncryptionConfigurationNotFoundError"];
    const found = await ifThere(s3.getBucketEncryption({ Bucket: nameOf(job) }), ...none);
    if (!found) return undefined;
    const rules = (found.ServerSideEncryptionConfiguration?.Rules ?? []).map((r) =>
      compact({
        applyServerSideEncryptionByDefault:
          r.ApplyServerSideEncryptionByDefault &&
          compact({
            sseAlgorithm: r.ApplyServerSideEncryptionByDefault.SSEAlgorithm,
            kmsMasterKeyId: r.ApplyServerSideEncryptionByDefault.KMSMasterKeyID,
          }),
        bucketKeyEnabled: r.BucketKeyEnabled ?? false,
        blockedEncryptionTypes: r.BlockedEncryptionTypes?.EncryptionType,
      }),
    );
    return { bucket: nameOf(job), rules };
  },
  update: (job) => putEncryption(job),
  async delete(job) {
    const s3 = await client(job, "s3");
    await ifThere(s3.deleteBucketEncryption({ Bucket: nameOf(job) }), "NoSuchBucket");
  },
});

async function putEncryption(job: AwsJob<BucketServerSideEncryptionConfigurationArgs>): Promise<void> {
  const s3 = await client(job, "s3");
  const Rules = job.inputs.rules.map((r) => ({
    ...(r.applyServerSideEncryptionByDefault
      ? {
          ApplyServerSideEncryptionByDefault: {
            SSEAlgorithm: r.applyServerSideEncryptionByDefault.sseAlgorithm as ServerSideEncryption,
            KMSMasterKeyID: r.applyServerSideEncryptionByDefault.kmsMasterKeyId,
          },
        }
      : {}),
    BucketKeyEnabled: r.bucketKeyEnabled,
    ...(r.blockedEncryptionTypes
      ? { BlockedEncryptionTypes: { EncryptionType: r.blockedEncryptionTypes } as BlockedEncryptionTypes }
      : {}),
  }));
  await s3.putBucketEncryption({ Bucket: nameOf(job), ServerSideEncryptionConfiguration: { Rules } });
}

export const bucketPublicAccessBlock = row<BucketPublicAccessBlockArgs>({
  type: "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock",
  supports: [
    "blockPublicAcls",
    "blockPublicPolicy",
    "bucket",
    "ignorePublicAcls",
    "region",
    "restrictPublicBuckets",
    "skipDestroy",
  ],
  ...ofBucket,
  defaults: { blockPublicAcls: false, blockPublicPolicy: false, ignorePublicAcls: false, restrictPublicBuckets: false },
  local: ["skipDestroy"],

  async create(job) {
    await putPublicAccess(job);
    return nameOf(job);
  },
  async read(job) {
    const s3 = await client(job, "s3");
    const none = ["NoSuchBucket", "NoSuchPublicAccessBlockConfiguration"];
    const found = await ifThere(s3.getPublicAccessBlock({ Bucket: nameOf(job) }), ...none);
    if (!found) return undefined;
    const has = found.PublicAccessBlockConfiguration;
    return {
      bucket: nameOf(job),
      blockPublicAcls: has?.BlockPublicAcls ?? false,
      blockPublicPolicy: has?.BlockPublicPolicy ?? false,
      ignorePublicAcls: has?.IgnorePublicAcls ?? false,
      restrictPublicBuckets: has?.RestrictPublicBuckets ?? false,
    };
  },
  update: (job) => putPublicAccess(job),
  async delete(job) {
    if (job.inputs.skipDestroy) return;
    const s3 = await client(job, "s3");
    const none = ["NoSuchBucket", "NoSuchPublicAccessBlockConfiguration"];
    await ifThere(s3.deletePublicAccessBlock({ Bucket: nameOf(job) }), ...none);
  },
});

async function putPublicAccess(job: AwsJob<BucketPublicAccessBlockArgs>): Promise<void> {
  const s3 = await client(job, "s3");
  const { inputs } = job;
  await s3.putPublicAccessBlock({
    Bucket: nameOf(job),
    PublicAccessBlockConfiguration: {
      BlockPublicAcls: inputs.blockPublicAcls,
      BlockPublicPolicy: inputs.blockPublicPolicy,
      IgnorePublicAcls: inputs.ignorePublicAcls,
      RestrictPublicBuckets: inputs.restrictPublicBuckets,
    },
  });
}

export const bucketOwnershipControls = row<BucketOwnershipControlsArgs>({
  type: "aws:s3/bucketOwnershipControls:BucketOwnershipControls",
  supports: ["bucket", "region", "rule"],
  ...ofBucket,

  async create(job) {
    await putOwnership(job);
    return nameOf(job);
  },
  async read(job) {
    const s3 = await client(job, "s3");
    const none = ["NoSuchBucket", "OwnershipControlsNotFoundError"];
    const found = await ifThere(s3.getBucketOwnershipControls({ Bucket: nameOf(job) }), ...none);
    const objectOwnership = found?.OwnershipControls?.Rules?.[0]?.ObjectOwnership;
    return objectOwnership ? { bucket: nameOf(job), rule: { objectOwnership } } : undefined;
  },
  update: (job) => putOwnership(job),
  async delete(job) {
    const s3 = await client(job, "s3");
    const none = ["NoSuchBucket", "OwnershipControlsNotFoundError"];
    await ifThere(s3.deleteBucketOwnershipControls({ Bucket: nameOf(job) }), ...none);
  },
});

async function putOwnership(job: AwsJob<BucketOwnershipControlsArgs>): Promise<void> {
  const s3 = await client(job, "s3");
  const Rules = [{ ObjectOwnership: job.inputs.rule.objectOwnership as ObjectOwnership }];
  await s3.putBucketOwnershipControls({ Bucket: nameOf(job), OwnershipControls: { Rules } });
}

export const bucketPolicy = row<BucketPolicyArgs>({
  type: "aws:s3/bucketPolicy:BucketPolicy",
  supports: ["bucket", "policy", "region"],
  ...ofBucket,
  json: { policy: "policy" },

  async create(job) {
    await putPolicy(await client(job, "s3"), job);
    return nameOf(job);
  },
  async read(job) {
    const s3 = await client(job, "s3");
    const found = await ifThere(s3.getBucketPolicy({ Bucket: nameOf(job) }), "NoSuchBucket", "NoSuchBucketPolicy");
    return found?.Policy ? { bucket: nameOf(job), policy: found.Policy } : undefined;
  },
  async update(job) {
    await putPolicy(await client(job, "s3"), job);
  },
  async delete(job) {
    const s3 = await client(job, "s3");
    await ifThere(s3.deleteBucketPolicy({ Bucket: nameOf(job) }), "NoSuchBucket", "NoSuchBucketPolicy");
  },
});

async function putPolicy(s3: S3, job: AwsJob<BucketPolicyArgs>): Promise<void> {
  await s3.putBucketPolicy({ Bucket: nameOf(job), Policy: String(job.inputs.policy) });
}

export const bucketObjectLock = row<BucketObjectLockConfigurationArgs>({
  type: "aws:s3/bucketObjectLockConfiguration:BucketObjectLockConfiguration",
  supports: ["bucket", "objectLockEnabled", "region", "rule"],
  identity: ["bucket"],
  replaceOn: ["bucket", "objectLockEnabled"],
  defaults: { objectLockEnabled: "Enabled" },

  async create(job) {
    await putObjectLock(job, job.inputs.rule);
    return nameOf(job);
  },
  async read(job) {
    const s3 = await client(job, "s3");
    const none = ["NoSuchBucket", "ObjectLockConfigurationNotFoundError"];
    const found = await ifThere(s3.getObjectLockConfiguration({ Bucket: nameOf(job) }), ...none);
    const has = found?.ObjectLockConfiguration;
    if (!has) return undefined;
    const retention = has.Rule?.DefaultRetention;
    return {
      bucket: nameOf(job),
      objectLockEnabled: has.ObjectLockEnabled,
      rule: retention && {
        defaultRetention: compact({ mode: retention.Mode, days: retention.Days, years: retention.Years }),
      },
    };
  },
  update: (job) => putObjectLock(job, job.inputs.rule),
  /** Object Lock cannot be turned off; only the default retention goes. */
  async delete(job) {
    await ifThere(putObjectLock(job, undefined), "NoSuchBucket", "ObjectLockConfigurationNotFoundError");
  },
});

type LockJob = AwsJob<BucketObjectLockConfigurationArgs>;

async function putObjectLock(job: LockJob, rule: LockJob["inputs"]["rule"]): Promise<void> {
  const s3 = await client(job, "s3");
  const wanted = rule?.defaultRetention;
  await s3.putObjectLockConfiguration({
    Bucket: nameOf(job),
    ObjectLockConfiguration: {
      ObjectLockEnabled: "Enabled",
      ...(wanted
        ? {
            Rule: {
              DefaultRetention: {
                Mode: wanted.mode as ObjectLockRetentionMode,
                Days: wanted.days,
                Years: wanted.years,
              },
            },
          }
        : {}),
    },
  });
}
