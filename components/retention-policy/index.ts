import { ComponentResource, type ComponentResourceOptions } from "@pulumi/pulumi";
import type { RetentionPolicyArgs } from "./args.ts";
import { type AwsRetention, createAwsRetention } from "./aws.ts";

/**
 * What happens to recordings with age: tiers and deletion per retention class, the same in both sites. What is held, or in
 * its grace after a release, is never deleted.
 *
 * @example
 * new RetentionPolicy("retention", { store, classes: settings.retention, … }, { provider });
 */
export class RetentionPolicy extends ComponentResource {
  /** The cloud's own resources. */
  readonly native: AwsRetention;

  constructor(name: string, args: RetentionPolicyArgs, opts?: ComponentResourceOptions) {
    super("holdfast:index:RetentionPolicy", name, {}, opts);
    this.native = createAwsRetention(name, args, { parent: this });
    this.registerOutputs({});
  }
}
