import { createHash } from "node:crypto";
import { describe, expect, it } from "vitest";
import {
  decodeSegment,
  encodeSegment,
  envelopeBytes,
  objectMetadata,
  objectTags,
  parseVendorTime,
  recordingIdProblem,
  tagValue,
  weakest,
} from "../../../model/recording.ts";

describe("recording ids and key segments", () => {
  it.each([
    ["33333333-3333-4333-8333-333333333333", "33333333-3333-4333-8333-333333333333"],
    ["a b", "a%20b"],
    ["..", "%2E%2E"],
    [".", "%2E"],
    ["a..b", "a..b"],
    ["../../etc", "..%2F..%2Fetc"],
    ["ü", "%C3%BC"],
    ["~'()*!", "%7E%27%28%29%2A%21"],
    ["50%", "50%25"],
  ])("encodes %j as %j and back", (text, encoded) => {
    expect(encodeSegment(text)).toBe(encoded);
    expect(decodeSegment(encoded)).toBe(text);
  });

  it.each(["%zz", "%c3%bc", "%FF", "a b", "%41", ".."])("does not decode %j, which it never makes", (encoded) => {
    expect(decodeSegment(encoded)).toBeUndefined();
  });

  it.each([
    ["", "it is empty"],
    ["a\u0000b", "it contains control characters"],
    ["line\nbreak", "it contains control characters"],
    ["\ud800", "it is not well-formed Unicode"],
    ["x".repeat(385), "it has 385 bytes when percent-encoded, at most 384"],
    ["ü".repeat(65), "it has 390 bytes when percent-encoded, at most 384"],
  ])("refuses the id %j", (id, problem) => {
    expect(recordingIdProblem(id)).toBe(problem);
  });

  it.each(["x".repeat(384), "ü".repeat(64), "日本", "../..", "a b"])("takes the id %j", (id) => {
    expect(recordingIdProblem(id)).toBeUndefined();
  });
});

describe("vendor times", () => {
  it.each([
    ["2023-08-29T23:19:04.873+0000", "2023-08-29T23:19:04.873Z"],
    ["2023-08-29T23:19:04.873Z", "2023-08-29T23:19:04.873Z"],
    ["2026-05-07T09:00:00+02:00", "2026-05-07T07:00:00.000Z"],
    ["2026-05-07T09:00:00-0530", "2026-05-07T14:30:00.000Z"],
  ])("reads %s", (text, iso) => {
    expect(parseVendorTime(text)).toBe(iso);
  });

  it.each(["", "2026-05-07", "2026-05-07T09:00:00", "2026-13-07T09:00:00Z", "yesterday", "1683450000000"])(
    "takes %j for no time",
    (text) => {
      expect(parseVendorTime(text)).toBeUndefined();
    },
  );
});

describe("tags", () => {
  it.each([
    ["finance", "finance"],
    ["a,b;c", "a_b_c"],
    ["  padded ", "padded"],
    ["Müller & Söhne", "Müller _ Söhne"],
    ["u\u0308", "ü"],
    ["日本", "日本"],
    ["a\nb", "a_b"],
    ["👍", "_"],
  ])("fits %j as %j", (text, value) => {
    expect(tagValue(text)).toBe(value);
  });

  it("cuts at 256 UTF-16 units and never between the halves of a pair", () => {
    expect(tagValue("x".repeat(300))).toBe("x".repeat(256));
    expect(tagValue(`${"x".repeat(255)}𝒜`)).toBe("x".repeat(255));
    expect(tagValue("   ")).toBeUndefined();
  });

  it("says class, status, source, integrity and the classification", () => {
    const tags = { department: "finance", PII: "true" };
    expect(
      objectTags({ retentionClass: "finance", locked: true, source: "genesys", integrity: "container", tags }),
    ).toEqual({
      "retention-class": "finance",
      "compliance-status": "legal-hold",
      source: "genesys",
      integrity: "container",
      department: "finance",
      PII: "true",
    });
    expect(
      objectTags({ retentionClass: "standard", locked: false, source: "plain", integrity: "stored", tags: {} })[
        "compliance-status"
      ],
    ).toBe("standard");
  });
});

describe("object metadata", () => {
  const input = {
    sha256: "a".repeat(64),
    recordingId: "日本",
    source: "plain",
    landingKey: "plain/日本/b c.webm",
    landingVersion: "v.1+x",
    landedAt: new Date("2026-05-07T09:00:00Z"),
    admission: "b".repeat(64),
  };

  it("is printable ASCII", () => {
    expect(objectMetadata({ ...input, reasons: ["HF2003", "HF2006"] })).toEqual({
      sha256: "a".repeat(64),
      "recording-id": "%E6%97%A5%E6%9C%AC",
      source: "plain",
      "landing-key": "plain/%E6%97%A5%E6%9C%AC/b%20c.webm",
      "landing-version": "v.1%2Bx",
      "landed-at": "2026-05-07T09:00:00.000Z",
      admission: "b".repeat(64),
      reasons: "HF2003 HF2006",
    });
  });

  it("stays below the 2 KB of S3 with the longest key, id and version", () => {
    const longest = objectMetadata({
      ...input,
      recordingId: "x".repeat(384),
      landingKey: "日".repeat(341),
      landingVersion: "v".repeat(1024),
      reasons: ["HF2003", "HF2004", "HF2005", "HF2006", "HF2007", "HF2008"],
    });
    const bytes = Object.entries(longest).reduce((sum, [name, value]) => sum + name.length + value.length, 0);
    expect(bytes).toBeLessThan(2048);
    expect(Object.keys(longest)).not.toContain("landing-key");
    expect(longest.admission).toBe("b".repeat(64));
  });
});

describe("the envelope", () => {
  const facts = {
    recordingId: "r1",
    source: "plain",
    conversationId: "c1",
    retentionClass: "standard",
    sensitivity: "normal",
    integrity: "container",
    tags: { department: "x", PII: "true" },
    media: ["b.webm", "a.webm"].map((file) => ({
      key: `recordings/normal/standard/plain/r1/0-${file}`,
      landingKey: `plain/r1/${file}`,
      sha256: "a".repeat(64),
      size: 10,
      contentType: "video/webm",
      format: "webm",
      integrity: "container" as const,
    })),
    metadataLandingKey: "plain/r1/metadata.json",
    metadataSha256: "b".repeat(64),
  } as const;

  it("keeps the vendor's JSON byte for byte", () => {
    const vendor = '{ "big": 12345678901234567890, "z": 1.0, "a":"\\u00fc", "z": 2 }\n';
    const text = new TextDecoder().decode(envelopeBytes(facts, vendor));
    expect(text.endsWith(`,"vendor":${vendor}}`)).toBe(true);
    expect(JSON.parse(text).vendor.a).toBe("ü");
  });

  it("names the media in the order of their landing keys and the first as video_key", () => {
    const envelope = JSON.parse(new TextDecoder().decode(envelopeBytes(facts, "{}")));
    expect(envelope).toMatchObject({
      schemaVersion: 1,
      recordingId: "r1",
      conversationId: "c1",
      video_key: "recordings/normal/standard/plain/r1/0-a.webm",
      video_keys: ["recordings/normal/standard/plain/r1/0-a.webm", "recordings/normal/standard/plain/r1/0-b.webm"],
      retentionClass: "standard",
    });
  });

  it("is the same bytes for the same content, whatever the order of its parts", () => {
    const hash = (bytes: Uint8Array) => createHash("sha256").update(bytes).digest("hex");
    const turned = { ...facts, media: [...facts.media].reverse(), tags: { PII: "true", department: "x" } };
    expect(hash(envelopeBytes(turned, "{}"))).toBe(hash(envelopeBytes(facts, "{}")));
  });
});

it("a recording is as trustworthy as its weakest object", () => {
  expect(weakest(["vendor-digest", "stored", "container"])).toBe("stored");
  expect(weakest(["vendor-digest", "container"])).toBe("container");
});
