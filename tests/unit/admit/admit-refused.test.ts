import { describe, expect, it } from "vitest";
import { admit } from "../../../functions/admit/core.ts";
import { metricNames } from "../../../model/metric-names.ts";
import { capture, conversation, genesysFolder, land, screen, sha256, stack } from "./harness.ts";

const id = "33333333-3333-4333-8333-333333333333";
const webm = capture("order-10s-vp8.webm");
// From emulator/demo/media/sha256sums.txt.
const _webmHash = "f85e8ea9a01f510c02beb60b81105edae4cc4d5a2063cccc6d527f5b4a9661fe";

describe("quarantine (promise 5, promise 10)", () => {
  const cut = webm.subarray(0, webm.length - 100);
  const cases = [
    ["zero bytes", screen(id, { media: [{ file: `${id}.webm`, bytes: new Uint8Array() }] }), ["HF2003"]],
    ["a truncated file", screen(id, { media: [{ file: `${id}.webm`, bytes: cut }] }), ["HF2004"]],
    ["a duration that cannot be", screen(id, { durationMs: 60_000 }), ["HF2005"]],
    ["metadata of another recording", screen(id, { fields: { recordingId: "other" } }), ["HF2008"]],
    [
      "another digest",
      screen(id, {
        layout: "plain",
        media: [{ file: "a.webm", bytes: webm }],
        fields: { media: [{ file: "a.webm", sha256: "0".repeat(64) }] },
      }),
      ["HF2006"],
    ],
    ["plain metadata without its fields", screen(id, { layout: "plain", fields: { durationMs: "long" } }), ["HF2007"]],
  ] as const;

  it.each(cases)("%s", async (_what, recording, reasons) => {
    const s = stack();
    const keys = land(s, recording);
    expect(await s.admit(keys[0] ?? "")).toEqual({ outcome: "quarantined", recordingId: id, reasons });
    expect(s.keys().every((key) => key.startsWith(`quarantine/${recording.layout}/${id}/`))).toBe(true);
    const versions = s.primary.versions();
    expect(versions.map(({ kind }) => kind).sort()).toEqual(["media", "metadata"]);
    for (const version of versions) {
      expect(version.metadata.reasons).toBe(reasons.join(" "));
      expect(version.tags).toMatchObject({ integrity: "failed", "compliance-status": "standard" });
    }
    // Both halves are verbatim copies.
    const landed = keys.map((key) => sha256(s.landing.versions(key)[0]?.bytes ?? "")).sort();
    expect(versions.map(({ bytes }) => sha256(bytes)).sort()).toEqual(landed);
    expect(s.catalog.rows().map(({ status, integrity }) => [status, integrity])).toEqual([
      ["quarantined", "failed"],
      ["quarantined", "failed"],
    ]);
    expect(s.metrics.counted(metricNames.quarantined)).toBe(1);
    expect(s.metrics.counted(metricNames.admitted)).toBe(0);
    expect((await s.admit(keys[1] ?? "")).outcome).toBe("repeated");
    expect(s.primary.versions()).toHaveLength(2);
  });

  it("metadata that is not JSON", async () => {
    const s = stack();
    const keys = land(s, screen(id));
    s.landing.put(keys[1] ?? "", '{"recordingId":');
    expect(await s.admit(keys[1] ?? "")).toMatchObject({ outcome: "quarantined", reasons: ["HF2007"] });
  });

  it("more files than one catalog transaction takes: every version is in the catalog (promise 5)", async () => {
    const s = stack();
    for (let i = 0; i < 120; i++) s.landing.put(`plain/r1/${i}.txt`, `file ${i}`);
    s.landing.put("plain/r1/metadata.json", "not JSON");
    expect(await s.admit("plain/r1/metadata.json")).toMatchObject({ outcome: "quarantined" });
    expect(s.catalog.rows()).toHaveLength(121);
    expect(s.confirmQueue.messages()).toHaveLength(1);
    s.primary.completeReplication();
    expect(await s.confirmAll()).toEqual([{ outcome: "confirmed", added: 121 }]);
  });

  it("metadata larger than the limit", async () => {
    const s = stack();
    const keys = land(s, screen(id, { fields: { padding: "x".repeat(1_100_000) } }));
    expect(await s.admit(keys[1] ?? "")).toMatchObject({ outcome: "quarantined", reasons: ["HF2007"] });
    expect(s.primary.versions("metadata")[0]?.size).toBeGreaterThan(1_100_000);
  });

  it("is locked when a hold rule matches", async () => {
    const s = stack();
    const keys = land(s, screen(id, { durationMs: 1, fields: { agent: "agent-7" } }));
    await s.admit(keys[0] ?? "");
    expect(s.primary.versions().map(({ locked, tags }) => [locked, tags["compliance-status"]])).toEqual([
      [true, "legal-hold"],
      [true, "legal-hold"],
    ]);
  });

  it("a broken file waits for its metadata like any other", async () => {
    const s = stack();
    s.landing.put(`${genesysFolder}${id}.webm`, new Uint8Array());
    expect((await s.admit(`${genesysFolder}${id}.webm`)).outcome).toBe("waiting");
    expect(s.primary.versions()).toEqual([]);
  });

  it("a good re-export after it is admitted", async () => {
    const s = stack();
    const bad = screen(id, { media: [{ file: `${id}.webm`, bytes: cut }] });
    await s.admit(land(s, bad)[0] ?? "");
    expect((await s.admit(land(s, screen(id))[0] ?? "")).outcome).toBe("admitted");
    expect(
      s.catalog
        .rows()
        .map(({ status }) => status)
        .sort(),
    ).toEqual(["admitted", "admitted", "quarantined", "quarantined"]);
  });
});

describe("what is not admitted (promise 10)", () => {
  it.each([
    ["unknownKey", "elsewhere/x.webm"],
    ["unknownKey", `plain/${"x".repeat(500)}/a.webm`],
    ["sibling", `${genesysFolder}${conversation}.opus_call_metadata.json`],
    ["sibling", `${genesysFolder}${conversation}-${id}.transcript.json`],
  ])("%s: %s", async (reason, key) => {
    const s = stack();
    s.landing.put(key, "x");
    expect(await s.admit(key)).toEqual({ outcome: "ignored", reason });
    expect(s.metrics.counted(metricNames.unknownKey)).toBe(reason === "unknownKey" ? 1 : 0);
    expect(s.calls.calls).toEqual([]);
  });

  it("a plain file that the metadata does not list (promise 5)", async () => {
    const s = stack();
    land(s, screen("r1", { layout: "plain", media: [{ file: "a.webm", bytes: webm }] }));
    s.landing.put("plain/r1/notes.txt", "hello");
    expect(await s.admit("plain/r1/notes.txt")).toEqual({ outcome: "ignored", reason: "notListed" });
    expect(s.metrics.counted(metricNames.unknownKey)).toBe(1);
    expect((await s.admit("plain/r1/a.webm")).outcome).toBe("admitted");
    expect(s.primary.versions("media")).toHaveLength(1);
  });

  it("a plain file whose name only begins like a listed one (promise 5)", async () => {
    const s = stack();
    land(s, screen("r1", { layout: "plain", media: [{ file: "a.webm", bytes: webm }] }));
    s.landing.put("plain/r1/a.webm.bak", webm);
    expect(await s.admit("plain/r1/a.webm.bak")).toEqual({ outcome: "ignored", reason: "notListed" });
    expect((await s.admit("plain/r1/a.webm")).outcome).toBe("admitted");
    expect(s.keys().filter((key) => key.endsWith(".bak"))).toEqual([]);
  });

  it("what is gone before it was read", async () => {
    const s = stack();
    const keys = land(s, screen(id));
    const versionId = s.landing.versions(keys[0])[0]?.versionId ?? "";
    s.landing.removeVersion(keys[0] ?? "", versionId);
    expect(await admit({ key: keys[0] ?? "", versionId }, s.deps)).toEqual({ outcome: "gone" });
    expect(s.metrics.counted(metricNames.landingGone)).toBe(1);
  });

  it.each([0, 1])(
    "what expired after it was admitted is no loss when its event comes again (file %d)",
    async (file) => {
      const s = stack();
      const keys = land(s, screen(id));
      await s.admit(keys[0] ?? "");
      const key = keys[file] ?? "";
      const versionId = s.landing.versions(key)[0]?.versionId ?? "";
      s.landing.removeVersion(key, versionId);
      expect(await admit({ key, versionId }, s.deps)).toEqual({ outcome: "repeated", recordingId: id });
      expect(s.metrics.counted(metricNames.landingGone)).toBe(0);
      expect(s.metrics.counted(metricNames.duplicate)).toBe(1);

      // Another version of the same file was not.
      const { versionId: lost } = s.landing.put(key, "other bytes");
      s.landing.removeVersion(key, lost);
      expect(await admit({ key, versionId: lost }, s.deps)).toEqual({ outcome: "gone" });
      expect(s.metrics.counted(metricNames.landingGone)).toBe(1);
    },
  );

  it.each(["open", "admit"])("what goes away just before %s", async (moment) => {
    const s = stack();
    const keys = land(s, screen(id));
    s.calls.onCall(({ port, op, args }, phase) => {
      const sibling = port === "landing" && op === moment && args[0] === keys[0];
      const copy = port === "store:primary" && op === moment;
      if (phase === "before" && (sibling || copy)) {
        s.landing.removeVersion(keys[0] ?? "", s.landing.versions(keys[0])[0]?.versionId ?? "");
      }
    });
    expect(await s.admit(keys[1] ?? "")).toEqual({ outcome: "gone" });
    expect(s.catalog.rows()).toEqual([]);
  });

  it("an object over 4 GiB fails with a code before anything is read or written", async () => {
    const s = stack();
    const keys = land(s, screen(id));
    const huge = {
      ...s.deps,
      landing: {
        ...s.landing,
        list: async (prefix: string) =>
          (await s.landing.list(prefix)).map((o) => (o.key === keys[0] ? { ...o, size: 4 * 1024 ** 3 + 1 } : o)),
      },
    };
    const versionId = s.landing.versions(keys[1])[0]?.versionId ?? "";
    await expect(admit({ key: keys[1] ?? "", versionId }, huge)).rejects.toMatchObject({ code: "HF2010" });
    expect(s.primary.versions()).toEqual([]);
    expect(s.calls.calls.filter(({ op, args }) => op === "open" && args[0] === keys[0])).toEqual([]);
  });
});

describe("a recording of many large files (promise 10)", () => {
  const gib = 1024 ** 3;
  // 8 GiB at 75 MB/s are read in 115 s; one slow copy may take 120 s; the function has 300 s.
  it.each([
    [[4 * gib, 4 * gib], "HF2016"],
    [[4 * gib, 4 * gib, 1], "HF2017"],
    [[3 * gib, 3 * gib, 3 * gib], "HF2017"],
  ])("of %j bytes ends with %s", async (sizes, code) => {
    const s = stack();
    const files = sizes.map((_, i) => ({ file: `${i}.webm`, bytes: webm }));
    const keys = land(s, screen("r1", { layout: "plain", media: files }));
    const sized = <T extends { readonly key: string; readonly size: number }>(object: T): T => {
      const size = sizes[keys.indexOf(object.key)];
      return size === undefined ? object : { ...object, size };
    };
    const opened: string[] = [];
    const landing = {
      ...s.landing,
      list: async (prefix: string) => (await s.landing.list(prefix)).map(sized),
      async open(key: string, versionId: string) {
        opened.push(key);
        const object = await s.landing.open(key, versionId);
        return object && sized(object);
      },
    };
    const versionId = s.landing.versions(keys.at(-1))[0]?.versionId ?? "";
    const work = admit({ key: keys.at(-1) ?? "", versionId }, { ...s.deps, landing });
    await expect(work).rejects.toMatchObject({ code });
    expect(s.primary.versions()).toEqual([]);
    // Too much is refused before any media is read; what may enter was opened, and is shorter than it says.
    expect(opened.filter((key) => key.endsWith(".webm")).length > 0).toBe(code === "HF2016");
  });
});
