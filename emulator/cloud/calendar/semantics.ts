/**
 * What S3 Lifecycle does to the versions of one key, as documented; pure.
 *
 * Sources (S3 User Guide): "Expiring objects", "Transitioning objects using Amazon S3 Lifecycle", "Lifecycle
 * configuration elements", "Conflicts in lifecycle rules", "Object Lock considerations", "Setting lifecycle with other
 * bucket configurations" (no action while replication is pending or failed).
 */
import type { Configuration, Filter, Rule, Transition } from "./rules.ts";
import { dueAt, nextMidnight } from "./time.ts";

/** One version or delete marker; times in virtual milliseconds. */
export interface Version {
  readonly versionId: string;
  readonly isDeleteMarker: boolean;
  readonly created: number;
  readonly size: number;
  readonly storageClass: string;
  readonly tags: Readonly<Record<string, string>>;
  readonly replicationStatus?: string;
  readonly legalHold: boolean;
  /** Retention ends at this time. */
  readonly retainUntil?: number;
}

/** All versions of one key, oldest first; the last one is current. */
export interface Stack {
  readonly key: string;
  readonly versions: readonly Version[];
  /** Since when the marker stands alone, when that is later than its creation. */
  readonly aloneSince?: number;
}

export type Action =
  | { readonly kind: "delete"; readonly version: Version; readonly rule: string; readonly marker: boolean }
  | { readonly kind: "transition"; readonly version: Version; readonly rule: string; readonly storageClass: string }
  | { readonly kind: "marker"; readonly version: Version; readonly rule: string };

/** A due action that must not happen. */
export interface Kept {
  readonly version: Version;
  readonly rule: string;
  readonly why: "legal-hold" | "retention" | "replication-pending" | "replication-failed";
}

/** What is done to one key on one day, what is kept, and when the key has to be looked at again (none: never). */
export interface Outcome {
  readonly actions: readonly Action[];
  readonly kept: readonly Kept[];
  readonly next: number | undefined;
}

interface Candidate {
  readonly action: Action;
  readonly due: number;
}

const waterfall = [
  "STANDARD",
  "STANDARD_IA",
  "INTELLIGENT_TIERING",
  "ONEZONE_IA",
  "GLACIER_IR",
  "GLACIER",
  "DEEP_ARCHIVE",
];
const smallObject = 128 * 1024;

/** Transitions only go down the waterfall, and ONEZONE_IA never to GLACIER_IR. */
export function canTransition(from: string, to: string): boolean {
  if (from === "ONEZONE_IA" && to === "GLACIER_IR") return false;
  const [a, b] = [waterfall.indexOf(from === "REDUCED_REDUNDANCY" ? "STANDARD" : from), waterfall.indexOf(to)];
  return a >= 0 && b > a;
}

function matches(filter: Filter, key: string, version: Version): boolean {
  if (!key.startsWith(filter.prefix)) return false;
  const sized = filter.largerThan !== undefined || filter.smallerThan !== undefined;
  // Markers have neither tags nor a size.
  if (version.isDeleteMarker) return Object.keys(filter.tags).length === 0 && !sized;
  if (filter.largerThan !== undefined && version.size <= filter.largerThan) return false;
  if (filter.smallerThan !== undefined && version.size >= filter.smallerThan) return false;
  return Object.entries(filter.tags).every(([name, value]) => version.tags[name] === value);
}

/** Objects below 128 KB stay where they are, unless a size filter in the rule says otherwise. */
function isBigEnough(configuration: Configuration, rule: Rule, version: Version, to: string): boolean {
  if (rule.filter.largerThan !== undefined || rule.filter.smallerThan !== undefined) return true;
  if (version.size >= smallObject) return true;
  return configuration.minimumSize === "varies_by_storage_class" && (to === "GLACIER" || to === "DEEP_ARCHIVE");
}

function transitionsOf(
  configuration: Configuration,
  rule: Rule,
  version: Version,
  since: number,
  transitions: readonly Transition[],
  newer: number,
): Candidate[] {
  return transitions
    .filter(({ storageClass, keepNewest }) => {
      const possible = canTransition(version.storageClass, storageClass) && newer >= keepNewest;
      return possible && isBigEnough(configuration, rule, version, storageClass);
    })
    .map(({ when, storageClass }) => ({
      action: { kind: "transition", version, rule: rule.id, storageClass },
      due: dueAt(since, when),
    }));
}

function currentCandidates(configuration: Configuration, stack: Stack, version: Version): Candidate[] {
  const alone = stack.versions.length === 1;
  return configuration.rules
    .filter((rule) => matches(rule.filter, stack.key, version))
    .flatMap((rule): Candidate[] => {
      if (version.isDeleteMarker) {
        if (!alone) return [];
        const remove: Action = { kind: "delete", version, rule: rule.id, marker: true };
        const since = Math.max(version.created, stack.aloneSince ?? 0);
        const orphan = rule.removeOrphanMarkers ? [{ action: remove, due: nextMidnight(since) }] : [];
        const aged = rule.expiration
          ? [{ action: remove, due: Math.max(nextMidnight(since), dueAt(version.created, rule.expiration)) }]
          : [];
        return [...orphan, ...aged];
      }
      const expires: Candidate[] = rule.expiration
        ? [{ action: { kind: "marker", version, rule: rule.id }, due: dueAt(version.created, rule.expiration) }]
        : [];
      return [...expires, ...transitionsOf(configuration, rule, version, version.created, rule.transitions, 0)];
    });
}

/** A version is noncurrent since its successor was created; `newer` noncurrent versions lie between it and the top. */
function noncurrentCandidates(
  configuration: Configuration,
  stack: Stack,
  index: number,
  version: Version,
): Candidate[] {
  const since = stack.versions[index + 1]?.created ?? version.created;
  const newer = stack.versions.length - 2 - index;
  return configuration.rules
    .filter((rule) => matches(rule.filter, stack.key, version))
    .flatMap((rule): Candidate[] => {
      const ends = rule.noncurrentExpiration;
      const remove: Candidate[] =
        ends && newer >= ends.keepNewest
          ? [
              {
                action: { kind: "delete", version, rule: rule.id, marker: version.isDeleteMarker },
                due: dueAt(since, { days: ends.days }),
              },
            ]
          : [];
      if (version.isDeleteMarker) return remove;
      return [...remove, ...transitionsOf(configuration, rule, version, since, rule.noncurrentTransitions, newer)];
    });
}

/** Permanent deletion before transition, transition before marker; the cheaper class; the shorter expiration. */
const precedence = (candidate: Candidate): number => {
  const { action } = candidate;
  if (action.kind === "delete") return 0;
  return action.kind === "transition" ? 100 - waterfall.indexOf(action.storageClass) : 1_000;
};

function lockOf(version: Version, now: number): Kept["why"] | undefined {
  if (version.legalHold) return "legal-hold";
  return version.retainUntil !== undefined && version.retainUntil > now ? "retention" : undefined;
}

/** Decides for one version: at most one action a day. */
function decide(version: Version, candidates: readonly Candidate[], now: number): Outcome {
  const due = candidates.filter((candidate) => candidate.due <= now);
  const future = candidates.filter((candidate) => candidate.due > now).map((candidate) => candidate.due);
  const later = future.length > 0 ? Math.min(...future) : undefined;
  const status = version.replicationStatus;
  if (due.length > 0 && (status === "PENDING" || status === "FAILED")) {
    const why = status === "PENDING" ? "replication-pending" : "replication-failed";
    return { actions: [], kept: due.map(({ action }) => ({ version, rule: action.rule, why })), next: undefined };
  }
  const lock = lockOf(version, now);
  const locked = lock === undefined ? [] : due.filter(({ action }) => action.kind === "delete" && !action.marker);
  const kept = locked.map(({ action }) => ({ version, rule: action.rule, why: lock ?? "legal-hold" }));
  const free = due
    .filter((candidate) => !locked.includes(candidate))
    .sort((a, b) => precedence(a) - precedence(b) || a.due - b.due);
  const unlocks = lock === "retention" && locked.length > 0 ? nextMidnight(version.retainUntil ?? now) : undefined;
  const next = [later, unlocks].filter((time) => time !== undefined);
  const action = free[0]?.action;
  return { actions: action ? [action] : [], kept, next: next.length > 0 ? Math.min(...next) : undefined };
}

/** What lifecycle does to one key on the day that begins at `now` (a midnight). */
export function evaluate(configuration: Configuration, stack: Stack, now: number): Outcome {
  const top = stack.versions.length - 1;
  const outcomes = stack.versions.map((version, index) => {
    const candidates =
      index === top
        ? currentCandidates(configuration, stack, version)
        : noncurrentCandidates(configuration, stack, index, version);
    return decide(version, candidates, now);
  });
  const times = outcomes.map((outcome) => outcome.next).filter((time) => time !== undefined);
  return {
    actions: outcomes.flatMap((outcome) => outcome.actions),
    kept: outcomes.flatMap((outcome) => outcome.kept),
    next: times.length > 0 ? Math.min(...times) : undefined,
  };
}
