/** The outputs of a stack: a contract with tools outside this repository. */
import type { Output } from "@pulumi/pulumi";
import type { Cloud, Site } from "../model/cloud.ts";

export interface StackOutputs {
  readonly cloud: Cloud;
  readonly primaryRegion: string;
  readonly drRegion: string;
  /** Bucket names. */
  readonly locations: Readonly<Record<Site, Readonly<Record<"metadata" | "media" | "landing", Output<string>>>>>;
  /** Table name, the same in both regions. */
  readonly catalog: Output<string>;
  /** Function names by purpose. */
  readonly functions: Readonly<Record<string, Output<string>>>;
}
