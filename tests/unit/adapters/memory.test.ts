import { describe, expect, it } from "vitest";
import {
  callLog,
  memoryClock,
  memoryLanding,
  memoryLog,
  memoryMetrics,
  memoryQueue,
  memoryRecordingStore,
} from "../../../adapters/memory/index.ts";
import { PortDenied, PortUnavailable } from "../../../ports/errors.ts";
import type { WriteRequest } from "../../../ports/recording-store.ts";

// printf 'evidence' | sha256sum
const sha256 = "ee8250fb76e094b34b471f13a73dbbe51d1ae142e9df59d7c0d31ec20f0a0a8e";
const request: WriteRequest = {
  kind: "media",
  key: "k",
  sha256,
  contentType: "video/mp4",
  metadata: {},
  tags: { "retention-class": "standard" },
  locked: false,
};
const evidence = Buffer.from("evidence");

describe("callLog", () => {
  it("counts rounds in series: calls made together are one", async () => {
    const log = callLog();
    const landing = memoryLanding({ log });
    const store = memoryRecordingStore({ site: "primary", log });
    await Promise.all([landing.list("a"), landing.list("b"), store.stat("media", "k")]);
    expect(log.rounds()).toBe(1);
    await landing.list("c");
    await Promise.all([store.stat("media", "k"), landing.list("d")]);
    expect(log.rounds()).toBe(3);
    expect(log.calls.map((c) => `${c.port} ${c.op}`)).toEqual([
      "landing list",
      "landing list",
      "store:primary stat",
      "landing list",
      "store:primary stat",
      "landing list",
    ]);
    log.clear();
    expect(log.rounds()).toBe(0);
  });

  it("counts the longer of two chains that run side by side", async () => {
    const log = callLog();
    const landing = memoryLanding({ log });
    const chain = async (length: number) => {
      for (let n = 0; n < length; n += 1) await landing.list("x");
    };
    await Promise.all([chain(2), chain(4)]);
    expect(log.rounds()).toBe(4);
  });

  it("fails a call before its effect, or after it", async () => {
    const store = memoryRecordingStore({ site: "primary" });
    const failOn = (wanted: "before" | "after") =>
      store.log.onCall((call, phase) => {
        if (call.op === "put" && phase === wanted) throw new PortUnavailable("put");
      });
    const endBefore = failOn("before");
    await expect(store.put(request, evidence)).rejects.toBeInstanceOf(PortUnavailable);
    expect(store.versions()).toEqual([]);
    endBefore();
    const endAfter = failOn("after");
    await expect(store.put(request, evidence)).rejects.toBeInstanceOf(PortUnavailable);
    expect(store.versions().length).toBe(1);
    endAfter();
    expect((await store.put(request, evidence)).created).toBe(false);
    expect(store.log.calls.map((c) => c.failed)).toEqual([true, true, false]);
  });
});

describe("memoryRecordingStore", () => {
  const pair = (versionIds?: "same" | "fresh") => {
    const clock = memoryClock();
    const primary = memoryRecordingStore({ site: "primary", clock });
    const dr = memoryRecordingStore({ site: "dr", clock });
    primary.replicateTo(dr, { ...(versionIds ? { versionIds } : {}), tier: "cool" });
    return { primary, dr, clock };
  };

  it("replicates when the test says so: version id, tags, lock and date travel", async () => {
    const { primary, dr, clock } = pair();
    const { versionId } = await primary.put({ ...request, locked: true }, evidence);
    clock.advance(60_000);
    expect((await primary.stat("media", "k"))?.replication).toBe("pending");
    expect(await dr.stat("media", "k")).toBeUndefined();
    expect(primary.completeReplication()).toBe(1);
    expect((await primary.stat("media", "k"))?.replication).toBe("completed");
    expect(await dr.stat("media", "k")).toEqual({
      site: "dr",
      kind: "media",
      key: "k",
      versionId,
      size: 8,
      storeSha256: sha256,
      metadata: {},
      tags: request.tags,
      locked: true,
      tier: "cool",
      replication: "replica",
      createdAt: new Date("2026-01-01T00:00:00.000Z"),
    });
    expect(primary.completeReplication()).toBe(0);
  });

  it("can give the replica a version id of its own", async () => {
    const { primary, dr } = pair("fresh");
    const { versionId } = await primary.put(request, evidence);
    primary.completeReplication({ kind: "media", key: "k", versionId });
    expect((await dr.stat("media", "k"))?.versionId).not.toBe(versionId);
    expect((await dr.stat("media", "k"))?.replication).toBe("replica");
  });

  it("fails replication for good", async () => {
    const { primary, dr } = pair();
    await primary.put(request, evidence);
    expect(primary.failReplication()).toBe(1);
    expect((await primary.stat("media", "k"))?.replication).toBe("failed");
    expect(primary.completeReplication()).toBe(0);
    expect(dr.versions()).toEqual([]);
  });

  it("refuses to delete a locked version until the lock is tampered away", async () => {
    const store = memoryRecordingStore({ site: "primary" });
    const { versionId } = await store.put({ ...request, locked: true }, evidence);
    expect(() => store.deleteVersion("media", "k", versionId)).toThrow(PortDenied);
    store.tamper("media", "k", versionId, { locked: false });
    store.deleteVersion("media", "k", versionId);
    expect(store.versions()).toEqual([]);
  });

  it("admits nothing without a landing", async () => {
    const store = memoryRecordingStore({ site: "dr" });
    await expect(store.admit(request, { key: "k", versionId: "v" })).rejects.toMatchObject({ code: "HF3003" });
  });
});

describe("memoryQueue", () => {
  it("shows what waits and drains what is visible", async () => {
    const clock = memoryClock("2026-03-04T05:06:07.000Z");
    const queue = memoryQueue<{ n: number }>({ clock });
    await queue.send({ n: 1 }, 60);
    await queue.send({ n: 2 });
    expect(queue.messages().map((m) => [m.body.n, m.visibleAt.toISOString()])).toEqual([
      [1, "2026-03-04T05:07:07.000Z"],
      [2, "2026-03-04T05:06:07.000Z"],
    ]);
    expect(queue.drain()).toEqual([{ n: 2 }]);
    clock.advance(60_000);
    expect(queue.drain()).toEqual([{ n: 1 }]);
    expect(queue.messages()).toEqual([]);
  });
});

describe("memoryMetrics and memoryLog", () => {
  it("give back what was reported", () => {
    const metrics = memoryMetrics();
    metrics.count("a");
    metrics.count("a", 2);
    metrics.seconds("b", 1.5);
    metrics.seconds("b", 2.5);
    expect([metrics.counted("a"), metrics.counted("none"), metrics.measured("b")]).toEqual([3, 0, [1.5, 2.5]]);
    const log = memoryLog();
    log.warn("late", { n: 1 });
    log.info("fine");
    expect(log.lines).toEqual([
      { level: "warn", message: "late", fields: { n: 1 } },
      { level: "info", message: "fine", fields: {} },
    ]);
  });
});
