import { describe, expect, it } from "vitest";
import { confirm, delayAfter } from "../../../functions/admit/confirm.ts";
import { metricNames } from "../../../model/metric-names.ts";
import { PortDenied, PortUnavailable } from "../../../ports/errors.ts";
import { land, type Recording, type Stack, screen, stack } from "./harness.ts";

const id = "33333333-3333-4333-8333-333333333333";

async function admitted(more: Partial<Recording> = {}): Promise<Stack> {
  const s = stack();
  const keys = land(s, screen(id, more));
  await s.admit(keys[0] ?? "");
  return s;
}
const marks = (s: Stack) => s.landing.versions().map(({ tags }) => tags["holdfast-admitted"]);
const drRows = (s: Stack) => s.catalog.rows().filter(({ site }) => site === "dr");

describe("a replicated recording", () => {
  it("gets DR rows, then its landing versions are marked (promise 6, promise 7)", async () => {
    const s = await admitted();
    s.primary.completeReplication();
    s.clock.advance(42_000);
    const [message] = s.confirmQueue.drain();
    if (!message) throw new TypeError("no confirm message");
    expect(await confirm(message, s.deps)).toEqual({ outcome: "confirmed", added: 2 });
    const primary = s.catalog.rows().filter(({ site }) => site === "primary");
    expect(drRows(s)).toEqual(primary.map((row) => ({ ...row, site: "dr" })));
    expect(marks(s)).toEqual(["true", "true"]);
    expect(s.metrics.measured(metricNames.replicationSeconds)).toEqual([42]);
    expect(s.confirmQueue.messages()).toEqual([]);

    const order = s.calls.calls.map(({ op }) => op);
    expect(order.indexOf("markAdmitted")).toBeGreaterThan(order.lastIndexOf("add"));
    // Once more: nothing is looked up in the stores, nothing changes.
    s.calls.clear();
    expect(await confirm(message, s.deps)).toEqual({ outcome: "confirmed", added: 0 });
    expect(s.calls.calls.map(({ port }) => port)).toEqual(["catalog", "landing", "landing"]);
    expect(s.metrics.measured(metricNames.replicationSeconds)).toHaveLength(1);
  });

  it("is found under other version ids too", async () => {
    const s = stack();
    s.primary.replicateTo(s.dr, { versionIds: "fresh" });
    await s.admit(land(s, screen(id))[0] ?? "");
    s.primary.completeReplication();
    expect(await s.confirmAll()).toEqual([{ outcome: "confirmed", added: 2 }]);
    expect(drRows(s).map(({ versionId }) => versionId)).toEqual(
      [...s.dr.versions()].sort((a, b) => (a.kind < b.kind ? -1 : 1)).map(({ versionId }) => versionId),
    );
  });

  it("quarantined pairs are confirmed like the rest", async () => {
    const s = await admitted({ durationMs: 1 });
    s.primary.completeReplication();
    expect(await s.confirmAll()).toEqual([{ outcome: "confirmed", added: 2 }]);
    expect(drRows(s).every(({ status }) => status === "quarantined")).toBe(true);
    expect(marks(s)).toEqual(["true", "true"]);
  });

  it("a landing version that expired already needs no mark", async () => {
    const s = await admitted();
    s.primary.completeReplication();
    const [first] = s.landing.versions();
    s.landing.removeVersion(first?.key ?? "", first?.versionId ?? "");
    expect(await s.confirmAll()).toEqual([{ outcome: "confirmed", added: 2 }]);
    expect(marks(s)).toEqual(["true"]);
  });
});

describe("a recording that is still on its way (promise 6, promise 10)", () => {
  it("is looked at again, later and later, and counted late once", async () => {
    const s = await admitted();
    const [message] = s.confirmQueue.drain().concat(s.confirmQueue.messages().map(({ body }) => body));
    let next = message;
    for (const delaySeconds of [15, 30, 60, 120, 240, 480, 900, 900, 900]) {
      if (!next) throw new TypeError("no confirm message");
      expect(await confirm(next, s.deps)).toEqual({ outcome: "pending", waiting: 2, delaySeconds });
      s.clock.advance(delaySeconds * 1_000);
      next = s.confirmQueue.drain().at(-1);
    }
    // 15 + … + 480 = 945 s: late from the seventh look on.
    expect(s.metrics.counted(metricNames.replicationLate)).toBe(1);
    expect(next).toMatchObject({ attempt: 9, late: true });
    expect(marks(s)).toEqual([undefined, undefined]);
    expect(delayAfter(1_000_000)).toBe(900);
  });

  it("keeps what is confirmed already", async () => {
    const s = await admitted();
    const [media] = s.primary.versions("media");
    s.primary.completeReplication({ kind: "media", key: media?.key ?? "", versionId: media?.versionId ?? "" });
    expect(await s.confirmAll()).toMatchObject([{ outcome: "pending", waiting: 1 }]);
    expect(drRows(s).map(({ kind }) => kind)).toEqual(["media"]);
    expect(marks(s)).toEqual([undefined, undefined]);
    s.primary.completeReplication();
    expect(await s.confirmAll()).toEqual([{ outcome: "confirmed", added: 1 }]);
    expect(marks(s)).toEqual(["true", "true"]);
  });

  it("a replica that is there while the primary still says pending is on its way: tags and locks may follow", async () => {
    const s = await admitted();
    s.primary.completeReplication();
    for (const v of s.primary.versions()) s.primary.tamper(v.kind, v.key, v.versionId, { replication: "pending" });
    expect(await s.confirmAll()).toMatchObject([{ outcome: "pending", waiting: 2 }]);
    expect(drRows(s)).toEqual([]);
  });

  it("a replica that is reported and not there is on its way", async () => {
    const s = await admitted();
    s.primary.completeReplication();
    for (const v of s.dr.versions("media")) s.dr.deleteVersion(v.kind, v.key, v.versionId);
    expect(await s.confirmAll()).toMatchObject([{ outcome: "pending", waiting: 1 }]);
  });
});

describe("a site that does not answer (promise 6, promise 10)", () => {
  const down = (s: Stack, site: "primary" | "dr") =>
    s.calls.onCall(({ port }, phase) => {
      if (port === `store:${site}` && phase === "before") throw new PortUnavailable("store.stat");
    });

  it.each(["primary", "dr"] as const)("%s: the message goes on for as long as the outage lasts", async (site) => {
    const s = await admitted();
    s.primary.completeReplication();
    const stop = down(s, site);
    // A day in steps of at most 15 minutes; one message is only tried five times.
    for (let look = 0; look < 100; look++) {
      expect(await s.confirmAll()).toMatchObject([{ outcome: "pending", waiting: 2 }]);
    }
    expect(s.metrics.counted(metricNames.replicationLate)).toBe(1);
    expect(marks(s)).toEqual([undefined, undefined]);
    stop();
    expect(await s.confirmAll()).toEqual([{ outcome: "confirmed", added: 2 }]);
    expect(marks(s)).toEqual(["true", "true"]);
  });

  it("in the middle of a repair: what is confirmed stays confirmed", async () => {
    const s = await admitted({ fields: { agent: "agent-7" } });
    s.primary.completeReplication();
    const [media] = s.dr.versions("media");
    s.dr.tamper("media", media?.key ?? "", media?.versionId ?? "", { locked: false });
    const stop = s.calls.onCall(({ op }, phase) => {
      if (op === "lock" && phase === "before") throw new PortUnavailable("store.lock");
    });
    expect(await s.confirmAll()).toMatchObject([{ outcome: "pending", waiting: 1 }]);
    expect(drRows(s).map(({ kind }) => kind)).toEqual(["metadata"]);
    stop();
    expect(await s.confirmAll()).toEqual([{ outcome: "confirmed", added: 1 }]);
    expect(s.dr.versions().map(({ locked }) => locked)).toEqual([true, true]);
  });
});

describe("a hold that came with a later version (promise 1)", () => {
  it("is on in DR for the versions that were confirmed before, before the landing is released", async () => {
    const s = await admitted();
    s.primary.completeReplication();
    await s.confirmAll();
    expect(s.dr.versions().map(({ locked }) => locked)).toEqual([false, false]);
    await s.admit(land(s, screen(id, { fields: { agent: "agent-7" } }))[0] ?? "");
    // Carries the new envelope; the locks that were set on versions in DR already do not travel here.
    s.primary.completeReplication();
    expect(await s.confirmAll()).toEqual([{ outcome: "confirmed", added: 1 }]);
    expect(s.dr.versions()).toHaveLength(3);
    for (const v of s.dr.versions()) {
      expect(v).toMatchObject({ locked: true, tags: { "compliance-status": "legal-hold" } });
    }
  });

  it("does not ask for versions whose retention ended in between", async () => {
    const s = await admitted();
    s.primary.completeReplication();
    await s.confirmAll();
    for (const v of s.primary.versions()) s.primary.deleteVersion(v.kind, v.key, v.versionId);
    await s.admit(land(s, screen(id, { fields: { agent: "agent-7" } }))[0] ?? "");
    s.primary.completeReplication();
    expect(await s.confirmAll()).toEqual([{ outcome: "confirmed", added: 2 }]);
  });
});

describe("a recording that became sensitive with a later version (promise 9)", () => {
  it("has its tags in DR on the versions that were confirmed before, before the landing is released", async () => {
    const s = await admitted();
    s.primary.completeReplication();
    await s.confirmAll();
    await s.admit(land(s, screen(id, { fields: { queue: "payments" } })).at(-1) ?? "");
    // The new envelope travels; the tags of the versions that are in DR already are on their way.
    s.primary.completeReplication();
    for (const v of s.primary.versions().filter(({ key }) => key.startsWith("recordings/normal/"))) {
      s.primary.tamper(v.kind, v.key, v.versionId, { replication: "pending" });
    }
    const taggedInDr = () => s.dr.versions().filter(({ tags }) => tags.PCI === "true");
    expect(taggedInDr().map(({ key }) => key.split("/")[1])).toEqual(["sensitive"]);
    expect(await s.confirmAll()).toEqual([{ outcome: "confirmed", added: 1 }]);
    expect(taggedInDr()).toHaveLength(3);
    for (const { tags } of s.dr.versions()) {
      expect(tags).toMatchObject({ "retention-class": "standard", "compliance-status": "standard" });
    }
    // Coming before replication is no repair.
    expect(s.metrics.counted(metricNames.drRepaired)).toBe(0);
  });
});

describe("a DR copy that disagrees", () => {
  it("gets its lock and tags, is read back, and is counted (promise 1, promise 3)", async () => {
    const s = await admitted({ fields: { agent: "agent-7" } });
    s.primary.completeReplication();
    for (const v of s.dr.versions()) {
      s.dr.tamper(v.kind, v.key, v.versionId, { locked: false, tags: { "compliance-status": "standard", extra: "1" } });
    }
    expect(await s.confirmAll()).toEqual([{ outcome: "confirmed", added: 2 }]);
    for (const v of s.dr.versions()) {
      expect(v.locked).toBe(true);
      expect(v.tags).toEqual({
        extra: "1",
        "retention-class": "standard",
        "compliance-status": "legal-hold",
        source: "genesys",
        integrity: "container",
      });
    }
    expect(s.metrics.counted(metricNames.drRepaired)).toBe(2);
  });

  it("that holds more than the primary is left alone (promise 1)", async () => {
    const s = await admitted();
    s.primary.completeReplication();
    for (const v of s.dr.versions()) {
      s.dr.tamper(v.kind, v.key, v.versionId, { locked: true, tags: { ...v.tags, "compliance-status": "legal-hold" } });
    }
    expect(await s.confirmAll()).toEqual([{ outcome: "confirmed", added: 2 }]);
    expect(s.dr.versions().every((v) => v.locked && v.tags["compliance-status"] === "legal-hold")).toBe(true);
    expect(s.metrics.counted(metricNames.drRepaired)).toBe(0);
  });

  it("and cannot be repaired is not confirmed (promise 1)", async () => {
    const s = await admitted({ fields: { agent: "agent-7" } });
    s.primary.completeReplication();
    s.calls.onCall(({ port, op }, phase) => {
      if (port !== "store:dr" || op !== "stat" || phase !== "before") return;
      for (const v of s.dr.versions()) s.dr.tamper(v.kind, v.key, v.versionId, { locked: false });
    });
    await expect(s.confirmAll()).rejects.toMatchObject({ code: "HF2024" });
    expect(drRows(s)).toEqual([]);
    expect(marks(s)).toEqual([undefined, undefined]);
  });

  it("and may not be repaired is an error, and the good copy is still confirmed (promise 1)", async () => {
    const s = await admitted({ fields: { agent: "agent-7" } });
    s.primary.completeReplication();
    const [media] = s.dr.versions("media");
    s.dr.tamper("media", media?.key ?? "", media?.versionId ?? "", { locked: false });
    s.calls.onCall(({ op }, phase) => {
      if (op === "lock" && phase === "before") throw new PortDenied("store.lock");
    });
    await expect(s.confirmAll()).rejects.toMatchObject({ code: "HF3002" });
    expect(drRows(s).map(({ kind }) => kind)).toEqual(["metadata"]);
    expect(marks(s)).toEqual([undefined, undefined]);
  });

  it.each([
    ["other bytes by the store's own checksum", { storeSha256: "0".repeat(64) }],
    ["another hash in its metadata", { metadata: { sha256: "0".repeat(64) } }],
    ["another size", { size: 1 }],
  ])("%s is an error, and the good copy is still confirmed (promise 5)", async (_what, change) => {
    const s = await admitted();
    s.primary.completeReplication();
    const [media] = s.dr.versions("media");
    s.dr.tamper("media", media?.key ?? "", media?.versionId ?? "", change);
    await expect(s.confirmAll()).rejects.toMatchObject({ code: "HF2022" });
    expect(drRows(s).map(({ kind }) => kind)).toEqual(["metadata"]);
    expect(marks(s)).toEqual([undefined, undefined]);
  });
});

describe("what ends in the dead-letter queue (promise 10)", () => {
  it("failed replication, which S3 never tries again", async () => {
    const s = await admitted();
    s.primary.failReplication();
    await expect(s.confirmAll()).rejects.toMatchObject({ code: "HF2020" });
    expect(s.metrics.counted(metricNames.replicationFailed)).toBe(2);
    expect(s.log.lines.filter(({ level, fields }) => level === "error" && fields.code === "HF2020")).toHaveLength(2);
    expect(s.confirmQueue.messages()).toEqual([]);
    expect(marks(s)).toEqual([undefined, undefined]);
  });

  it("a version that no rule covers", async () => {
    const s = await admitted();
    for (const v of s.primary.versions()) s.primary.tamper(v.kind, v.key, v.versionId, { replication: "none" });
    await expect(s.confirmAll()).rejects.toMatchObject({ code: "HF2021" });
  });

  it("a primary version that is not there", async () => {
    const s = await admitted();
    const [media] = s.primary.versions("media");
    s.primary.deleteVersion("media", media?.key ?? "", media?.versionId ?? "");
    s.primary.completeReplication();
    await expect(s.confirmAll()).rejects.toMatchObject({ code: "HF2025" });
  });

  it("a recording that the catalog does not know", async () => {
    const s = stack();
    const message = { type: "confirm", recordingId: "x", landing: [], admittedAt: "2026-05-07T10:00:00.000Z" } as const;
    await expect(confirm({ ...message, attempt: 0, late: false }, s.deps)).rejects.toMatchObject({ code: "HF2023" });
  });
});
