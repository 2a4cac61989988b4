/**
 * The pure arithmetic of retention: which tier an object of a class has at which age, and when it ends. Stack settings
 * check a policy with it and the retention component deploys the same plan, so that what was checked is what runs.
 *
 * Sources: S3 User Guide, lifecycle-transition-general-considerations (waterfall, minimum durations) and
 * restoring-objects-retrieval-options (restore times).
 */
import { isWarmer, type Kind, type Site, type Tier } from "./cloud.ts";
import { type Duration, duration, inDays } from "./duration.ts";
import type { KindTargets, RetentionClass } from "./settings.ts";

/** Ages in whole days since the creation of the object in the store; DR copies keep that date. */
export interface TierPlan {
  /** In order of age; each tier is colder than the one before it. */
  readonly transitions: { tier: Tier; afterDays: number }[];
  readonly deleteAfterDays: number;
}

/** Days for which a tier is billed at least; leaving earlier costs the rest of them. */
export const minimumStayDays = { hot: 0, cool: 30, cold: 90, archive: 90, deepArchive: 180 } as const satisfies Record<
  Tier,
  number
>;

/** S3 does not move an object to STANDARD_IA before this age. */
export const minimumCoolAgeDays = 30;

/** S3 accepts this many lifecycle rules per bucket. */
export const lifecycleRulesPerBucket = 1_000;

/** How long S3 takes to restore an object: the longest time of the standard and of the (cheaper) bulk retrieval. */
export const restoreTime = {
  archive: { standard: duration("5 hours"), bulk: duration("12 hours") },
  deepArchive: { standard: duration("12 hours"), bulk: duration("48 hours") },
} as const satisfies Partial<Record<Tier, { standard: Duration; bulk: Duration }>>;

/** Tier in which an object starts: `hot` where it was admitted, `drTier` for its replica. */
export function arrivalTier(site: Site, targets: KindTargets): Tier {
  return site === "dr" ? targets.drTier : "hot";
}

/**
 * The tier plan of one class at one store location.
 *
 * Metadata has no transitions: it stays readable and ends with its media. In DR a transition to a tier that is warmer
 * than or equal to the arrival tier is dropped, because objects only ever move to colder tiers, and `drArchiveAfter`
 * replaces the class's own archive age. A transition that would come at or after the deletion is dropped too.
 */
export function tierPlan(cls: RetentionClass, site: Site, kind: Kind, targets: KindTargets): TierPlan {
  const deleteAfterDays = inDays(cls.deleteAfter);
  if (kind === "metadata") return { transitions: [], deleteAfterDays };

  const arrival = arrivalTier(site, targets);
  const archiveAfter = site === "dr" ? (targets.drArchiveAfter ?? cls.archiveAfter) : cls.archiveAfter;
  const wanted: [Tier, Duration | undefined][] = [
    ["cool", cls.coolAfter],
    ["cold", cls.coldAfter],
    [cls.archiveTo, archiveAfter],
  ];
  const transitions: { tier: Tier; afterDays: number }[] = [];
  for (const [tier, after] of wanted) {
    if (after === undefined || !isWarmer(arrival, tier)) continue;
    const afterDays = inDays(after);
    if (afterDays < deleteAfterDays) transitions.push({ tier, afterDays });
  }
  if (site === "dr" && targets.drArchiveAfter !== undefined)
    return { transitions: beforeArchive(transitions), deleteAfterDays };
  return { transitions, deleteAfterDays };
}

/** Drops the transitions that an earlier `drArchiveAfter` has overtaken. */
function beforeArchive(transitions: { tier: Tier; afterDays: number }[]): { tier: Tier; afterDays: number }[] {
  const archive = transitions.find(({ tier }) => tier === "archive" || tier === "deepArchive");
  if (archive === undefined) return transitions;
  return transitions.filter((t) => t === archive || t.afterDays + minimumStayDays[t.tier] <= archive.afterDays);
}

/** One tier that would be left before its minimum stay is over. */
export interface ShortStay {
  readonly tier: Tier;
  /** What ends the stay: the next tier, or the deletion. */
  readonly leftFor: Tier | "deletion";
  readonly enteredAtDays: number;
  readonly leftAtDays: number;
  readonly minimumDays: number;
}

/** The stays of a plan that are shorter than the tier's minimum, in order of age; empty for a plan without a fee. */
export function shortStays(plan: TierPlan, arrival: Tier): ShortStay[] {
  const stays: { tier: Tier; afterDays: number }[] = [{ tier: arrival, afterDays: 0 }, ...plan.transitions];
  return stays.flatMap(({ tier, afterDays }, index) => {
    const next = stays[index + 1];
    const leftAtDays = next?.afterDays ?? plan.deleteAfterDays;
    const minimumDays = minimumStayDays[tier];
    if (leftAtDays - afterDays >= minimumDays) return [];
    return [{ tier, leftFor: next?.tier ?? "deletion", enteredAtDays: afterDays, leftAtDays, minimumDays }];
  });
}
