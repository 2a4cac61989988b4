import { describe, expect, it } from "vitest";
import { admit } from "../../../functions/admit/core.ts";
import { metricNames } from "../../../model/metric-names.ts";
import { ChecksumMismatch } from "../../../ports/errors.ts";
import { capture, land, screen, stack } from "./harness.ts";

const id = "33333333-3333-4333-8333-333333333333";
const webm = capture("order-10s-vp8.webm");
// From emulator/demo/media/sha256sums.txt.
const webmHash = "f85e8ea9a01f510c02beb60b81105edae4cc4d5a2063cccc6d527f5b4a9661fe";

describe("again and again", () => {
  it("a repeated event reads no media, writes nothing and sends the confirm message again", async () => {
    const s = stack();
    const keys = land(s, screen(id));
    await s.admit(keys[0] ?? "");
    const before = { rows: s.catalog.rows(), versions: s.primary.versions() };
    s.calls.clear();
    expect(await s.admit(keys[0] ?? "")).toEqual({ outcome: "repeated", recordingId: id });
    expect(await s.admit(keys[1] ?? "")).toEqual({ outcome: "repeated", recordingId: id });
    expect(s.calls.calls.filter(({ op }) => ["admit", "put", "add", "lock", "mergeTags"].includes(op))).toEqual([]);
    expect({ rows: s.catalog.rows(), versions: s.primary.versions() }).toEqual(before);
    expect(s.confirmQueue.messages()).toHaveLength(3);
    expect(s.metrics.counted(metricNames.duplicate)).toBe(2);
    expect(s.metrics.counted(metricNames.admitted)).toBe(1);
  });

  it("nothing asks for confirmation before the catalog knows it (promise 10)", async () => {
    const s = stack();
    const keys = land(s, screen(id));
    const stop = s.calls.onCall(({ op }, phase) => {
      if (op === "add" && phase === "before") throw new Error("process ended");
    });
    await expect(s.admit(keys[0] ?? "")).rejects.toThrow("process ended");
    expect(s.confirmQueue.messages()).toEqual([]);
    stop();
    expect((await s.admit(keys[0] ?? "")).outcome).toBe("admitted");
    expect(s.primary.versions()).toHaveLength(2);
    expect(s.confirmQueue.messages()).toHaveLength(1);
  });

  it("both events at once admit once", async () => {
    const s = stack();
    const keys = land(s, screen(id, { fields: { agent: "agent-7" } }));
    const outcomes = await Promise.all(keys.map((key) => s.admit(key)));
    expect(outcomes.every(({ outcome }) => outcome === "admitted" || outcome === "repeated")).toBe(true);
    expect(s.primary.versions()).toHaveLength(2);
    expect(s.catalog.rows()).toHaveLength(2);
  });

  it("the same bytes written again are nothing new; their landing versions are confirmed too", async () => {
    const s = stack();
    const keys = land(s, screen(id));
    await s.admit(keys[0] ?? "");
    land(s, screen(id));
    expect((await s.admit(keys[0] ?? "")).outcome).toBe("repeated");
    expect(s.primary.versions()).toHaveLength(2);
    expect(s.confirmQueue.messages().at(-1)?.body.landing).toEqual(
      [keys[1], keys[0]].map((key) => ({ key, versionId: s.landing.versions(key).at(-1)?.versionId })),
    );
  });

  it("other bytes at the same key become further objects of the recording, and stay held and in their class (promise 1, promise 3)", async () => {
    const s = stack();
    const keys = land(s, screen(id, { fields: { agent: "agent-7", queue: "payments" } }));
    await s.admit(keys[0] ?? "");
    land(
      s,
      screen(id, { media: [{ file: `${id}.webm`, bytes: capture("payment-6s-live-vp8.webm") }], durationMs: 6_000 }),
    );
    expect((await s.admit(keys[1] ?? "")).outcome).toBe("admitted");
    const versions = s.primary.versions();
    expect(versions).toHaveLength(4);
    expect(versions.every(({ locked }) => locked)).toBe(true);
    expect(versions.every(({ key }) => key.startsWith("recordings/sensitive/standard/"))).toBe(true);
    expect(s.catalog.rows().every(({ matters }) => matters.join() === "policy/case-7")).toBe(true);
  });

  it("an event for an older version admits exactly that version (promise 5)", async () => {
    const s = stack();
    const keys = land(s, screen(id));
    const old = s.landing.versions(keys[0])[0];
    s.landing.put(keys[0] ?? "", capture("claim-30s-vp9.webm"));
    expect((await admit({ key: keys[0] ?? "", versionId: old?.versionId ?? "" }, s.deps)).outcome).toBe("admitted");
    expect(s.primary.versions("media").map(({ storeSha256 }) => storeSha256)).toEqual([webmHash]);
  });

  it.each([
    ["the same media", webm],
    ["other media", capture("claim-30s-vp9.webm")],
  ])(
    "a hold that comes with later metadata and %s covers every version that is there (promise 1)",
    async (_what, bytes) => {
      const s = stack();
      await s.admit(land(s, screen(id))[0] ?? "");
      expect(s.primary.versions().map(({ locked }) => locked)).toEqual([false, false]);
      const durationMs = bytes === webm ? 10_000 : 30_000;
      const later = screen(id, { media: [{ file: `${id}.webm`, bytes }], durationMs, fields: { agent: "agent-7" } });
      expect((await s.admit(land(s, later)[0] ?? "")).outcome).toBe("admitted");
      expect(s.primary.versions("media")).toHaveLength(bytes === webm ? 1 : 2);
      expect(s.primary.versions("metadata")).toHaveLength(2);
      for (const version of s.primary.versions()) {
        expect(version).toMatchObject({
          locked: true,
          tags: { "compliance-status": "legal-hold", "retention-class": "standard", integrity: "container" },
        });
      }
    },
  );

  it("what that hold cannot lock is no admission, and the next try finishes it (promise 1)", async () => {
    const s = stack();
    await s.admit(land(s, screen(id))[0] ?? "");
    const keys = land(s, screen(id, { fields: { agent: "agent-7" } }));
    const stop = s.calls.onCall(({ op }, phase) => {
      if (op === "lock" && phase === "before") throw new Error("process ended");
    });
    await expect(s.admit(keys[0] ?? "")).rejects.toThrow("process ended");
    expect(s.catalog.rows()).toHaveLength(2);
    stop();
    expect((await s.admit(keys[0] ?? "")).outcome).toBe("admitted");
    expect(s.primary.versions().map(({ locked }) => locked)).toEqual([true, true, true]);
  });

  it("rules that change between two tries do not copy the media twice", async () => {
    const s = stack();
    const keys = land(s, screen(id));
    await s.admit(keys[0] ?? "");
    land(s, screen(id, { fields: { queue: "payments" } }));
    expect((await s.admit(keys[1] ?? "")).outcome).toBe("admitted");
    expect(s.primary.versions("media")).toHaveLength(1);
    expect(s.primary.versions("metadata").map(({ key }) => key.split("/")[1])).toEqual(["normal", "sensitive"]);
  });

  it("a later classification as sensitive covers every version that normal readers have (promise 9)", async () => {
    const s = stack();
    const keys = land(s, screen(id));
    await s.admit(keys[0] ?? "");
    const before = new Map(s.primary.versions().map(({ versionId, tags }) => [versionId, tags]));
    expect([...before.values()].some((tags) => "PCI" in tags)).toBe(false);
    land(s, screen(id, { fields: { queue: "payments" } }));
    s.calls.clear();
    expect((await s.admit(keys[1] ?? "")).outcome).toBe("admitted");
    for (const { versionId, tags, locked } of s.primary.versions()) {
      expect(tags).toEqual({ ...(before.get(versionId) ?? tags), PCI: "true" });
      expect(locked).toBe(false);
    }
    expect(before.size).toBe(2);
    expect(s.metrics.counted(metricNames.madeSensitive)).toBe(1);
    // Read back before the catalog says that it is so.
    const order = s.calls.calls.map(({ op }) => op);
    expect(order.indexOf("add")).toBeGreaterThan(order.lastIndexOf("stat"));
    expect(order.lastIndexOf("stat")).toBeGreaterThan(order.lastIndexOf("mergeTags"));

    // What comes later without the tag takes nothing away, and has it too.
    land(s, screen(id, { fields: { queue: "garden" } }));
    expect((await s.admit(keys[1] ?? "")).outcome).toBe("admitted");
    expect(s.primary.versions().map(({ tags }) => tags.PCI)).toEqual(["true", "true", "true", "true"]);
    expect(s.metrics.counted(metricNames.madeSensitive)).toBe(1);
  });

  it("what that classification cannot tag is no admission, and the next try finishes it (promise 9)", async () => {
    const s = stack();
    const keys = land(s, screen(id));
    await s.admit(keys[0] ?? "");
    land(s, screen(id, { fields: { queue: "payments" } }));
    let lose = true;
    s.calls.onCall(({ op }, phase) => {
      if (op !== "stat" || phase !== "before" || !lose) return;
      for (const v of s.primary.versions().filter(({ key }) => key.startsWith("recordings/normal/"))) {
        s.primary.tamper(v.kind, v.key, v.versionId, { tags: { source: "genesys" } });
      }
    });
    await expect(s.admit(keys[1] ?? "")).rejects.toMatchObject({ code: "HF2013" });
    expect(s.catalog.rows()).toHaveLength(2);
    lose = false;
    expect((await s.admit(keys[1] ?? "")).outcome).toBe("admitted");
    expect(s.primary.versions().map(({ tags }) => tags.PCI)).toEqual(["true", "true", "true"]);
  });
});

describe("read-back (promise 1, promise 5)", () => {
  it("repairs a missing lock and lost tags, counts it, and only then admits", async () => {
    const s = stack();
    const keys = land(s, screen(id, { fields: { agent: "agent-7" } }));
    let tampered = false;
    s.calls.onCall(({ op }, phase) => {
      if (op !== "stat" || phase !== "before" || tampered) return;
      tampered = true;
      for (const v of s.primary.versions()) {
        s.primary.tamper(v.kind, v.key, v.versionId, { locked: false, tags: { source: "genesys" } });
      }
    });
    expect((await s.admit(keys[0] ?? "")).outcome).toBe("admitted");
    for (const version of s.primary.versions()) {
      expect(version).toMatchObject({
        locked: true,
        tags: { "compliance-status": "legal-hold", "retention-class": "standard", integrity: "container" },
      });
    }
    expect(s.metrics.counted(metricNames.readBackRepaired)).toBe(2);
    const order = s.calls.calls.map(({ op }) => op);
    expect(order.lastIndexOf("stat")).toBeGreaterThan(order.lastIndexOf("mergeTags"));
    expect(order.indexOf("add")).toBeGreaterThan(order.lastIndexOf("stat"));
  });

  it("a lock that cannot be set is no admission", async () => {
    const s = stack();
    const keys = land(s, screen(id, { fields: { agent: "agent-7" } }));
    s.calls.onCall(({ op }, phase) => {
      if (op !== "stat" || phase !== "before") return;
      for (const v of s.primary.versions()) s.primary.tamper(v.kind, v.key, v.versionId, { locked: false });
    });
    await expect(s.admit(keys[0] ?? "")).rejects.toMatchObject({ code: "HF2013" });
    expect(s.catalog.rows()).toEqual([]);
    expect(s.confirmQueue.messages()).toEqual([]);
  });

  it("stored bytes that differ send the pair to quarantine", async () => {
    const s = stack();
    const keys = land(s, screen(id));
    s.calls.onCall(({ op }, phase) => {
      if (op !== "stat" || phase !== "before") return;
      for (const v of s.primary.versions("media").filter(({ key }) => key.startsWith("recordings/"))) {
        s.primary.tamper(v.kind, v.key, v.versionId, { storeSha256: "0".repeat(64) });
      }
    });
    expect(await s.admit(keys[0] ?? "")).toEqual({ outcome: "quarantined", recordingId: id, reasons: ["HF2011"] });
    expect(s.catalog.rows().every(({ status }) => status === "quarantined")).toBe(true);
    expect((await s.admit(keys[1] ?? "")).outcome).toBe("repeated");
  });

  it("so do other bytes that a try before left at the key", async () => {
    const s = stack();
    const keys = land(s, screen(id));
    const stop = s.calls.onCall(({ op }) => {
      if (op === "add") throw new Error("process ended");
    });
    await expect(s.admit(keys[0] ?? "")).rejects.toThrow("process ended");
    stop();
    const [bad] = s.primary.versions("media");
    s.primary.tamper("media", bad?.key ?? "", bad?.versionId ?? "", { storeSha256: "0".repeat(64) });
    expect(await s.admit(keys[0] ?? "")).toMatchObject({ outcome: "quarantined", reasons: ["HF2011"] });
    expect(s.catalog.rows().map(({ versionId }) => versionId)).not.toContain(bad?.versionId);
  });

  it("bytes that the store refused are tried again, never quarantined (promise 5)", async () => {
    const s = stack();
    const keys = land(s, screen(id));
    const stop = s.calls.onCall(({ op }, phase) => {
      if (op === "put" && phase === "before") throw new ChecksumMismatch("store.put", { key: "k" });
    });
    await expect(s.admit(keys[0] ?? "")).rejects.toMatchObject({ code: "HF3004" });
    expect(s.catalog.rows()).toEqual([]);
    stop();
    expect((await s.admit(keys[0] ?? "")).outcome).toBe("admitted");
    expect(s.keys().every((key) => key.startsWith("recordings/"))).toBe(true);
  });

  it("a store without checksums cannot be called verified", async () => {
    const s = stack();
    const keys = land(s, screen(id));
    const primary = {
      ...s.primary,
      stat: async (...args: Parameters<typeof s.primary.stat>) => {
        const state = await s.primary.stat(...args);
        if (!state) return undefined;
        const { storeSha256: _none, ...rest } = state;
        return rest;
      },
    };
    const versionId = s.landing.versions(keys[0])[0]?.versionId ?? "";
    await expect(admit({ key: keys[0] ?? "", versionId }, { ...s.deps, primary })).rejects.toMatchObject({
      code: "HF2012",
    });
    expect(s.catalog.rows()).toEqual([]);
  });

  it("a later event does not undo what happened to an admitted version since", async () => {
    const s = stack();
    const keys = land(s, screen(id, { fields: { agent: "agent-7" } }));
    await s.admit(keys[0] ?? "");
    for (const v of s.primary.versions()) {
      s.primary.tamper(v.kind, v.key, v.versionId, {
        locked: false,
        tags: { ...v.tags, "compliance-status": "standard" },
      });
    }
    land(s, screen(id, { fields: { agent: "agent-7" } }));
    expect((await s.admit(keys[0] ?? "")).outcome).toBe("repeated");
    expect(s.primary.versions().every(({ locked }) => !locked)).toBe(true);
  });
});
