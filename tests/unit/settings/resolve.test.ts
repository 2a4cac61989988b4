/** What valid config means: defaults by hand from the design of the keys, shorthand, order, and what is passed on. */
import { describe, expect, it } from "vitest";
import { duration } from "../../../model/duration.ts";
import type { RetentionClass, Settings } from "../../../model/settings.ts";
import { configOf, parse, role } from "./base.ts";

function settingsOf(changes: Record<string, unknown>): Settings {
  const { settings, problems } = parse(changes);
  if (settings === undefined) throw new Error(problems.map(({ code, path }) => `${code} ${path}`).join(", "));
  return settings;
}

const standardOf = (standard: Record<string, unknown>): Record<string, unknown> => {
  const last = settingsOf({ "holdfast:retention": { standard }, "holdfast:media": { drTier: "hot" } }).retention.at(-1);
  const { name, archiveTo, ...ages } = last as RetentionClass;
  return Object.fromEntries(Object.entries(ages).map(([key, value]) => [key, (value as { text: string }).text]));
};

describe("defaults", () => {
  it("fill in everything under keep", () => {
    expect(settingsOf({})).toEqual({
      cloud: "aws",
      primaryRegion: "us-east-1",
      drRegion: "us-west-2",
      removal: "keep",
      metadata: {
        rpo: duration("15 minutes"),
        rto: duration("15 minutes"),
        archivedRto: duration("24 hours"),
        drTier: "hot",
      },
      media: {
        rpo: duration("60 minutes"),
        rto: duration("15 minutes"),
        archivedRto: duration("24 hours"),
        drTier: "cool",
      },
      retention: [
        {
          name: "standard",
          coolAfter: duration("30 days"),
          archiveAfter: duration("180 days"),
          archiveTo: "archive",
          deleteAfter: duration("365 days"),
        },
      ],
      legalHold: {
        officers: [role("ComplianceOfficer")],
        grace: duration("30 days"),
        releaseApprovals: 2,
        bulkThreshold: 1_000,
        approvalExpires: duration("7 days"),
      },
      access: {
        readers: [],
        drReaders: [],
        sensitiveReaders: [],
        drAdmins: [],
        breakGlass: [role("BreakGlass")],
        deployers: [role("Deployer")],
      },
      admission: { classification: [], holdRules: [], classes: [{ className: "standard" }] },
      sources: {
        genesys: {
          organization: "00000000-0000-4000-8000-000000000000",
          accountId: "765628985471",
          objectOwnership: "enforced",
        },
      },
      failover: { probeInterval: duration("30 seconds"), failures: 3, successes: 10, automaticReads: true },
      audit: { retention: duration("10 years"), lock: "compliance" },
      volumes: {},
      alerts: { email: ["oncall@example.com"] },
      tags: {},
      provider: {},
    });
  });

  it("depend on removal", () => {
    const settings = settingsOf({
      "holdfast:removal": "destroy",
      "holdfast:legalHold": undefined,
      "holdfast:alerts": undefined,
    });
    expect(settings.audit).toEqual({ retention: duration("1 day"), lock: "governance" });
    expect(settings.legalHold.releaseApprovals).toBe(1);
  });

  it.each([
    [
      "only the end",
      { deleteAfter: "400 days" },
      { coolAfter: "30 days", archiveAfter: "180 days", deleteAfter: "400 days" },
    ],
    ["an end before the archive pays", { deleteAfter: "269 days" }, { coolAfter: "30 days", deleteAfter: "269 days" }],
    [
      "an end at which the archive just pays",
      { deleteAfter: "270 days" },
      { coolAfter: "30 days", archiveAfter: "180 days", deleteAfter: "270 days" },
    ],
    ["an end before cool pays", { deleteAfter: "59 days" }, { deleteAfter: "59 days" }],
    ["an early archive", { archiveAfter: "59 days" }, { archiveAfter: "59 days", deleteAfter: "365 days" }],
    ["never", { coolAfter: "never", archiveAfter: "never" }, { deleteAfter: "365 days" }],
    ["never archived", { archiveAfter: "never" }, { coolAfter: "30 days", deleteAfter: "365 days" }],
  ])("of standard fit around what is written: %s", (_what, written, expected) => {
    expect(standardOf(written)).toEqual(expected);
  });
});

describe("classes", () => {
  it("are ordered by how long they keep, then by name, whatever the order of the file", () => {
    const cls = (key: string, deleteAfter: string) => ({ match: { key }, deleteAfter });
    const settings = settingsOf({
      "holdfast:retention": {
        beta: cls("b/*", "2 years"),
        alpha: cls("a/*", "2 years"),
        long: cls("l/*", "10 years"),
      },
    });
    const expected = ["long", "alpha", "beta", "standard"];
    expect(settings.retention.map(({ name }) => name)).toEqual(expected);
    expect(settings.admission.classes.map(({ className }) => className)).toEqual(expected);
  });

  it("take tags by name in a match", () => {
    const settings = settingsOf({
      "holdfast:classification": [
        { name: "cards", match: { key: "pay/*" }, tags: { PCI: true, department: "finance" } },
      ],
      "holdfast:retention": {
        finance: {
          match: { department: "finance", key: "pay/*", metadata: { "queue.name": "F*" } },
          deleteAfter: "7 years",
        },
      },
    });
    expect(settings.admission.classification).toEqual([
      { name: "cards", match: { key: "pay/*" }, tags: { PCI: "true", department: "finance" } },
    ]);
    expect(settings.admission.classes[0]).toEqual({
      className: "finance",
      match: { key: "pay/*", metadata: { "queue.name": "F*" }, tags: { department: "finance" } },
    });
  });
});

describe("values", () => {
  it("take an account id of twelve digits as a number, because no zero can be missing", () => {
    const organization = "00000000-0000-4000-8000-000000000000";
    const settings = settingsOf({ "holdfast:sources": { genesys: { organization, accountId: 325654371633 } } });
    expect(settings.sources.genesys?.accountId).toBe("325654371633");
  });

  it("take a date as Pulumi hands an unquoted one over", () => {
    const sovereignty = { mechanism: "SCC", reference: "file 7", signedOn: "2026-01-05 00:00:00 +0000 UTC" };
    const settings = settingsOf({ "holdfast:drRegion": "eu-central-1", "holdfast:sovereignty": sovereignty });
    expect(settings.sovereignty).toEqual({ mechanism: "SCC", reference: "file 7", signedOn: "2026-01-05" });
  });

  it("take sizes in decimal units (promise 7)", () => {
    expect(settingsOf({ "holdfast:volumes": { recordingsPerDay: 40_000, averageMedia: "25 MB" } }).volumes).toEqual({
      recordingsPerDay: 40_000,
      averageMediaBytes: 25_000_000,
    });
  });

  it("hand provider config on, typed as the provider takes it", () => {
    const provider = {
      "aws:profile": "prod",
      "aws:assumeRoles": [{ roleArn: role("Deploy") }],
      "aws:s3UsePathStyle": "true",
      "aws:maxRetries": "5",
      "aws:allowedAccountIds": ["111122223333"],
    };
    expect(settingsOf(provider).provider).toEqual({
      profile: "prod",
      assumeRoles: [{ roleArn: role("Deploy") }],
      s3UsePathStyle: true,
      maxRetries: 5,
      allowedAccountIds: ["111122223333"],
    });
  });

  it("accept two regions of GovCloud with principals of GovCloud", () => {
    const gov = (name: string) => `arn:aws-us-gov:iam::111122223333:role/${name}`;
    const settings = settingsOf({
      "holdfast:primaryRegion": "us-gov-west-1",
      "holdfast:drRegion": "us-gov-east-1",
      "holdfast:legalHold": { officers: [gov("O")] },
      "holdfast:access": { breakGlass: [gov("B")] },
    });
    expect(settings.legalHold.officers).toEqual(["arn:aws-us-gov:iam::111122223333:role/O"]);
  });
});

describe("the example of the design", () => {
  const example = `
config:
  holdfast:cloud: aws
  holdfast:primaryRegion: us-east-1
  holdfast:drRegion: us-west-2
  holdfast:metadata: { rpo: 15 minutes }              # 15 minutes or less = guaranteed replication
  holdfast:media: { rpo: 60 minutes, drTier: cool, archivedRto: 24 hours }
  holdfast:retention:
    standard: { coolAfter: 30 days, archiveAfter: 180 days, deleteAfter: 365 days }
    finance: { match: { department: finance }, coolAfter: 30 days, archiveAfter: 180 days, deleteAfter: 7 years }
  holdfast:legalHold: { officers: [arn:aws:iam::111122223333:role/ComplianceOfficer], releaseApprovals: 2 }
  holdfast:access:
    readers: [arn:aws:iam::111122223333:role/QaPortal]
    drReaders: [arn:aws:iam::111122223333:role/ComplianceAuditor, arn:aws:iam::111122223333:role/QaPortal]
    sensitiveReaders: [arn:aws:iam::111122223333:role/PciAuditor]
  holdfast:sources: { genesys: { organization: 00000000-0000-4000-8000-000000000000 } }
  holdfast:volumes: { recordingsPerDay: 40000, averageMedia: 25 MB }
  holdfast:alerts: { email: [oncall@example.com] }
`;

  it("is valid as it stands", () => {
    const all = Object.keys(configOf(example));
    const taken = ["holdfast:legalHold", "holdfast:access", "holdfast:sources", "holdfast:alerts"];
    expect(taken.every((key) => all.includes(key))).toBe(true);
    const { settings, problems } = parse(configOf(example));
    expect(problems.filter(({ severity }) => severity === "error")).toEqual([]);
    expect(settings?.retention.map(({ name, deleteAfter }) => [name, deleteAfter.text])).toEqual([
      ["finance", "7 years"],
      ["standard", "365 days"],
    ]);
    expect(settings?.volumes).toEqual({ recordingsPerDay: 40_000, averageMediaBytes: 25_000_000 });
  });
});
