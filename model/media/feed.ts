/**
 * Parsing of a stream with bounded memory. A parser is a generator that asks for the next bytes; `feed` drives it with
 * chunks of any size, so a parser cannot depend on how the stream was cut.
 */

/** What a parser asks for: the next bytes, or to pass over some. */
export type Ask = { readonly take: number } | { readonly skip: number };

/** Answers: the bytes taken (fewer than asked only at the end of the stream), or how many were skipped (likewise). */
export type Parser<R> = Generator<Ask, R, Uint8Array | number>;

/** Most bytes that a parser may take at once. */
export const maxTake = 65_536;

/** Most tracks that a parser keeps anything of; real recordings have a handful. */
export const maxTracks = 1_000;

/** Position of a parser in its stream. */
export interface Cursor {
  /** Bytes consumed. */
  at: number;
}

/** Takes `count` bytes, fewer at the end of the stream. */
export function* take(cursor: Cursor, count: number): Generator<Ask, Uint8Array, Uint8Array | number> {
  if (count > maxTake) throw new RangeError(`a parser may take ${maxTake} bytes at once, not ${count}`);
  if (count === 0) return new Uint8Array();
  const bytes = yield { take: count };
  if (typeof bytes === "number") throw new TypeError("feed answered a take with a count");
  cursor.at += bytes.length;
  return bytes;
}

/** Passes over `count` bytes; false when the stream ended before. */
export function* skip(cursor: Cursor, count: number): Generator<Ask, boolean, Uint8Array | number> {
  if (count === 0) return true;
  const skipped = yield { skip: count };
  if (typeof skipped !== "number") throw new TypeError("feed answered a skip with bytes");
  cursor.at += skipped;
  return skipped === count;
}

export interface Feed<R> {
  /** Hands the parser the next chunk; its memory is the caller's again afterwards. */
  push(chunk: Uint8Array): void;
  /** Tells the parser that the stream is over, and returns its result. */
  finish(): R;
}

/** Runs a parser on pushed chunks. What the parser leaves unread at its end is ignored. */
export function feed<R>(parser: Parser<R>): Feed<R> {
  let step = parser.next();
  /** Bytes kept for a take that spans chunks; never longer than `maxTake`. */
  let kept = new Uint8Array();
  let skipped = 0;

  const answer = (value: Uint8Array | number) => {
    kept = new Uint8Array();
    skipped = 0;
    step = parser.next(value);
  };
  return {
    push(chunk) {
      let at = 0;
      while (!step.done && at < chunk.length) {
        const ask = step.value;
        if ("take" in ask) {
          const part = chunk.subarray(at, at + ask.take - kept.length);
          at += part.length;
          const joined = join(kept, part);
          if (joined.length === ask.take) answer(joined);
          else kept = joined;
        } else {
          const count = Math.min(ask.skip - skipped, chunk.length - at);
          at += count;
          skipped += count;
          if (skipped === ask.skip) answer(skipped);
        }
      }
    },
    finish() {
      while (!step.done) answer("take" in step.value ? kept : skipped);
      return step.value;
    },
  };
}

/** Always a copy: the stream's owner may use a chunk's memory again, and `slice` of a Node.js buffer copies nothing. */
function join(a: Uint8Array, b: Uint8Array): Uint8Array<ArrayBuffer> {
  const joined = new Uint8Array(a.length + b.length);
  joined.set(a);
  joined.set(b, a.length);
  return joined;
}

/** What a container parser found. */
export interface ContainerReport {
  /** True when nothing that a finished file has is missing. */
  readonly complete: boolean;
  readonly durationMs?: number;
  /** Sentences that say what is missing or broken; empty when complete. */
  readonly problems: readonly string[];
}
