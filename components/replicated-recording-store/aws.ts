/** The store on AWS: S3 in two regions, a key each, a replicated DynamoDB table. */
import { all, type CustomResourceOptions, type Output, output } from "@pulumi/pulumi";
import { type Site, sites } from "../../model/cloud.ts";
import type { AlarmContext } from "../support/alarms.ts";
import type { BucketReplicationConfig, Key, MetricAlarm, Role, Table, Topic } from "../support/aws-resources.ts";
import { policyJson } from "../support/policy.ts";
import { createReplicationAlarms, createTopic } from "./alarms.ts";
import type { ReplicatedRecordingStoreArgs } from "./args.ts";
import { createBucket, type StoreBucket } from "./bucket.ts";
import { createCatalog } from "./catalog.ts";
import { createKey } from "./keys.ts";
import { type BucketRole, bucketRoles, type LocationPlan, locationPlan } from "./plan.ts";
import { bucketPolicy, type PolicyPrincipals } from "./policies.ts";
import { createReplication, createReplicationRole } from "./replication.ts";

/** The store's resources on AWS, for components that build on it and for users who need more than its outputs. */
export interface AwsStore {
  readonly cloud: "aws";
  readonly keys: Readonly<Record<Site, Key>>;
  readonly buckets: Readonly<Record<Site, Readonly<Record<BucketRole, StoreBucket>>>>;
  readonly replicationRole: Role;
  readonly replication: Readonly<Record<"metadata" | "media", BucketReplicationConfig>>;
  readonly catalog: Table;
  /** Where alarms of a site go. */
  readonly topics: Readonly<Record<Site, Topic>>;
  readonly alarms: readonly MetricAlarm[];
}

export function createAwsStore(
  name: string,
  args: ReplicatedRecordingStoreArgs,
  opts: CustomResourceOptions,
): AwsStore {
  refuseOversizedPolicies(args);
  const keys = perSite((site) => createKey(name, site, args, opts));
  const replicationRole = createReplicationRole(name, args, opts);
  const policyOf = bucketPolicies(args, replicationRole, keys);
  const buckets = perSite((site) =>
    perRole((role) => {
      const plan = locationPlan(site, role);
      return createBucket(name, plan, keys[site], (arn) => policyOf(plan, arn), args, opts);
    }),
  );
  const replication = createReplication(name, replicationRole, buckets, keys, args, opts);
  const catalog = createCatalog(name, keys, args, opts);
  const topics = perSite((site) => createTopic(name, site, args, opts));
  const context: AlarmContext = { regions: args.regions, topics, scope: args.scope, tags: args.tags };
  const alarms = createReplicationAlarms(name, buckets, args, context, opts);
  return { cloud: "aws", keys, buckets, replicationRole, replication, catalog, topics, alarms };
}

const perSite = <Value>(make: (site: Site) => Value): Record<Site, Value> => ({
  primary: make("primary"),
  dr: make("dr"),
});
const perRole = <Value>(make: (role: BucketRole) => Value): Record<BucketRole, Value> => ({
  metadata: make("metadata"),
  media: make("media"),
  landing: make("landing"),
});

const subjectName = (site: Site, role: BucketRole) => `the ${role} bucket in ${site}`;

function bucketPolicies(args: ReplicatedRecordingStoreArgs, replicationRole: Role, keys: Readonly<Record<Site, Key>>) {
  const roles = output({
    admitRole: args.admitRole,
    replicationRole: replicationRole.arn,
    landingRoles: [...args.landing.roles],
  });
  return ({ site, role }: LocationPlan, bucketArn: Output<string>): Output<string> =>
    all([bucketArn, keys[site].arn, roles]).apply(([arn, keyArn, arns]) =>
      policyJson(
        "bucket",
        subjectName(site, role),
        bucketPolicy({ site, role, bucketArn: arn, keyArn }, { ...principalsOf(args), ...arns }),
      ),
    );
}

const principalsOf = (
  args: ReplicatedRecordingStoreArgs,
): Omit<PolicyPrincipals, "admitRole" | "replicationRole" | "landingRoles"> => ({
  access: args.access,
  deployers: args.aws.deployers,
  plainWriters: args.landing.plainWriters,
  removal: args.removal,
});

/**
 * Renders every bucket policy once with the longest ARNs that can come, so that one that is too large is refused before
 * the first resource and not half-way.
 */
function refuseOversizedPolicies(args: ReplicatedRecordingStoreArgs): void {
  const { accountId, partition } = args.aws;
  const longestRole = `arn:${partition}:iam::${accountId}:role/${"x".repeat(64)}`;
  for (const site of sites) {
    for (const role of bucketRoles) {
      const subject = {
        site,
        role,
        bucketArn: `arn:${partition}:s3:::${"x".repeat(63)}`,
        keyArn: `arn:${partition}:kms:${args.regions[site]}:${accountId}:key/${"x".repeat(36)}`,
      };
      const who = {
        ...principalsOf(args),
        admitRole: longestRole,
        replicationRole: longestRole,
        landingRoles: args.landing.roles.map(() => longestRole),
      };
      policyJson("bucket", subjectName(site, role), bucketPolicy(subject, who));
    }
  }
}
