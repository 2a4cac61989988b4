/** One bucket with everything that protects it. */
import type { CustomResourceOptions, Output } from "@pulumi/pulumi";
import {
  Bucket,
  BucketOwnershipControls,
  BucketPolicy,
  BucketPublicAccessBlock,
  BucketServerSideEncryptionConfiguration,
  BucketVersioning,
  type Key,
} from "../support/aws-resources.ts";
import { physicalName } from "../support/naming.ts";
import { dataOptions } from "../support/removal.ts";
import type { ReplicatedRecordingStoreArgs } from "./args.ts";
import type { LocationPlan } from "./plan.ts";

export interface StoreBucket {
  readonly bucket: Bucket;
  readonly versioning: BucketVersioning;
  readonly encryption: BucketServerSideEncryptionConfiguration;
  readonly policy: BucketPolicy;
}

/**
 * The bucket waits for its key and never the other way round, so a destroy that cannot delete the bucket (a held version
 * in it) keeps the key as well. Its settings are `deletedWith` it: a bucket that stays keeps its protections.
 */
export function createBucket(
  name: string,
  plan: LocationPlan,
  key: Key,
  policyOf: (bucketArn: Output<string>) => Output<string>,
  args: ReplicatedRecordingStoreArgs,
  opts: CustomResourceOptions,
): StoreBucket {
  const { site, role } = plan;
  const region = args.regions[site];
  const child = `${name}-${site}-${role}`;
  const bucket = new Bucket(
    child,
    {
      region,
      bucket: physicalName(args.scope, "bucket", role, site),
      objectLockEnabled: plan.objectLock,
      forceDestroy: args.removal === "destroy",
      tags: { ...args.tags, "holdfast:site": site, "holdfast:location": role },
    },
    { ...opts, ...dataOptions(args.removal), dependsOn: [key] },
  );
  const of = { region, bucket: bucket.bucket };
  const settingOpts = { ...opts, deletedWith: bucket };

  const versioning = new BucketVersioning(
    `${child}-versioning`,
    { ...of, versioningConfiguration: { status: "Enabled" } },
    settingOpts,
  );
  const encryption = new BucketServerSideEncryptionConfiguration(
    `${child}-encryption`,
    {
      ...of,
      rules: [
        {
          applyServerSideEncryptionByDefault: { sseAlgorithm: "aws:kms", kmsMasterKeyId: key.arn },
          bucketKeyEnabled: true,
          // An object encrypted with a key that only its writer has cannot be read when a court asks.
          blockedEncryptionTypes: ["SSE-C"],
        },
      ],
    },
    settingOpts,
  );
  const publicAccess = new BucketPublicAccessBlock(
    `${child}-public-access`,
    { ...of, blockPublicAcls: true, blockPublicPolicy: true, ignorePublicAcls: true, restrictPublicBuckets: true },
    settingOpts,
  );
  const objectOwnership =
    role === "landing" && args.landing.ownership === "preferred" ? "BucketOwnerPreferred" : "BucketOwnerEnforced";
  const ownership = new BucketOwnershipControls(
    `${child}-ownership`,
    { ...of, rule: { objectOwnership } },
    settingOpts,
  );
  const bucketPolicy = new BucketPolicy(
    `${child}-policy`,
    { ...of, policy: policyOf(bucket.arn) },
    // S3 answers 409 to two changes of access settings of one bucket at the same time.
    { ...settingOpts, dependsOn: [publicAccess, ownership] },
  );
  return { bucket, versioning, encryption, policy: bucketPolicy };
}
