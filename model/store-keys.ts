/** Keys of the store and of its quarantine. Pure. */
import { decodeSegment, encodeSegment, type Sensitivity } from "./recording.ts";

/** Longest key (S3 User Guide, object-keys). The parts below are limited so that no key comes near it. */
export const maxKeyBytes = 1024;

const maxFileBytes = 256;
const hashDigits = 16;

export interface StoreKey {
  readonly area: "recordings";
  readonly sensitivity: Sensitivity;
  readonly className: string;
  readonly source: string;
  readonly recordingId: string;
  /** First 16 hex digits of the SHA-256 of the content. */
  readonly hash: string;
  /** File name as stored: shortened names do not tell the original. */
  readonly file: string;
}

export interface QuarantineKey {
  readonly area: "quarantine";
  readonly source: string;
  readonly recordingId: string;
  readonly hash: string;
  readonly file: string;
}

/**
 * Encodes a file name to at most 256 bytes. A longer one keeps its beginning and its extension (up to 16 bytes), joined
 * by `--`; the content hash before it keeps keys apart.
 */
function encodeFile(file: string): string {
  const encoded = encodeSegment(file);
  if (encoded.length <= maxFileBytes) return encoded;
  const extension = /\.[A-Za-z0-9]{1,15}$/.exec(encoded)?.[0] ?? "";
  const room = maxFileBytes - extension.length - 2;
  let head = "";
  for (const character of file) {
    const next = character === "." ? "." : encodeSegment(character);
    if (head.length + next.length > room) break;
    head += next;
  }
  return `${head}--${extension}`;
}

/** Key of an admitted object: `recordings/<sensitivity>/<class>/<source>/<recordingId>/<hash>-<file>`. */
export function storeKey(parts: Omit<StoreKey, "area" | "hash"> & { readonly sha256: string }): string {
  const { sensitivity, className, source, recordingId, sha256, file } = parts;
  const folder = ["recordings", sensitivity, className, source].map(encodeSegment).join("/");
  return `${folder}/${encodeSegment(recordingId)}/${sha256.slice(0, hashDigits)}-${encodeFile(file)}`;
}

/** Key of a quarantined object: `quarantine/<source>/<recordingId>/<hash>-<file>`. */
export function quarantineKey(parts: Omit<QuarantineKey, "area" | "hash"> & { readonly sha256: string }): string {
  const { source, recordingId, sha256, file } = parts;
  return `quarantine/${encodeSegment(source)}/${encodeSegment(recordingId)}/${sha256.slice(0, hashDigits)}-${encodeFile(file)}`;
}

/** Takes a key apart; `undefined` when neither `storeKey` nor `quarantineKey` could have made it. */
export function parseStoreKey(key: string): StoreKey | QuarantineKey | undefined {
  const segments = key.split("/");
  const last = new RegExp(`^([0-9a-f]{${hashDigits}})-(.+)$`, "s").exec(segments.at(-1) ?? "");
  const [, hash = "", encodedFile = ""] = last ?? [];
  const file = decodeSegment(encodedFile);
  if (!last || file === undefined) return undefined;
  const [area, ...rest] = segments.slice(0, -1).map((segment) => decodeSegment(segment) ?? "");
  if (area === "" || rest.includes("")) return undefined;
  if (area === "recordings" && segments.length === 6) {
    const [sensitivity, className = "", source = "", recordingId = ""] = rest;
    if (sensitivity !== "normal" && sensitivity !== "sensitive") return undefined;
    return { area, sensitivity, className, source, recordingId, hash, file };
  }
  if (area === "quarantine" && segments.length === 4) {
    const [source = "", recordingId = ""] = rest;
    return { area, source, recordingId, hash, file };
  }
  return undefined;
}
