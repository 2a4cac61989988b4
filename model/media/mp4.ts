/**
 * Structure of MP4 files (ISO/IEC 14496-12), read once from front to back: which boxes are there, whether the last one
 * is whole, whether the media data can hold all samples that the tables list, and how long the movie is.
 *
 * What it cannot see: a fragmented file cut exactly behind a fragment looks like a shorter file, unless the header
 * states the whole duration (`mehd`). The comparison with the vendor's duration is what finds that.
 */
import { type Ask, type ContainerReport, type Cursor, maxTake, maxTracks, type Parser, skip, take } from "./feed.ts";

interface Track {
  /** Units per second, of `mdhd`. */
  timescale: number;
  /** End of the last fragment sample, in track units. */
  end: number;
  /** Duration of a sample where a fragment states none (`trex`). */
  defaultDuration: number;
}

interface Movie {
  /** Those of `required` that were there. */
  boxes: Set<string>;
  mdatBytes: number;
  sampleBytes: number;
  timescale: number;
  duration: number | undefined;
  /** Of all fragments, in movie units (`mehd`). */
  fragmentDuration: number | undefined;
  fragments: number;
  /** A fragment header was read and its media data not yet. */
  headerAlone: boolean;
  tracks: Map<number, Track>;
  /** The track whose boxes are being read. */
  track: number;
  sampleDuration: number;
  /** Parents that are open. */
  depth: number;
  problems: string[];
}

type Steps<R> = Generator<Ask, R, Uint8Array | number>;

/** Boxes that hold boxes and lie on the way to something that is read. */
const parents = new Set(["moov", "trak", "mdia", "minf", "stbl", "mvex", "moof", "traf"]);

/** Boxes whose presence matters; any file may invent others without end. */
const required = new Set(["moov", "mvhd", "mvex", "mdat"]);

/** Real files need five levels: moov, trak, mdia, minf, stbl. */
const maxDepth = 16;

/** Boxes whose content is read whole; all are small. `trun` and `stsz` are read in pieces. */
const leaves: Readonly<Record<string, (movie: Movie, view: DataView) => void>> = {
  mvhd(movie, view) {
    const wide = view.getUint8(0) === 1;
    movie.timescale = view.getUint32(wide ? 20 : 12);
    movie.duration = wide ? unknown64(view, 24) : unknown32(view.getUint32(16));
  },
  mehd(movie, view) {
    movie.fragmentDuration = view.getUint8(0) === 1 ? unknown64(view, 4) : view.getUint32(4);
  },
  tkhd(movie, view) {
    movie.track = view.getUint32(view.getUint8(0) === 1 ? 20 : 12);
  },
  mdhd(movie, view) {
    trackOf(movie).timescale = view.getUint32(view.getUint8(0) === 1 ? 20 : 12);
  },
  trex(movie, view) {
    movie.track = view.getUint32(4);
    trackOf(movie).defaultDuration = view.getUint32(12);
  },
  tfhd(movie, view) {
    const flags = view.getUint32(0) & 0xffffff;
    movie.track = view.getUint32(4);
    // Optional fields in order: base data offset (8), sample description (4), default duration (4).
    const at = 8 + (flags & 0x1 ? 8 : 0) + (flags & 0x2 ? 4 : 0);
    movie.sampleDuration = flags & 0x8 ? view.getUint32(at) : trackOf(movie).defaultDuration;
  },
  tfdt(movie, view) {
    trackOf(movie).end = view.getUint8(0) === 1 ? Number(view.getBigUint64(4)) : view.getUint32(4);
  },
};

/** All bits set means that the duration is not known. */
const unknown32 = (value: number) => (value === 0xffffffff ? undefined : value);
const unknown64 = (view: DataView, at: number) => {
  const value = view.getBigUint64(at);
  return value === 0xffffffffffffffffn ? undefined : Number(value);
};

function trackOf(movie: Movie): Track {
  const known = movie.tracks.get(movie.track);
  if (known) return known;
  const track = { timescale: 0, end: 0, defaultDuration: 0 };
  if (movie.tracks.size === maxTracks) movie.problems.push(`there are more than ${maxTracks} tracks`);
  else movie.tracks.set(movie.track, track);
  return track;
}

const viewOf = (bytes: Uint8Array) => new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);

/** Sum of all sample sizes: `stsz` states one size for all, or one of 4 bytes each. */
function* sampleSizes(movie: Movie, cursor: Cursor, end: number): Steps<boolean> {
  const head = yield* take(cursor, 12);
  if (head.length < 12) return false;
  const size = viewOf(head).getUint32(4);
  const count = viewOf(head).getUint32(8);
  if (size !== 0) movie.sampleBytes += size * count;
  else if (cursor.at + count * 4 > end) movie.problems.push("the sample size table is larger than its box");
  else {
    for (let left = count * 4; left > 0; ) {
      const bytes = yield* take(cursor, Math.min(left, maxTake));
      const view = viewOf(bytes);
      for (let at = 0; at + 4 <= bytes.length; at += 4) movie.sampleBytes += view.getUint32(at);
      if (bytes.length < Math.min(left, maxTake)) return false;
      left -= bytes.length;
    }
  }
  return true;
}

/** Adds the durations of one run of samples to its track. */
function* trackRun(movie: Movie, cursor: Cursor, end: number): Steps<boolean> {
  const head = yield* take(cursor, 8);
  if (head.length < 8) return false;
  const flags = viewOf(head).getUint32(0) & 0xffffff;
  const count = viewOf(head).getUint32(4);
  const optional = (flags & 0x1 ? 4 : 0) + (flags & 0x4 ? 4 : 0);
  const fields = [0x100, 0x200, 0x400, 0x800].filter((flag) => flags & flag).length * 4;
  if (cursor.at + optional + count * fields > end) {
    movie.problems.push("a fragment's sample table is larger than its box");
    return true;
  }
  if (!(yield* skip(cursor, optional))) return false;
  const track = trackOf(movie);
  if (!(flags & 0x100)) {
    track.end += count * movie.sampleDuration;
    return yield* skip(cursor, count * fields);
  }
  const perTake = Math.floor(maxTake / fields);
  for (let left = count; left > 0; ) {
    const wanted = Math.min(left, perTake) * fields;
    const bytes = yield* take(cursor, wanted);
    if (bytes.length < wanted) return false;
    const view = viewOf(bytes);
    for (let at = 0; at < bytes.length; at += fields) track.end += view.getUint32(at);
    left -= wanted / fields;
  }
  return true;
}

/** Reads the content of one box; false when the stream ended inside. */
function* content(movie: Movie, cursor: Cursor, type: string, end: number): Steps<boolean> {
  if (parents.has(type)) return yield* nested(movie, cursor, type, end);
  if (type === "stsz" && end - cursor.at >= 12) {
    if (!(yield* sampleSizes(movie, cursor, end))) return false;
  } else if (type === "trun" && end - cursor.at >= 8) {
    if (!(yield* trackRun(movie, cursor, end))) return false;
  } else if (Object.hasOwn(leaves, type)) {
    const length = Math.min(end - cursor.at, 256);
    const bytes = yield* take(cursor, length);
    if (bytes.length < length) return false;
    try {
      leaves[type]?.(movie, viewOf(bytes));
    } catch (error) {
      // DataView tells reads behind the end of a box that is too small for its own fields.
      if (!(error instanceof RangeError)) throw error;
      movie.problems.push(`the box ${type} is too small`);
    }
  }
  return yield* skip(cursor, end - cursor.at);
}

/** Reads the boxes in a box; a file that nests deeper than any real one would exhaust the stack. */
function* nested(movie: Movie, cursor: Cursor, type: string, end: number): Steps<boolean> {
  if (movie.depth === maxDepth) {
    movie.problems.push(`the box ${type} is nested too deeply`);
    return true;
  }
  movie.depth++;
  const whole = yield* boxes(movie, cursor, end);
  movie.depth--;
  return whole;
}

/** Reads boxes up to `end`; false when the stream ended inside one. */
function* boxes(movie: Movie, cursor: Cursor, end: number): Steps<boolean> {
  const top = end === Number.POSITIVE_INFINITY;
  while (cursor.at < end && movie.problems.length === 0) {
    const start = cursor.at;
    if (end - start < 8) return yield* skip(cursor, end - start);
    const head = yield* take(cursor, 8);
    if (top && head.length === 0) return true;
    if (head.length < 8) return false;
    let size = viewOf(head).getUint32(0);
    const type = String.fromCharCode(...head.subarray(4));
    if (size === 1) {
      const wide = yield* take(cursor, 8);
      if (wide.length < 8) return false;
      size = Number(viewOf(wide).getBigUint64(0));
    }
    if (required.has(type)) movie.boxes.add(type);
    if (type === "moof") movie.fragments++;
    if (type === "moof" || type === "mdat") movie.headerAlone = type === "moof";
    if (!/^[\x20-\x7e\xa9]{4}$/.test(type)) {
      movie.problems.push(`there is no box at byte ${start}`);
      return true;
    }
    if (size === 0 && top) {
      if (parents.has(type)) return yield* nested(movie, cursor, type, end);
      const before = cursor.at;
      yield* skip(cursor, Number.MAX_SAFE_INTEGER);
      if (type === "mdat") movie.mdatBytes += cursor.at - before;
      return true;
    }
    if (size < cursor.at - start || size > Number.MAX_SAFE_INTEGER || start + size > end) {
      movie.problems.push(`a box at byte ${start} has an impossible size`);
      return true;
    }
    if (type === "mdat") movie.mdatBytes += start + size - cursor.at;
    if (!(yield* content(movie, cursor, type, start + size))) return false;
  }
  return true;
}

function durationMs(movie: Movie): number | undefined {
  const seconds: number[] = [];
  if (movie.timescale > 0) {
    seconds.push((movie.duration ?? 0) / movie.timescale, (movie.fragmentDuration ?? 0) / movie.timescale);
  }
  for (const track of movie.tracks.values()) if (track.timescale > 0) seconds.push(track.end / track.timescale);
  const longest = Math.max(0, ...seconds);
  return longest > 0 ? Math.round(longest * 1_000) : undefined;
}

/** Parser of an MP4 stream from its first byte. */
export function* mp4(): Parser<ContainerReport> {
  const movie: Movie = {
    boxes: new Set(),
    mdatBytes: 0,
    sampleBytes: 0,
    timescale: 0,
    duration: undefined,
    fragmentDuration: undefined,
    fragments: 0,
    headerAlone: false,
    tracks: new Map(),
    track: 0,
    sampleDuration: 0,
    depth: 0,
    problems: [],
  };
  const cursor: Cursor = { at: 0 };
  const whole = yield* boxes(movie, cursor, Number.POSITIVE_INFINITY);
  const { problems } = movie;
  if (!whole) problems.push(`the file ends inside a box, after ${cursor.at} bytes`);
  if (!movie.boxes.has("moov")) problems.push("the movie header (moov) is missing");
  else if (!movie.boxes.has("mvhd")) problems.push("the movie header (moov) has no mvhd");
  if (!movie.boxes.has("mdat")) problems.push("there is no media data (mdat)");
  if (movie.boxes.has("mvex") && movie.fragments === 0 && movie.sampleBytes === 0) {
    problems.push("there is no fragment (moof)");
  }
  if (movie.headerAlone) problems.push("the last fragment has no media data");
  if (movie.sampleBytes > movie.mdatBytes) {
    problems.push(`the samples need ${movie.sampleBytes} bytes, the media data has ${movie.mdatBytes}`);
  }
  const fragmentMs = Math.max(
    0,
    ...[...movie.tracks.values()].map((t) => (t.timescale > 0 ? (t.end / t.timescale) * 1_000 : 0)),
  );
  const promisedMs = movie.timescale > 0 ? ((movie.fragmentDuration ?? 0) / movie.timescale) * 1_000 : 0;
  // One second: the header may round up, and the last sample's duration is often a guess of the writer.
  if (promisedMs > fragmentMs + 1_000) {
    problems.push(
      `the fragments end at ${Math.round(fragmentMs)} ms, the header promises ${Math.round(promisedMs)} ms`,
    );
  }
  const duration = durationMs(movie);
  return { complete: problems.length === 0, problems, ...(duration === undefined ? {} : { durationMs: duration }) };
}
