/** What is pointed out without stopping anything. */
import { describe, expect, it } from "vitest";
import { found, parse, role } from "./base.ts";

const rows: readonly (readonly [what: string, changes: Record<string, unknown>, ...expected: string[]])[] = [
  ["another aws:region", { "aws:region": "eu-west-1" }, "HF1106 aws:region"],
  ["a provider key that is not handed on", { "aws:defaultTags": { tags: {} } }, "HF1016 aws:defaultTags"],
  [
    "a match on a tag that no rule gives",
    { "holdfast:retention": { finance: { match: { department: "finance" }, deleteAfter: "7 years" } } },
    "HF1216 holdfast:retention.finance.match.department",
  ],
  ["an RPO below 15 minutes", { "holdfast:metadata": { rpo: "5 minutes" } }, "HF1219 holdfast:metadata.rpo"],
  ["DR archives early", { "holdfast:media": { drArchiveAfter: "60 days" } }, "HF1220 holdfast:media.drArchiveAfter"],
  [
    "a principal of another account",
    { "holdfast:legalHold": { officers: [role("A"), role("B", "444455556666")] } },
    "HF1408 holdfast:legalHold.officers[1]",
  ],
  [
    "principals outside the allowed account",
    { "aws:allowedAccountIds": ["444455556666"] },
    "HF1408 holdfast:access.breakGlass[0]",
    "HF1408 holdfast:access.deployers[0]",
    "HF1408 holdfast:legalHold.officers[0]",
  ],
  ["no break-glass", { "holdfast:access": { deployers: [role("Deployer")] } }, "HF1417 holdfast:access.breakGlass"],
  [
    "no deployers under keep",
    { "holdfast:access": { breakGlass: [role("BreakGlass")] } },
    "HF1421 holdfast:access.deployers",
  ],
  [
    "one approval under keep",
    { "holdfast:legalHold": { officers: [role("A")], releaseApprovals: 1 } },
    "HF1014 holdfast:legalHold.releaseApprovals",
    "HF1418 holdfast:legalHold.releaseApprovals",
  ],
  ["no source", { "holdfast:sources": undefined }, "HF1419 holdfast:sources"],
  [
    "break-glass in daily use",
    {
      "holdfast:access": {
        readers: [role("A")],
        drReaders: [role("A")],
        breakGlass: [role("A")],
        deployers: [role("Deployer")],
      },
    },
    "HF1420 holdfast:access.breakGlass[0]",
  ],
  [
    "keys without effect, once",
    {
      "holdfast:failover": { failures: 4 },
      "holdfast:audit": { retention: "11 years" },
      "holdfast:volumes": { recordingsPerDay: 1 },
    },
    "HF1014 holdfast:failover",
  ],
];

describe("config warnings", () => {
  it.each(rows.map(([what, changes, ...expected]) => ({ what, changes, expected })))(
    "$what",
    ({ changes, expected }) => {
      const parsed = parse(changes);
      expect(found(parsed, "error")).toEqual([]);
      expect(found(parsed, "warning")).toEqual([...expected].sort());
      expect(parsed.settings).toBeDefined();
    },
  );

  it("names every key without effect in one message", () => {
    const changes = { "holdfast:failover": { failures: 4 }, "holdfast:audit": {}, "holdfast:prices": {} };
    expect(parse(changes).problems[0]?.reason).toBe(
      "checked, without effect in this version: holdfast:failover, holdfast:audit, holdfast:legalHold.officers, holdfast:prices",
    );
  });

  it("names no key by itself that `keep` asks for", () => {
    expect(parse({ "holdfast:legalHold": { officers: [role("A")] } }).problems).toEqual([]);
    expect(found(parse({ "holdfast:legalHold": { officers: [role("A")], grace: "40 days" } }), "warning")).toEqual([
      "HF1014 holdfast:legalHold.grace",
    ]);
  });

  it("is silent where aws:region agrees", () => {
    expect(parse({ "aws:region": "us-east-1" }).problems).toEqual([]);
  });
});
