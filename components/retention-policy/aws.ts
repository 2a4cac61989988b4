/** Retention on AWS: one lifecycle configuration per bucket; two would overwrite each other for ever. */
import type { CustomResourceOptions } from "@pulumi/pulumi";
import { sites } from "../../model/cloud.ts";
import { bucketRoles } from "../replicated-recording-store/plan.ts";
import { BucketLifecycleConfiguration } from "../support/aws-resources.ts";
import type { RetentionPolicyArgs } from "./args.ts";
import { landingRules, storeRules } from "./plan.ts";

export interface AwsRetention {
  readonly cloud: "aws";
  readonly configurations: readonly BucketLifecycleConfiguration[];
}

export function createAwsRetention(name: string, args: RetentionPolicyArgs, opts: CustomResourceOptions): AwsRetention {
  const planned = sites.flatMap((site) =>
    bucketRoles.map((role) => ({
      site,
      role,
      rules: role === "landing" ? landingRules() : storeRules(args.classes, site, role, args.targets[role]),
    })),
  );
  const configurations = planned.map(({ site, role, rules }) => {
    const { bucket, versioning } = args.store.native.buckets[site][role];
    return new BucketLifecycleConfiguration(
      `${name}-${site}-${role}`,
      // Objects below 128 KB never change class (the default): moving them would cost more than it saves.
      { region: args.regions[site], bucket: bucket.bucket, rules },
      { ...opts, deletedWith: bucket, dependsOn: [versioning] },
    );
  });
  return { cloud: "aws", configurations };
}
