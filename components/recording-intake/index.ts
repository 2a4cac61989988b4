import { ComponentResource, type ComponentResourceOptions, type Output } from "@pulumi/pulumi";
import type { RecordingIntakeArgs } from "./args.ts";
import { type AwsIntake, createAwsIntake } from "./aws.ts";

/**
 * The way into a store: what platforms write to the landing is checked, classified and admitted by a function, and
 * confirmed in DR. What fails is retried, kept and alarmed, never dropped.
 *
 * @example
 * new RecordingIntake("intake", { store, sources: { genesys }, admit: bundles.admit, … }, { provider });
 */
export class RecordingIntake extends ComponentResource {
  /** ARN of the role that admits: the only one that the store lets write. */
  readonly admitRole: Output<string>;
  /** ARN of the role for Genesys Cloud's S3 integration; only with that source. */
  readonly genesysRole?: Output<string>;
  /** Function names by purpose. */
  readonly functions: Readonly<Record<"admit", Output<string>>>;
  /** The cloud's own resources. */
  readonly native: AwsIntake;

  constructor(name: string, args: RecordingIntakeArgs, opts?: ComponentResourceOptions) {
    super("holdfast:index:RecordingIntake", name, {}, opts);
    this.native = createAwsIntake(name, args, { parent: this });
    this.admitRole = this.native.admitRole.arn;
    if (this.native.genesysRole) this.genesysRole = this.native.genesysRole.arn;
    this.functions = { admit: this.native.admit.name };
    this.registerOutputs({ admitRole: this.admitRole, functions: this.functions });
  }
}
