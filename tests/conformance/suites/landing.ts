import { describe, expect, it } from "vitest";
import { PortDenied, PortMissing, PortUnavailable } from "../../../ports/errors.ts";
import type { LandingHarness } from "../support/harness.ts";
import { awkwardNames, collect, freshKey, text } from "../support/samples.ts";

/** Behaviour that every `Landing` has. */
export function landingSuite(cloud: string, harness: () => LandingHarness): void {
  const landing = () => harness().landing;
  const platform = () => harness().platform;

  describe(`Landing on ${cloud}`, () => {
    it("opens the version that was asked for, not the newest", async () => {
      const key = freshKey();
      const first = await platform().put(key, "first");
      const second = await platform().put(key, "second, longer");

      const old = await landing().open(key, first.versionId);
      expect({ key: old?.key, versionId: old?.versionId, size: old?.size }).toEqual({ ...first, size: 5, key });
      expect(await text(old?.body)).toBe("first");
      const current = await landing().openCurrent(key);
      expect(current?.versionId).toBe(second.versionId);
      expect(await text(current?.body)).toBe("second, longer");
    });

    it("says when the version landed", async () => {
      const before = Date.now();
      const { key, versionId } = await platform().put(freshKey(), "x");
      const opened = await landing().open(key, versionId);
      await collect(opened?.body);
      // S3 dates have whole seconds.
      expect(opened?.landedAt.getTime()).toBeGreaterThanOrEqual(Math.floor(before / 1_000) * 1_000);
      expect(opened?.landedAt.getTime()).toBeLessThanOrEqual(Date.now() + 1_000);
    });

    it.each(awkwardNames)("opens, lists and marks the key %j", async (name) => {
      const { key, versionId } = await platform().put(freshKey(name), name);
      expect(await text((await landing().open(key, versionId))?.body)).toBe(name);
      expect(await text((await landing().openCurrent(key))?.body)).toBe(name);
      expect((await landing().list(key)).map((o) => [o.key, o.versionId])).toEqual([[key, versionId]]);
      await landing().markAdmitted(key, versionId);
      expect(await platform().tagsOf(key, versionId)).toEqual({ "holdfast-admitted": "true" });
    });

    it("answers undefined for a missing key, a removed version and a hidden key", async () => {
      const key = freshKey();
      expect(await landing().openCurrent(key)).toBeUndefined();
      const removed = await platform().put(key, "removed");
      const kept = await platform().put(key, "kept");
      await platform().deleteVersion(key, removed.versionId);
      expect(await landing().open(key, removed.versionId)).toBeUndefined();
      await platform().hide(key);
      expect(await landing().openCurrent(key)).toBeUndefined();
      expect(await text((await landing().open(key, kept.versionId))?.body)).toBe("kept");
    });

    it("streams a large body in parts and survives a reader that stops early", async () => {
      const bytes = Buffer.alloc(3_000_000, "0123456789abcdef");
      const { key, versionId } = await platform().put(freshKey(), bytes);
      const opened = await landing().open(key, versionId);
      let parts = 0;
      for await (const _ of opened?.body ?? []) {
        parts += 1;
        break;
      }
      expect(parts).toBe(1);
      expect((await collect((await landing().open(key, versionId))?.body)).equals(bytes)).toBe(true);
    });

    it("opens an empty object", async () => {
      const { key, versionId } = await platform().put(freshKey(), "");
      const opened = await landing().open(key, versionId);
      expect(opened?.size).toBe(0);
      expect((await collect(opened?.body)).length).toBe(0);
    });

    it("lists current versions below a prefix in order of key, without hidden keys", async () => {
      const prefix = freshKey("list/");
      await platform().put(`${prefix}b`, "old b");
      const b = await platform().put(`${prefix}b`, "new b");
      const a = await platform().put(`${prefix}a`, "a");
      await platform().put(`${prefix}hidden`, "hidden");
      await platform().hide(`${prefix}hidden`);
      const listed = await landing().list(prefix);
      expect(listed.map(({ key, versionId, size }) => ({ key, versionId, size }))).toEqual([
        { ...a, size: 1 },
        { ...b, size: 5 },
      ]);
      expect(await landing().list(`${prefix}none`)).toEqual([]);
    });

    it("lists at most 1,000, and all current ones although older versions fill pages", async () => {
      const prefix = freshKey("many/");
      const name = (n: number) => `${prefix}${String(n).padStart(4, "0")}`;
      const batch = async (from: number, to: number) => {
        for (let at = from; at < to; at += 20) {
          await Promise.all(Array.from({ length: Math.min(20, to - at) }, (_, n) => platform().put(name(at + n), "x")));
        }
      };
      // 700 keys of two versions each are 1,400 versions: more than one page.
      await batch(0, 700);
      await batch(0, 700);
      expect((await landing().list(prefix)).map((o) => o.key)).toEqual(Array.from({ length: 700 }, (_, n) => name(n)));
      await batch(700, 1_005);
      const most = await landing().list(prefix);
      expect(most.length).toBe(1_000);
      expect(most.at(-1)?.key).toBe(name(999));
    });

    it("marks one version as admitted, twice if asked, and keeps the tags it had", async () => {
      const key = freshKey();
      const older = await platform().put(key, "older", { origin: "export 1" });
      const newer = await platform().put(key, "newer", { origin: "export 2" });
      await landing().markAdmitted(key, older.versionId);
      await landing().markAdmitted(key, older.versionId);
      expect(await platform().tagsOf(key, older.versionId)).toEqual({
        origin: "export 1",
        "holdfast-admitted": "true",
      });
      expect(await platform().tagsOf(key, newer.versionId)).toEqual({ origin: "export 2" });
    });

    it("refuses an eleventh tag instead of dropping one", async () => {
      const ten = Object.fromEntries(Array.from({ length: 10 }, (_, n) => [`t${n}`, "v"]));
      const { key, versionId } = await platform().put(freshKey(), "x", ten);
      await expect(landing().markAdmitted(key, versionId)).rejects.toMatchObject({ code: "HF3005" });
      expect(await platform().tagsOf(key, versionId)).toEqual(ten);
    });

    it("reports what is to be marked and is gone", async () => {
      const { key, versionId } = await platform().put(freshKey(), "x");
      await platform().deleteVersion(key, versionId);
      await expect(landing().markAdmitted(key, versionId)).rejects.toBeInstanceOf(PortMissing);
    });

    const calls: readonly [
      string,
      (landing: LandingHarness["landing"], key: string, id: string) => Promise<unknown>,
    ][] = [
      ["open", (l, key, id) => l.open(key, id)],
      ["openCurrent", (l, key) => l.openCurrent(key)],
      ["list", (l, key) => l.list(key)],
      ["markAdmitted", (l, key, id) => l.markAdmitted(key, id)],
    ];
    it.each(calls)("%s says that the cloud is down, and that it refused", async (_name, call) => {
      const { key, versionId } = await platform().put(freshKey(), "x");
      for (const how of ["cut", "server-error"] as const) {
        const failure = harness().duringOutage(how, () => call(landing(), key, versionId));
        await expect(failure, how).rejects.toBeInstanceOf(PortUnavailable);
      }
      await expect(call(harness().forOutsider, key, versionId)).rejects.toBeInstanceOf(PortDenied);
    });
  });
}
