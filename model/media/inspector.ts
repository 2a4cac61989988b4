/** Inspects media while it streams by: what it is, whether it is whole, how long it plays. Bounded memory. */
import { type ContainerReport, type Feed, feed } from "./feed.ts";
import { mp4 } from "./mp4.ts";
import { webm } from "./webm.ts";

export type MediaFormat = "mp4" | "webm" | "matroska" | "ogg" | "wav" | "mp3" | "zip" | "unknown";

export interface Inspection {
  /** By the content's signature; the file name is not asked. */
  readonly format: MediaFormat;
  /** False when nothing here reads this format: the container check is unavailable and `complete` means nothing. */
  readonly checked: boolean;
  readonly complete: boolean;
  readonly durationMs?: number;
  readonly problems: readonly string[];
}

export interface Inspector {
  push(chunk: Uint8Array): void;
  /** The result; the inspector takes nothing after it. */
  finish(): Inspection;
}

export const contentTypes: Readonly<Record<MediaFormat, string>> = {
  mp4: "video/mp4",
  webm: "video/webm",
  matroska: "video/x-matroska",
  ogg: "audio/ogg",
  wav: "audio/wav",
  mp3: "audio/mpeg",
  zip: "application/zip",
  unknown: "application/octet-stream",
};

/** Bytes that decide the format; no file of any format that is told apart here is shorter. */
export const signatureBytes = 12;

const ascii = (bytes: Uint8Array, from: number, to: number) => String.fromCharCode(...bytes.subarray(from, to));

function formatOf(head: Uint8Array): MediaFormat | "ebml" {
  const [a = 0, b = 0, c = 0, d = 0] = head;
  if (ascii(head, 4, 8) === "ftyp") return "mp4";
  if (a === 0x1a && b === 0x45 && c === 0xdf && d === 0xa3) return "ebml";
  if (ascii(head, 0, 4) === "OggS") return "ogg";
  if (ascii(head, 0, 4) === "RIFF" && ascii(head, 8, 12) === "WAVE") return "wav";
  if (ascii(head, 0, 3) === "ID3" || (a === 0xff && (b & 0xe0) === 0xe0)) return "mp3";
  if (ascii(head, 0, 2) === "PK" && c === 3 && d === 4) return "zip";
  return "unknown";
}

/** Starts an inspection. The result does not depend on how the bytes are cut into chunks. */
export function inspector(): Inspector {
  let head = new Uint8Array();
  let format: MediaFormat | "ebml" | undefined;
  let container: Feed<ContainerReport & { readonly docType?: string }> | undefined;

  return {
    push(chunk) {
      if (format !== undefined) {
        container?.push(chunk);
        return;
      }
      const joined = new Uint8Array(head.length + chunk.length);
      joined.set(head);
      joined.set(chunk, head.length);
      head = joined;
      if (head.length < signatureBytes) return;
      format = formatOf(head);
      container = format === "mp4" ? feed(mp4()) : format === "ebml" ? feed(webm()) : undefined;
      container?.push(head);
      head = new Uint8Array();
    },
    finish() {
      if (format === undefined) {
        const problems = [`${head.length} bytes are too few for any media file`];
        return { format: "unknown", checked: true, complete: false, problems };
      }
      const report = container?.finish();
      if (!report)
        return { format: format === "ebml" ? "unknown" : format, checked: false, complete: false, problems: [] };
      const { complete, problems, durationMs } = report;
      const named = format === "ebml" ? (report.docType === "webm" ? "webm" : "matroska") : format;
      return { format: named, checked: true, complete, problems, ...(durationMs === undefined ? {} : { durationMs }) };
    },
  };
}
