/**
 * Lifecycle semantics against tables worked by hand from the S3 User Guide: age arithmetic, filters, the waterfall,
 * conflicts, locks, replication status. Proves nothing about the emulator; the emulator grade does.
 */
import { describe, expect, test } from "vitest";
import { type Configuration, parseConfiguration, parseRule } from "../../../emulator/cloud/calendar/rules.ts";
import {
  canTransition,
  evaluate,
  type Outcome,
  type Stack,
  type Version,
} from "../../../emulator/cloud/calendar/semantics.ts";
import { dueAt, runOffsetMs } from "../../../emulator/cloud/calendar/time.ts";

const at = (text: string): number => Date.parse(text);
const iso = (time: number | undefined) => (time === undefined ? undefined : new Date(time).toISOString().slice(0, 16));

const version = (more: Partial<Version> = {}): Version => ({
  versionId: "v1",
  isDeleteMarker: false,
  created: at("2026-01-01T10:00:00Z"),
  size: 1_000_000,
  storageClass: "STANDARD",
  tags: { "retention-class": "standard" },
  legalHold: false,
  ...more,
});
const marker = (more: Partial<Version> = {}) =>
  version({ versionId: "m", isDeleteMarker: true, size: 0, tags: {}, ...more });
const stack = (...versions: Version[]): Stack => ({ key: "recordings/a", versions });

const rules = (...Rules: object[]): Configuration =>
  parseConfiguration("b", {
    Rules: Rules.map((rule, i) => ({ ID: `r${i}`, Status: "Enabled" as const, Filter: { Prefix: "" }, ...rule })),
  });
const days = (Days: number) => ({ Expiration: { Days } });
const standard = { Filter: { And: { Prefix: "recordings/", Tags: [{ Key: "retention-class", Value: "standard" }] } } };

const summary = (outcome: Outcome) =>
  outcome.actions.map(
    (a) => `${a.kind} ${a.version.versionId}${a.kind === "transition" ? ` ${a.storageClass}` : ""} by ${a.rule}`,
  );
/** The days, from `first` on, on which something is done to the stack. */
const firstDay = (configuration: Configuration, of: Stack, first: string) => {
  const outcome = evaluate(configuration, of, at(first));
  return outcome.actions.length > 0 ? iso(at(first)) : iso(outcome.next);
};

describe("age", () => {
  test.each([
    ["2014-01-15T10:30:00Z", 3, "2014-01-19T00:00"],
    ["2026-01-01T10:00:00Z", 364, "2027-01-01T00:00"],
    ["2026-01-01T10:00:00Z", 365, "2027-01-02T00:00"],
    ["2024-02-28T23:59:59Z", 1, "2024-03-01T00:00"],
    ["2026-03-01T00:00:00Z", 30, "2026-03-31T00:00"],
  ])("%s plus %i days is due %s", (created, n, due) => {
    expect(iso(dueAt(at(created), { days: n }))).toBe(due);
  });

  test("a date applies on the date, and to later objects at their next midnight", () => {
    const date = at("2026-06-01T00:00:00Z");
    expect(iso(dueAt(at("2026-01-01T10:00:00Z"), { date }))).toBe("2026-06-01T00:00");
    expect(iso(dueAt(at("2026-07-01T10:00:00Z"), { date }))).toBe("2026-07-02T00:00");
  });
});

describe("the way of a standard recording created 1 January 10:00 UTC", () => {
  const configuration = (n: number) =>
    rules(
      { ...standard, Expiration: { Days: n }, NoncurrentVersionExpiration: { NoncurrentDays: 1 } },
      { Expiration: { ExpiredObjectDeleteMarker: true } },
    );

  test.each([
    [364, "2027-01-01T00:00", "2027-01-03T00:00", "2027-01-04T00:00"],
    [365, "2027-01-02T00:00", "2027-01-04T00:00", "2027-01-05T00:00"],
  ])("N = %i: marker %s, version gone %s, orphan marker gone %s", (n, hidden, gone, clean) => {
    const rule = configuration(n);
    expect(firstDay(rule, stack(version()), "2026-12-01T00:00:00Z")).toBe(hidden);
    expect(summary(evaluate(rule, stack(version()), at(`${hidden}Z`)))).toEqual(["marker v1 by r0"]);
    const made = marker({ created: at(`${hidden}Z`) + runOffsetMs });
    const covered = stack(version(), made);
    expect(evaluate(rule, covered, at(`${hidden}Z`)).actions).toEqual([]);
    expect(firstDay(rule, covered, `${hidden}Z`)).toBe(gone);
    expect(summary(evaluate(rule, covered, at(`${gone}Z`)))).toEqual(["delete v1 by r0"]);
    const orphan = { ...stack(made), aloneSince: at(`${gone}Z`) + runOffsetMs };
    expect(firstDay(rule, orphan, `${gone}Z`)).toBe(clean);
    expect(summary(evaluate(rule, orphan, at(`${clean}Z`)))).toEqual(["delete m by r1"]);
  });

  test("nothing happens the day before", () => {
    const outcome = evaluate(configuration(365), stack(version()), at("2027-01-01T00:00:00Z"));
    expect([outcome.actions, outcome.kept, iso(outcome.next)]).toEqual([[], [], "2027-01-02T00:00"]);
  });

  test("without a noncurrent rule the version stays behind its marker for ever", () => {
    const outcome = evaluate(
      rules(days(365)),
      stack(version(), marker({ created: at("2027-01-02T00:10:00Z") })),
      at("2040-01-01T00:00:00Z"),
    );
    expect([outcome.actions, outcome.next]).toEqual([[], undefined]);
  });
});

describe("filters", () => {
  const late = at("2030-01-01T00:00:00Z");
  const acts = (Filter: object, of: Version) =>
    evaluate(rules({ Filter, ...days(1) }), { key: "recordings/a", versions: [of] }, late).actions.length === 1;

  test.each<[string, object, Partial<Version>, boolean]>([
    ["prefix", { Prefix: "recordings/" }, {}, true],
    ["other prefix", { Prefix: "quarantine/" }, {}, false],
    ["tag, same value", { Tag: { Key: "retention-class", Value: "standard" } }, {}, true],
    ["tag, other value", { Tag: { Key: "retention-class", Value: "finance" } }, {}, false],
    ["tag missing on the version", { Tag: { Key: "compliance-status", Value: "standard" } }, {}, false],
    ["larger than, exclusive", { ObjectSizeGreaterThan: 500 }, { size: 500 }, false],
    ["larger than", { ObjectSizeGreaterThan: 500 }, { size: 501 }, true],
    ["less than, exclusive", { ObjectSizeLessThan: 500 }, { size: 500 }, false],
    [
      "all of And",
      {
        And: { Prefix: "recordings/", Tags: [{ Key: "retention-class", Value: "standard" }], ObjectSizeGreaterThan: 1 },
      },
      {},
      true,
    ],
    ["one of And missing", { And: { Prefix: "recordings/", Tags: [{ Key: "a", Value: "b" }] } }, {}, false],
  ])("%s", (_, filter, more, expected) => {
    expect(acts(filter, version(more))).toBe(expected);
  });

  test("a rule with a tag filter never touches a marker; a disabled rule touches nothing", () => {
    const tagged = rules({ ...standard, Expiration: { Days: 1 } });
    expect(evaluate(tagged, stack(marker()), late).actions).toEqual([]);
    const disabled = parseConfiguration("b", {
      Rules: [{ ID: "x", Status: "Disabled", Filter: { Prefix: "" }, ...days(1) }],
    });
    expect(evaluate(disabled, stack(version()), late).actions).toEqual([]);
  });

  test("a noncurrent version is matched by its own tags", () => {
    const rule = rules({ ...standard, NoncurrentVersionExpiration: { NoncurrentDays: 1 } });
    const held = version({ tags: { "retention-class": "standard-held" } });
    const top = version({ versionId: "v2", created: at("2026-02-01T10:00:00Z") });
    expect(evaluate(rule, stack(held, top), late).actions).toEqual([]);
    expect(summary(evaluate(rule, stack(version(), top), late))).toEqual(["delete v1 by r0"]);
  });
});

describe("noncurrent versions", () => {
  const three = stack(
    version({ versionId: "a", created: at("2026-01-01T10:00:00Z") }),
    version({ versionId: "b", created: at("2026-01-05T10:00:00Z") }),
    version({ versionId: "c", created: at("2026-01-10T10:00:00Z") }),
  );

  test("count from the creation of the successor", () => {
    const rule = rules({ NoncurrentVersionExpiration: { NoncurrentDays: 10 } });
    expect(firstDay(rule, three, "2026-01-06T00:00:00Z")).toBe("2026-01-16T00:00");
    expect(summary(evaluate(rule, three, at("2026-01-16T00:00:00Z")))).toEqual(["delete a by r0"]);
    expect(summary(evaluate(rule, three, at("2026-01-21T00:00:00Z")))).toEqual(["delete a by r0", "delete b by r0"]);
  });

  test("NewerNoncurrentVersions keeps the newest ones", () => {
    const rule = rules({ NoncurrentVersionExpiration: { NoncurrentDays: 1, NewerNoncurrentVersions: 1 } });
    expect(summary(evaluate(rule, three, at("2030-01-01T00:00:00Z")))).toEqual(["delete a by r0"]);
  });
});

describe("transitions", () => {
  const to = (...steps: [number, string][]) => ({
    Transitions: steps.map(([Days, StorageClass]) => ({ Days, StorageClass })),
  });
  const path = rules(to([30, "STANDARD_IA"], [180, "GLACIER"]));

  test("happen in turn, and the cheaper class wins when both are due", () => {
    expect(firstDay(path, stack(version()), "2026-01-02T00:00:00Z")).toBe("2026-02-01T00:00");
    expect(summary(evaluate(path, stack(version()), at("2026-02-01T00:00:00Z")))).toEqual([
      "transition v1 STANDARD_IA by r0",
    ]);
    expect(summary(evaluate(path, stack(version()), at("2027-02-01T00:00:00Z")))).toEqual([
      "transition v1 GLACIER by r0",
    ]);
  });

  test.each([
    ["STANDARD", "STANDARD_IA", true],
    ["GLACIER_IR", "STANDARD_IA", false],
    ["GLACIER", "GLACIER_IR", false],
    ["ONEZONE_IA", "GLACIER_IR", false],
    ["ONEZONE_IA", "GLACIER", true],
    ["DEEP_ARCHIVE", "GLACIER", false],
    ["STANDARD_IA", "STANDARD_IA", false],
  ])("%s to %s: %s", (from, target, possible) => {
    expect(canTransition(from, target)).toBe(possible);
  });

  test.each<[string, number, object, string | undefined, string, boolean]>([
    ["131071 bytes stay", 131_071, {}, undefined, "GLACIER", false],
    ["131072 bytes go", 131_072, {}, undefined, "GLACIER", true],
    ["a size filter overrides the minimum", 10, { Filter: { ObjectSizeGreaterThan: 5 } }, undefined, "GLACIER", true],
    ["varies: small ones may go to GLACIER", 10, {}, "varies_by_storage_class", "GLACIER", true],
    ["varies: small ones may not go to STANDARD_IA", 10, {}, "varies_by_storage_class", "STANDARD_IA", false],
  ])("%s", (_, size, more, minimum, target, expected) => {
    const Rules = [{ ID: "r0", Status: "Enabled" as const, Filter: { Prefix: "" }, ...to([40, target]), ...more }];
    const configuration = parseConfiguration("b", {
      Rules: Rules as never,
      ...(minimum ? { TransitionDefaultMinimumObjectSize: minimum as "varies_by_storage_class" } : {}),
    });
    expect(evaluate(configuration, stack(version({ size })), at("2030-01-01T00:00:00Z")).actions.length === 1).toBe(
      expected,
    );
  });

  test("locked versions move to colder classes", () => {
    const held = version({ legalHold: true });
    expect(summary(evaluate(path, stack(held), at("2026-02-01T00:00:00Z")))).toEqual([
      "transition v1 STANDARD_IA by r0",
    ]);
  });
});

describe("conflicts", () => {
  test("the shorter of two expirations wins", () => {
    expect(firstDay(rules(days(2_555), days(365)), stack(version()), "2026-01-02T00:00:00Z")).toBe("2027-01-02T00:00");
  });

  test("a transition goes before a marker on the same day, the marker follows the next day", () => {
    const configuration = rules({ Transitions: [{ Days: 40, StorageClass: "GLACIER" }] }, days(40));
    expect(summary(evaluate(configuration, stack(version()), at("2026-02-11T00:00:00Z")))).toEqual([
      "transition v1 GLACIER by r0",
    ]);
    const cold = stack(version({ storageClass: "GLACIER" }));
    expect(summary(evaluate(configuration, cold, at("2026-02-12T00:00:00Z")))).toEqual(["marker v1 by r1"]);
  });

  test("permanent deletion goes before a transition", () => {
    const configuration = rules(
      { NoncurrentVersionTransitions: [{ NoncurrentDays: 40, StorageClass: "GLACIER" }] },
      { NoncurrentVersionExpiration: { NoncurrentDays: 40 } },
    );
    const covered = stack(version(), marker({ created: at("2026-02-01T10:00:00Z") }));
    expect(summary(evaluate(configuration, covered, at("2026-03-14T00:00:00Z")))).toEqual(["delete v1 by r1"]);
  });
});

describe("what is kept", () => {
  const rule = rules({ Expiration: { Days: 10 }, NoncurrentVersionExpiration: { NoncurrentDays: 1 } });
  const covered = (more: Partial<Version>) => stack(version(more), marker({ created: at("2026-01-12T00:10:00Z") }));

  test("a held current version gets its marker, and is never deleted below it", () => {
    expect(summary(evaluate(rule, stack(version({ legalHold: true })), at("2026-01-12T00:00:00Z")))).toEqual([
      "marker v1 by r0",
    ]);
    const outcome = evaluate(rule, covered({ legalHold: true }), at("2040-01-01T00:00:00Z"));
    expect([outcome.actions, outcome.kept.map((k) => k.why), outcome.next]).toEqual([[], ["legal-hold"], undefined]);
  });

  test("a retained version is deleted at the midnight after its retention ends", () => {
    const retained = covered({ retainUntil: at("2026-06-01T12:00:00Z") });
    const outcome = evaluate(rule, retained, at("2026-02-01T00:00:00Z"));
    expect([outcome.actions, outcome.kept.map((k) => k.why), iso(outcome.next)]).toEqual([
      [],
      ["retention"],
      "2026-06-02T00:00",
    ]);
    expect(summary(evaluate(rule, retained, at("2026-06-02T00:00:00Z")))).toEqual(["delete v1 by r0"]);
  });

  test.each([
    ["PENDING", "replication-pending"],
    ["FAILED", "replication-failed"],
  ])("no action while replication is %s, on current and noncurrent versions", (replicationStatus, why) => {
    for (const of of [stack(version({ replicationStatus })), covered({ replicationStatus })]) {
      const outcome = evaluate(rule, of, at("2040-01-01T00:00:00Z"));
      expect([outcome.actions, outcome.kept.map((k) => k.why)]).toEqual([[], [why]]);
    }
  });

  test.each(["COMPLETED", "REPLICA"])("%s versions are acted on", (replicationStatus) => {
    const outcome = evaluate(rule, stack(version({ replicationStatus })), at("2040-01-01T00:00:00Z"));
    expect(summary(outcome)).toEqual(["marker v1 by r0"]);
  });
});

describe("markers", () => {
  test("a marker over a version stays; alone it goes by ExpiredObjectDeleteMarker, or by the age of an untagged rule", () => {
    const hygiene = rules({ Expiration: { ExpiredObjectDeleteMarker: true } });
    expect(evaluate(hygiene, stack(version(), marker()), at("2040-01-01T00:00:00Z")).actions).toEqual([]);
    expect(firstDay(hygiene, stack(marker()), "2026-01-01T00:00:00Z")).toBe("2026-01-02T00:00");
    expect(firstDay(rules(days(30)), stack(marker()), "2026-01-02T00:00:00Z")).toBe("2026-02-01T00:00");
  });
});

test("a rule with a member that the calendar does not implement is refused by name", () => {
  const rule = { ID: "x", Status: "Enabled" as const, Filter: { Prefix: "" }, ...days(1), Prefix: "old" };
  expect(() => parseRule("bucket-1", rule)).toThrow(/^HF5402 lifecycle rule x of bucket-1 = Prefix/);
});
