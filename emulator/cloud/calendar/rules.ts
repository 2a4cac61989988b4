/**
 * Deployed lifecycle rules in the form the calendar works with.
 *
 * Source: S3 API, LifecycleRule; S3 User Guide, "Lifecycle configuration elements".
 */
import type { GetBucketLifecycleConfigurationCommandOutput, LifecycleRule } from "@aws-sdk/client-s3";
import { EmulatedCloudError } from "../codes.ts";

/** Which versions a rule speaks of; tags are ANDed and exact, sizes exclusive. */
export interface Filter {
  readonly prefix: string;
  readonly tags: Readonly<Record<string, string>>;
  readonly largerThan?: number;
  readonly smallerThan?: number;
}

/** When something is due: days after a version's creation (or after it became noncurrent), or a fixed date. */
export type When = { readonly days: number } | { readonly date: number };

export interface Transition {
  readonly when: When;
  readonly storageClass: string;
  /** Noncurrent versions that are kept as they are, newest first. */
  readonly keepNewest: number;
}

export interface Rule {
  readonly id: string;
  readonly filter: Filter;
  readonly expiration?: When;
  readonly removeOrphanMarkers: boolean;
  readonly noncurrentExpiration?: { readonly days: number; readonly keepNewest: number };
  readonly transitions: readonly Transition[];
  readonly noncurrentTransitions: readonly Transition[];
  readonly abortUploadsAfterDays?: number;
}

export interface Configuration {
  readonly rules: readonly Rule[];
  /** `varies_by_storage_class` lets small objects go to GLACIER and DEEP_ARCHIVE; the default keeps all below 128 KB. */
  readonly minimumSize: "all_storage_classes_128K" | "varies_by_storage_class";
}

const knownMembers = new Set([
  "ID",
  "Status",
  "Filter",
  "Expiration",
  "NoncurrentVersionExpiration",
  "Transitions",
  "NoncurrentVersionTransitions",
  "AbortIncompleteMultipartUpload",
]);

function parseFilter(rule: LifecycleRule): Filter {
  const given = rule.Filter ?? {};
  const both = given.And ?? {};
  const tags = [...(given.Tag ? [given.Tag] : []), ...(both.Tags ?? [])];
  const largerThan = given.ObjectSizeGreaterThan ?? both.ObjectSizeGreaterThan;
  const smallerThan = given.ObjectSizeLessThan ?? both.ObjectSizeLessThan;
  return {
    prefix: given.Prefix ?? both.Prefix ?? "",
    tags: Object.fromEntries(tags.map(({ Key = "", Value = "" }) => [Key, Value])),
    ...(largerThan === undefined ? {} : { largerThan }),
    ...(smallerThan === undefined ? {} : { smallerThan }),
  };
}

function whenOf(given: { Days?: number | undefined; Date?: Date | undefined }): When | undefined {
  if (given.Date !== undefined) return { date: given.Date.getTime() };
  return given.Days === undefined ? undefined : { days: given.Days };
}

/** One enabled rule; HF5402 for a member whose meaning the calendar does not implement. */
export function parseRule(bucket: string, rule: LifecycleRule): Rule {
  const unknown = Object.keys(rule).filter((member) => !knownMembers.has(member));
  if (unknown.length > 0) {
    throw new EmulatedCloudError("HF5402", {
      subject: `lifecycle rule ${rule.ID ?? "(no id)"} of ${bucket}`,
      value: unknown.join(", "),
      allowed: [...knownMembers].join(", "),
      why: "the calendar would apply the rule without this member",
    });
  }
  const expiration = rule.Expiration && whenOf(rule.Expiration);
  const noncurrent = rule.NoncurrentVersionExpiration;
  return {
    id: rule.ID ?? "",
    filter: parseFilter(rule),
    ...(expiration ? { expiration } : {}),
    removeOrphanMarkers: rule.Expiration?.ExpiredObjectDeleteMarker === true,
    ...(noncurrent?.NoncurrentDays === undefined
      ? {}
      : {
          noncurrentExpiration: {
            days: noncurrent.NoncurrentDays,
            keepNewest: noncurrent.NewerNoncurrentVersions ?? 0,
          },
        }),
    transitions: (rule.Transitions ?? []).map((transition) => ({
      when: whenOf(transition) ?? { days: 0 },
      storageClass: transition.StorageClass ?? "",
      keepNewest: 0,
    })),
    noncurrentTransitions: (rule.NoncurrentVersionTransitions ?? []).map((transition) => ({
      when: { days: transition.NoncurrentDays ?? 0 },
      storageClass: transition.StorageClass ?? "",
      keepNewest: transition.NewerNoncurrentVersions ?? 0,
    })),
    ...(rule.AbortIncompleteMultipartUpload?.DaysAfterInitiation === undefined
      ? {}
      : { abortUploadsAfterDays: rule.AbortIncompleteMultipartUpload.DaysAfterInitiation }),
  };
}

/** The enabled rules of a bucket as deployed. */
export function parseConfiguration(
  bucket: string,
  deployed: Pick<GetBucketLifecycleConfigurationCommandOutput, "Rules" | "TransitionDefaultMinimumObjectSize">,
): Configuration {
  const enabled = (deployed.Rules ?? []).filter((rule) => rule.Status === "Enabled");
  return {
    rules: enabled.map((rule) => parseRule(bucket, rule)),
    minimumSize:
      deployed.TransitionDefaultMinimumObjectSize === "varies_by_storage_class"
        ? "varies_by_storage_class"
        : "all_storage_classes_128K",
  };
}
