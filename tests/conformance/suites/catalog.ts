import { describe, expect, it } from "vitest";
import type { Catalog, CatalogRow } from "../../../ports/catalog.ts";
import { PortDenied, PortUnavailable } from "../../../ports/errors.ts";
import type { CatalogHarness } from "../support/harness.ts";

let serial = 0;
const freshId = () => `recording-${++serial}`;

const row = (recordingId: string, more: Partial<CatalogRow> = {}): CatalogRow => ({
  recordingId,
  site: "primary",
  kind: "media",
  key: `recordings/normal/standard/genesys/${recordingId}/0123456789abcdef-call.mp4`,
  versionId: "v1",
  sha256: "0".repeat(64),
  size: 25_000_000,
  source: "genesys",
  retentionClass: "standard",
  sensitivity: "normal",
  status: "admitted",
  integrity: "store-checksum",
  matters: [],
  recordedAt: "2026-03-04T05:06:07.000Z",
  ...more,
});

const versionIds = (rows: readonly CatalogRow[]) => rows.map((r) => r.versionId);

/** Behaviour that every `Catalog` has. */
export function catalogSuite(cloud: string, harness: () => CatalogHarness): void {
  const catalog = () => harness().catalog;

  describe(`Catalog on ${cloud}`, () => {
    it("gives back every field of what was added", async () => {
      const full = row(freshId(), {
        site: "dr",
        kind: "metadata",
        key: "recordings/sensitive/finance/plain/id#1 ü/f.json",
        size: 0,
        conversationId: "conversation ü",
        sensitivity: "sensitive",
        status: "quarantined",
        matters: ["policy/finance", "policy/pci"],
      });
      const bare = row(full.recordingId);
      await catalog().add([full, bare]);
      const rows = await catalog().rowsOf(full.recordingId);
      expect(rows).toEqual([full, bare]);
      expect(rows.map((r) => Object.hasOwn(r, "conversationId"))).toEqual([true, false]);
    });

    it("orders the rows of a recording by site, kind, key and version", async () => {
      const id = freshId();
      const rows = [
        row(id, { site: "primary", kind: "media" }),
        row(id, { site: "dr", kind: "media", versionId: "v2" }),
        row(id, { site: "dr", kind: "media", versionId: "v1" }),
        row(id, { site: "primary", kind: "metadata" }),
        row(id, { site: "dr", kind: "metadata" }),
      ];
      await catalog().add(rows);
      expect((await catalog().rowsOf(id)).map((r) => `${r.site} ${r.kind} ${r.versionId}`)).toEqual([
        "dr media v1",
        "dr media v2",
        "dr metadata v1",
        "primary media v1",
        "primary metadata v1",
      ]);
    });

    it("finds nothing for an unknown id, and takes ids exactly", async () => {
      const id = freshId();
      await catalog().add([row(`${id}0`)]);
      expect(await catalog().rowsOf(id)).toEqual([]);
      expect(await catalog().rowsOfConversation(id)).toEqual([]);
    });

    it("adds the same rows twice without an effect", async () => {
      const id = freshId();
      const rows = [row(id), row(id, { kind: "metadata" })];
      await catalog().add(rows);
      await catalog().add(rows);
      expect(await catalog().rowsOf(id)).toEqual(rows);
    });

    it("never changes a row that exists, and still adds the rows beside it", async () => {
      const id = freshId();
      const original = row(id, { retentionClass: "finance", matters: ["policy/finance"] });
      await catalog().add([original]);
      const added = row(id, { versionId: "v2" });
      await catalog().add([{ ...original, retentionClass: "standard", matters: [], sha256: "f".repeat(64) }, added]);
      expect(await catalog().rowsOf(id)).toEqual([original, added]);
    });

    it("takes the first of two rows of one object version in one call", async () => {
      const id = freshId();
      await catalog().add([row(id), row(id, { size: 1 })]);
      expect(await catalog().rowsOf(id)).toEqual([row(id)]);
    });

    it("lets writers at the same moment all succeed with one set of rows", async () => {
      const id = freshId();
      const rows = Array.from({ length: 5 }, (_, n) => row(id, { versionId: `v${n}` }));
      await Promise.all([catalog().add(rows), catalog().add(rows.slice(1)), catalog().add(rows), catalog().add(rows)]);
      expect(await catalog().rowsOf(id)).toEqual(rows);
    });

    it("adds 100 rows at once and refuses 101, adding none", async () => {
      const id = freshId();
      const rows = Array.from({ length: 101 }, (_, n) => row(id, { versionId: `v${String(n).padStart(3, "0")}` }));
      await expect(catalog().add(rows)).rejects.toMatchObject({ code: "HF3007" });
      expect(await catalog().rowsOf(id)).toEqual([]);
      await catalog().add(rows.slice(0, 100));
      expect(versionIds(await catalog().rowsOf(id))).toEqual(versionIds(rows.slice(0, 100)));
      await catalog().add([]);
    });

    it("finds all rows although they fill more than one page of 1 MB", async () => {
      const id = freshId();
      const conversationId = `conversation of ${id}`;
      const rows = Array.from({ length: 240 }, (_, n) =>
        row(id, { versionId: `v${String(n).padStart(3, "0")}`, conversationId, matters: ["m".repeat(12_000)] }),
      );
      for (let at = 0; at < rows.length; at += 80) await catalog().add(rows.slice(at, at + 80));
      expect(versionIds(await catalog().rowsOf(id))).toEqual(versionIds(rows));
      expect(new Set(versionIds(await catalog().rowsOfConversation(conversationId))).size).toBe(240);
    });

    it("finds the rows of a conversation over all its recordings, oldest first", async () => {
      const [first, second] = [freshId(), freshId()];
      const conversationId = `conversation of ${first}`;
      const late = row(first, { conversationId, recordedAt: "2026-03-04T05:06:08.000Z" });
      const early = row(second, { conversationId, recordedAt: "2026-03-04T05:06:07.000Z", kind: "metadata" });
      await catalog().add([late, row(first, { versionId: "without a conversation" })]);
      await catalog().add([early, row(second, { versionId: "v9", conversationId: `${conversationId} 2` })]);
      expect(await catalog().rowsOfConversation(conversationId)).toEqual([early, late]);
    });

    const calls: readonly [string, (catalog: Catalog, id: string) => Promise<unknown>][] = [
      ["rowsOf", (c, id) => c.rowsOf(id)],
      ["rowsOfConversation", (c, id) => c.rowsOfConversation(id)],
      ["add", (c, id) => c.add([row(id)])],
    ];
    it.each(calls)("%s says that the cloud is down, and that it refused", async (_name, call) => {
      const id = freshId();
      for (const how of ["cut", "server-error"] as const) {
        const failure = harness().duringOutage(how, () => call(catalog(), id));
        await expect(failure, how).rejects.toBeInstanceOf(PortUnavailable);
      }
      await expect(call(harness().forOutsider, id)).rejects.toBeInstanceOf(PortDenied);
      expect(await catalog().rowsOf(id)).toEqual([]);
    });
  });
}
