import { describe, expect, it } from "vitest";
import { type LifecycleRule, landingRules, storeRules } from "../../../components/retention-policy/plan.ts";
import { duration } from "../../../model/duration.ts";
import type { KindTargets, RetentionClass } from "../../../model/settings.ts";

const standard: RetentionClass = {
  name: "standard",
  coolAfter: duration("30 days"),
  archiveAfter: duration("180 days"),
  archiveTo: "archive",
  deleteAfter: duration("365 days"),
};
const targets: KindTargets = {
  rpo: duration("1 hour"),
  rto: duration("15 minutes"),
  archivedRto: duration("24 hours"),
  drTier: "cool",
};
const filter = (status: string) => ({ and: { tags: { "retention-class": "standard", "compliance-status": status } } });
const hygiene = {
  id: "hygiene",
  status: "Enabled",
  filter: { prefix: "" },
  expiration: { expiredObjectDeleteMarker: true },
  abortIncompleteMultipartUpload: { daysAfterInitiation: 7 },
};

describe("storeRules", () => {
  it("primary media: standard tiers and ends, held and grace tier and stay (promise 1, promise 3, promise 4)", () => {
    const transitions = [
      { days: 30, storageClass: "STANDARD_IA" },
      { days: 180, storageClass: "GLACIER" },
    ];
    expect(storeRules([standard], "primary", "media", targets)).toEqual([
      {
        id: "standard-standard",
        status: "Enabled",
        filter: filter("standard"),
        transitions,
        expiration: { days: 365 },
        noncurrentVersionExpiration: { noncurrentDays: 1 },
      },
      { id: "standard-legal-hold", status: "Enabled", filter: filter("legal-hold"), transitions },
      { id: "standard-release-grace", status: "Enabled", filter: filter("release-grace"), transitions },
      hygiene,
    ]);
  });

  it("dr media: what arrives as cool does not move to cool, and ends on the same day (promise 3)", () => {
    const [rule] = storeRules([standard], "dr", "media", targets);
    expect(rule?.transitions).toEqual([{ days: 180, storageClass: "GLACIER" }]);
    expect(rule?.expiration).toEqual({ days: 365 });
  });

  it.each(["primary", "dr"] as const)(
    "%s metadata: no tiers, so no rule for held ones, and the same end as its media (promise 3)",
    (site) => {
      expect(storeRules([standard], site, "metadata", targets)).toEqual([
        {
          id: "standard-standard",
          status: "Enabled",
          filter: filter("standard"),
          expiration: { days: 365 },
          noncurrentVersionExpiration: { noncurrentDays: 1 },
        },
        hygiene,
      ]);
    },
  );

  it("never lets two rules match one object, nor anything expire that is not standard (promise 1, promise 3, promise 4)", () => {
    const finance = { ...standard, name: "finance", deleteAfter: duration("7 years") };
    const rules = storeRules([finance, standard], "primary", "media", targets);
    const filters = rules.filter(({ id }) => id !== "hygiene").map((rule) => JSON.stringify(rule.filter));
    expect(new Set(filters).size).toBe(filters.length);
    expect(rules.every((rule) => rule.id === "hygiene" || "and" in rule.filter)).toBe(true);
    const expiring = rules.filter((rule) => rule.expiration && "days" in rule.expiration).map(({ id }) => id);
    expect(expiring).toEqual(["finance-standard", "standard-standard"]);
    // 7 years of 366 days: never a day before a full calendar year.
    expect(rules[0]?.expiration).toEqual({ days: 2_562 });
  });

  it("keeps marker and upload clean-up out of rules with tags, which S3 would refuse (promise 3)", () => {
    const tagged = (rule: LifecycleRule) => !("prefix" in rule.filter);
    for (const rule of [...storeRules([standard], "primary", "media", targets), ...landingRules()].filter(tagged)) {
      expect(rule.abortIncompleteMultipartUpload).toBeUndefined();
      expect(rule.expiration ?? {}).not.toHaveProperty("expiredObjectDeleteMarker");
    }
  });

  it("refuses more rules than S3 takes", () => {
    const many = Array.from({ length: 334 }, (_, i) => ({ ...standard, name: `class${i}` }));
    expect(() => storeRules(many, "primary", "media", targets)).toThrow(
      expect.objectContaining({ code: "HF4007", message: expect.stringContaining("1003") }),
    );
    expect(storeRules(many.slice(1), "primary", "media", targets)).toHaveLength(1_000);
  });
});

describe("landingRules", () => {
  it("removes only what was admitted, current and overwritten, a week later (promise 5)", () => {
    expect(landingRules()).toEqual([
      {
        id: "admitted",
        status: "Enabled",
        filter: { tag: { key: "holdfast-admitted", value: "true" } },
        expiration: { days: 7 },
        noncurrentVersionExpiration: { noncurrentDays: 1 },
      },
      hygiene,
    ]);
  });
});
