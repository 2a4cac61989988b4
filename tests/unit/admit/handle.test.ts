import { describe, expect, it } from "vitest";
import { type HandleDeps, handleBatch } from "../../../functions/admit/handle.ts";
import { type AdmitNeed, admitNeeds } from "../../../functions/admit/needs.ts";
import { metricNames } from "../../../model/metric-names.ts";
import { land, type Stack, screen, stack } from "./harness.ts";

const landed = (s: Stack, key: string, bucket = "landing") =>
  JSON.stringify({
    source: "aws.s3",
    "detail-type": "Object Created",
    detail: { bucket: { name: bucket }, object: { key, "version-id": s.landing.versions(key).at(-1)?.versionId } },
  });
const depsOf = (s: Stack): HandleDeps => ({ ...s.deps, landingBucket: "landing" });

describe("a batch", () => {
  it("returns only the messages that failed, and counts them (promise 10)", async () => {
    const s = stack();
    const good = land(s, screen("a"));
    const bad = land(s, screen("b"));
    s.calls.onCall(({ op, args }) => {
      if (op === "rowsOf" && args[0] === "b") throw new Error("throttled");
    });
    const records = [
      { id: "1", body: landed(s, good[0] ?? "") },
      { id: "2", body: landed(s, bad[0] ?? "") },
      { id: "3", body: "not json" },
      { id: "4", body: JSON.stringify({ Event: "s3:TestEvent" }) },
      { id: "5", body: landed(s, good[1] ?? "") },
      { id: "6", body: landed(s, good[1] ?? "", "some-replica-bucket") },
    ];
    expect([...(await handleBatch(records, depsOf(s)))].sort()).toEqual(["2", "3"]);
    expect(s.metrics.counted(metricNames.admissionFailed)).toBe(2);
    expect(
      s.log.lines
        .filter(({ level }) => level === "error")
        .map(({ fields }) => fields.code)
        .sort(),
    ).toEqual(["HF2001", "unknown"]);
    expect(s.primary.versions().every(({ key }) => key.includes("/a/"))).toBe(true);
  });

  it("counts confirmations that failed apart from admissions (promise 10)", async () => {
    const s = stack();
    const message = { type: "confirm", recordingId: "x", landing: [], admittedAt: "2026-05-07T10:00:00.000Z" };
    const body = JSON.stringify({ ...message, attempt: 0, late: false });
    expect(await handleBatch([{ id: "1", body }], depsOf(s))).toEqual(["1"]);
    expect(s.metrics.counted(metricNames.confirmationFailed)).toBe(1);
    expect(s.metrics.counted(metricNames.admissionFailed)).toBe(0);
  });

  it("handles at most four messages at a time", async () => {
    const s = stack();
    const keys = Array.from({ length: 12 }, (_, i) => land(s, screen(`r${i}`))[0] ?? "");
    let running = 0;
    let most = 0;
    s.calls.onCall(({ op }, phase) => {
      if (op === "rowsOf" && phase === "before") most = Math.max(most, ++running);
      if (op === "send" && phase === "after") running--;
    });
    const records = keys.map((key, i) => ({ id: `${i}`, body: landed(s, key) }));
    expect(await handleBatch(records, depsOf(s))).toEqual([]);
    expect(most).toBe(4);
  });
});

it("calls exactly the operations that its grants are computed from (promise 9)", async () => {
  const s = stack();
  const held = land(s, screen("a", { fields: { agent: "agent-7" } }));
  // Lock and tags are lost once on each side, so that every repair runs.
  const lose = (store: typeof s.primary) => {
    for (const v of store.versions()) store.tamper(v.kind, v.key, v.versionId, { locked: false, tags: {} });
  };
  let lost = false;
  s.calls.onCall(({ port, op }, phase) => {
    if (lost || port !== "store:primary" || op !== "stat" || phase !== "before") return;
    lost = true;
    lose(s.primary);
  });
  await s.admit(held[0] ?? "");
  s.primary.completeReplication();
  lose(s.dr);
  await s.confirmAll();

  const name = ({ port, operation, site }: AdmitNeed) => `${port}${site === undefined ? "" : `:${site}`}.${operation}`;
  const called = new Set(s.calls.calls.map(({ port, op }) => `${port}.${op}`));
  expect([...called].sort()).toEqual(admitNeeds.map(name).sort());
});
