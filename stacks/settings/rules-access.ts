/** Rules on principals, holds, alerts and on what `removal` allows. */

import type { Problem } from "../../model/errors.ts";
import { awsRegions } from "../../model/regions.ts";
import { principalParts } from "./leaves-identity.ts";
import { error, type Rule, type RuleContext, warning } from "./rule-context.ts";

interface Named {
  readonly path: readonly PropertyKey[];
  readonly arn: string;
}

const everyday = ["readers", "drReaders", "sensitiveReaders", "drAdmins", "deployers"] as const;

/** Every principal in the config with its place. */
function principals({ draft }: RuleContext): Named[] {
  const lists: { path: PropertyKey[]; list: readonly (string | undefined)[] | undefined }[] = [
    { path: ["legalHold", "officers"], list: draft.legalHold?.officers },
    ...([...everyday, "breakGlass"] as const).map((key) => ({ path: ["access", key], list: draft.access?.[key] })),
    { path: ["sources", "plain", "writers"], list: draft.sources?.plain?.writers },
  ];
  return lists.flatMap(({ path, list }) =>
    (list ?? []).flatMap((arn, index) => (arn === undefined ? [] : [{ path: [...path, index], arn }])),
  );
}

export const principalsInPartition: Rule = (context) => {
  const partition = awsRegions.get(context.settings.primaryRegion)?.partition;
  if (partition === undefined) return [];
  return principals(context)
    .filter(({ arn }) => principalParts(arn).partition !== partition)
    .map(({ path, arn }) =>
      error("HF1406", {
        path,
        value: arn,
        allowed: `arn:${partition}:iam::…`,
        reason: `the regions are in the partition ${partition}; a principal of another partition can never sign a request there`,
        fix: "Name a principal of the same partition.",
      }),
    );
};

/** The account that most principals are of; `aws:allowedAccountIds` says it outright. */
export const oneAccount: Rule = (context) => {
  const named = principals(context);
  const allowed = context.settings.provider.allowedAccountIds;
  const counts = new Map<string, number>();
  for (const { arn } of named) {
    const { accountId } = principalParts(arn);
    counts.set(accountId, (counts.get(accountId) ?? 0) + 1);
  }
  const most = [...counts].sort((a, b) => b[1] - a[1])[0]?.[0];
  const expected: readonly unknown[] = Array.isArray(allowed) && allowed.length > 0 ? allowed : [most];
  return named
    .filter(({ arn }) => !expected.includes(principalParts(arn).accountId))
    .map(({ path, arn }) =>
      warning("HF1408", {
        path,
        value: arn,
        reason: `the principal is of the account ${principalParts(arn).accountId}, others are of ${expected.join(", ")}: access across accounts needs a policy on the other side too`,
        fix: "Correct the account id, or keep it and grant the access in the other account as well.",
      }),
    );
};

export const readersReachDr: Rule = ({ draft, settings, sound }) => {
  if (!settings.failover.automaticReads || !sound("access", "drReaders") || !sound("failover")) return [];
  return (draft.access?.readers ?? []).flatMap((arn, index): Problem[] =>
    arn === undefined || settings.access.drReaders.includes(arn)
      ? []
      : [
          error("HF1409", {
            path: ["access", "readers", index],
            value: arn,
            allowed: "principals that are in holdfast:access.drReaders too",
            reason: "readers switch to DR by themselves in an outage, and this one would be denied there",
            fix: "Add it to holdfast:access.drReaders, or set holdfast:failover.automaticReads to false.",
          }),
        ],
  );
};

export const breakGlassApart: Rule = ({ draft, settings }) =>
  (draft.access?.breakGlass ?? []).flatMap((arn, index): Problem[] => {
    const lists = everyday.filter((key) => arn !== undefined && settings.access[key].includes(arn));
    if (lists.length === 0) return [];
    return [
      warning("HF1420", {
        path: ["access", "breakGlass", index],
        value: arn,
        reason: `the same principal is in ${lists.map((key) => `access.${key}`).join(" and ")}: what is denied to all others would be allowed in daily work, and its use in an emergency would not stand out`,
        fix: "Use a principal of its own for break-glass.",
      }),
    ];
  });

export const keepNeedsPeople: Rule = ({ draft, settings, sound }) => {
  if (settings.removal !== "keep" || !sound("removal")) return [];
  const problems: Problem[] = [];
  if (settings.legalHold.officers.length === 0 && sound("legalHold", "officers")) {
    problems.push(
      error("HF1410", {
        path: ["legalHold", "officers"],
        ...(draft.legalHold?.officers === undefined ? {} : { value: [] }),
        reason: "under `removal: keep` someone must be able to place a hold",
        fix: "Name the role of the compliance officers, or set holdfast:removal to destroy for a throw-away stack.",
      }),
    );
  }
  if (settings.alerts.email.length === 0 && sound("alerts", "email")) {
    problems.push(
      error("HF1411", {
        path: ["alerts", "email"],
        ...(draft.alerts?.email === undefined ? {} : { value: [] }),
        reason: "under `removal: keep` someone must be told when replication or admission fails",
        fix: "Name an address, or set holdfast:removal to destroy for a throw-away stack.",
      }),
    );
  }
  if (settings.access.breakGlass.length === 0 && sound("access", "breakGlass")) {
    problems.push(
      warning("HF1417", {
        path: ["access", "breakGlass"],
        reason: "nobody but the account's root user could undo a mistake that the bucket policies deny to all others",
        fix: "Name a role that is used for emergencies only.",
      }),
    );
  }
  if (settings.access.deployers.length === 0 && sound("access", "deployers")) {
    problems.push(
      warning("HF1421", {
        path: ["access", "deployers"],
        reason:
          "the policies would let only whoever runs this update change them: the next update by another role is denied half-way",
        fix: "Name every role that deploys this stack.",
      }),
    );
  }
  if (settings.legalHold.releaseApprovals === 1 && sound("legalHold", "releaseApprovals")) {
    problems.push(
      warning("HF1418", {
        path: ["legalHold", "releaseApprovals"],
        value: 1,
        reason: "one person alone could release a hold on data that is kept",
        fix: "Use 2, the default under `removal: keep`.",
      }),
    );
  }
  return problems;
};

/** A role stands for several persons, told apart by their sessions; an IAM user is one. */
export const approvalsReachable: Rule = ({ settings, sound }) => {
  const { officers, releaseApprovals } = settings.legalHold;
  const [only] = officers;
  if (releaseApprovals !== 2 || officers.length !== 1 || only === undefined || principalParts(only).type !== "user")
    return [];
  if (!sound("legalHold")) return [];
  return [
    error("HF1413", {
      path: ["legalHold", "officers"],
      value: officers,
      reason: "a release needs two persons, and an IAM user is one: no release could ever be approved",
      fix: "Name a second officer or a role that several persons use, or set holdfast:legalHold.releaseApprovals to 1.",
    }),
  ];
};

export const undoable: Rule = ({ settings, sound }) => {
  if (
    settings.removal !== "destroy" ||
    settings.audit.lock !== "compliance" ||
    !sound("audit", "lock") ||
    !sound("removal")
  )
    return [];
  return [
    error("HF1414", {
      path: ["audit", "lock"],
      value: "compliance",
      allowed: "governance",
      reason: `objects locked in compliance mode cannot be deleted by anyone for ${settings.audit.retention.text}, so the stack could not be destroyed`,
      fix: "Use governance, or set holdfast:removal to keep.",
    }),
  ];
};

export const sourcesComplete: Rule = ({ draft, sound }) => {
  const { genesys, plain } = draft.sources ?? {};
  const problems: Problem[] = [];
  if (genesys !== undefined && genesys.organization === undefined && sound("sources", "genesys", "organization")) {
    problems.push(
      error("HF1001", {
        path: ["sources", "genesys", "organization"],
        reason:
          "Genesys assumes the export role with this id as external id; without it any Genesys customer could write",
        fix: "Copy the organization id from the Genesys Cloud admin page.",
      }),
    );
  }
  if (plain !== undefined && (plain.writers ?? []).length === 0 && sound("sources", "plain", "writers")) {
    problems.push(
      error("HF1001", {
        path: ["sources", "plain", "writers"],
        reason: "nobody could write in the plain layout",
        fix: "Name the principals that write, or remove holdfast:sources.plain.",
      }),
    );
  }
  if (genesys === undefined && plain === undefined && sound("sources")) {
    problems.push(
      warning("HF1419", {
        path: ["sources"],
        reason: "no platform is named, so nothing can be written to the landing",
        fix: "Name a source: holdfast:sources.genesys or holdfast:sources.plain.",
      }),
    );
  }
  return problems;
};
