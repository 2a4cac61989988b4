import { describe, expect, it } from "vitest";
import { parseLandingKey } from "../../../model/key-table.ts";
import { parseStoreKey, quarantineKey, storeKey } from "../../../model/store-keys.ts";

const organization = "11111111-1111-4111-8111-111111111111";
const conversation = "22222222-2222-4222-8222-222222222222";
const id = "33333333-3333-4333-8333-333333333333";
const layouts = { genesysOrganization: organization, plain: true };
const folder = (month: string, day: string, hour: string) =>
  `${organization}/year=2026/month=${month}/day=${day}/hour=${hour}/conversation_id=${conversation}/`;
const here = folder("5", "7", "9");

describe("Genesys keys", () => {
  const common = { source: "genesys", recordingId: id, conversationId: conversation };

  it.each([here, folder("05", "07", "09")])("reads media with and without zero padding: %s", (at) => {
    expect(parseLandingKey(layouts, `${at}${id}.webm`)).toEqual({
      ...common,
      role: "media",
      file: `${id}.webm`,
      prefix: at + id,
    });
  });

  it.each(["webm", "mp4", "opus", "wav", "mp3", "ogg", "zip", "eml"])("takes .%s as media", (extension) => {
    expect(parseLandingKey(layouts, `${here}${id}.${extension}`)).toMatchObject({ role: "media", recordingId: id });
  });

  it("pairs metadata with the media it is named after", () => {
    expect(parseLandingKey(layouts, `${here}${id}.webm_metadata.json`)).toEqual({
      ...common,
      role: "metadata",
      file: `${id}.webm_metadata.json`,
      mediaFile: `${id}.webm`,
      prefix: here + id,
    });
  });

  it("takes metadata named after the recording only", () => {
    expect(parseLandingKey(layouts, `${here}${id}_metadata.json`)).toEqual({
      ...common,
      role: "metadata",
      file: `${id}_metadata.json`,
      prefix: here + id,
    });
  });

  it.each([`${conversation}.opus_call_metadata.json`, `${conversation}-${id}.transcript.json`])(
    "knows the companion %s",
    (file) => {
      expect(parseLandingKey(layouts, here + file)).toEqual({ role: "sibling" });
    },
  );

  it.each([
    `${here}notes.txt`,
    `${here}.webm`,
    here,
    `${here}deeper/${id}.webm`,
    `${organization}/year=2026/month=may/day=7/hour=9/conversation_id=${conversation}/${id}.webm`,
    `${organization}/year=2026/month=5/day=7/conversation_id=${conversation}/${id}.webm`,
    `99999999-9999-4999-8999-999999999999/year=2026/month=5/day=7/hour=9/conversation_id=${conversation}/${id}.webm`,
    `originalAudio/conversation_id${conversation}/${id}.opus`,
  ])("does not know %s", (key) => {
    expect(parseLandingKey(layouts, key).role).toBe("unknown");
  });

  it("reads nothing of a layout that is off", () => {
    expect(parseLandingKey({ plain: true }, `${here}${id}.webm`).role).toBe("unknown");
    expect(parseLandingKey({ plain: false }, "plain/r1/a.webm").role).toBe("unknown");
  });
});

describe("plain keys", () => {
  it.each([
    ["plain/r1/metadata.json", "metadata", "r1"],
    ["plain/r1/screen 1.webm", "media", "r1"],
    ["plain/日本/a.mp4", "media", "日本"],
    ["plain/../a.mp4", "media", ".."],
  ])("%s is %s of %s", (key, role, recordingId) => {
    expect(parseLandingKey(layouts, key)).toMatchObject({ role, recordingId, source: "plain" });
  });

  it.each(["plain/a.webm", "plain//a.webm", "plain/r1/", "plain/r1/sub/a.webm", "other/r1/a.webm"])(
    "does not know %s",
    (key) => {
      expect(parseLandingKey(layouts, key).role).toBe("unknown");
    },
  );

  it("says why an id cannot be used", () => {
    expect(parseLandingKey(layouts, `plain/${"x".repeat(500)}/a.webm`)).toEqual({
      role: "unknown",
      reason: "the recording id cannot be used: it has 500 bytes when percent-encoded, at most 384",
    });
    expect(parseLandingKey(layouts, "plain/a\tb/a.webm")).toMatchObject({ role: "unknown" });
    expect(parseLandingKey(layouts, "plain/r1/\ud800.webm")).toMatchObject({ role: "unknown" });
  });
});

describe("store keys", () => {
  const sha256 = "0123456789abcdef".repeat(4);
  const parts = { sensitivity: "normal", className: "standard", source: "genesys", recordingId: id, sha256 } as const;

  it("are readable", () => {
    expect(storeKey({ ...parts, file: `${id}.webm` })).toBe(
      `recordings/normal/standard/genesys/${id}/0123456789abcdef-${id}.webm`,
    );
    expect(quarantineKey({ source: "plain", recordingId: "r 1", sha256, file: "a.webm" })).toBe(
      "quarantine/plain/r%201/0123456789abcdef-a.webm",
    );
  });

  it("come apart again", () => {
    expect(parseStoreKey(storeKey({ ...parts, recordingId: "../日", file: "a b.webm" }))).toEqual({
      area: "recordings",
      sensitivity: "normal",
      className: "standard",
      source: "genesys",
      recordingId: "../日",
      hash: "0123456789abcdef",
      file: "a b.webm",
    });
    expect(parseStoreKey(quarantineKey({ source: "plain", recordingId: "..", sha256, file: ".." }))).toEqual({
      area: "quarantine",
      source: "plain",
      recordingId: "..",
      hash: "0123456789abcdef",
      file: "..",
    });
  });

  it.each([
    "recordings/normal/standard/genesys/r1/0123456789abcdef",
    "recordings/other/standard/genesys/r1/0123456789abcdef-a",
    "recordings/normal/standard/genesys/../0123456789abcdef-a",
    "recordings/normal//genesys/r1/0123456789abcdef-a",
    "elsewhere/normal/standard/genesys/r1/0123456789abcdef-a",
    "quarantine/genesys/r1/more/0123456789abcdef-a",
    "fast/metadata/x",
  ])("%s is no store key", (key) => {
    expect(parseStoreKey(key)).toBeUndefined();
  });

  it("stay far below 1,024 bytes with the longest of everything, and keep the extension", () => {
    for (const file of [`${"日".repeat(300)}.webm`, `${".".repeat(400)}x.webm`, "y".repeat(1000)]) {
      const key = storeKey({
        sensitivity: "sensitive",
        className: "c".repeat(63),
        source: "genesys",
        recordingId: "x".repeat(384),
        sha256,
        file,
      });
      expect(Buffer.byteLength(key)).toBeLessThan(900);
      if (file.endsWith(".webm")) expect(key.endsWith("--.webm")).toBe(true);
      expect(parseStoreKey(key)).toMatchObject({ recordingId: "x".repeat(384) });
    }
  });
});
