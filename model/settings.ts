/**
 * Stack config after it was checked: every default filled in, every duration parsed. Made only by
 * `stacks/settings/load.ts`; the components' arguments are taken from it.
 */
import type { AdmissionRules, Match } from "./admission-rules.ts";
import type { Cloud, Tier } from "./cloud.ts";
import type { Duration } from "./duration.ts";

/** `keep` protects data and refuses what loses it; `destroy` is for stacks that are thrown away. */
export type Removal = "keep" | "destroy";

export interface KindTargets {
  /** Replication RPO: admitted in the primary region → present in DR. 15 minutes or less asks for guaranteed replication. */
  readonly rpo: Duration;
  /** Outage begins → readers served from DR, for readable tiers. */
  readonly rto: Duration;
  /** The same for archived recordings. */
  readonly archivedRto: Duration;
  /** Tier on arrival in DR. */
  readonly drTier: Tier;
  /** Age at which the DR copy moves to `archive`; absent: as the class says. */
  readonly drArchiveAfter?: Duration;
}

/** One retention class. Ages count from the creation of the object in the store. */
export interface RetentionClass {
  readonly name: string;
  readonly match?: Match;
  readonly coolAfter?: Duration;
  readonly coldAfter?: Duration;
  readonly archiveAfter?: Duration;
  readonly archiveTo: "archive" | "deepArchive";
  readonly deleteAfter: Duration;
}

export interface GenesysSource {
  /** Genesys Cloud organization id (UUID); also the external id of the role that Genesys assumes. */
  readonly organization: string;
  /** AWS account that Genesys writes from (facts: 765628985471, FedRAMP differs). */
  readonly accountId: string;
  /** `enforced`: bucket owner owns everything. `preferred` where the platform sends an ACL. */
  readonly objectOwnership: "enforced" | "preferred";
}

export interface PlainSource {
  /** Principals that may write to the landing in the plain layout. */
  readonly writers: readonly string[];
}

export interface Settings {
  readonly cloud: Cloud;
  readonly primaryRegion: string;
  readonly drRegion: string;
  readonly removal: Removal;
  readonly metadata: KindTargets;
  readonly media: KindTargets;
  /** In the order in which they are tried: longest kept first, then by name; `standard` is always there and always last. */
  readonly retention: readonly RetentionClass[];
  readonly legalHold: {
    readonly officers: readonly string[];
    readonly grace: Duration;
    readonly releaseApprovals: 1 | 2;
    readonly bulkThreshold: number;
    readonly approvalExpires: Duration;
  };
  readonly access: {
    readonly readers: readonly string[];
    readonly drReaders: readonly string[];
    readonly sensitiveReaders: readonly string[];
    readonly drAdmins: readonly string[];
    readonly breakGlass: readonly string[];
    /** Roles that deploy this stack; empty: whoever runs `pulumi`, resolved to its role. */
    readonly deployers: readonly string[];
  };
  /** `classification`, `holdRules` and the classes' matches, as the admission function reads them. */
  readonly admission: AdmissionRules;
  readonly sources: { readonly genesys?: GenesysSource; readonly plain?: PlainSource };
  readonly sovereignty?: { readonly mechanism: string; readonly reference: string; readonly signedOn: string };
  readonly failover: {
    readonly probeInterval: Duration;
    readonly failures: number;
    readonly successes: number;
    readonly automaticReads: boolean;
  };
  readonly audit: { readonly retention: Duration; readonly lock: "governance" | "compliance" };
  readonly volumes: { readonly recordingsPerDay?: number; readonly averageMediaBytes?: number };
  readonly alerts: { readonly email: readonly string[] };
  /** Tags on every resource that can carry them. */
  readonly tags: Readonly<Record<string, string>>;
  /** `aws:*` provider config that is handed through unchanged (profile, assumeRoles, endpoints, …). */
  readonly provider: Readonly<Record<string, unknown>>;
}
