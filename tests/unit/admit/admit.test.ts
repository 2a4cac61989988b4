import { describe, expect, it } from "vitest";
import { admit } from "../../../functions/admit/core.ts";
import { metricNames } from "../../../model/metric-names.ts";
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
