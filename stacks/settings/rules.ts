/** All rules that look at more than one value, and what they share. */
import type { Problem } from "../../model/errors.ts";
import { pathOf } from "./paths.ts";
import { type Rule, type RuleContext, warning } from "./rule-context.ts";
import * as access from "./rules-access.ts";
import * as admission from "./rules-admission.ts";
import * as places from "./rules-places.ts";
import * as retention from "./rules-retention.ts";

/** Under `keep` it must be there, so it is named beside others and is no reason for a warning by itself. */
const officers = ["legalHold", "officers"];

/** Keys that describe components which this version does not have: checked, then named once, all of them together. */
export const withoutEffect: readonly (readonly string[])[] = [
  ["failover"],
  ["audit"],
  officers,
  ["legalHold", "grace"],
  ["legalHold", "releaseApprovals"],
  ["legalHold", "bulkThreshold"],
  ["legalHold", "approvalExpires"],
  ["prices"],
];

const keysWithoutEffect: Rule = ({ draft }) => {
  const written = withoutEffect.filter((path) => {
    const value = path.reduce<unknown>(
      (node, part) => (typeof node === "object" && node !== null ? Reflect.get(node, part) : undefined),
      draft,
    );
    return value !== undefined;
  });
  const [first] = written.filter((path) => path !== officers);
  if (!first) return [];
  return [
    warning("HF1014", {
      path: first,
      reason: `checked, without effect in this version: ${written.map(pathOf).join(", ")}`,
      fix: "Nothing: the keys are kept for the components they belong to.",
    }),
  ];
};

const rules: readonly Rule[] = [
  places.requiredTopLevel,
  places.regionsDiffer,
  places.onePartition,
  places.sovereigntyStated,
  places.providerRegion,
  retention.classNames,
  retention.classCount,
  retention.classMatches,
  retention.classEnds,
  retention.classesReachable,
  retention.tierOrder,
  retention.minimumStays,
  retention.archivedRecovery,
  retention.readableArrival,
  retention.drArchiving,
  retention.guaranteedReplication,
  retention.noticedInTime,
  admission.requiredInRules,
  admission.matchesSaySomething,
  admission.metadataPaths,
  admission.ruleNamesUnique,
  admission.rulesGiveTags,
  admission.matchedTagsAreGiven,
  admission.resourceTags,
  access.principalsInPartition,
  access.oneAccount,
  access.readersReachDr,
  access.breakGlassApart,
  access.keepNeedsPeople,
  access.approvalsReachable,
  access.undoable,
  access.sourcesComplete,
  keysWithoutEffect,
];

export function applyRules(context: RuleContext): Problem[] {
  return rules.flatMap((rule) => rule(context));
}
