/** The clouds, sites, kinds and tiers that every other part of Holdfast speaks of. Pure; no SDK. */

export const clouds = ["aws", "azure"] as const;
export type Cloud = (typeof clouds)[number];

/** One region each: `primary` takes new recordings, `dr` survives it. */
export const sites = ["primary", "dr"] as const;
export type Site = (typeof sites)[number];

/** `metadata` is small JSON, `media` is large video. A store location is a site × a kind. */
export const kinds = ["metadata", "media"] as const;
export type Kind = (typeof kinds)[number];

/** Storage tiers, warmest first. The first three are readable at once. */
export const tiers = ["hot", "cool", "cold", "archive", "deepArchive"] as const;
export type Tier = (typeof tiers)[number];

export const readableTiers: readonly Tier[] = ["hot", "cool", "cold"];

/** S3 storage class of each tier (S3 User Guide, storage classes). */
export const awsStorageClass = {
  hot: "STANDARD",
  cool: "STANDARD_IA",
  cold: "GLACIER_IR",
  archive: "GLACIER",
  deepArchive: "DEEP_ARCHIVE",
} as const satisfies Record<Tier, string>;

/** True when `a` is strictly warmer than `b`. Objects only ever move to colder tiers (S3 waterfall). */
export function isWarmer(a: Tier, b: Tier): boolean {
  return tiers.indexOf(a) < tiers.indexOf(b);
}
