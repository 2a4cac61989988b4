import { describe, expect, it } from "vitest";
import { PortDenied, PortMissing, PortUnavailable } from "../../../ports/errors.ts";
import type { RecordingStore, WriteRequest } from "../../../ports/recording-store.ts";
import type { StoreHarness } from "../support/harness.ts";
import { awkwardNames, collect, freshKey, sha256, text, utf8, writeOf } from "../support/samples.ts";

/** Behaviour that every `RecordingStore` has. */
export function recordingStoreSuite(cloud: string, harness: () => StoreHarness): void {
  const store = () => harness().store;

  /** Both ways to write, with the bytes already where each needs them. */
  const writers: readonly [
    string,
    (request: WriteRequest, bytes: string) => Promise<() => ReturnType<RecordingStore["put"]>>,
  ][] = [
    [
      "admit",
      async (request, bytes) => {
        const landed = await harness().platform.put(freshKey("landed"), bytes, { "landing-tag": "stays behind" });
        return () => store().admit(request, landed);
      },
    ],
    ["put", async (request, bytes) => () => store().put(request, utf8(bytes))],
  ];

  describe.each(writers)(`RecordingStore.%s on ${cloud}`, (_name, writer) => {
    it("stores bytes, metadata, tags, content type and its own SHA-256, and nothing from the landing", async () => {
      const request = writeOf(freshKey(), "evidence", {
        metadata: { "recording-id": "R 1 = +%", sha256: sha256("evidence") },
      });
      const { versionId, created } = await (await writer(request, "evidence"))();
      expect(created).toBe(true);
      const state = await store().stat("media", request.key);
      const { createdAt, ...rest } = state ?? { createdAt: undefined };
      expect(rest).toEqual({
        site: "primary",
        kind: "media",
        key: request.key,
        versionId,
        size: 8,
        // sha256sum of the eight bytes "evidence"
        storeSha256: "ee8250fb76e094b34b471f13a73dbbe51d1ae142e9df59d7c0d31ec20f0a0a8e",
        metadata: request.metadata,
        tags: request.tags,
        locked: false,
        tier: "hot",
        replication: "none",
      });
      expect(createdAt).toBeInstanceOf(Date);
      expect(Math.abs(Date.now() - (createdAt?.getTime() ?? 0))).toBeLessThan(60_000);
      expect(await harness().contentType("media", request.key, versionId)).toBe("video/mp4");
      expect(await text(await store().read("media", request.key, versionId))).toBe("evidence");
    });

    it("keeps the kinds apart", async () => {
      const request = writeOf(freshKey(), "{}", { kind: "metadata", contentType: "application/json" });
      const { versionId } = await (await writer(request, "{}"))();
      expect((await store().stat("metadata", request.key))?.kind).toBe("metadata");
      expect(await store().stat("media", request.key)).toBeUndefined();
      expect(await store().read("media", request.key, versionId)).toBeUndefined();
    });

    it("sets the lock in the write: the version cannot be deleted from its first moment", async () => {
      const request = writeOf(freshKey(), "held", { locked: true });
      const { versionId } = await (await writer(request, "held"))();
      await expect(harness().deleteVersion("media", request.key, versionId)).rejects.toBeInstanceOf(PortDenied);
      expect((await store().stat("media", request.key, versionId))?.locked).toBe(true);
      expect(await harness().versionIds("media", request.key)).toEqual([versionId]);
    });

    it("leaves an unlocked version deletable", async () => {
      const request = writeOf(freshKey(), "free");
      const { versionId } = await (await writer(request, "free"))();
      await harness().deleteVersion("media", request.key, versionId);
      expect(await harness().versionIds("media", request.key)).toEqual([]);
    });

    it("does not write a key twice, and leaves what is there untouched", async () => {
      const request = writeOf(freshKey(), "once");
      const first = await (await writer(request, "once"))();
      const again = await (await writer({ ...request, tags: { other: "tags" }, locked: true }, "once"))();
      expect(again).toEqual({ versionId: first.versionId, created: false });
      expect(await harness().versionIds("media", request.key)).toEqual([first.versionId]);
      const state = await store().stat("media", request.key);
      expect(state?.tags).toEqual(request.tags);
      expect(state?.locked).toBe(false);
    });

    it("lets one of several writers at the same moment win, and tells the others its version", async () => {
      const request = writeOf(freshKey(), "race");
      const ready = await Promise.all(Array.from({ length: 6 }, () => writer(request, "race")));
      const results = await Promise.all(ready.map((write) => write()));
      expect(results.filter((r) => r.created).length).toBe(1);
      expect(await harness().versionIds("media", request.key)).toEqual([results[0]?.versionId]);
      expect(new Set(results.map((r) => r.versionId)).size).toBe(1);
    });

    it("writes again over a delete marker and keeps the older version", async () => {
      const request = writeOf(freshKey(), "back");
      const older = await (await writer(request, "back"))();
      await harness().hide("media", request.key);
      expect(await store().stat("media", request.key)).toBeUndefined();
      const newer = await (await writer(request, "back"))();
      expect(newer.created).toBe(true);
      expect([...(await harness().versionIds("media", request.key))].sort()).toEqual(
        [older.versionId, newer.versionId].sort(),
      );
    });

    it("fails when the bytes are not the ones described", async () => {
      const request = writeOf(freshKey(), "described");
      const failure = (await writer(request, "different"))();
      await expect(failure).rejects.toMatchObject({ code: "HF3004", key: request.key, expected: request.sha256 });
    });

    it("fails when other bytes are at the key already", async () => {
      const request = writeOf(freshKey(), "already here");
      const { versionId } = await (await writer(request, "already here"))();
      const failure = (await writer({ ...request, sha256: sha256("other") }, "other"))();
      await expect(failure).rejects.toMatchObject({
        code: "HF3004",
        versionId,
        expected: sha256("other"),
        stored: sha256("already here"),
      });
      expect(await harness().versionIds("media", request.key)).toEqual([versionId]);
    });

    it.each(awkwardNames)("writes the key %j", async (name) => {
      const request = writeOf(freshKey(name), name);
      const { versionId } = await (await writer(request, name))();
      expect((await store().stat("media", request.key))?.versionId).toBe(versionId);
      expect(await text(await store().read("media", request.key, versionId))).toBe(name);
      await store().mergeTags("media", request.key, versionId, { department: "finance" });
      await store().lock("media", request.key, versionId);
      const state = await store().stat("media", request.key, versionId);
      expect(state?.tags).toEqual({ ...request.tags, department: "finance" });
      expect(state?.locked).toBe(true);
    });

    it("carries tag values with every character that clouds take", async () => {
      const tags = { "retention-class": "a b+c-d=e.f_g:h/i@j", département: "é 録音", empty: "" };
      const request = writeOf(freshKey(), "tags", { tags });
      await (await writer(request, "tags"))();
      expect((await store().stat("media", request.key))?.tags).toEqual(tags);
    });

    const elevenTags = Object.fromEntries(Array.from({ length: 11 }, (_, n) => [`t${n}`, "v"]));
    const refused: readonly [string, Partial<WriteRequest>][] = [
      ["eleven tags", { tags: elevenTags }],
      ["a tag with a forbidden character", { tags: { source: "a?b" } }],
      ["a tag value of 257 characters", { tags: { source: "v".repeat(257) } }],
      ["metadata that is not ASCII", { metadata: { name: "ü" } }],
      ["an upper-case metadata name", { metadata: { Name: "x" } }],
      ["a hash that is none", { sha256: "abc" }],
    ];
    it.each(refused)("refuses %s before anything is written", async (_what, more) => {
      const request = writeOf(freshKey(), "refused", more);
      const write = await writer(request, "refused");
      await expect(write()).rejects.toMatchObject({ code: "HF3005" });
      expect(await harness().versionIds("media", request.key)).toEqual([]);
    });
  });

  describe(`RecordingStore on ${cloud}`, () => {
    const put = async (key: string, bytes: string, more: Partial<WriteRequest> = {}) =>
      (await store().put(writeOf(key, bytes, more), utf8(bytes))).versionId;
    const twoVersions = async (key: string) => {
      const older = await put(key, "older", { tags: { which: "older" } });
      await harness().hide("media", key);
      return { older, newer: await put(key, "newer!", { tags: { which: "newer" } }) };
    };

    it("admits the landed version that was named, not the newest", async () => {
      const landed = await harness().platform.put(freshKey(), "version one");
      await harness().platform.put(landed.key, "version two");
      const request = writeOf(freshKey(), "version one");
      const { versionId } = await store().admit(request, landed);
      expect(await text(await store().read("media", request.key, versionId))).toBe("version one");
    });

    it("admits from an awkward landing key", async () => {
      for (const name of awkwardNames) {
        const landed = await harness().platform.put(freshKey(name), name);
        const request = writeOf(freshKey(), name);
        const { versionId } = await store().admit(request, landed);
        expect(await text(await store().read("media", request.key, versionId))).toBe(name);
      }
    });

    it("reports a landed version that is gone, and writes nothing", async () => {
      const landed = await harness().platform.put(freshKey(), "gone");
      await harness().platform.deleteVersion(landed.key, landed.versionId);
      const request = writeOf(freshKey(), "gone");
      const failure = store().admit(request, landed);
      await expect(failure).rejects.toBeInstanceOf(PortMissing);
      await expect(failure).rejects.toThrow(landed.key);
      expect(await harness().versionIds("media", request.key)).toEqual([]);
    });

    it("answers for one version, whatever lies above it", async () => {
      const key = freshKey();
      const { older, newer } = await twoVersions(key);
      const states = await Promise.all([older, newer, undefined].map((id) => store().stat("media", key, id)));
      expect(states.map((s) => [s?.versionId, s?.size, s?.tags.which, s?.storeSha256])).toEqual([
        [older, 5, "older", sha256("older")],
        [newer, 6, "newer", sha256("newer!")],
        [newer, 6, "newer", sha256("newer!")],
      ]);
      expect(await text(await store().read("media", key, older))).toBe("older");
      expect(await text(await store().read("media", key, newer))).toBe("newer!");
    });

    it("locks and tags one version only", async () => {
      const key = freshKey();
      const { older, newer } = await twoVersions(key);
      await store().lock("media", key, older);
      await store().mergeTags("media", key, older, { "compliance-status": "legal-hold" });
      const [first, second] = await Promise.all([older, newer].map((id) => store().stat("media", key, id)));
      expect([first?.locked, second?.locked]).toEqual([true, false]);
      expect(first?.tags).toEqual({ which: "older", "compliance-status": "legal-hold" });
      expect(second?.tags).toEqual({ which: "newer" });
      await expect(harness().deleteVersion("media", key, older)).rejects.toBeInstanceOf(PortDenied);
      await harness().deleteVersion("media", key, newer);
      expect(await harness().versionIds("media", key)).toEqual([older]);
    });

    it("takes keys exactly: a longer key with the same beginning is another object", async () => {
      const key = freshKey("call-1");
      const longer = await put(`${key}0.mp4`, "longer");
      expect(await store().stat("media", key)).toBeUndefined();
      expect(await store().read("media", key, longer)).toBeUndefined();
      const exact = await put(key, "exact");
      await store().lock("media", key, exact);
      expect((await store().stat("media", `${key}0.mp4`))?.locked).toBe(false);
    });

    it("says that a version is gone", async () => {
      const key = freshKey();
      const versionId = await put(key, "gone");
      await harness().deleteVersion("media", key, versionId);
      expect(await store().stat("media", key)).toBeUndefined();
      expect(await store().stat("media", key, versionId)).toBeUndefined();
      expect(await store().read("media", key, versionId)).toBeUndefined();
      await expect(store().lock("media", key, versionId)).rejects.toBeInstanceOf(PortMissing);
      await expect(store().mergeTags("media", key, versionId, { a: "b" })).rejects.toBeInstanceOf(PortMissing);
    });

    it("keeps a locked version readable below a delete marker, and locking twice is fine", async () => {
      const key = freshKey();
      const versionId = await put(key, "kept");
      await store().lock("media", key, versionId);
      await store().lock("media", key, versionId);
      await harness().hide("media", key);
      expect(await store().stat("media", key)).toBeUndefined();
      expect((await store().stat("media", key, versionId))?.locked).toBe(true);
      expect(await text(await store().read("media", key, versionId))).toBe("kept");
    });

    it("merges tags: new ones are added, named ones change, others stay", async () => {
      const key = freshKey();
      const versionId = await put(key, "tags", { tags: { a: "1", b: "2" } });
      await store().mergeTags("media", key, versionId, { b: "two", c: "3" });
      await store().mergeTags("media", key, versionId, {});
      expect((await store().stat("media", key))?.tags).toEqual({ a: "1", b: "two", c: "3" });
    });

    it("takes ten tags and refuses the eleventh, leaving the ten", async () => {
      const ten = Object.fromEntries(Array.from({ length: 10 }, (_, n) => [`t${n}`, "v"]));
      const key = freshKey();
      const versionId = await put(key, "ten", { tags: ten });
      await expect(store().mergeTags("media", key, versionId, { more: "v" })).rejects.toMatchObject({ code: "HF3005" });
      expect((await store().stat("media", key))?.tags).toEqual(ten);
      await store().mergeTags("media", key, versionId, { t0: "changed" });
      expect((await store().stat("media", key))?.tags).toEqual({ ...ten, t0: "changed" });
    });

    it("streams large bytes unchanged", async () => {
      const bytes = Buffer.alloc(2_500_000, "fedcba9876543210");
      const request = writeOf(freshKey(), bytes);
      const { versionId } = await store().put(request, bytes);
      expect((await collect(await store().read("media", request.key, versionId))).equals(bytes)).toBe(true);
      expect((await store().stat("media", request.key))?.storeSha256).toBe(request.sha256);
    });

    type Call = (
      store: RecordingStore,
      key: string,
      id: string,
      landed: { key: string; versionId: string },
    ) => Promise<unknown>;
    const calls: readonly [string, Call][] = [
      ["admit", (s, _key, _id, landed) => s.admit(writeOf(freshKey(), "x"), landed)],
      ["put", (s) => s.put(writeOf(freshKey(), "x"), utf8("x"))],
      ["stat", (s, key, id) => s.stat("media", key, id)],
      ["read", (s, key, id) => s.read("media", key, id)],
      ["lock", (s, key, id) => s.lock("media", key, id)],
      ["mergeTags", (s, key, id) => s.mergeTags("media", key, id, { a: "b" })],
    ];
    it.each(calls)("%s says that the cloud is down, and that it refused", async (_name, call) => {
      const key = freshKey();
      const versionId = await put(key, "x");
      const landed = await harness().platform.put(freshKey(), "x");
      for (const how of ["cut", "server-error"] as const) {
        const failure = harness().duringOutage(how, () => call(store(), key, versionId, landed));
        await expect(failure, how).rejects.toBeInstanceOf(PortUnavailable);
      }
      await expect(call(harness().forOutsider, key, versionId, landed)).rejects.toBeInstanceOf(PortDenied);
      const state = await store().stat("media", key);
      expect({ tags: state?.tags, locked: state?.locked }).toEqual({ tags: writeOf(key, "x").tags, locked: false });
    });
  });
}
