import { ComponentResource, type ComponentResourceOptions, type Output } from "@pulumi/pulumi";
import type { Site } from "../../model/cloud.ts";
import type { ReplicatedRecordingStoreArgs } from "./args.ts";
import { type AwsStore, createAwsStore } from "./aws.ts";
import type { BucketRole } from "./plan.ts";

/**
 * Where recordings live: metadata and media in a primary and a DR region, versioned, lockable, encrypted with a key per
 * region, replicated, readable by named principals only, with the alarms that tell when that is no longer so. The landings
 * where platforms write, and the catalog of all object versions, belong to it.
 *
 * @example
 * new ReplicatedRecordingStore("store", { regions: { primary: "us-east-1", dr: "us-west-2" }, … }, { provider });
 */
export class ReplicatedRecordingStore extends ComponentResource {
  /** Bucket names by site. */
  readonly locations: Readonly<Record<Site, Readonly<Record<BucketRole, Output<string>>>>>;
  /** Name of the catalog, the same in both regions. */
  readonly catalog: Output<string>;
  /** The cloud's own resources. */
  readonly native: AwsStore;

  constructor(name: string, args: ReplicatedRecordingStoreArgs, opts?: ComponentResourceOptions) {
    super("holdfast:index:ReplicatedRecordingStore", name, {}, opts);
    this.native = createAwsStore(name, args, { parent: this });
    this.locations = { primary: namesIn(this.native, "primary"), dr: namesIn(this.native, "dr") };
    this.catalog = this.native.catalog.name;
    this.registerOutputs({ locations: this.locations, catalog: this.catalog });
  }
}

function namesIn({ buckets }: AwsStore, site: Site): Record<BucketRole, Output<string>> {
  const { metadata, media, landing } = buckets[site];
  return { metadata: metadata.bucket.bucket, media: media.bucket.bucket, landing: landing.bucket.bucket };
}
