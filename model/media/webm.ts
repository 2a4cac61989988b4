/**
 * Structure of WebM and Matroska files (RFC 8794 EBML, RFC 9559 Matroska), read once from front to back: whether every
 * element is whole, whether the segment reaches the end it announces, and how long the recording is.
 *
 * What it cannot see: a file written live has a segment of unknown size; cut exactly behind a block or another whole
 * element it looks like a shorter file, unless its header states a duration. The comparison with the vendor's duration
 * is what finds that.
 */
import { type Ask, type ContainerReport, type Cursor, maxTracks, type Parser, skip, take } from "./feed.ts";

type Steps<R> = Generator<Ask, R, Uint8Array | number>;

const id = {
  ebml: 0x1a45dfa3,
  docType: 0x4282,
  segment: 0x18538067,
  info: 0x1549a966,
  timestampScale: 0x2ad7b1,
  duration: 0x4489,
  tracks: 0x1654ae6b,
  trackEntry: 0xae,
  trackNumber: 0xd7,
  defaultDuration: 0x23e383,
  cluster: 0x1f43b675,
  timestamp: 0xe7,
  simpleBlock: 0xa3,
  blockGroup: 0xa0,
  block: 0xa1,
  blockDuration: 0x9b,
} as const;

/** Elements directly below the segment; one of them ends a cluster of unknown size (RFC 9559, unknown-sized elements). */
const levelOne = new Set<number>([
  id.info,
  id.tracks,
  id.cluster,
  0x114d9b74, // SeekHead
  0x1c53bb6b, // Cues
  0x1941a469, // Attachments
  0x1043a770, // Chapters
  0x1254c367, // Tags
]);
const parents = new Set<number>([id.ebml, id.segment, id.info, id.tracks, id.trackEntry, id.cluster, id.blockGroup]);

/** Real files need three levels: segment, cluster, block group. */
const maxDepth = 16;

interface Reading {
  docType: string;
  scale: number;
  /** In units of the timestamp scale. */
  duration: number | undefined;
  hasTracks: boolean;
  /** Nanoseconds per frame, per track number. */
  frameNs: Map<number, number>;
  trackNumber: number;
  clusterTime: number;
  blockTime: number;
  blocks: number;
  /** End of the last block in nanoseconds, as far as its duration is known. */
  endNs: number;
  segments: number;
  segmentOpen: boolean;
  /** Parents that are open. */
  depth: number;
  problems: string[];
}

interface Header {
  readonly id: number;
  /** Bytes of content; `undefined` when the element has no known size. */
  readonly size: number | undefined;
  readonly at: number;
}

/** Reads a variable-length integer; `undefined` at the end of the stream, NaN when it is not one. */
function* vint(cursor: Cursor, maxLength: number, keepMarker: boolean): Steps<number | undefined> {
  const [first] = yield* take(cursor, 1);
  if (first === undefined) return undefined;
  const length = Math.clz32(first) - 23;
  if (length > maxLength) return Number.NaN;
  const rest = yield* take(cursor, length - 1);
  if (rest.length < length - 1) return undefined;
  const marker = 0x80 >> (length - 1);
  let value = keepMarker ? first : first & (marker - 1);
  let ones = (first & (marker - 1)) === marker - 1;
  for (const byte of rest) {
    value = value * 256 + byte;
    ones &&= byte === 0xff;
  }
  return !keepMarker && ones ? Number.POSITIVE_INFINITY : value;
}

/** Reads an element's id and size; `undefined` at the end of the stream (`cursor` tells whether inside). */
function* header(reading: Reading, cursor: Cursor): Steps<Header | undefined> {
  const at = cursor.at;
  const elementId = yield* vint(cursor, 4, true);
  if (elementId === undefined) return undefined;
  const size = Number.isNaN(elementId) ? Number.NaN : yield* vint(cursor, 8, false);
  if (size === undefined) return undefined;
  if (Number.isNaN(size) || (size !== Number.POSITIVE_INFINITY && size > Number.MAX_SAFE_INTEGER)) {
    reading.problems.push(`there is no element at byte ${at}`);
    return undefined;
  }
  return { id: elementId, size: size === Number.POSITIVE_INFINITY ? undefined : size, at };
}

const unsigned = (bytes: Uint8Array) => bytes.reduce((value, byte) => value * 256 + byte, 0);

function float(bytes: Uint8Array): number | undefined {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.length === 4) return view.getFloat32(0);
  return bytes.length === 8 ? view.getFloat64(0) : undefined;
}

/** Values that matter; all have at most 8 bytes but the document type. */
const values: Readonly<Record<number, (reading: Reading, bytes: Uint8Array) => void>> = {
  [id.docType]: (r, bytes) => {
    r.docType = new TextDecoder().decode(bytes).replace(/\0+$/, "");
  },
  [id.timestampScale]: (r, bytes) => {
    r.scale = unsigned(bytes);
  },
  [id.duration]: (r, bytes) => {
    r.duration = float(bytes);
  },
  [id.trackNumber]: (r, bytes) => {
    r.trackNumber = unsigned(bytes);
  },
  [id.defaultDuration]: (r, bytes) => {
    if (r.frameNs.size === maxTracks) r.problems.push(`there are more than ${maxTracks} tracks`);
    else r.frameNs.set(r.trackNumber, unsigned(bytes));
  },
  [id.timestamp]: (r, bytes) => {
    r.clusterTime = unsigned(bytes);
  },
  [id.blockDuration]: (r, bytes) => {
    r.endNs = Math.max(r.endNs, (r.blockTime + unsigned(bytes)) * r.scale);
  },
};
const maxValueBytes = 64;

/** Reads the head of a block: track number, then its time relative to the cluster; returns false at the end. */
function* block(reading: Reading, cursor: Cursor, end: number): Steps<boolean> {
  const track = yield* vint(cursor, 8, false);
  const time = track === undefined ? new Uint8Array() : yield* take(cursor, 2);
  if (track === undefined || time.length < 2) return false;
  if (cursor.at > end || Number.isNaN(track)) {
    reading.problems.push("a block is too small");
    return true;
  }
  reading.blockTime = reading.clusterTime + new DataView(time.buffer, time.byteOffset, 2).getInt16(0);
  reading.blocks++;
  const frame = reading.frameNs.get(track) ?? 0;
  reading.endNs = Math.max(reading.endNs, reading.blockTime * reading.scale + frame);
  return yield* skip(cursor, end - cursor.at);
}

/** Why reading a level ended: its own end, the end of the stream, or an element (`next`) of a level above. */
type Ending = "end" | "cut" | { readonly next: Header };

/** Reads the elements of one parent. `end` is infinite for a parent of unknown size. */
function* elements(reading: Reading, cursor: Cursor, parent: number, end: number): Steps<Ending> {
  let pending: Header | undefined;
  while (pending !== undefined || cursor.at < end) {
    const before = cursor.at;
    const found: Header | undefined = pending ?? (yield* header(reading, cursor));
    pending = undefined;
    if (!found) return cursor.at === before && end === Number.POSITIVE_INFINITY ? "end" : "cut";
    const ends = found.id === id.ebml || found.id === id.segment || (parent === id.cluster && levelOne.has(found.id));
    if (end === Number.POSITIVE_INFINITY && parent !== 0 && ends) return { next: found };
    const contentEnd = cursor.at + (found.size ?? Number.POSITIVE_INFINITY);
    if (contentEnd > end && found.size !== undefined) {
      reading.problems.push(`the element at byte ${found.at} is larger than what it lies in`);
      return "cut";
    }
    const ending = yield* element(reading, cursor, found, Math.min(contentEnd, end));
    if (ending === "cut" || reading.problems.length > 0) return "cut";
    if (ending !== "end") pending = ending.next;
  }
  return "end";
}

/** Reads the content of one element. */
function* element(reading: Reading, cursor: Cursor, found: Header, end: number): Steps<Ending> {
  if (found.id === id.tracks) reading.hasTracks = true;
  if (found.id === id.segment) {
    reading.segments++;
    reading.segmentOpen = found.size === undefined;
  }
  if (parents.has(found.id)) {
    // A file that nests deeper than any real one would exhaust the stack.
    if (reading.depth === maxDepth) {
      reading.problems.push(`the element at byte ${found.at} is nested too deeply`);
      return "cut";
    }
    reading.depth++;
    const ending = yield* elements(reading, cursor, found.id, end);
    reading.depth--;
    return ending;
  }
  if (found.size === undefined) {
    reading.problems.push(`the element at byte ${found.at} has no size`);
    return "cut";
  }
  if (found.id === id.simpleBlock || found.id === id.block) {
    return (yield* block(reading, cursor, end)) ? "end" : "cut";
  }
  const read = values[found.id];
  if (read && found.size <= maxValueBytes) {
    const bytes = yield* take(cursor, found.size);
    if (bytes.length < found.size) return "cut";
    read(reading, bytes);
    return "end";
  }
  return (yield* skip(cursor, end - cursor.at)) ? "end" : "cut";
}

/** What a WebM or Matroska parser reports; `docType` is `webm`, `matroska` or whatever the file says. */
export interface WebmReport extends ContainerReport {
  readonly docType: string;
}

/** Parser of a WebM or Matroska stream from its first byte. */
export function* webm(): Parser<WebmReport> {
  const reading: Reading = {
    docType: "",
    scale: 1_000_000,
    duration: undefined,
    hasTracks: false,
    frameNs: new Map(),
    trackNumber: 0,
    clusterTime: 0,
    blockTime: 0,
    blocks: 0,
    endNs: 0,
    segments: 0,
    segmentOpen: false,
    depth: 0,
    problems: [],
  };
  const cursor: Cursor = { at: 0 };
  let ending: Ending = "end";
  // A document is one EBML header and one segment; what follows a segment of known size belongs to nobody.
  let next: Header | undefined;
  while (reading.segments === 0 && ending !== "cut") {
    const found: Header | undefined = next ?? (yield* header(reading, cursor));
    if (!found) break;
    ending = yield* element(reading, cursor, found, cursor.at + (found.size ?? Number.POSITIVE_INFINITY));
    next = typeof ending === "object" ? ending.next : undefined;
  }
  const { problems } = reading;
  if (ending === "cut" && problems.length === 0)
    problems.push(`the file ends inside an element, after ${cursor.at} bytes`);
  if (reading.segments === 0) problems.push("there is no segment");
  if (!reading.hasTracks) problems.push("there is no list of tracks");
  if (reading.blocks === 0) problems.push("there is no media data (blocks)");
  const promisedNs = (reading.duration ?? 0) * reading.scale;
  // Where the segment states its size the end is proven by that; a still screen may have no block in its last seconds.
  const tolerance = Math.max(3_000_000_000, promisedNs * 0.02);
  if (reading.segmentOpen && promisedNs > reading.endNs + tolerance) {
    problems.push(
      `the blocks end at ${Math.round(reading.endNs / 1e6)} ms, the header promises ${Math.round(promisedNs / 1e6)} ms`,
    );
  }
  const durationMs = Math.round((promisedNs > 0 ? promisedNs : reading.endNs) / 1e6);
  return {
    docType: reading.docType,
    complete: problems.length === 0,
    problems,
    ...(durationMs > 0 && Number.isFinite(durationMs) ? { durationMs } : {}),
  };
}
