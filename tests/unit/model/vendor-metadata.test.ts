import { describe, expect, it } from "vitest";
import { maxMetadataBytes, readVendorMetadata } from "../../../model/vendor-metadata.ts";

const bytes = (value: unknown) => new TextEncoder().encode(typeof value === "string" ? value : JSON.stringify(value));
const plain = {
  recordingId: "r1",
  startTime: "2026-05-07T09:00:00Z",
  endTime: "2026-05-07T09:00:12Z",
  durationMs: 12000,
  media: [{ file: "a.webm", sha256: "A".repeat(64), size: 5 }],
};

describe("Genesys metadata", () => {
  it("reads what it knows and keeps the text", () => {
    const text =
      '{"mediaType":"Screen","startTime":"2023-08-29T23:19:04.873+0000","endTime":"2023-08-29T23:19:30.493+0000","durationMs":25620,"recordingId":"r","conversationId":"c","unknown":{"x":[1]}}';
    expect(readVendorMetadata("genesys", bytes(text))).toEqual({
      text,
      json: JSON.parse(text),
      recordingId: "r",
      conversationId: "c",
      mediaType: "Screen",
      startTime: "2023-08-29T23:19:04.873Z",
      endTime: "2023-08-29T23:19:30.493Z",
      durationMs: 25620,
    });
  });

  it("requires nothing, and takes odd values for absent ones", () => {
    const json = { durationMs: "25620", startTime: 5, recordingId: "" };
    expect(readVendorMetadata("genesys", bytes(json))).toEqual({ text: JSON.stringify(json), json });
  });

  it("drops a byte order mark", () => {
    expect(readVendorMetadata("genesys", bytes('\ufeff{"a":1}'))).toEqual({ text: '{"a":1}', json: { a: 1 } });
  });

  it.each([
    ["", "it is not JSON"],
    ["{", "it is not JSON"],
    ["[]", "it is not a JSON object"],
    ["null", "it is not a JSON object"],
    ["5", "it is not a JSON object"],
  ])("refuses %j", (text, problem) => {
    expect(readVendorMetadata("genesys", bytes(text))).toEqual({ problem });
  });

  it("refuses what is not UTF-8, and what is too large", () => {
    expect(readVendorMetadata("genesys", new Uint8Array([0x7b, 0xff, 0x7d]))).toEqual({ problem: "it is not UTF-8" });
    expect(readVendorMetadata("genesys", new Uint8Array(maxMetadataBytes + 1))).toEqual({
      problem: "it has more than 1048576 bytes",
    });
  });

  it("survives deep nesting", () => {
    expect(readVendorMetadata("genesys", bytes(`{"a":${"[".repeat(100_000)}${"]".repeat(100_000)}}`))).toHaveProperty(
      "json",
    );
  });
});

describe("plain metadata", () => {
  it("reads the documented fields and keeps others", () => {
    expect(readVendorMetadata("plain", bytes({ ...plain, conversationId: "c", note: 1 }))).toMatchObject({
      recordingId: "r1",
      conversationId: "c",
      startTime: "2026-05-07T09:00:00.000Z",
      durationMs: 12000,
      json: { note: 1 },
      media: [{ file: "a.webm", sha256: "a".repeat(64), size: 5 }],
    });
  });

  it("takes a conversation id of 2,048 bytes", () => {
    const conversationId = "ü".repeat(1_024);
    expect(readVendorMetadata("plain", bytes({ ...plain, conversationId }))).toMatchObject({ conversationId });
  });

  it.each([
    [{ recordingId: undefined }, "`recordingId` is not a text"],
    // 2,048 bytes are what a key of a DynamoDB index takes; each of these letters has two.
    [{ conversationId: "ü".repeat(1_025) }, "`conversationId` is not well-formed Unicode of at most 2048 bytes"],
    [{ conversationId: "a\ud800" }, "`conversationId` is not well-formed Unicode of at most 2048 bytes"],
    [{ startTime: "today" }, "`startTime` is not a time such as 2026-05-07T09:00:00Z"],
    [{ endTime: undefined }, "`endTime` is not a time such as 2026-05-07T09:00:00Z"],
    [{ durationMs: 1.5 }, "`durationMs` is not a whole number"],
    [{ durationMs: -1 }, "`durationMs` is not a whole number"],
    [{ media: [] }, "`media` is not a list of 1 to 99 files"],
    [{ media: "a.webm" }, "`media` is not a list of 1 to 99 files"],
    [{ media: Array.from({ length: 100 }, (_, i) => ({ file: `${i}` })) }, "`media` is not a list of 1 to 99 files"],
    [{ media: [{ file: "../a" }] }, "`media[0].file` is not the name of a file beside metadata.json"],
    [{ media: [null] }, "`media[0].file` is not the name of a file beside metadata.json"],
    [{ media: [{ file: "metadata.json" }] }, "`media[0].file` is not the name of a file beside metadata.json"],
    [{ media: [{ file: "a" }, { file: "a" }] }, "`media[1].file` is listed twice"],
    [{ media: [{ file: "a", sha256: "12" }] }, "`media[0].sha256` is not 64 hex digits"],
    [{ media: [{ file: "a", sha256: 7 }] }, "`media[0].sha256` is not 64 hex digits"],
    [{ media: [{ file: "a", size: "5" }] }, "`media[0].size` is not a whole number"],
  ])("refuses %j", (change, problem) => {
    expect(readVendorMetadata("plain", bytes({ ...plain, ...change }))).toEqual({ problem });
  });
});
