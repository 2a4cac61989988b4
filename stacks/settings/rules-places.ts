/** Rules on regions, jurisdictions and the provider. */
import { awsRegions } from "../../model/regions.ts";
import { error, type Rule, type RuleContext, warning } from "./rule-context.ts";

export const requiredTopLevel: Rule = ({ draft, sound }) =>
  (["cloud", "primaryRegion", "drRegion"] as const)
    .filter((key) => draft[key] === undefined && sound(key))
    .map((key) =>
      error("HF1001", {
        path: [key],
        reason: "the key is required and has no default",
        fix: `Run \`pulumi config set holdfast:${key} ${key === "cloud" ? "aws" : "<region>"}\`.`,
      }),
    );

/** Both regions, or nothing when one of them is missing or unknown. */
function regionPair({ settings, sound }: RuleContext) {
  const primary = awsRegions.get(settings.primaryRegion);
  const dr = awsRegions.get(settings.drRegion);
  return primary !== undefined && dr !== undefined && sound("primaryRegion") && sound("drRegion")
    ? { primary, dr }
    : undefined;
}

export const regionsDiffer: Rule = (context) => {
  const { drRegion, primaryRegion } = context.settings;
  if (regionPair(context) === undefined || drRegion !== primaryRegion) return [];
  return [
    error("HF1103", {
      path: ["drRegion"],
      value: drRegion,
      allowed: "another region than holdfast:primaryRegion",
      reason: "both sites would be lost together",
      fix: "Choose a second region.",
    }),
  ];
};

export const onePartition: Rule = (context) => {
  const pair = regionPair(context);
  if (pair === undefined || pair.primary.partition === pair.dr.partition) return [];
  return [
    error("HF1104", {
      path: ["drRegion"],
      value: context.settings.drRegion,
      allowed: `a region of the partition ${pair.primary.partition}`,
      reason: `${context.settings.primaryRegion} is in the partition ${pair.primary.partition} and ${context.settings.drRegion} in ${pair.dr.partition}: S3 does not replicate between partitions, and no role works in both`,
      fix: "Choose both regions in one partition.",
    }),
  ];
};

export const sovereigntyStated: Rule = (context) => {
  const pair = regionPair(context);
  const { draft, sound } = context;
  const missing = (["mechanism", "reference", "signedOn"] as const)
    .filter(
      (key) => draft.sovereignty !== undefined && draft.sovereignty[key] === undefined && sound("sovereignty", key),
    )
    .map((key) =>
      error("HF1001", {
        path: ["sovereignty", key],
        reason: "a statement on sovereignty names mechanism, reference and signedOn",
        fix: "Write the key.",
      }),
    );
  if (
    pair === undefined ||
    pair.primary.partition !== pair.dr.partition ||
    draft.sovereignty !== undefined ||
    !sound("sovereignty")
  ) {
    return missing;
  }
  if (pair.primary.jurisdiction === pair.dr.jurisdiction) return missing;
  return [
    error("HF1105", {
      path: ["sovereignty"],
      allowed: "{ mechanism, reference, signedOn }",
      reason: `recordings would be copied from ${pair.primary.place} (${pair.primary.jurisdiction}) to ${pair.dr.place} (${pair.dr.jurisdiction}), two jurisdictions`,
      fix: "State the legal mechanism for the transfer, or choose two regions of one jurisdiction.",
    }),
  ];
};

export const providerRegion: Rule = ({ aws, settings, sound }) => {
  const written = aws.region;
  if (written === undefined || written === settings.primaryRegion || !sound("primaryRegion")) return [];
  return [
    warning("HF1106", {
      path: ["aws:region"],
      value: written,
      allowed: settings.primaryRegion,
      reason: "every resource names its own region, so this has no effect on the stack and may mislead readers",
      fix: "Remove `aws:region`, or set it to the primary region.",
    }),
  ];
};
