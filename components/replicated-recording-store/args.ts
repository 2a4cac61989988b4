import type { Input } from "@pulumi/pulumi";
import type { Kind, Site } from "../../model/cloud.ts";
import type { KindTargets, Removal, Settings } from "../../model/settings.ts";
import type { AwsAccount } from "../support/account.ts";
import type { NameScope } from "../support/naming.ts";
import type { Tags } from "../support/tags.ts";

/** Who may write to the landings, which are the store's so that each bucket has one policy. */
export interface LandingWriters {
  /** `enforced` ignores ACLs; `preferred` accepts a platform that sends one. */
  readonly ownership: "enforced" | "preferred";
  /**
   * Roles whose own policy lets them write anywhere in the primary landing. The number of roles shapes nothing, their
   * ARNs may be outputs of a component that is made later.
   */
  readonly roles: readonly Input<string>[];
  /** Principals that the landing itself lets write below `plain/`. */
  readonly plainWriters: readonly string[];
}

export interface ReplicatedRecordingStoreArgs {
  /** One region per site. Changing one replaces that site's resources, which `removal: keep` refuses. */
  readonly regions: Readonly<Record<Site, string>>;
  /** `keep` protects data and keys; `destroy` lets the stack empty its buckets. Plain: it shapes options of children. */
  readonly removal: Removal;
  /**
   * Replication targets per kind. An `rpo` of 15 minutes or less turns on S3 Replication Time Control; every `rpo` sets
   * the latency alarm.
   */
  readonly targets: Readonly<Record<Kind, KindTargets>>;
  /** Principals by what they may do; as in `holdfast:access`. */
  readonly access: Settings["access"];
  /** Role of the admission function: the only writer of the store. */
  readonly admitRole: Input<string>;
  readonly landing: LandingWriters;
  /** Expected load, from which backlog alarms take their thresholds. */
  readonly volumes: Settings["volumes"];
  /** Addresses that alarms are mailed to; each must confirm its subscription in both regions. */
  readonly alertEmail: readonly string[];
  readonly tags: Tags;
  readonly scope: NameScope;
  /** AWS only: the account, and who deploys. */
  readonly aws: AwsAccount;
}
