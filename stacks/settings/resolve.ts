/** From what was written to what holds: fills in defaults, also those that depend on other keys. Total and pure. */
import { type ClassificationTag, classificationTags, type Match } from "../../model/admission-rules.ts";
import { duration, inDays } from "../../model/duration.ts";
import { shortStays, type TierPlan, tierPlan } from "../../model/retention.ts";
import type { GenesysSource, KindTargets, RetentionClass, Settings } from "../../model/settings.ts";
import { defaults } from "./defaults.ts";
import type { Draft } from "./schema.ts";

type DraftClass = NonNullable<NonNullable<Draft["retention"]>[string]>;
type DraftTargets = NonNullable<Draft["metadata"]>;
type DraftMatch = NonNullable<DraftClass["match"]>;

/**
 * The settings that a draft stands for. Required keys that are missing become empty text, an empty list or a default;
 * rules.ts reports them, and parse.ts never hands out settings with errors.
 */
export function resolve(draft: Draft, provider: Readonly<Record<string, unknown>>): Settings {
  const removal = draft.removal ?? defaults.removal;
  const media = resolveTargets(draft.media, "media");
  const retention = resolveClasses(draft, media);
  const { sovereignty } = draft;
  return {
    cloud: draft.cloud ?? "aws",
    primaryRegion: draft.primaryRegion ?? "",
    drRegion: draft.drRegion ?? "",
    removal,
    metadata: resolveTargets(draft.metadata, "metadata"),
    media,
    retention,
    legalHold: {
      officers: present(draft.legalHold?.officers),
      grace: draft.legalHold?.grace ?? duration(defaults.legalHold.grace),
      releaseApprovals:
        (draft.legalHold?.releaseApprovals ?? defaults.legalHold.releaseApprovals[removal]) === 2 ? 2 : 1,
      bulkThreshold: draft.legalHold?.bulkThreshold ?? defaults.legalHold.bulkThreshold,
      approvalExpires: draft.legalHold?.approvalExpires ?? duration(defaults.legalHold.approvalExpires),
    },
    access: {
      readers: present(draft.access?.readers),
      drReaders: present(draft.access?.drReaders),
      sensitiveReaders: present(draft.access?.sensitiveReaders),
      drAdmins: present(draft.access?.drAdmins),
      breakGlass: present(draft.access?.breakGlass),
      deployers: present(draft.access?.deployers),
    },
    admission: {
      classification: present(draft.classification).map((rule) => ({
        name: rule.name ?? "",
        match: resolveMatch(rule.match),
        tags: tagsOf(rule.tags),
      })),
      holdRules: present(draft.holdRules).map((rule) => ({ name: rule.name ?? "", match: resolveMatch(rule.match) })),
      classes: retention.map(({ name, match }) => ({ className: name, ...(match === undefined ? {} : { match }) })),
    },
    sources: {
      ...(draft.sources?.genesys === undefined ? {} : { genesys: resolveGenesys(draft.sources.genesys) }),
      ...(draft.sources?.plain === undefined ? {} : { plain: { writers: present(draft.sources.plain.writers) } }),
    },
    ...(sovereignty === undefined
      ? {}
      : {
          sovereignty: {
            mechanism: sovereignty.mechanism ?? "",
            reference: sovereignty.reference ?? "",
            signedOn: sovereignty.signedOn ?? "",
          },
        }),
    failover: {
      probeInterval: draft.failover?.probeInterval ?? duration(defaults.failover.probeInterval),
      failures: draft.failover?.failures ?? defaults.failover.failures,
      successes: draft.failover?.successes ?? defaults.failover.successes,
      automaticReads: draft.failover?.automaticReads ?? defaults.failover.automaticReads,
    },
    audit: {
      retention: draft.audit?.retention ?? duration(defaults.audit[removal].retention),
      lock: draft.audit?.lock ?? defaults.audit[removal].lock,
    },
    volumes: {
      ...(draft.volumes?.recordingsPerDay === undefined ? {} : { recordingsPerDay: draft.volumes.recordingsPerDay }),
      ...(draft.volumes?.averageMedia === undefined ? {} : { averageMediaBytes: draft.volumes.averageMedia }),
    },
    alerts: { email: present(draft.alerts?.email) },
    tags: presentValues(draft.tags ?? {}),
    provider,
  };
}

/** Without the entries that the schema refused. */
function present<T>(list: readonly (T | undefined)[] | undefined): T[] {
  return (list ?? []).filter((entry) => entry !== undefined);
}

function presentValues(map: Readonly<Record<string, string | undefined>>): Record<string, string> {
  return Object.fromEntries(Object.entries(map).filter((entry): entry is [string, string] => entry[1] !== undefined));
}

function resolveTargets(draft: DraftTargets | undefined, kind: "metadata" | "media"): KindTargets {
  return {
    rpo: draft?.rpo ?? duration(defaults[kind].rpo),
    rto: draft?.rto ?? duration(defaults[kind].rto),
    archivedRto: draft?.archivedRto ?? duration(defaults[kind].archivedRto),
    drTier: draft?.drTier ?? defaults[kind].drTier,
    ...(draft?.drArchiveAfter === undefined ? {} : { drArchiveAfter: draft.drArchiveAfter }),
  };
}

function resolveGenesys(draft: NonNullable<NonNullable<Draft["sources"]>["genesys"]>): GenesysSource {
  return {
    organization: draft.organization ?? "",
    accountId: draft.accountId ?? defaults.genesys.accountId,
    objectOwnership: draft.objectOwnership ?? defaults.genesys.objectOwnership,
  };
}

function tagsOf(draft: DraftMatch | undefined): Partial<Record<ClassificationTag, string>> {
  return Object.fromEntries(
    classificationTags.flatMap((tag) => {
      const value = draft?.[tag];
      return value === undefined ? [] : [[tag, value] as const];
    }),
  );
}

export function resolveMatch(draft: DraftMatch | undefined): Match {
  const tags = tagsOf(draft);
  const metadata = presentValues(draft?.metadata ?? {});
  return {
    ...(draft?.key === undefined ? {} : { key: draft.key }),
    ...(Object.keys(metadata).length === 0 ? {} : { metadata }),
    ...(Object.keys(tags).length === 0 ? {} : { tags }),
  };
}

/**
 * Longest kept first, then by name, and `standard` last: where two classes match, the recording is kept for the longer
 * time. The order of the file cannot decide, because Pulumi hands maps over sorted by name.
 */
function resolveClasses(draft: Draft, media: KindTargets): RetentionClass[] {
  const written = Object.entries(draft.retention ?? {}).filter(([name]) => name !== "standard");
  const classes = written.map(([name, cls]) => resolveClass(name, cls));
  classes.sort((a, b) => b.deleteAfter.ms - a.deleteAfter.ms || (a.name < b.name ? -1 : 1));
  return [...classes, resolveStandard(draft.retention?.standard ?? {}, media)];
}

function resolveClass(name: string, draft: DraftClass): RetentionClass {
  const thresholds = (["coolAfter", "coldAfter", "archiveAfter"] as const).flatMap((key) => {
    const value = draft[key];
    return value === undefined || value === "never" ? [] : [[key, value] as const];
  });
  return {
    name,
    ...(draft.match === undefined ? {} : { match: resolveMatch(draft.match) }),
    ...Object.fromEntries(thresholds),
    archiveTo: draft.archiveTo ?? defaults.archiveTo,
    deleteAfter: draft.deleteAfter ?? duration(defaults.standard.deleteAfter),
  };
}

/** `standard` with its default thresholds, as far as they fit what was written. */
function resolveStandard(draft: DraftClass, media: KindTargets): RetentionClass {
  const { match: _, ...rest } = draft;
  let cls = resolveClass("standard", rest);
  for (const key of ["archiveAfter", "coolAfter"] as const) {
    if (draft[key] !== undefined) continue;
    const more = { ...cls, [key]: duration(defaults.standard[key]) };
    if (fits(more, media)) cls = more;
  }
  return cls;
}

const fits = (cls: RetentionClass, media: KindTargets): boolean =>
  isOrdered(cls) && shortStays(primaryPlan(cls, media), "hot").length === 0;

const primaryPlan = (cls: RetentionClass, media: KindTargets): TierPlan => tierPlan(cls, "primary", "media", media);

/** The thresholds of a class in the order in which they must come; the end is last. */
export function thresholdsOf(
  cls: RetentionClass,
): { key: "coolAfter" | "coldAfter" | "archiveAfter" | "deleteAfter"; days: number }[] {
  return (["coolAfter", "coldAfter", "archiveAfter", "deleteAfter"] as const).flatMap((key) => {
    const after = cls[key];
    return after === undefined ? [] : [{ key, days: inDays(after) }];
  });
}

function isOrdered(cls: RetentionClass): boolean {
  const days = thresholdsOf(cls).map((threshold) => threshold.days);
  return days.every((value, index) => index === 0 || value > (days[index - 1] ?? 0));
}
