/** Every way in which config is refused, and what the messages say. */
import { describe, expect, it } from "vitest";
import { codes } from "../../../model/codes/index.ts";
import { base, found, parse, role } from "./base.ts";
import { genesys, groups, numbered, retention } from "./error-cases.ts";

describe.each(Object.entries(groups))("config errors (promise 8): %s", (_, rows) => {
  it.each(rows.map(([what, changes, ...expected]) => ({ what, changes, expected })))(
    "$what",
    ({ changes, expected }) => {
      const parsed = parse(changes);
      expect(found(parsed, "error")).toEqual([...expected].sort());
      expect(parsed.settings).toBeUndefined();
    },
  );
});

describe("all errors (promise 8)", () => {
  it("are at least 60 cases over at least 25 codes, all registered", () => {
    const rows = Object.values(groups).flat();
    const used = new Set(rows.flatMap(([, , ...expected]) => expected.map((line) => line.slice(0, 6))));
    expect(rows.length).toBeGreaterThanOrEqual(60);
    expect(used.size).toBeGreaterThanOrEqual(25);
    expect([...used].filter((code) => !(code in codes))).toEqual([]);
  });

  it("come at once: ten mistakes, ten problems", () => {
    const parsed = parse({
      "holdfast:primaryRegion": "westeurope",
      "holdfast:media": { rpo: 60, drTier: "warm" },
      "holdfast:retention": {
        standard: { worm: "compliance", deleteAfter: "365 days" },
        held: { match: { key: "a" }, deleteAfter: "2 years" },
      },
      "holdfast:legalHold": { officers: [role("*")] },
      "holdfast:access": { readers: [role("QaPortal")], drReaders: [], breakGlass: [role("BreakGlass")] },
      "holdfast:alerts": { emial: ["oncall@example.com"] },
      "holdfast:volumes": { averageMedia: 25 },
    });
    expect(
      parsed.problems
        .filter(({ severity }) => severity === "error")
        .map(({ code, path }) => `${code} ${path}`)
        .sort(),
    ).toEqual([
      "HF1002 holdfast:alerts.emial",
      "HF1003 holdfast:volumes.averageMedia",
      "HF1004 holdfast:media.drTier",
      "HF1006 holdfast:media.rpo",
      "HF1023 holdfast:retention.standard.worm",
      "HF1102 holdfast:primaryRegion",
      "HF1202 holdfast:retention.held",
      "HF1402 holdfast:legalHold.officers[0]",
      "HF1409 holdfast:access.readers[0]",
      "HF1411 holdfast:alerts.email",
    ]);
  });

  it("carry reason and fix, and hide secrets", () => {
    const { problems } = parse({ "holdfast:tags": { owner: "AKIAIOSFODNN7EXAMPLE" }, "holdfast:media": { rpo: 60 } });
    for (const problem of problems) {
      expect(problem.reason).not.toBe("");
      expect(problem.fix).not.toBe("");
    }
    expect(JSON.stringify(problems)).not.toContain("AKIA");
  });

  it("say nothing but the cloud under azure", () => {
    expect(
      parse({ "holdfast:cloud": "azure", "holdfast:alerts": undefined, "holdfast:nonsense": 1 }).problems,
    ).toHaveLength(1);
  });
});

describe("messages", () => {
  const fixOf = (changes: Record<string, unknown>): string => parse(changes).problems[0]?.fix ?? "";

  it.each([
    ["an unknown key", { "holdfast:media": { drteir: "hot" } }, 'Did you mean "drTier"?'],
    ["an unknown top-level key", { "holdfast:retentoin": {} }, 'Did you mean "retention"?'],
    ["a wrong namespace", { "holdfst:media": {} }, 'Did you mean "holdfast:media"?'],
    ["a wrong word", { "holdfast:media": { drTier: "achive" } }, 'Did you mean "archive"?'],
    ["a short duration", { "holdfast:media": { rpo: "45min" } }, 'Did you mean "45 minutes"?'],
    ["a region with a typo", { "holdfast:drRegion": "us-wset-2" }, 'Did you mean "us-west-2"?'],
    ["a zone", { "holdfast:primaryRegion": "us-east-1a" }, 'Did you mean "us-east-1"?'],
  ] as [string, Record<string, unknown>, string][])("suggest for %s", (_what, changes, expected) => {
    expect(fixOf(changes)).toBe(expected);
  });

  it("suggest the role of a session", () => {
    const fix = fixOf({ "holdfast:legalHold": { officers: ["arn:aws:sts::111122223333:assumed-role/Officer/jane"] } });
    expect(fix).toContain('"arn:aws:iam::111122223333:role/Officer"');
  });

  it("name the early-delete fee", () => {
    const [problem] = parse(
      retention({ archiveAfter: "186 days", archiveTo: "deepArchive", deleteAfter: "365 days" }),
    ).problems;
    expect(problem?.reason).toContain("leave DEEP_ARCHIVE after 179 days");
    expect(problem?.reason).toContain("early-delete fee of 1 more days");
    expect(problem?.allowed).toBe("366 days or more");
  });

  it("name the restore time", () => {
    const [problem] = parse({
      ...retention({ archiveAfter: "180 days" }),
      "holdfast:media": { archivedRto: "4 hours" },
    }).problems;
    expect(problem?.reason).toContain("up to 5 hours (up to 12 hours at the bulk price)");
  });

  it("explain what --path does to digits", () => {
    const [problem] = parse(genesys({ accountId: 12345678901 })).problems;
    expect(problem?.reason).toContain("`pulumi config set --path` stores digits as a number");
    expect(problem?.fix).toContain("--type string");
  });

  it("accept 332 classes beside standard: 3 × 333 + 1 rules are 1,000", () => {
    const classes = numbered(332, (n) => ({ match: { key: `${n}/*` }, deleteAfter: "2 years" }));
    expect(parse({ "holdfast:retention": classes }).problems).toEqual([]);
  });

  it("leave the valid config alone", () => {
    expect(parse({}).problems).toEqual([]);
    expect(Object.keys(base)).toHaveLength(7);
  });
});
