/** Rules on retention classes, tiers and recovery times. The arithmetic itself is in model/retention.ts. */
import type { Match } from "../../model/admission-rules.ts";
import { awsStorageClass, isWarmer, kinds, readableTiers, type Tier } from "../../model/cloud.ts";
import type { Problem } from "../../model/errors.ts";
import {
  arrivalTier,
  lifecycleRulesPerBucket,
  minimumCoolAgeDays,
  restoreTime,
  type ShortStay,
  shortStays,
  tierPlan,
} from "../../model/retention.ts";
import type { RetentionClass } from "../../model/settings.ts";
import { thresholdsOf } from "./resolve.ts";
import { error, type Rule, type RuleContext, warning } from "./rule-context.ts";

/** A class needs a lifecycle rule per bucket for each compliance status; one more rule does the upkeep of the bucket. */
const rulesPerClass = 3;
export const maximumClasses = Math.floor((lifecycleRulesPerBucket - 1) / rulesPerClass);

/** Words that mean something else in keys, tags and lifecycle rules. */
export const reservedClassNames: readonly string[] = [
  "all",
  "any",
  "canary",
  "default",
  "destroy",
  "fast",
  "grace",
  "held",
  "hold",
  "hygiene",
  "keep",
  "landing",
  "legal-hold",
  "media",
  "metadata",
  "never",
  "none",
  "normal",
  "quarantine",
  "recordings",
  "release-grace",
  "sensitive",
];

const writtenClasses = ({ draft }: RuleContext) => Object.entries(draft.retention ?? {});

export const classNames: Rule = (context) =>
  writtenClasses(context).flatMap(([name]) => {
    const path = ["retention", name];
    if (reservedClassNames.includes(name)) {
      return [
        error("HF1202", {
          path,
          value: name,
          reason: "the name has another meaning in object keys, tags or lifecycle rules",
          fix: "Choose another name for the class.",
        }),
      ];
    }
    if (/^[a-z][a-z0-9-]{0,62}$/.test(name)) return [];
    return [
      error("HF1201", {
        path,
        value: name,
        allowed: "a-z, 0-9 and -, beginning with a letter, at most 63 characters",
        reason: "the name becomes part of object keys, tags and rule ids",
        fix: `Rename the class, for example to "${
          name
            .toLowerCase()
            .replaceAll(/[^a-z0-9]+/g, "-")
            .replaceAll(/^[-\d]+|-+$/g, "") || "finance"
        }".`,
      }),
    ];
  });

export const classCount: Rule = (context) => {
  const count = context.settings.retention.length;
  if (count <= maximumClasses) return [];
  return [
    error("HF1206", {
      path: ["retention"],
      value: count,
      allowed: `at most ${maximumClasses} classes with \`standard\``,
      reason: `each class needs ${rulesPerClass} lifecycle rules per bucket, and S3 accepts ${lifecycleRulesPerBucket} in all`,
      fix: "Merge classes that end at the same age.",
    }),
  ];
};

export const classMatches: Rule = (context) =>
  writtenClasses(context).flatMap(([name, cls]): Problem[] => {
    if (!context.sound("retention", name, "match")) return [];
    const path = ["retention", name, "match"];
    if (name === "standard") {
      if (cls.match === undefined) return [];
      return [
        error("HF1204", {
          path,
          value: cls.match,
          reason: "`standard` takes every recording that no other class takes",
          fix: "Move the match to a class of its own.",
        }),
      ];
    }
    if (cls.match !== undefined) return [];
    return [
      error("HF1203", {
        path,
        reason: "only `standard` may be without a match: no recording could ever belong to this class",
        fix: "Write what belongs to the class, for example match: { department: finance }.",
      }),
    ];
  });

export const classEnds: Rule = (context) =>
  writtenClasses(context)
    .filter(
      ([name, cls]) =>
        name !== "standard" && cls.deleteAfter === undefined && context.sound("retention", name, "deleteAfter"),
    )
    .map(([name]) =>
      error("HF1001", {
        path: ["retention", name, "deleteAfter"],
        reason: "only `standard` has a default; how long other recordings are kept must be said",
        fix: "Write deleteAfter, for example 7 years.",
      }),
    );

/** Match fields as one flat map, so that "asks for at least the same" is a comparison of entries. */
function flat(match: Match): Map<string, string> {
  return new Map([
    ...(match.key === undefined ? [] : [["key", match.key] as const]),
    ...Object.entries(match.metadata ?? {}).map(([field, glob]) => [`metadata ${field}`, glob] as const),
    ...Object.entries(match.tags ?? {}).map(([tag, value]) => [`tag ${tag}`, value] as const),
  ]);
}

export const classesReachable: Rule = ({ settings, sound }) => {
  const classes = settings.retention.filter(({ name, match }) => match !== undefined && sound("retention", name));
  return classes.flatMap((cls, index): Problem[] => {
    const own = flat(cls.match ?? {});
    const winner = classes.slice(0, index).find(({ match }) => {
      const needs = [...flat(match ?? {})];
      return needs.length > 0 && needs.every(([field, value]) => own.get(field) === value);
    });
    if (winner === undefined) return [];
    return [
      error("HF1205", {
        path: ["retention", cls.name, "match"],
        value: cls.match,
        reason: `every recording that it matches is taken by \`${winner.name}\`, which keeps it ${cls.deleteAfter.ms === winner.deleteAfter.ms ? "as long and comes first by name" : "longer"}`,
        fix: `Make the match of \`${winner.name}\` narrower, or remove one of the two classes.`,
      }),
    ];
  });
};

export const tierOrder: Rule = (context) =>
  context.settings.retention.flatMap((cls): Problem[] => {
    if (!context.sound("retention", cls.name)) return [];
    const thresholds = thresholdsOf(cls);
    return thresholds.flatMap((threshold, index): Problem[] => {
      const before = thresholds[index - 1];
      const path = ["retention", cls.name, threshold.key];
      if (threshold.key === "coolAfter" && threshold.days < minimumCoolAgeDays) {
        return [
          error("HF1208", {
            path,
            value: cls.coolAfter?.text,
            allowed: `${minimumCoolAgeDays} days or more`,
            reason: "S3 does not move objects to STANDARD_IA in their first 30 days",
            fix: "Use 30 days or more, or coldAfter, which has no such limit.",
          }),
        ];
      }
      if (before === undefined || threshold.days > before.days) return [];
      return [
        error("HF1207", {
          path,
          value: cls[threshold.key]?.text,
          allowed: `more than ${before.key} (${cls[before.key]?.text})`,
          reason: "objects move to colder tiers only, in the order coolAfter < coldAfter < archiveAfter < deleteAfter",
          fix: `Raise ${threshold.key} or lower ${before.key}.`,
        }),
      ];
    });
  });

const isOrdered = (context: RuleContext, cls: RetentionClass): boolean => {
  const only = { ...context, settings: { ...context.settings, retention: [cls] } };
  return context.sound("retention", cls.name) && tierOrder(only).length === 0;
};

const enteringKey = {
  hot: "coolAfter",
  cool: "coolAfter",
  cold: "coldAfter",
  archive: "archiveAfter",
  deepArchive: "archiveAfter",
} as const;

function stayReason(stay: ShortStay): string {
  const days = stay.leftAtDays - stay.enteredAtDays;
  return `the object would leave ${awsStorageClass[stay.tier]} after ${days} ${days === 1 ? "day" : "days"}, but S3 bills that class for ${stay.minimumDays} days: an early-delete fee of ${stay.minimumDays - days} more days of storage for each object`;
}

export const minimumStays: Rule = (context) => {
  const { settings, sound } = context;
  if (!sound("media") || !sound("metadata")) return [];
  return settings.retention
    .filter((cls) => isOrdered(context, cls))
    .flatMap((cls): Problem[] => {
      const primary = shortStays(tierPlan(cls, "primary", "media", settings.media), "hot");
      const found = primary.map((stay) =>
        stayProblem(
          cls,
          stay,
          "primary",
          cls[stay.leftFor === "deletion" ? "deleteAfter" : enteringKey[stay.leftFor]]?.text,
        ),
      );
      const told = new Set(primary.map(({ tier, leftFor }) => `${tier} ${leftFor}`));
      for (const kind of kinds) {
        const targets = settings[kind];
        if (!readableTiers.includes(targets.drTier)) continue;
        for (const stay of shortStays(tierPlan(cls, "dr", kind, targets), targets.drTier)) {
          if (told.has(`${stay.tier} ${stay.leftFor}`)) continue;
          told.add(`${stay.tier} ${stay.leftFor}`);
          found.push(drStayProblem(cls, stay, kind, settings[kind].drArchiveAfter?.text));
        }
      }
      return found;
    });
};

function stayProblem(cls: RetentionClass, stay: ShortStay, site: string, value: string | undefined): Problem {
  const key = stay.leftFor === "deletion" ? "deleteAfter" : enteringKey[stay.leftFor];
  return error(stay.leftFor === "deletion" ? "HF1210" : "HF1209", {
    path: ["retention", cls.name, key],
    value,
    allowed: `${stay.enteredAtDays + stay.minimumDays} days or more`,
    reason: `in the ${site} region ${stayReason(stay)}`,
    fix: `Use ${stay.enteredAtDays + stay.minimumDays} days or more, or move the object to the tier before that earlier or not at all.`,
  });
}

function drStayProblem(
  cls: RetentionClass,
  stay: ShortStay,
  kind: "metadata" | "media",
  drArchiveAfter: string | undefined,
): Problem {
  const archives = stay.leftFor === "archive" || stay.leftFor === "deepArchive";
  const archived = stay.tier === "archive" || stay.tier === "deepArchive";
  if (drArchiveAfter !== undefined && (archives || archived)) {
    return error(archives ? "HF1213" : "HF1210", {
      path: [kind, "drArchiveAfter"],
      value: drArchiveAfter,
      ...(archives ? { allowed: `${stay.enteredAtDays + stay.minimumDays} days or more` } : {}),
      reason: `in DR, for the class \`${cls.name}\`, ${stayReason(stay)}`,
      fix: archives
        ? "Archive later, or choose a warmer drTier."
        : `Archive earlier, keep \`${cls.name}\` longer, or leave drArchiveAfter out.`,
    });
  }
  const code = stay.leftFor === "deletion" ? "HF1210" : "HF1209";
  const key = stay.leftFor === "deletion" ? "deleteAfter" : enteringKey[stay.leftFor];
  return error(code, {
    path: ["retention", cls.name, key],
    value: cls[key]?.text,
    allowed: `${stay.enteredAtDays + stay.minimumDays} days or more`,
    reason: `in DR, where ${kind} arrives as \`${stay.tier}\`, ${stayReason(stay)}`,
    fix: `Use ${stay.enteredAtDays + stay.minimumDays} days or more, or a warmer \`holdfast:${kind}.drTier\`.`,
  });
}

const isArchived = (tier: Tier): tier is "archive" | "deepArchive" => !readableTiers.includes(tier);

export const archivedRecovery: Rule = (context) => {
  const { settings, sound } = context;
  if (!sound("media") || !sound("retention")) return [];
  const uses = settings.retention.flatMap((cls) =>
    (["primary", "dr"] as const).flatMap((site) =>
      [
        { tier: arrivalTier(site, settings.media) },
        ...tierPlan(cls, site, "media", settings.media).transitions,
      ].flatMap(({ tier }) => (isArchived(tier) ? [{ cls, tier }] : [])),
    ),
  );
  const slowest = uses.find(({ tier }) => tier === "deepArchive") ?? uses[0];
  if (slowest === undefined) return [];
  const { standard, bulk } = restoreTime[slowest.tier];
  if (settings.media.archivedRto.ms >= standard.ms) return [];
  return [
    error("HF1211", {
      path: ["media", "archivedRto"],
      value: settings.media.archivedRto.text,
      allowed: `${standard.text} or more`,
      reason: `media of the class \`${slowest.cls.name}\` come to lie in ${awsStorageClass[slowest.tier]}, from which a restore takes up to ${standard.text} (up to ${bulk.text} at the bulk price)`,
      fix: `Use ${standard.text} or more, or do not archive.`,
    }),
  ];
};

export const readableArrival: Rule = ({ settings, sound }) => {
  const problems: Problem[] = [];
  const { drTier, rto } = settings.media;
  if (isArchived(drTier) && sound("media") && rto.ms < restoreTime[drTier].standard.ms) {
    problems.push(
      error("HF1212", {
        path: ["media", "drTier"],
        value: drTier,
        allowed: readableTiers.join(", "),
        reason: `copies in ${awsStorageClass[drTier]} cannot be read before a restore of up to ${restoreTime[drTier].standard.text}, so no reader could be served from DR within the rto of ${rto.text}`,
        fix: "Use a readable tier on arrival and drArchiveAfter for later.",
      }),
    );
  }
  for (const key of ["drTier", "drArchiveAfter"] as const) {
    const value = settings.metadata[key];
    const archives = key === "drTier" ? isArchived(settings.metadata.drTier) : value !== undefined;
    if (!archives || !sound("metadata", key)) continue;
    problems.push(
      error("HF1221", {
        path: ["metadata", key],
        value: typeof value === "object" ? value.text : value,
        reason: "metadata stays readable for as long as its media exist: it says what there is to restore",
        fix: key === "drTier" ? `Use one of: ${readableTiers.join(", ")}.` : "Remove the key.",
      }),
    );
  }
  return problems;
};

export const drArchiving: Rule = ({ settings, sound }) => {
  const { drArchiveAfter, drTier } = settings.media;
  if (drArchiveAfter === undefined || !sound("media")) return [];
  const path = ["media", "drArchiveAfter"];
  if (!isWarmer(drTier, "archive")) {
    return [
      error("HF1213", {
        path,
        value: drArchiveAfter.text,
        reason: `copies arrive in DR as \`${drTier}\` already`,
        fix: "Remove drArchiveAfter, or choose a warmer drTier.",
      }),
    ];
  }
  if (!sound("retention")) return [];
  const earlier = settings.retention.find(
    (cls) => drArchiveAfter.ms < (cls.archiveAfter ?? cls.deleteAfter).ms && drArchiveAfter.ms < cls.deleteAfter.ms,
  );
  if (earlier === undefined) return [];
  return [
    warning("HF1220", {
      path,
      value: drArchiveAfter.text,
      reason: `the DR copies of the class \`${earlier.name}\` are archived while the primary ones are still readable: after this age a regional outage is noticed by readers`,
      fix: "Leave the key out to archive both at the same age.",
    }),
  ];
};

export const guaranteedReplication: Rule = ({ settings, sound }) =>
  kinds
    .filter((kind) => settings[kind].rpo.ms < 15 * 60_000 && sound(kind, "rpo"))
    .map((kind) =>
      warning("HF1219", {
        path: [kind, "rpo"],
        value: settings[kind].rpo.text,
        reason: "S3 Replication Time Control promises 15 minutes for 99.9 % of objects and knows no other figure",
        fix: "Keep it if you want the alarm this early; expect it to sound while S3 keeps its promise.",
      }),
    );

export const noticedInTime: Rule = ({ settings, sound }) => {
  const { failures, probeInterval } = settings.failover;
  const notice = failures * probeInterval.ms;
  return kinds
    .filter((kind) => settings[kind].rto.ms < notice && sound(kind, "rto") && sound("failover"))
    .map((kind) =>
      error("HF1223", {
        path: [kind, "rto"],
        value: settings[kind].rto.text,
        allowed: `${Math.ceil(notice / 1_000)} seconds or more`,
        reason: `an outage is noticed only after ${failures} failed probes, one every ${probeInterval.text}`,
        fix: "Raise the rto, or probe more often.",
      }),
    );
};
