/** A recording: its id, its metadata envelope, and what is written beside its objects. Pure. */
import type { ClassificationTag } from "./admission-rules.ts";

/**
 * How far the integrity of an object was checked, weakest first.
 *
 * - `failed`: an available check failed; only in quarantine.
 * - `stored`: every byte was read and hashed, and the store's own checksum agrees.
 * - `container`: and the container is structurally complete, its duration plausible where both sides state one.
 * - `vendor-digest`: and the bytes have the SHA-256 that came with the recording.
 */
export const integrityLevels = ["failed", "stored", "container", "vendor-digest"] as const;
export type IntegrityLevel = (typeof integrityLevels)[number];

/** The weakest level of several; a recording is as trustworthy as its weakest object. */
export function weakest(levels: readonly IntegrityLevel[]): IntegrityLevel {
  const index = Math.min(...levels.map((level) => integrityLevels.indexOf(level)));
  return integrityLevels[index] ?? "failed";
}

export type Sensitivity = "normal" | "sensitive";
export type ComplianceStatus = "standard" | "legal-hold" | "release-grace";

/** Longest recording id in bytes, percent-encoded: keeps store keys and catalog sort keys below 1,024 bytes. */
export const maxEncodedIdBytes = 384;

/**
 * Percent-encodes text for one segment of a key: everything but ASCII letters, digits, `-`, `_` and inner `.` is
 * encoded, so no slash, `..`, space or control character gets through (S3 User Guide, object-keys: characters to avoid).
 * The text must be well-formed Unicode.
 */
export function encodeSegment(text: string): string {
  const encoded = encodeURIComponent(text).replace(
    /[!'()*~]/g,
    (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`,
  );
  return /^\.+$/.test(encoded) ? encoded.replaceAll(".", "%2E") : encoded;
}

/** Reverses `encodeSegment`; `undefined` when the text was not made by it. */
export function decodeSegment(encoded: string): string | undefined {
  if (!/^(?:[A-Za-z0-9._-]|%[0-9A-F]{2})*$/.test(encoded)) return undefined;
  try {
    const text = decodeURIComponent(encoded);
    return encodeSegment(text) === encoded ? text : undefined;
  } catch (error) {
    // Percent sequences that are not UTF-8 are the one thing that decodeURIComponent refuses.
    if (error instanceof URIError) return undefined;
    throw error;
  }
}

/** True when text has no half of a surrogate pair, which no UTF-8 and no header could carry. */
export const isWellFormed = (text: string): boolean => !/\p{Surrogate}/u.test(text);

/** Why a recording id cannot be used, or `undefined` when it can. The id is whatever the platform wrote: untrusted. */
export function recordingIdProblem(id: string): string | undefined {
  if (id.length === 0) return "it is empty";
  if (!isWellFormed(id)) return "it is not well-formed Unicode";
  if (/\p{Cc}/u.test(id)) return "it contains control characters";
  const bytes = encodeSegment(id).length;
  return bytes > maxEncodedIdBytes
    ? `it has ${bytes} bytes when percent-encoded, at most ${maxEncodedIdBytes}`
    : undefined;
}

/**
 * Reads a vendor's time. Genesys writes the offset without a colon (`2023-08-29T23:19:04.873+0000`), which is not
 * RFC 3339; both forms and `Z` are taken.
 *
 * @returns ISO 8601 in UTC, or `undefined` when the text is no time with an offset.
 */
export function parseVendorTime(text: string): string | undefined {
  const match = /^(\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(?:\.\d{1,9})?)(Z|[+-]\d{2}:?\d{2})$/.exec(text);
  if (!match) return undefined;
  const [, local = "", offset = ""] = match;
  const instant = new Date(local + (offset === "Z" ? "Z" : `${offset.slice(0, 3)}:${offset.slice(-2)}`));
  return Number.isNaN(instant.getTime()) ? undefined : instant.toISOString();
}

/** One media object of a recording as the envelope names it. */
export interface EnvelopeMedia {
  /** Store key. */
  readonly key: string;
  readonly landingKey: string;
  readonly sha256: string;
  /** Bytes. */
  readonly size: number;
  readonly contentType: string;
  /** Container by content signature, e.g. `mp4`. */
  readonly format: string;
  readonly integrity: IntegrityLevel;
  /** Of the container, in milliseconds. */
  readonly durationMs?: number;
}

/** Facts of a recording that Holdfast derived; the vendor's JSON is added verbatim by `envelopeBytes`. */
export interface EnvelopeFacts {
  readonly recordingId: string;
  readonly source: string;
  readonly conversationId?: string;
  readonly mediaType?: string;
  /** ISO 8601, UTC. */
  readonly startTime?: string;
  readonly endTime?: string;
  /** As the vendor states it, in milliseconds. */
  readonly durationMs?: number;
  readonly retentionClass: string;
  readonly sensitivity: Sensitivity;
  readonly integrity: IntegrityLevel;
  readonly tags: Readonly<Partial<Record<ClassificationTag, string>>>;
  readonly media: readonly EnvelopeMedia[];
  readonly metadataLandingKey: string;
  /** Of the metadata object as it landed. */
  readonly metadataSha256: string;
}

/**
 * The metadata object of a recording: UTF-8 JSON with `video_key` (first media object), `video_keys`, the derived
 * facts, and last `vendor`, the platform's JSON byte for byte as it landed (a byte order mark excepted).
 *
 * A function of its arguments only: no clock, no landing version, so the same content always gives the same bytes.
 *
 * @param vendorText valid JSON text.
 */
export function envelopeBytes(facts: EnvelopeFacts, vendorText: string): Uint8Array {
  const media = [...facts.media].sort((a, b) => (a.landingKey < b.landingKey ? -1 : 1));
  const head = JSON.stringify({
    schemaVersion: 1,
    recordingId: facts.recordingId,
    source: facts.source,
    conversationId: facts.conversationId,
    video_key: media[0]?.key,
    video_keys: media.map(({ key }) => key),
    mediaType: facts.mediaType,
    startTime: facts.startTime,
    endTime: facts.endTime,
    durationMs: facts.durationMs,
    retentionClass: facts.retentionClass,
    sensitivity: facts.sensitivity,
    integrity: facts.integrity,
    tags: Object.fromEntries(Object.entries(facts.tags).sort(([a], [b]) => (a < b ? -1 : 1))),
    media: media.map((m) => ({
      key: m.key,
      landingKey: m.landingKey,
      sha256: m.sha256,
      size: m.size,
      contentType: m.contentType,
      format: m.format,
      integrity: m.integrity,
      durationMs: m.durationMs,
    })),
    metadataLandingKey: facts.metadataLandingKey,
    metadataSha256: facts.metadataSha256,
  });
  return new TextEncoder().encode(`${head.slice(0, -1)},"vendor":${vendorText}}`);
}

/** Longest tag value (S3 User Guide, object-tagging). */
const maxTagValue = 256;

/**
 * Fits text into a tag value: NFC, every character outside letters, digits, space and `_ . : / = + - @` becomes `_`,
 * outer spaces removed, cut at 256 UTF-16 units (S3 User Guide, object-tagging). `undefined` when nothing is left.
 */
export function tagValue(text: string): string | undefined {
  const clean = text
    .replace(/\p{Surrogate}/gu, "_")
    .normalize("NFC")
    .replace(/[^\p{L}\p{N} _.:/=+\-@]/gu, "_")
    .trim();
  let cut = clean.slice(0, maxTagValue);
  if (!isWellFormed(cut)) cut = cut.slice(0, -1);
  cut = cut.trim();
  return cut === "" ? undefined : cut;
}

/** Tags of an object version at admission: at most eight of the ten that S3 allows. */
export function objectTags(input: {
  readonly retentionClass: string;
  readonly locked: boolean;
  readonly source: string;
  readonly integrity: IntegrityLevel;
  readonly tags: Readonly<Partial<Record<ClassificationTag, string>>>;
}): Record<string, string> {
  const status: ComplianceStatus = input.locked ? "legal-hold" : "standard";
  const all: [string, string][] = [
    ["retention-class", input.retentionClass],
    ["compliance-status", status],
    ["source", input.source],
    ["integrity", input.integrity],
    ...Object.entries(input.tags),
  ];
  return Object.fromEntries(
    all.flatMap(([name, text]) => {
      const value = tagValue(text);
      return value === undefined ? [] : [[name, value] as const];
    }),
  );
}

/** Longest value of one metadata entry here; S3 allows 2 KB for all of them (S3 User Guide, UsingMetadata). */
const maxMetadataValue = 512;

/**
 * User metadata of an object version: names in lower case, values printable ASCII. What would be too long is left out;
 * the envelope has it in full.
 */
export function objectMetadata(input: {
  readonly sha256: string;
  readonly recordingId: string;
  readonly source: string;
  readonly landingKey: string;
  readonly landingVersion: string;
  readonly landedAt: Date;
  /** Hash over all landed versions that were admitted together; tells a repeated event from a new version. */
  readonly admission: string;
  /** Codes of the failed checks, only in quarantine. */
  readonly reasons?: readonly string[];
}): Record<string, string> {
  const all = {
    sha256: input.sha256,
    "recording-id": encodeSegment(input.recordingId),
    source: input.source,
    "landing-key": input.landingKey.split("/").map(encodeSegment).join("/"),
    "landing-version": encodeSegment(input.landingVersion),
    "landed-at": input.landedAt.toISOString(),
    admission: input.admission,
    ...(input.reasons === undefined ? {} : { reasons: input.reasons.join(" ") }),
  };
  return Object.fromEntries(Object.entries(all).filter(([, value]) => value.length <= maxMetadataValue));
}
