/**
 * The forty recordings of the demo: real screen captures in both layouts, each with bytes of its own, as a platform
 * would write them.
 */
import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

export type Expectation = "admitted" | "quarantined" | "waiting";

export interface DemoObject {
  readonly key: string;
  readonly bytes: Uint8Array;
}

export interface DemoRecording {
  readonly recordingId: string;
  readonly layout: "genesys" | "plain";
  readonly expectation: Expectation;
  readonly held: boolean;
  readonly sensitive: boolean;
  readonly training: boolean;
  readonly objects: readonly DemoObject[];
  /** Hex SHA-256 of the media as uploaded. */
  readonly mediaSha256: string;
}

export const organization = "11111111-1111-4111-8111-111111111111";
const mediaFolder = join(import.meta.dirname, "media");
const total = 40;

/** Recordings that are not like the others, by number. Everything the demo expects follows from this table. */
const special = {
  truncated: new Set([7]),
  withoutMetadata: new Set([33]),
  held: new Set([3, 12, 36]),
  sensitive: new Set([5, 6, 28, 29]),
  training: new Set([10, 11, 12, 38]),
  writtenTwice: new Set([2, 9, 17, 26, 31]),
};

/** What the table above adds up to, worked out by hand: 40 − 1 truncated − 1 without metadata = 38. */
export const expected = { admitted: 38, quarantined: 1, waiting: 1, held: 3 } as const;

interface Capture {
  readonly file: string;
  readonly durationMs: number;
  readonly bytes: Uint8Array;
}

/** The captures are named by their length, e.g. `order-12s.mp4` (`media/make-media.mjs` makes them). */
function captures(): Capture[] {
  return readdirSync(mediaFolder)
    .filter((file) => /-\d+s[-.].*(mp4|webm)$/.test(file))
    .sort()
    .map((file) => ({
      file,
      durationMs: Number(/-(\d+)s[-.]/.exec(file)?.[1]) * 1_000,
      bytes: readFileSync(join(mediaFolder, file)),
    }));
}

/**
 * Appends an element that players skip, so that each recording has bytes of its own and stays a valid file: a `free` box
 * (ISO/IEC 14496-12 §8.1.2), or an EBML Void element (RFC 8794 §11.3.2).
 */
function withOwnBytes(capture: Capture, text: string): Uint8Array {
  const payload = Buffer.from(text, "utf8");
  if (capture.file.endsWith(".mp4")) {
    const header = Buffer.alloc(8);
    header.writeUInt32BE(8 + payload.length, 0);
    header.write("free", 4, "latin1");
    return Buffer.concat([capture.bytes, header, payload]);
  }
  return Buffer.concat([capture.bytes, Buffer.from([0xec, 0x80 | payload.length]), payload]);
}

const uuid = (group: string, n: number) => `${group.repeat(8)}-0000-4000-8000-${String(n).padStart(12, "0")}`;
/** The offset is written without a colon, as the platform writes it. */
const platformTime = (date: Date) => date.toISOString().replace("Z", "+0000");

function facts(n: number, durationMs: number) {
  const start = new Date(Date.UTC(2026, 4, 7, 9, n, 0));
  const end = new Date(start.getTime() + durationMs);
  return {
    start,
    end,
    extra: {
      ...(special.held.has(n) ? { incident: "7" } : {}),
      ...(special.sensitive.has(n) ? { paymentCard: "yes" } : {}),
      ...(special.training.has(n) ? { purpose: "training" } : {}),
      department: n % 3 === 0 ? "finance" : "service",
    },
  };
}

function genesys(n: number, capture: Capture, bytes: Uint8Array): { id: string; objects: DemoObject[] } {
  const id = uuid("3", n);
  const conversationId = uuid("2", Math.ceil(n / 2));
  const { start, end, extra } = facts(n, capture.durationMs);
  const extension = capture.file.endsWith(".mp4") ? "mp4" : "webm";
  const folder = `${organization}/year=2026/month=5/day=7/hour=9/conversation_id=${conversationId}`;
  const metadata = {
    mediaType: "Screen",
    mediaSubtype: "Screen",
    provider: "edge",
    conversationId,
    recordingId: id,
    startTime: platformTime(start),
    endTime: platformTime(end),
    durationMs: capture.durationMs,
    initialDirection: "inbound",
    userIds: [uuid("4", n)],
    ...extra,
  };
  const mediaKey = `${folder}/${id}.${extension}`;
  return {
    id,
    objects: [
      { key: mediaKey, bytes },
      { key: `${mediaKey}_metadata.json`, bytes: Buffer.from(JSON.stringify(metadata)) },
    ],
  };
}

function plain(n: number, capture: Capture, bytes: Uint8Array, sha256: string): { id: string; objects: DemoObject[] } {
  // Ids that a careless reader of keys gets wrong: spaces, plus signs, percent signs, letters beyond ASCII.
  const id = n === 30 ? "Gespräch 30+a%20b" : `session-${n}`;
  const { start, end, extra } = facts(n, capture.durationMs);
  const metadata = {
    recordingId: id,
    conversationId: `conversation-${Math.ceil(n / 2)}`,
    startTime: start.toISOString(),
    endTime: end.toISOString(),
    durationMs: capture.durationMs,
    media: [{ file: capture.file, sha256, size: bytes.byteLength }],
    ...extra,
  };
  return {
    id,
    objects: [
      { key: `plain/${id}/${capture.file}`, bytes },
      { key: `plain/${id}/metadata.json`, bytes: Buffer.from(JSON.stringify(metadata)) },
    ],
  };
}

/** Makes one recording; `n` from 1 to 40 for those of the table, above it for further good ones. */
export function makeRecording(n: number): DemoRecording {
  const all = captures();
  const capture = all[n % all.length];
  if (!capture) throw new Error(`no captures in ${mediaFolder}`);
  const whole = withOwnBytes(capture, `recording ${n}`);
  const bytes = special.truncated.has(n) ? whole.subarray(0, Math.floor(whole.length * 0.6)) : whole;
  const sha256 = createHash("sha256").update(bytes).digest("hex");
  const layout = n <= 24 ? "genesys" : "plain";
  const made = layout === "genesys" ? genesys(n, capture, bytes) : plain(n, capture, bytes, sha256);
  const [media, metadata] = made.objects;
  if (!media || !metadata) throw new Error("a recording has a media and a metadata object");
  const expectation: Expectation = special.truncated.has(n)
    ? "quarantined"
    : special.withoutMetadata.has(n)
      ? "waiting"
      : "admitted";
  return {
    recordingId: made.id,
    layout,
    expectation,
    held: special.held.has(n),
    sensitive: special.sensitive.has(n),
    training: special.training.has(n),
    objects: expectation === "waiting" ? [media] : [media, metadata],
    mediaSha256: sha256,
  };
}

export function makeRecordings(): DemoRecording[] {
  return Array.from({ length: total }, (_, index) => makeRecording(index + 1));
}

/** All writes in the order the platform makes them: shuffled by a fixed rule, some of them twice. */
export function writesOf(recordings: readonly DemoRecording[]): { recording: DemoRecording; object: DemoObject }[] {
  const writes = recordings.flatMap((recording, index) => {
    const once = recording.objects.map((object) => ({ recording, object }));
    return special.writtenTwice.has(index + 1) ? [...once, ...once] : once;
  });
  return writes
    .map((write, index) => ({ write, order: createHash("sha256").update(String(index)).digest("hex") }))
    .sort((a, b) => (a.order < b.order ? -1 : 1))
    .map(({ write }) => write);
}
