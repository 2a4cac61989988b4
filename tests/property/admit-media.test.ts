/** Proves that inspection does not depend on chunking and sees truncation; on every byte of every sample capture. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { inspector } from "../../model/media/inspector.ts";

const folder = join(import.meta.dirname, "../../emulator/demo/media");
const samples = readdirSync(folder)
  .filter((file) => /\.(mp4|webm)$/.test(file))
  .map((file) => ({ file, bytes: new Uint8Array(readFileSync(join(folder, file))) }));

const inspect = (chunks: Iterable<Uint8Array>) => {
  const i = inspector();
  for (const chunk of chunks) i.push(chunk);
  return i.finish();
};

/** End of each top-level box: the sizes are 32 bits in these samples (ISO/IEC 14496-12 §4.2). */
function boxEnds(bytes: Uint8Array): { type: string; end: number }[] {
  const ends: { type: string; end: number }[] = [];
  const view = Buffer.from(bytes);
  for (let at = 0; at < view.length; at = ends.at(-1)?.end ?? view.length) {
    ends.push({ type: view.toString("latin1", at + 4, at + 8), end: at + view.readUInt32BE(at) });
  }
  return ends;
}

/** End of each element of the segment, which begins at byte 48 and has no size; ids here have 1 or 4 bytes (RFC 8794 §4). */
function elementEnds(bytes: Uint8Array): { id: string; end: number }[] {
  const view = Buffer.from(bytes);
  const ends: { id: string; end: number }[] = [];
  for (let at = 48; at < view.length; at = ends.at(-1)?.end ?? view.length) {
    const idLength = view.readUInt8(at) === 0xec ? 1 : 4;
    const sizeAt = at + idLength;
    const sizeLength = Math.clz32(view.readUInt8(sizeAt)) - 23;
    const size = Number(
      BigInt(`0x${view.toString("hex", sizeAt, sizeAt + sizeLength)}`) & ((1n << BigInt(7 * sizeLength)) - 1n),
    );
    ends.push({ id: view.toString("hex", at, sizeAt), end: sizeAt + sizeLength + size });
  }
  return ends;
}

/**
 * Lengths at which a cut leaves a file that is whole by its format, as `mp4.ts` and `webm.ts` document: behind the media
 * of a fragment, and behind a cluster of a live segment.
 */
function wholeByFormat(file: string, bytes: Uint8Array): readonly number[] {
  const ends = file.includes("fragmented")
    ? boxEnds(bytes).flatMap(({ type, end }) => (type === "mdat" ? [end] : []))
    : file.includes("live")
      ? elementEnds(bytes).flatMap(({ id, end }) => (id === "1f43b675" ? [end] : []))
      : [];
  return ends.filter((end) => end < bytes.length);
}

describe.each(samples)("$file", ({ file, bytes }) => {
  it("gives the same result for any chunking", () => {
    const whole = inspect([bytes]);
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: bytes.length }), { maxLength: 60 }), (cuts) => {
        const at = [0, ...cuts.sort((a, b) => a - b), bytes.length];
        const chunks = at.slice(1).map((end, i) => bytes.subarray(at[i], end));
        expect(inspect(chunks)).toEqual(whole);
      }),
      { numRuns: 60 },
    );
    expect(inspect(Array.from(bytes, (byte) => Uint8Array.of(byte)))).toEqual(whole);
  });

  it("is incomplete wherever it is cut, but for the documented places (promise 5)", () => {
    const exceptions = wholeByFormat(file, bytes);
    expect(exceptions).toHaveLength(/fragmented|live/.test(file) ? 4 : 0);
    // Every byte where structure begins or ends, every seventh between: a prefix is inspected from its start each time.
    const dense = [0, bytes.length, ...exceptions];
    const seen: number[] = [];
    for (let length = 0; length < bytes.length; length++) {
      if (length % 7 !== 0 && !dense.some((place) => Math.abs(place - length) < 1_000)) continue;
      const { checked, complete } = inspect([bytes.subarray(0, length)]);
      if (!checked || complete) seen.push(length);
    }
    expect(seen).toEqual(exceptions);
  });

  it("never throws and always ends, whatever bytes are changed", () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.nat(bytes.length - 1), fc.nat(255)), { minLength: 1, maxLength: 30 }),
        fc.nat(bytes.length),
        (changes, length) => {
          const damaged = bytes.slice(0, length);
          for (const [at, value] of changes) if (at < length) damaged[at] = value;
          const result = inspect([damaged]);
          expect(result.complete).toBe(result.checked && result.problems.length === 0);
        },
      ),
      { numRuns: 100 },
    );
  });
});

it("never throws on arbitrary bytes behind a signature", () => {
  const heads = [
    Buffer.from("1a45dfa3", "hex"),
    Buffer.concat([Buffer.from("00000010", "hex"), Buffer.from("ftypisom")]),
  ];
  fc.assert(
    fc.property(fc.constantFrom(...heads), fc.uint8Array({ minLength: 8, maxLength: 400 }), (head, tail) => {
      expect(inspect([head, tail])).toMatchObject({ checked: true, complete: false });
    }),
    { numRuns: 500 },
  );
});
