/** Replication from primary to DR: the role, and one configuration per kind. */
import { type CustomResourceOptions, type Output, output, type Resource } from "@pulumi/pulumi";
import { type Kind, kinds, type Site } from "../../model/cloud.ts";
import { BucketReplicationConfig, type Key, Role, RolePolicy } from "../support/aws-resources.ts";
import { physicalName } from "../support/naming.ts";
import { policyJson } from "../support/policy.ts";
import type { ReplicatedRecordingStoreArgs } from "./args.ts";
import type { StoreBucket } from "./bucket.ts";
import { guaranteedMinutes, type ReplicationPlan, replicationPlan } from "./plan.ts";
import { replicationPolicy, replicationTrust } from "./replication-role.ts";

type Buckets = Readonly<Record<Site, Readonly<Record<Kind, StoreBucket>>>>;

export function createReplicationRole(
  name: string,
  args: ReplicatedRecordingStoreArgs,
  opts: CustomResourceOptions,
): Role {
  return new Role(
    `${name}-replication-role`,
    {
      name: physicalName(args.scope, "role", "replication"),
      description: "Assumed by S3 to replicate recordings from the primary to the DR region",
      assumeRolePolicy: policyJson("trust", "the replication role", replicationTrust),
      tags: args.tags,
    },
    opts,
  );
}

/** @returns one configuration per kind; nothing may be admitted before they exist, since S3 replicates new objects only. */
export function createReplication(
  name: string,
  role: Role,
  buckets: Buckets,
  keys: Readonly<Record<Site, Key>>,
  args: ReplicatedRecordingStoreArgs,
  opts: CustomResourceOptions,
): Record<Kind, BucketReplicationConfig> {
  const rolePolicy = new RolePolicy(
    `${name}-replication-role-policy`,
    { name: "replicate", role: role.name, policy: rolePolicyOf(buckets, keys, args) },
    opts,
  );
  const configure = (kind: Kind) => {
    const source = buckets.primary[kind];
    const destination = buckets.dr[kind];
    // S3 does not check any of these when the configuration is put; missing ones make objects FAILED, for good.
    const needed: Resource[] = [
      rolePolicy,
      source.versioning,
      destination.versioning,
      source.encryption,
      destination.encryption,
      source.policy,
      destination.policy,
    ];
    return new BucketReplicationConfig(
      `${name}-primary-${kind}-replication`,
      {
        region: args.regions.primary,
        bucket: source.bucket.bucket,
        role: role.arn,
        rules: rulesOf(replicationPlan(kind, args.targets[kind]), destination.bucket.arn, keys.dr.arn),
      },
      { ...opts, deletedWith: source.bucket, dependsOn: needed },
    );
  };
  return { metadata: configure("metadata"), media: configure("media") };
}

function rulesOf(plan: ReplicationPlan, bucket: Output<string>, replicaKmsKeyId: Output<string>) {
  return plan.rules.map(({ id, prefix, priority }) => ({
    id,
    priority,
    status: "Enabled",
    filter: { prefix },
    deleteMarkerReplication: { status: "Enabled" },
    // No replica modification sync: both sites' locks and tags are written and read back by functions.
    sourceSelectionCriteria: { sseKmsEncryptedObjects: { status: "Enabled" } },
    destination: {
      bucket,
      storageClass: plan.storageClass,
      encryptionConfiguration: { replicaKmsKeyId },
      ...(plan.guaranteed
        ? {
            metrics: { status: "Enabled", eventThreshold: { minutes: guaranteedMinutes } },
            replicationTime: { status: "Enabled", time: { minutes: guaranteedMinutes } },
          }
        : { metrics: { status: "Enabled" } }),
    },
  }));
}

function rolePolicyOf(
  buckets: Buckets,
  keys: Readonly<Record<Site, Key>>,
  args: ReplicatedRecordingStoreArgs,
): Output<string> {
  const arns = output({
    keys: { primary: keys.primary.arn, dr: keys.dr.arn },
    primary: { metadata: buckets.primary.metadata.bucket.arn, media: buckets.primary.media.bucket.arn },
    dr: { metadata: buckets.dr.metadata.bucket.arn, media: buckets.dr.media.bucket.arn },
  });
  return arns.apply((arn) => {
    const at = (site: Site, kind: Kind) => ({
      bucketArn: arn[site][kind],
      keyArn: arn.keys[site],
      region: args.regions[site],
    });
    const pairs = kinds.map((kind) => ({ kind, source: at("primary", kind), destination: at("dr", kind) }));
    return policyJson("role", "the replication role", replicationPolicy(pairs));
  });
}
