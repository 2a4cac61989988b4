/** The arithmetic of tiers, against tables worked by hand from the S3 User Guide's rules. */
import { describe, expect, it } from "vitest";
import type { Kind, Site, Tier } from "../../../model/cloud.ts";
import { duration } from "../../../model/duration.ts";
import { shortStays, tierPlan } from "../../../model/retention.ts";
import type { KindTargets, RetentionClass } from "../../../model/settings.ts";

const targets = (drTier: Tier, drArchiveAfter?: string): KindTargets => ({
  rpo: duration("15 minutes"),
  rto: duration("15 minutes"),
  archivedRto: duration("24 hours"),
  drTier,
  ...(drArchiveAfter === undefined ? {} : { drArchiveAfter: duration(drArchiveAfter) }),
});
const standard: RetentionClass = {
  name: "standard",
  coolAfter: duration("30 days"),
  archiveAfter: duration("180 days"),
  archiveTo: "archive",
  deleteAfter: duration("365 days"),
};
const four: RetentionClass = { ...standard, coldAfter: duration("60 days"), archiveTo: "deepArchive" };

const render = (cls: RetentionClass, site: Site, kind: Kind, t: KindTargets): string => {
  const plan = tierPlan(cls, site, kind, t);
  return [
    ...plan.transitions.map(({ tier, afterDays }) => `${tier}@${afterDays}`),
    `delete@${plan.deleteAfterDays}`,
  ].join(" ");
};

describe("tierPlan", () => {
  it.each<[string, RetentionClass, Site, Kind, KindTargets, string]>([
    ["media in the primary region", standard, "primary", "media", targets("cool"), "cool@30 archive@180 delete@365"],
    ["all tiers", four, "primary", "media", targets("cool"), "cool@30 cold@60 deepArchive@180 delete@365"],
    ["metadata is never moved", four, "primary", "metadata", targets("hot"), "delete@365"],
    ["metadata is never moved in DR", four, "dr", "metadata", targets("hot"), "delete@365"],
    ["DR, arriving hot", standard, "dr", "media", targets("hot"), "cool@30 archive@180 delete@365"],
    ["DR, arriving cool: cool is dropped", standard, "dr", "media", targets("cool"), "archive@180 delete@365"],
    [
      "DR, arriving cold: cool and cold are dropped",
      four,
      "dr",
      "media",
      targets("cold"),
      "deepArchive@180 delete@365",
    ],
    [
      "DR, arriving archived: all but deepArchive is dropped",
      four,
      "dr",
      "media",
      targets("archive"),
      "deepArchive@180 delete@365",
    ],
    ["DR, arriving archived: archive is dropped", standard, "dr", "media", targets("archive"), "delete@365"],
    ["DR, arriving in the last tier", four, "dr", "media", targets("deepArchive"), "delete@365"],
    ["DR archives at its own age", standard, "dr", "media", targets("cool", "60 days"), "archive@60 delete@365"],
    [
      "drArchiveAfter is not for the primary region",
      standard,
      "primary",
      "media",
      targets("cool", "60 days"),
      "cool@30 archive@180 delete@365",
    ],
    [
      "a tier that drArchiveAfter overtakes is left out",
      four,
      "dr",
      "media",
      targets("hot", "100 days"),
      "cool@30 deepArchive@100 delete@365",
    ],
    [
      "a move at the end is left out",
      { ...standard, deleteAfter: duration("180 days") },
      "primary",
      "media",
      targets("cool"),
      "cool@30 delete@180",
    ],
    [
      "years are never short",
      { ...standard, deleteAfter: duration("7 years") },
      "primary",
      "media",
      targets("cool"),
      "cool@30 archive@180 delete@2562",
    ],
  ])("%s", (_what, cls, site, kind, t, expected) => {
    expect(render(cls, site, kind, t)).toBe(expected);
  });
});

describe("shortStays", () => {
  const plan = (deleteAfterDays: number, ...transitions: [Tier, number][]) => ({
    deleteAfterDays,
    transitions: transitions.map(([tier, afterDays]) => ({ tier, afterDays })),
  });

  it.each<[string, ReturnType<typeof plan>, Tier, string[]]>([
    ["30 days in cool", plan(60, ["cool", 30]), "hot", []],
    ["29 days in cool", plan(59, ["cool", 30]), "hot", ["cool>deletion 29/30"]],
    ["90 days in cold", plan(400, ["cold", 4], ["deepArchive", 94]), "hot", []],
    ["89 days in cold", plan(400, ["cold", 4], ["deepArchive", 93]), "hot", ["cold>deepArchive 89/90"]],
    ["90 days in archive", plan(190, ["archive", 100]), "hot", []],
    ["89 days in archive", plan(189, ["archive", 100]), "hot", ["archive>deletion 89/90"]],
    ["180 days in deepArchive", plan(365, ["deepArchive", 185]), "hot", []],
    ["179 days in deepArchive", plan(365, ["deepArchive", 186]), "hot", ["deepArchive>deletion 179/180"]],
    ["arrival counts", plan(20), "cool", ["cool>deletion 20/30"]],
    ["hot has no minimum", plan(1), "hot", []],
  ])("%s", (_what, p, arrival, expected) => {
    const stays = shortStays(p, arrival);
    expect(stays.map((s) => `${s.tier}>${s.leftFor} ${s.leftAtDays - s.enteredAtDays}/${s.minimumDays}`)).toEqual(
      expected,
    );
  });
});
