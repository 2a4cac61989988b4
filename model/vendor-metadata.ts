/** Reads the metadata JSON that a platform writes beside its media. Pure; unknown fields are left alone. */
import { isWellFormed, parseVendorTime } from "./recording.ts";

/** Larger metadata is refused: it is held in memory, and real ones are a few kilobytes. */
export const maxMetadataBytes = 1_048_576;

/** Longest conversation id in bytes of UTF-8: the catalog has an index on it (DynamoDB Developer Guide, quotas of keys). */
const maxConversationIdBytes = 2_048;

/** Most media files of one recording: with its metadata it must fit one catalog transaction of 100 rows. */
export const maxMediaFiles = 99;

export interface VendorMedia {
  readonly file: string;
  /** Lower-case hex. */
  readonly sha256?: string;
  /** Bytes. */
  readonly size?: number;
}

export interface VendorMetadata {
  /** The text as it landed, without a byte order mark. */
  readonly text: string;
  readonly json: Readonly<Record<string, unknown>>;
  readonly recordingId?: string;
  readonly conversationId?: string;
  readonly mediaType?: string;
  /** ISO 8601, UTC. */
  readonly startTime?: string;
  readonly endTime?: string;
  readonly durationMs?: number;
  /** The files that belong to the recording; absent where the layout tells them by name. */
  readonly media?: readonly VendorMedia[];
}

/** A sentence that says what is wrong, for the log and for whoever repairs it. */
export interface MetadataProblem {
  readonly problem: string;
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);
const text = (value: unknown) => (typeof value === "string" && value !== "" ? value : undefined);
const wholeNumber = (value: unknown) =>
  typeof value === "number" && Number.isSafeInteger(value) && value >= 0 ? value : undefined;

/**
 * Parses the bytes of a metadata object.
 *
 * Genesys: nothing is required, since the schema is only partly public; times have the offset `+0000`.
 * Plain: `recordingId`, `startTime`, `endTime` (ISO 8601 with offset), `durationMs` (whole number) and
 * `media: [{file, sha256?, size?}]` are required, `conversationId` is optional, anything else is kept.
 */
export function readVendorMetadata(source: string, bytes: Uint8Array): VendorMetadata | MetadataProblem {
  if (bytes.length > maxMetadataBytes) return { problem: `it has more than ${maxMetadataBytes} bytes` };
  let decoded: string;
  let json: unknown;
  try {
    decoded = new TextDecoder("utf-8", { fatal: true }).decode(bytes);
    json = JSON.parse(decoded);
  } catch (error) {
    // The parser's own message quotes the content, which must not reach the log.
    if (error instanceof SyntaxError) return { problem: "it is not JSON" };
    if (error instanceof TypeError) return { problem: "it is not UTF-8" };
    throw error;
  }
  if (!isObject(json)) return { problem: "it is not a JSON object" };
  const startTime = parseVendorTime(text(json.startTime) ?? "");
  const endTime = parseVendorTime(text(json.endTime) ?? "");
  const facts = {
    text: decoded,
    json,
    ...optional("recordingId", text(json.recordingId)),
    ...optional("conversationId", text(json.conversationId)),
    ...optional("mediaType", text(json.mediaType)),
    ...optional("startTime", startTime),
    ...optional("endTime", endTime),
    ...optional("durationMs", wholeNumber(json.durationMs)),
  };
  return source === "plain" ? plainMetadata(facts) : facts;
}

function optional<K extends string, V>(name: K, value: V | undefined): { [P in K]?: V } {
  return (value === undefined ? {} : { [name]: value }) as { [P in K]?: V };
}

function plainMetadata(facts: VendorMetadata): VendorMetadata | MetadataProblem {
  if (facts.recordingId === undefined) return { problem: "`recordingId` is not a text" };
  if (facts.startTime === undefined) return { problem: "`startTime` is not a time such as 2026-05-07T09:00:00Z" };
  if (facts.endTime === undefined) return { problem: "`endTime` is not a time such as 2026-05-07T09:00:00Z" };
  if (facts.durationMs === undefined) return { problem: "`durationMs` is not a whole number" };
  const { conversationId = "" } = facts;
  if (!isWellFormed(conversationId) || new TextEncoder().encode(conversationId).length > maxConversationIdBytes) {
    return { problem: `\`conversationId\` is not well-formed Unicode of at most ${maxConversationIdBytes} bytes` };
  }
  const listed = facts.json.media;
  if (!Array.isArray(listed) || listed.length === 0 || listed.length > maxMediaFiles) {
    return { problem: `\`media\` is not a list of 1 to ${maxMediaFiles} files` };
  }
  const media: VendorMedia[] = [];
  for (const [i, item] of listed.entries()) {
    const file = isObject(item) ? text(item.file) : undefined;
    if (!isObject(item) || file === undefined || file.includes("/") || file === "metadata.json") {
      return { problem: `\`media[${i}].file\` is not the name of a file beside metadata.json` };
    }
    if (media.some((other) => other.file === file)) return { problem: `\`media[${i}].file\` is listed twice` };
    const sha256 = text(item.sha256)?.toLowerCase();
    if (item.sha256 !== undefined && !/^[0-9a-f]{64}$/.test(sha256 ?? "")) {
      return { problem: `\`media[${i}].sha256\` is not 64 hex digits` };
    }
    const size = wholeNumber(item.size);
    if (item.size !== undefined && size === undefined) {
      return { problem: `\`media[${i}].size\` is not a whole number` };
    }
    media.push({ file, ...optional("sha256", sha256), ...optional("size", size) });
  }
  return { ...facts, media };
}
