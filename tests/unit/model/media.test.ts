/** Container inspection on real captures and on containers put together by hand. */
import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { type Inspection, inspector } from "../../../model/media/inspector.ts";

const folder = join(import.meta.dirname, "../../../emulator/demo/media");
const inspect = (...chunks: Uint8Array[]): Inspection => {
  const i = inspector();
  for (const chunk of chunks) i.push(chunk);
  return i.finish();
};

describe("real captures (promise 5)", () => {
  it("are the files that the list of hashes names", () => {
    const lines = readFileSync(join(folder, "sha256sums.txt"), "utf8").trim().split("\n");
    const actual = readdirSync(folder)
      .filter((file) => /\.(mp4|webm)$/.test(file))
      .map(
        (file) =>
          `${createHash("sha256")
            .update(readFileSync(join(folder, file)))
            .digest("hex")}  ${file}`,
      );
    expect(lines.sort()).toEqual(actual.sort());
    expect(lines).toHaveLength(6);
  });

  // Durations as asked of ffmpeg in make-media.mjs.
  it.each([
    ["order-12s.mp4", "mp4", 12_000],
    ["payment-8s-faststart.mp4", "mp4", 8_000],
    ["claim-20s-fragmented.mp4", "mp4", 20_000],
    ["order-10s-vp8.webm", "webm", 10_000],
    ["claim-30s-vp9.webm", "webm", 30_000],
    ["payment-6s-live-vp8.webm", "webm", 6_000],
  ])("%s is a whole %s of %d ms", (file, format, durationMs) => {
    expect(inspect(readFileSync(join(folder, file)))).toEqual({
      format,
      checked: true,
      complete: true,
      durationMs,
      problems: [],
    });
  });
});

const u32 = (...values: number[]) => {
  const bytes = Buffer.alloc(values.length * 4);
  for (const [i, value] of values.entries()) bytes.writeUInt32BE(value, i * 4);
  return bytes;
};
const u64 = (value: number) => u32(Math.floor(value / 2 ** 32), value % 2 ** 32);
const box = (type: string, ...content: Uint8Array[]) => {
  const body = Buffer.concat(content);
  return Buffer.concat([u32(8 + body.length), Buffer.from(type, "latin1"), body]);
};
const ftyp = box("ftyp", Buffer.from("isom\0\0\0\0isom"));
const mvhd = (timescale: number, duration: number) => box("mvhd", u32(0, 0, 0, timescale, duration), Buffer.alloc(80));
const stsz = (...sizes: number[]) => box("stsz", u32(0, 0, sizes.length, ...sizes));
const trak = (id: number, timescale: number, ...tables: Uint8Array[]) =>
  box(
    "trak",
    box("tkhd", u32(0, 0, 0, id, 0), Buffer.alloc(64)),
    box("mdia", box("mdhd", u32(0, 0, 0, timescale, 0, 0)), box("minf", box("stbl", ...tables))),
  );
const moov = (...boxes: Uint8Array[]) => box("moov", mvhd(1_000, 5_000), ...boxes);
const mdat = (size: number) => box("mdat", Buffer.alloc(size, 7));
const mp4 = (...boxes: Uint8Array[]) => inspect(ftyp, ...boxes);

/** Wraps nothing `depth` times. */
function nest(depth: number, wrap: (inner: Uint8Array) => Uint8Array): Uint8Array {
  let bytes: Uint8Array = new Uint8Array();
  for (let level = 0; level < depth; level++) bytes = wrap(bytes);
  return bytes;
}

describe("MP4 (promise 5)", () => {
  it("takes header before and after the media", () => {
    const whole = { format: "mp4", checked: true, complete: true, durationMs: 5_000, problems: [] };
    expect(mp4(moov(trak(1, 1_000, stsz(3, 4))), mdat(7))).toEqual(whole);
    expect(mp4(mdat(7), moov(trak(1, 1_000, stsz(3, 4))))).toEqual(whole);
  });

  it("reads 64-bit sizes and 64-bit durations", () => {
    const wideMdat = Buffer.concat([u32(1), Buffer.from("mdat"), u64(16 + 7), Buffer.alloc(7)]);
    const wideMvhd = box("mvhd", u32(0x01000000), u64(0), u64(0), u32(600), u64(6_000), Buffer.alloc(80));
    expect(mp4(wideMdat, box("moov", wideMvhd))).toMatchObject({ complete: true, durationMs: 10_000 });
  });

  it("lets the last box run to the end, and still counts its bytes against the sample tables", () => {
    const toEnd = Buffer.concat([u32(0), Buffer.from("mdat"), Buffer.alloc(7)]);
    expect(mp4(moov(trak(1, 1_000, stsz(3, 4))), toEnd)).toMatchObject({ complete: true });
    expect(mp4(moov(trak(1, 1_000, stsz(3, 4))), toEnd.subarray(0, -1))).toMatchObject({
      complete: false,
      problems: ["the samples need 7 bytes, the media data has 6"],
    });
  });

  it("counts samples of one size", () => {
    const uniform = box("stsz", u32(0, 4, 3));
    expect(mp4(moov(trak(1, 1_000, uniform)), mdat(12)).complete).toBe(true);
    expect(mp4(moov(trak(1, 1_000, uniform)), mdat(11)).complete).toBe(false);
  });

  it.each([
    ["a header nested ten thousand deep", [nest(10_000, (inner) => box("moov", inner))], [/nested too deeply/]],
    ["media data that is cut", [moov(), mdat(7).subarray(0, -1)], ["the file ends inside a box, after 150 bytes"]],
    ["no header", [mdat(7)], ["the movie header (moov) is missing"]],
    ["no media data", [moov()], ["there is no media data (mdat)"]],
    ["header without mvhd", [box("moov"), mdat(7)], ["the movie header (moov) has no mvhd"]],
    [
      "a box larger than its parent",
      [box("moov", u32(99), Buffer.from("trak"))],
      ["a box at byte 28 has an impossible size"],
    ],
    ["a box smaller than its head", [u32(4), Buffer.from("free")], ["a box at byte 20 has an impossible size"]],
    ["zeros behind the last box", [moov(), mdat(1), Buffer.alloc(32)], [/./]],
    ["a sample table larger than its box", [moov(trak(1, 1, box("stsz", u32(0, 0, 9, 1)))), mdat(9)], [/./]],
    ["mvhd too small", [box("moov", box("mvhd", u32(0))), mdat(1)], ["the box mvhd is too small"]],
  ])("%s is not complete", (_what, boxes, problems) => {
    const result = mp4(...boxes);
    expect(result).toMatchObject({ checked: true, complete: false });
    for (const problem of problems) expect(result.problems.join("; ")).toMatch(problem);
  });

  it("a header that names more tracks than any recording has is not complete, and does not exhaust the memory", () => {
    const tkhd = (id: number) => box("trak", box("tkhd", u32(0, 0, 0, id)), box("mdia", box("mdhd", u32(0, 0, 0, 1))));
    const many = Buffer.concat(Array.from({ length: 150_000 }, (_, i) => tkhd(i + 1)));
    const { complete, problems } = mp4(moov(many), mdat(1));
    expect({ complete, problem: problems[0] }).toEqual({ complete: false, problem: "there are more than 1000 tracks" });
  });

  it("keeps nothing of a chunk's memory", () => {
    const bytes = Buffer.concat([ftyp, moov(trak(1, 1_000, stsz(3, 4))), mdat(7)]);
    const one = Buffer.alloc(1);
    const i = inspector();
    for (const byte of bytes) {
      one[0] = byte;
      i.push(one);
    }
    expect(i.finish()).toMatchObject({ complete: true, durationMs: 5_000 });
  });

  it("does not know a duration that the header does not know", () => {
    expect(mp4(box("moov", mvhd(1_000, 0xffffffff)), mdat(1))).not.toHaveProperty("durationMs");
  });

  describe("fragmented", () => {
    const header = (...more: Uint8Array[]) =>
      box("moov", mvhd(1_000, 0), trak(1, 90_000), box("mvex", ...more, box("trex", u32(0, 1, 1, 3_000, 0, 0))));
    /** One fragment that starts at `at` (track units) with `count` samples of the default duration. */
    const fragment = (at: number, count: number) => [
      box("moof", box("traf", box("tfhd", u32(0, 1)), box("tfdt", u32(0, at)), box("trun", u32(0, count)))),
      mdat(4),
    ];

    it("adds up fragments: 60 samples of 3000/90000 s from 1 s on end at 3 s", () => {
      expect(mp4(header(), ...fragment(0, 30), ...fragment(90_000, 60))).toMatchObject({
        complete: true,
        durationMs: 3_000,
      });
    });

    it("reads durations per sample and of the fragment's header", () => {
      const own = box("trun", u32(0x301, 2, 0, 45_000, 1, 90_000, 1));
      const traf = (...boxes: Uint8Array[]) => box("moof", box("traf", ...boxes));
      expect(mp4(header(), traf(box("tfhd", u32(0, 1)), own), mdat(2)).durationMs).toBe(1_500);
      const byHeader = box("tfhd", u32(0x8, 1, 9_000));
      expect(mp4(header(), traf(byHeader, box("trun", u32(0, 10))), mdat(2)).durationMs).toBe(1_000);
    });

    it("a header that promises more than the fragments hold is not complete", () => {
      const mehd = box("mehd", u32(0, 10_000));
      expect(mp4(header(mehd), ...fragment(0, 300))).toMatchObject({ complete: true, durationMs: 10_000 });
      expect(mp4(header(mehd), ...fragment(0, 150))).toMatchObject({
        complete: false,
        problems: ["the fragments end at 5000 ms, the header promises 10000 ms"],
      });
    });

    it("a fragment without its media, and no fragment at all, are not complete", () => {
      const [moof = new Uint8Array()] = fragment(0, 30);
      expect(mp4(header(), ...fragment(0, 30), moof).problems).toEqual(["the last fragment has no media data"]);
      expect(mp4(header(), mdat(1)).problems).toEqual(["there is no fragment (moof)"]);
    });
  });
});

const vintSize = (size: number) => Buffer.from([0x10 | ((size >> 24) & 0x0f), size >> 16, size >> 8, size]);
const unknownSize = Buffer.from([0x01, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff]);
const element = (idHex: string, ...content: Uint8Array[]) => {
  const body = Buffer.concat(content);
  return Buffer.concat([Buffer.from(idHex, "hex"), vintSize(body.length), body]);
};
const live = (idHex: string, ...content: Uint8Array[]) =>
  Buffer.concat([Buffer.from(idHex, "hex"), unknownSize, ...content]);
const ebml = (docType = "webm") => element("1a45dfa3", element("4282", Buffer.from(docType)));
const float64 = (value: number) => {
  const bytes = Buffer.alloc(8);
  bytes.writeDoubleBE(value);
  return bytes;
};
const info = (durationMs?: number) =>
  element(
    "1549a966",
    element("2ad7b1", u32(1_000_000)),
    ...(durationMs === undefined ? [] : [element("4489", float64(durationMs))]),
  );
const tracks = (frameNs?: number) =>
  element(
    "1654ae6b",
    element("ae", element("d7", Buffer.from([1])), ...(frameNs === undefined ? [] : [element("23e383", u32(frameNs))])),
  );
const simpleBlock = (at: number, data = 5) =>
  element("a3", Buffer.from([0x81, at >> 8, at & 0xff, 0x80]), Buffer.alloc(data, 9));
const clusterParts = (at: number, ...blocks: number[]) => [
  element("e7", u32(at)),
  ...blocks.map((b) => simpleBlock(b)),
];
const cluster = (at: number, ...blocks: number[]) => element("1f43b675", ...clusterParts(at, ...blocks));
const liveCluster = (at: number, ...blocks: number[]) => live("1f43b675", ...clusterParts(at, ...blocks));

describe("WebM (promise 5)", () => {
  it("reads the header's duration", () => {
    expect(inspect(ebml(), element("18538067", info(4_200), tracks(), cluster(0, 0, 500)))).toEqual({
      format: "webm",
      checked: true,
      complete: true,
      durationMs: 4_200,
      problems: [],
    });
  });

  it("tells Matroska by its document type", () => {
    expect(inspect(ebml("matroska"), element("18538067", info(1), tracks(), cluster(0, 0))).format).toBe("matroska");
  });

  it("without a stated duration takes the end of the last block", () => {
    const bytes = [ebml(), element("18538067", info(), tracks(40_000_000), cluster(0, 0), cluster(1_000, 0, 960))];
    expect(inspect(...bytes).durationMs).toBe(2_000);
    const group = element("a0", element("a1", Buffer.from([0x81, 0, 100, 0])), element("9b", Buffer.from([50])));
    expect(
      inspect(ebml(), element("18538067", info(), tracks(), element("1f43b675", element("e7", u32(1_000)), group)))
        .durationMs,
    ).toBe(1_150);
  });

  it("reads a live recording: segment and clusters of unknown size, cues behind them", () => {
    const cues = element("1c53bb6b", element("bb", Buffer.alloc(3)));
    const bytes = Buffer.concat([
      ebml(),
      live("18538067", info(), tracks(), liveCluster(0, 0, 40), liveCluster(1_000, 0, 500), cues),
    ]);
    expect(inspect(bytes)).toMatchObject({ complete: true, durationMs: 1_500 });
    expect(inspect(bytes.subarray(0, -1))).toMatchObject({ complete: false });
  });

  it("a live recording that stops before the duration of its header is not complete", () => {
    const head = [info(60_000), tracks()];
    expect(inspect(ebml(), live("18538067", ...head, liveCluster(0, 0), liveCluster(30_000, 0)))).toMatchObject({
      complete: false,
      problems: ["the blocks end at 30000 ms, the header promises 60000 ms"],
    });
    expect(inspect(ebml(), live("18538067", ...head, liveCluster(0, 0), liveCluster(58_000, 0))).complete).toBe(true);
  });

  it("more tracks than any recording has are not complete", () => {
    const entry = (n: number) => element("ae", element("d7", u32(n)), element("23e383", u32(1)));
    const many = element("1654ae6b", ...Array.from({ length: 1_001 }, (_, i) => entry(i)));
    const { complete, problems } = inspect(ebml(), element("18538067", info(1), many, cluster(0, 0)));
    expect({ complete, problem: problems[0] }).toEqual({ complete: false, problem: "there are more than 1000 tracks" });
  });

  it("what follows a segment of known size does not matter", () => {
    const bytes = Buffer.concat([ebml(), element("18538067", info(1), tracks(), cluster(0, 0))]);
    expect(inspect(bytes, Buffer.from("junk"))).toMatchObject({ complete: true });
  });

  it.each([
    ["a segment nested deep", [ebml(), nest(5_000, (inner) => element("18538067", inner))], /nested too deeply/],
    ["no segment", [ebml(), element("ec", Buffer.alloc(20))], "there is no segment"],
    ["no tracks", [ebml(), element("18538067", info(1), cluster(0, 0))], "there is no list of tracks"],
    ["no blocks", [ebml(), element("18538067", info(1), tracks(), cluster(0))], "there is no media data (blocks)"],
    [
      "an element larger than its parent",
      [ebml(), element("18538067", info(1), tracks(), Buffer.from("a3ff", "hex"))],
      /./,
    ],
    [
      "a byte that begins no element",
      [ebml(), element("18538067", tracks(), Buffer.from([0]))],
      /there is no element at byte/,
    ],
    [
      "a segment that announces more",
      [ebml(), element("18538067", info(1), tracks(), cluster(0, 0)).subarray(0, -1)],
      /ends inside/,
    ],
  ])("%s is not complete", (_what, chunks, problem) => {
    const result = inspect(...chunks);
    expect(result).toMatchObject({ checked: true, complete: false });
    expect(result.problems.join("; ")).toMatch(problem);
  });
});

describe("other formats", () => {
  const pad = (text: string) => Buffer.concat([Buffer.from(text, "latin1"), Buffer.alloc(40)]);
  it.each([
    ["OggS", "ogg"],
    ["RIFF\0\0\0\0WAVE", "wav"],
    ["ID3", "mp3"],
    ["\xff\xfb\x90", "mp3"],
    ["PK\x03\x04", "zip"],
    ["-----BEGIN PGP MESSAGE", "unknown"],
  ])("%j is %s, and its container is not checked", (head, format) => {
    expect(inspect(pad(head))).toEqual({ format, checked: false, complete: false, problems: [] });
  });

  it.each([0, 1, 11])("%d bytes are no media file", (length) => {
    expect(inspect(Buffer.from("OggS".padEnd(length, "x")).subarray(0, length))).toMatchObject({
      checked: true,
      complete: false,
    });
  });
});
