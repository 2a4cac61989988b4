import { describe, expect, it } from "vitest";
import { readMedia, readMetadata } from "../../../functions/admit/read.ts";
import { capture, sha256 } from "./harness.ts";

/** A body that uses one piece of memory for all its chunks, as Node.js streams may. */
async function* reusing(bytes: Uint8Array, size: number): AsyncGenerator<Uint8Array> {
  const memory = Buffer.alloc(size);
  for (let at = 0; at < bytes.length; at += size) {
    const part = bytes.subarray(at, at + size);
    memory.set(part);
    yield memory.subarray(0, part.length);
    memory.fill(0);
  }
}
const opened = (bytes: Uint8Array, size: number) => ({
  key: "plain/r/a",
  versionId: "1",
  size: bytes.length,
  landedAt: new Date("2026-05-07T10:00:00Z"),
  body: reusing(bytes, size),
});

describe("a body whose chunks share their memory (promise 5)", () => {
  it.each([1, 3, 1_000])("of %d bytes each is read as it was written", async (size) => {
    const metadata = new TextEncoder().encode('{"recordingId":"r","durationMs":12000}');
    const read = await readMetadata(opened(metadata, size));
    expect({ text: new TextDecoder().decode(read.bytes), sha256: read.sha256 }).toEqual({
      text: '{"recordingId":"r","durationMs":12000}',
      sha256: sha256(metadata),
    });

    const media = capture("payment-8s-faststart.mp4");
    const { inspection, sha256: hash } = await readMedia(opened(media, size));
    expect(inspection).toMatchObject({ complete: true, durationMs: 8_000 });
    expect(hash).toBe(sha256(media));
  });
});
