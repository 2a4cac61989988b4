import { describe, expect, it } from "vitest";
import { admit } from "../../../functions/admit/core.ts";
import { metricNames } from "../../../model/metric-names.ts";
import { ChecksumMismatch } from "../../../ports/errors.ts";
import { capture, conversation, genesysFolder, land, objectsOf, screen, sha256, stack } from "./harness.ts";

const id = "33333333-3333-4333-8333-333333333333";
const webm = capture("order-10s-vp8.webm");
// From emulator/demo/media/sha256sums.txt.
const webmHash = "f85e8ea9a01f510c02beb60b81105edae4cc4d5a2063cccc6d527f5b4a9661fe";

describe("a good pair", () => {
  it("is admitted by the later event, with tags, metadata, envelope, rows and times in seconds (promise 5, promise 7)", async () => {
    const s = stack();
    const [media = "", metadata = ""] = objectsOf(screen(id)).map(({ key }) => key);
    const [first, second] = objectsOf(screen(id));
    s.landing.put(media, first?.bytes ?? "");
    expect(await s.admit(media)).toEqual({ outcome: "waiting", recordingId: id, missing: ["metadata"] });
    expect(s.primary.versions()).toEqual([]);
    s.clock.advance(30_000);
    s.landing.put(metadata, second?.bytes ?? "");
    s.clock.advance(4_000);
    expect(await s.admit(metadata)).toEqual({ outcome: "admitted", recordingId: id });

    const [stored] = s.primary.versions("media");
    const mediaKey = `recordings/normal/standard/genesys/${id}/${webmHash.slice(0, 16)}-${id}.webm`;
    expect(stored).toMatchObject({
      key: mediaKey,
      storeSha256: webmHash,
      contentType: "video/webm",
      locked: false,
      tags: {
        "retention-class": "standard",
        "compliance-status": "standard",
        source: "genesys",
        integrity: "container",
      },
    });
    expect(stored?.metadata).toMatchObject({ sha256: webmHash, "recording-id": id, source: "genesys" });

    const [envelope] = s.primary.versions("metadata");
    const json = JSON.parse(new TextDecoder().decode(envelope?.bytes));
    expect(json).toMatchObject({
      schemaVersion: 1,
      recordingId: id,
      conversationId: conversation,
      video_key: mediaKey,
      startTime: "2026-05-07T09:00:00.000Z",
      integrity: "container",
      vendor: JSON.parse(String(second?.bytes)),
    });
    expect(envelope?.key).toBe(
      `recordings/normal/standard/genesys/${id}/${sha256(envelope?.bytes ?? "").slice(0, 16)}-recording.json`,
    );

    const common = {
      recordingId: id,
      site: "primary",
      source: "genesys",
      conversationId: conversation,
      retentionClass: "standard",
      sensitivity: "normal",
      status: "admitted",
      integrity: "container",
      matters: [],
      recordedAt: "2026-05-07T09:00:00.000Z",
    };
    expect(s.catalog.rows()).toEqual([
      { ...common, kind: "media", key: mediaKey, versionId: stored?.versionId, sha256: webmHash, size: webm.length },
      {
        ...common,
        kind: "metadata",
        key: envelope?.key,
        versionId: envelope?.versionId,
        sha256: envelope?.storeSha256,
        size: envelope?.size,
      },
    ]);
    expect(s.confirmQueue.messages().map(({ body }) => body)).toEqual([
      {
        type: "confirm",
        recordingId: id,
        landing: [metadata, media].map((key) => ({ key, versionId: s.landing.versions(key)[0]?.versionId })),
        admittedAt: "2026-05-07T10:00:34.000Z",
        attempt: 0,
        late: false,
      },
    ]);
    expect(s.metrics.measured(metricNames.admissionSeconds)).toEqual([4]);
    expect(s.metrics.counted(metricNames.admitted)).toBe(1);
    expect(s.metrics.counted(metricNames.waitingForPair)).toBe(1);
  });

  it.each([false, true])(
    "takes both names of Genesys metadata (shared: %s), whichever event comes last",
    async (shared) => {
      for (const last of [0, 1]) {
        const s = stack();
        const keys = land(s, screen(id, { shared }));
        expect((await s.admit(keys[last] ?? "")).outcome).toBe("admitted");
        expect(s.primary.versions()).toHaveLength(2);
      }
    },
  );

  it.each([false, true])(
    "is told apart from one whose id begins like its own (shared metadata: %s) (promise 5)",
    async (shared) => {
      const s = stack();
      const [one = [], two = []] = ["r1", "r12"].map((name) => land(s, screen(name, { shared })));
      for (const key of [one[1], two[0]]) expect((await s.admit(key ?? "")).outcome).toBe("admitted");
      const media = s.primary
        .versions("media")
        .map(({ key, metadata }) => [metadata["recording-id"], key.split("-").at(-1)]);
      expect(media.sort()).toEqual([
        ["r1", "r1.webm"],
        ["r12", "r12.webm"],
      ]);
      expect(s.primary.versions("metadata").map(({ metadata }) => metadata["recording-id"])).toEqual(["r1", "r12"]);
    },
  );

  it("in the plain layout waits for every listed file, and checks the digests (promise 5)", async () => {
    const s = stack();
    const recording = screen("r 1", {
      layout: "plain",
      media: [
        { file: "left.webm", bytes: webm, digest: true },
        { file: "right.mp4", bytes: capture("order-12s.mp4"), digest: true },
      ],
    });
    const [left, right, metadata] = objectsOf(recording);
    s.landing.put(metadata?.key ?? "", metadata?.bytes ?? "");
    s.landing.put(left?.key ?? "", left?.bytes ?? "");
    expect(await s.admit("plain/r 1/metadata.json")).toMatchObject({ outcome: "waiting", missing: ["right.mp4"] });
    expect(await s.admit("plain/r 1/left.webm")).toMatchObject({ outcome: "waiting", missing: ["right.mp4"] });
    s.landing.put(right?.key ?? "", right?.bytes ?? "");
    expect((await s.admit("plain/r 1/right.mp4")).outcome).toBe("admitted");
    expect(s.keys().filter((key) => !key.endsWith("recording.json"))).toEqual(
      [
        `recordings/normal/standard/plain/r%201/${sha256(capture("order-12s.mp4")).slice(0, 16)}-right.mp4`,
        `recordings/normal/standard/plain/r%201/${webmHash.slice(0, 16)}-left.webm`,
      ].sort(),
    );
    expect(new Set(s.catalog.rows().map(({ integrity }) => integrity))).toEqual(new Set(["vendor-digest"]));
  });

  it("of a format that is not inspected is admitted as stored", async () => {
    const s = stack();
    const opus = new TextEncoder().encode("OggS".padEnd(500, "voice"));
    const keys = land(s, screen(id, { media: [{ file: `${id}.opus`, bytes: opus }] }));
    expect((await s.admit(keys[0] ?? "")).outcome).toBe("admitted");
    expect(s.primary.versions("media")[0]).toMatchObject({ contentType: "audio/ogg", tags: { integrity: "stored" } });
  });
});

describe("policy", () => {
  it("a matching hold rule locks every object in the write itself (promise 1)", async () => {
    const s = stack();
    const keys = land(s, screen(id, { fields: { agent: "agent-7" } }));
    await s.admit(keys[0] ?? "");
    for (const version of s.primary.versions()) {
      expect(version).toMatchObject({ locked: true, tags: { "compliance-status": "legal-hold" } });
    }
    expect(s.catalog.rows().map(({ matters }) => matters)).toEqual([["policy/case-7"], ["policy/case-7"]]);
    expect(s.calls.calls.filter(({ op }) => op === "lock")).toEqual([]);
  });

  it("PCI makes it sensitive, a department chooses the class (promise 3, promise 9)", async () => {
    const s = stack();
    await s.admit(land(s, screen("a", { fields: { queue: "payments" } }))[0] ?? "");
    await s.admit(land(s, screen("b", { fields: { queue: "finance" } }))[0] ?? "");
    expect(s.keys().map((key) => key.split("/").slice(0, 5).join("/"))).toEqual([
      "recordings/normal/finance/genesys/b",
      "recordings/normal/finance/genesys/b",
      "recordings/sensitive/standard/genesys/a",
      "recordings/sensitive/standard/genesys/a",
    ]);
    expect(s.primary.versions().find(({ key }) => key.includes("/a/"))?.tags).toMatchObject({ PCI: "true" });
  });
});

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

describe("untrusted ids", () => {
  it.each([
    ["..", "%2E%2E"],
    ["日本 / 語".replaceAll("/", "%"), "%E6%97%A5%E6%9C%AC%20%25%20%E8%AA%9E"],
    ["__proto__", "__proto__"],
  ])("%s", async (recordingId, encoded) => {
    const s = stack();
    const keys = land(s, screen(recordingId, { layout: "plain", media: [{ file: "a.webm", bytes: webm }] }));
    expect(await s.admit(keys[0] ?? "")).toEqual({ outcome: "admitted", recordingId });
    expect(s.keys().every((key) => key.split("/")[4] === encoded)).toBe(true);
    expect(s.catalog.rows().every((row) => row.recordingId === recordingId)).toBe(true);
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

describe("cost", () => {
  const isBody = (op: string) => op === "open";

  it("takes three rounds at landing and store besides bodies, two at the catalog, one send (promise 7)", async () => {
    const s = stack();
    const keys = land(s, screen(id, { fields: { agent: "agent-7" } }));
    s.calls.clear();
    await s.admit(keys[0] ?? "");
    const calls = s.calls.calls;
    const rounds = (wanted: (call: (typeof calls)[number]) => boolean) => {
      let count = 0;
      let end = -1;
      for (const call of calls.filter(wanted).sort((a, b) => (a.end ?? 0) - (b.end ?? 0))) {
        if (call.start > end) {
          count++;
          end = call.end ?? Number.POSITIVE_INFINITY;
        }
      }
      return count;
    };
    expect(rounds(({ port, op }) => (port === "landing" || port.startsWith("store")) && !isBody(op))).toBe(3);
    expect(rounds(({ port }) => port === "catalog")).toBe(2);
    expect(rounds(({ port }) => port === "queue")).toBe(1);
    expect(calls.map(({ port, op }) => `${port}.${op}`).sort()).toEqual([
      "catalog.add",
      "catalog.rowsOf",
      "landing.list",
      "landing.open",
      "landing.open",
      "queue.send",
      "store:primary.admit",
      "store:primary.put",
      "store:primary.stat",
      "store:primary.stat",
    ]);
    // The catalog is asked while the event's object is opened.
    const [open, list, rowsOf] = ["open", "list", "rowsOf"].map((name) => calls.find(({ op }) => op === name));
    expect(Math.max(open?.start ?? 0, list?.start ?? 0, rowsOf?.start ?? 0)).toBeLessThan(
      Math.min(open?.end ?? 0, list?.end ?? 0, rowsOf?.end ?? 0),
    );
  });

  it("a waiting media object is not read", async () => {
    const s = stack();
    s.landing.put(`${genesysFolder}${id}.webm`, webm);
    let read = 0;
    let closed = 0;
    const landing = {
      ...s.landing,
      async open(key: string, versionId: string) {
        const opened = await s.landing.open(key, versionId);
        if (!opened) return undefined;
        const body = {
          [Symbol.asyncIterator]: () => ({
            next: async () => {
              read++;
              return { done: true as const, value: undefined };
            },
            return: async () => {
              closed++;
              return { done: true as const, value: undefined };
            },
          }),
        };
        return { ...opened, body };
      },
    };
    const versionId = s.landing.versions()[0]?.versionId ?? "";
    await admit({ key: `${genesysFolder}${id}.webm`, versionId }, { ...s.deps, landing });
    expect({ read, closed }).toEqual({ read: 0, closed: 1 });
  });

  it("the stream that is open is read before others are opened", async () => {
    const s = stack();
    const files = Array.from({ length: 8 }, (_, i) => ({ file: `${i}.webm`, bytes: webm }));
    const keys = land(s, screen("r1", { layout: "plain", media: files }));
    const last = keys[7] ?? "";
    const order: string[] = [];
    const landing = {
      ...s.landing,
      async open(key: string, versionId: string) {
        const opened = await s.landing.open(key, versionId);
        if (!opened) return undefined;
        const { body } = opened;
        const noted = async function* () {
          order.push(key);
          yield* body;
        };
        return { ...opened, body: noted() };
      },
    };
    const versionId = s.landing.versions(last)[0]?.versionId ?? "";
    expect((await admit({ key: last, versionId }, { ...s.deps, landing })).outcome).toBe("admitted");
    expect(order.slice(0, 2)).toEqual(["plain/r1/metadata.json", last]);
    expect(order).toHaveLength(9);
  });

  it("a stream that breaks off is tried again, never quarantined (promise 5)", async () => {
    const s = stack();
    const keys = land(s, screen(id));
    const landing = {
      ...s.landing,
      async open(key: string, versionId: string) {
        const opened = await s.landing.open(key, versionId);
        return opened && { ...opened, size: opened.size + 1 };
      },
    };
    const versionId = s.landing.versions(keys[0])[0]?.versionId ?? "";
    await expect(admit({ key: keys[0] ?? "", versionId }, { ...s.deps, landing })).rejects.toMatchObject({
      code: "HF2016",
    });
    expect(s.primary.versions()).toEqual([]);
  });
});
