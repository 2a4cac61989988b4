/**
 * Lifecycle rules as data. Pure.
 *
 * Where two rules match one object S3 takes the shorter expiry, so no rule here overlaps another: class and compliance
 * status are tags with exactly one value each, and only the combination with `standard` expires. Held and grace objects
 * move through the tiers and stay (S3 User Guide, lifecycle-conflicts). The same rules stand in both sites, because
 * nothing that lifecycle does is replicated (S3 User Guide, replication-what-is-isnot-replicated).
 */
import { awsStorageClass, type Kind, type Site } from "../../model/cloud.ts";
import { duration, inDays } from "../../model/duration.ts";
import { HoldfastError } from "../../model/errors.ts";
import type { ComplianceStatus } from "../../model/recording.ts";
import { lifecycleRulesPerBucket, tierPlan } from "../../model/retention.ts";
import type { KindTargets, RetentionClass } from "../../model/settings.ts";

const complianceStatuses: readonly ComplianceStatus[] = ["standard", "legal-hold", "release-grace"];

/** Tag on a landed version that was admitted, read back, and seen in DR. */
export const admittedTag = { key: "holdfast-admitted", value: "true" } as const;

export interface LifecycleRule {
  readonly id: string;
  readonly status: "Enabled";
  readonly filter:
    | { readonly prefix: string }
    | { readonly tag: { readonly key: string; readonly value: string } }
    | { readonly and: { readonly tags: Readonly<Record<string, string>> } };
  readonly transitions?: { readonly days: number; readonly storageClass: string }[];
  readonly expiration?: { readonly days: number } | { readonly expiredObjectDeleteMarker: true };
  readonly noncurrentVersionExpiration?: { readonly noncurrentDays: number };
  readonly abortIncompleteMultipartUpload?: { readonly daysAfterInitiation: number };
}

/** After the marker hides an object its version goes at the next midnight; S3 knows no shorter time. */
const noncurrentDays = 1;
const unfinishedUploadDays = inDays(duration("7 days"));
/** How long an admitted original stays in the landing: time to look at what the platform really sent. */
export const landingDays = inDays(duration("7 days"));

/** Markers carry no tags, and neither action may stand in a rule with a tag filter (S3 API Reference, LifecycleRule). */
const hygiene: LifecycleRule = {
  id: "hygiene",
  status: "Enabled",
  filter: { prefix: "" },
  expiration: { expiredObjectDeleteMarker: true },
  abortIncompleteMultipartUpload: { daysAfterInitiation: unfinishedUploadDays },
};

/**
 * Rules of one store bucket.
 *
 * @throws HoldfastError `HF4007` when S3 would refuse their number.
 */
export function storeRules(
  classes: readonly RetentionClass[],
  site: Site,
  kind: Kind,
  targets: KindTargets,
): LifecycleRule[] {
  const rules = [...classes.flatMap((cls) => classRules(cls, site, kind, targets)), hygiene];
  if (rules.length > lifecycleRulesPerBucket) {
    throw new HoldfastError(
      "HF4007",
      `holdfast:retention has ${classes.length} classes, which need ${rules.length} lifecycle rules on the ${kind} bucket in ` +
        `${site}; S3 accepts ${lifecycleRulesPerBucket} per bucket. Merge classes that have the same ages.`,
    );
  }
  return rules;
}

function classRules(cls: RetentionClass, site: Site, kind: Kind, targets: KindTargets): LifecycleRule[] {
  const plan = tierPlan(cls, site, kind, targets);
  const transitions = plan.transitions.map(({ tier, afterDays }) => ({
    days: afterDays,
    storageClass: awsStorageClass[tier],
  }));
  return complianceStatuses.flatMap((status): LifecycleRule[] => {
    const rule = {
      id: `${cls.name}-${status}`,
      status: "Enabled",
      filter: { and: { tags: { "retention-class": cls.name, "compliance-status": status } } },
      ...(transitions.length > 0 ? { transitions } : {}),
    } as const;
    if (status === "standard") {
      return [{ ...rule, expiration: { days: plan.deleteAfterDays }, noncurrentVersionExpiration: { noncurrentDays } }];
    }
    // A rule without an action is refused, and metadata has no tiers.
    return transitions.length > 0 ? [rule] : [];
  });
}

/** Rules of a landing: only what is marked as admitted goes, current and overwritten versions alike. */
export function landingRules(): LifecycleRule[] {
  return [
    {
      id: "admitted",
      status: "Enabled",
      filter: { tag: admittedTag },
      expiration: { days: landingDays },
      noncurrentVersionExpiration: { noncurrentDays },
    },
    hygiene,
  ];
}
