import { createHash } from "node:crypto";
import type { WriteRequest } from "../../../ports/recording-store.ts";

export const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text);

export const sha256 = (bytes: Uint8Array | string): string => createHash("sha256").update(bytes).digest("hex");

/** Reads a body to its end. */
export async function collect(body: AsyncIterable<Uint8Array> | undefined): Promise<Buffer> {
  if (body === undefined) throw new TypeError("there is no body");
  const parts: Uint8Array[] = [];
  for await (const part of body) parts.push(part);
  return Buffer.concat(parts);
}

export const text = async (body: AsyncIterable<Uint8Array> | undefined): Promise<string> =>
  (await collect(body)).toString("utf8");

let serial = 0;
/** A key that no other test uses. */
export const freshKey = (name = "object"): string => `recordings/normal/standard/test/${++serial}/${name}`;

/** Keys that break what forgets to encode or decode: spaces, plus, percent, quotes, other scripts, reserved characters. */
export const awkwardNames = [
  "a b+c%/ü",
  "100%25 done?.json",
  "quote'\"&=;:@,$!()*",
  "録音/通話 1.mp4",
  "..dots/./and//slashes",
  "tilde~hash#end",
] as const;

/** A write of `bytes` with what every write carries. */
export const writeOf = (key: string, bytes: Uint8Array | string, more: Partial<WriteRequest> = {}): WriteRequest => ({
  kind: "media",
  key,
  sha256: sha256(bytes),
  contentType: "video/mp4",
  metadata: { "recording-id": "r-1", sha256: sha256(bytes) },
  tags: { "retention-class": "standard", "compliance-status": "standard" },
  locked: false,
  ...more,
});
