import { createHash } from "node:crypto";

/** Hex SHA-256 of bytes. */
export const sha256Hex = (bytes: Uint8Array): string => createHash("sha256").update(bytes).digest("hex");

/** Streams a copy of bytes in chunks, so that nobody comes to rely on one chunk being the whole. */
export async function* chunks(bytes: Uint8Array, size = 65_536): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.slice(at, at + size);
}

/** Order of keys and sort keys on S3 and DynamoDB: by UTF-8 bytes. */
export const byUtf8 = (a: string, b: string): number => Buffer.compare(Buffer.from(a), Buffer.from(b));
