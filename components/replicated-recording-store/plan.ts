/** What a store consists of, as data: locations, replication, alarms. Pure. */
import { awsStorageClass, type Kind, kinds, type Site, type Tier } from "../../model/cloud.ts";
import { duration, inSeconds } from "../../model/duration.ts";
import type { KindTargets, Settings } from "../../model/settings.ts";
import type { AlarmPlan } from "../support/alarms.ts";

/** What one bucket is for: a kind of the store, or where platforms write. */
export const bucketRoles = [...kinds, "landing"] as const;
export type BucketRole = (typeof bucketRoles)[number];

export interface LocationPlan {
  readonly site: Site;
  readonly role: BucketRole;
  /** Store buckets only: what is in a landing is no evidence yet, and its expiry must be able to remove it. */
  readonly objectLock: boolean;
}

export const locationPlan = (site: Site, role: BucketRole): LocationPlan => ({
  site,
  role,
  objectLock: role !== "landing",
});

/** What replicates. Rule ids are dimensions of CloudWatch metrics, so they are fixed. The higher priority wins. */
export const replicationRules = [
  { id: "recordings", prefix: "recordings/", priority: 2 },
  { id: "quarantine", prefix: "quarantine/", priority: 1 },
] as const;

/** The only threshold that S3 knows for guaranteed replication (S3 API Reference, ReplicationTimeValue). */
export const guaranteedMinutes = 15;

export interface ReplicationPlan {
  readonly kind: Kind;
  readonly rules: typeof replicationRules;
  /** Class of the replica. */
  readonly storageClass: (typeof awsStorageClass)[Tier];
  /** S3 Replication Time Control. */
  readonly guaranteed: boolean;
}

export function replicationPlan(kind: Kind, targets: KindTargets): ReplicationPlan {
  return {
    kind,
    rules: replicationRules,
    storageClass: awsStorageClass[targets.drTier],
    guaranteed: inSeconds(targets.rpo) <= guaranteedMinutes * 60,
  };
}

/** Recordings per day that backlog alarms assume where `holdfast:volumes` says nothing. */
const assumedPerDay = 10_000;
/** Bytes per object that backlog alarms assume: a screen recording of some minutes, and its JSON. */
const assumedBytes = { metadata: 16_384, media: 25_000_000 } as const satisfies Record<Kind, number>;
/** A day's recordings arrive within a working day of eight hours. */
const peakFactor = 3;
/** Below this a backlog is noise: a single conversation may have this many objects. */
const fewestPending = 100;

/**
 * Operations that may wait at once: what arrives within one RPO at peak. More than that cannot be through in time.
 *
 * @returns operations and bytes
 */
export function backlogLimit(
  kind: Kind,
  targets: KindTargets,
  volumes: Settings["volumes"],
): { operations: number; bytes: number } {
  const perSecond = ((volumes.recordingsPerDay ?? assumedPerDay) / 86_400) * peakFactor;
  const operations = Math.max(fewestPending, Math.ceil(perSecond * inSeconds(targets.rpo)));
  const bytesEach = kind === "media" ? (volumes.averageMediaBytes ?? assumedBytes.media) : assumedBytes.metadata;
  return { operations, bytes: operations * bytesEach };
}

/** One alarm on the replication of one kind by one rule. */
export interface ReplicationAlarm extends AlarmPlan {
  readonly kind: Kind;
  readonly rule: (typeof replicationRules)[number]["id"];
}

/**
 * The alarms of one kind. `ReplicationLatency` and the pending metrics are published in the destination's region,
 * `OperationsFailedReplication` in the source's; AWS advises to ignore missing data (S3 User Guide, metrics-dimensions and
 * repl-metrics).
 */
export function replicationAlarms(kind: Kind, targets: KindTargets, volumes: Settings["volumes"]): ReplicationAlarm[] {
  const limit = backlogLimit(kind, targets, volumes);
  return replicationRules.flatMap((rule): ReplicationAlarm[] => {
    const base = { kind, rule: rule.id, namespace: "AWS/S3", comparison: "GreaterThanThreshold" } as const;
    const inDr = { ...base, site: "dr", statistic: "Maximum", missingData: "ignore" } as const;
    const suffix = (what: string) => `${kind}-${rule.id}-${what}`;
    const alarms: ReplicationAlarm[] = [
      {
        ...inDr,
        suffix: suffix("replication-late"),
        metric: "ReplicationLatency",
        threshold: inSeconds(targets.rpo),
        periodSeconds: 60,
        periods: 1,
        description: `DR lags behind by more than the RPO of ${targets.rpo.text} for ${kind} below ${rule.prefix}. If the primary region fails now, newer recordings are missing in DR.`,
      },
      {
        ...inDr,
        suffix: suffix("replication-backlog"),
        metric: "OperationsPendingReplication",
        threshold: limit.operations,
        periodSeconds: 300,
        periods: 3,
        description: `More ${kind} objects below ${rule.prefix} wait for replication than arrive within one RPO at peak.`,
      },
      {
        ...inDr,
        suffix: suffix("replication-backlog-bytes"),
        metric: "BytesPendingReplication",
        threshold: limit.bytes,
        periodSeconds: 300,
        periods: 3,
        description: `More ${kind} bytes below ${rule.prefix} wait for replication than arrive within one RPO at peak.`,
      },
      {
        ...base,
        site: "primary",
        suffix: suffix("replication-failed"),
        metric: "OperationsFailedReplication",
        statistic: "Sum",
        threshold: 0,
        periodSeconds: 300,
        periods: 1,
        missingData: "ignore",
        description: `Replication of ${kind} below ${rule.prefix} failed. S3 never tries again: check role and key of the destination, then replicate the objects with status FAILED by S3 Batch Replication. Until then they also stay past their retention.`,
      },
    ];
    // Whether S3 publishes metrics of a rule that sees no objects for days is not documented, and quarantine should see
    // none; an alarm that rings without cause would be switched off.
    if (rule.id === "recordings") alarms.push(missingMetrics(kind, suffix("replication-metrics-missing")));
    return alarms;
  });
}

const missingMetrics = (kind: Kind, suffix: string): ReplicationAlarm => ({
  kind,
  rule: "recordings",
  suffix,
  site: "dr",
  namespace: "AWS/S3",
  metric: "OperationsPendingReplication",
  statistic: "SampleCount",
  comparison: "LessThanThreshold",
  threshold: 1,
  periodSeconds: 21_600,
  periods: inSeconds(duration("1 day")) / 21_600,
  missingData: "breaching",
  description: `No replication metrics for ${kind} for a day: either nothing was admitted, or replication is no longer configured, and the other alarms cannot ring.`,
});
