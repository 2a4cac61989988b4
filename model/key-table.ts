/**
 * What a key in the landing means. One row per layout; a platform whose keys look different is a new row, not new code
 * elsewhere. Pure.
 *
 * Genesys (Genesys Cloud Resource Center, AWS S3 recording bulk actions): the folder is the UTC hour in which the
 * conversation began; the metadata's name is the media's name with `_metadata.json` behind its extension. Numbers come
 * without zero padding in real buckets; both forms are read.
 *
 * Plain, Holdfast's own layout for any other writer: `plain/<recordingId>/<file>` and `plain/<recordingId>/metadata.json`.
 */
import { isWellFormed, recordingIdProblem } from "./recording.ts";

export type LandingKey =
  | {
      readonly role: "media";
      readonly source: string;
      readonly recordingId: string;
      readonly conversationId?: string;
      readonly file: string;
      /** Prefix under which everything of this recording lies; it may also match others, whose id differs. */
      readonly prefix: string;
    }
  | {
      readonly role: "metadata";
      readonly source: string;
      readonly recordingId: string;
      readonly conversationId?: string;
      readonly file: string;
      readonly prefix: string;
      /** The one media file that it describes; absent when it describes all that have no metadata of their own. */
      readonly mediaFile?: string;
    }
  /** A known companion (call metadata, transcript) that Holdfast does not keep. */
  | { readonly role: "sibling" }
  /** No layout knows it, or its recording id cannot be used (`reason`). */
  | { readonly role: "unknown"; readonly reason?: string };

export type PieceKey = Extract<LandingKey, { recordingId: string }>;

/** Which layouts are read: those of the sources in the stack config. */
export interface Layouts {
  /** Organization id whose keys are accepted. */
  readonly genesysOrganization?: string;
  readonly plain: boolean;
}

interface FileRole {
  /** `{id}` and `{media}` capture; the first row that fits decides. */
  readonly pattern: RegExp;
  readonly role: "media" | "metadata" | "sibling";
}

interface LayoutRow {
  readonly source: string;
  /** Folder segments: literal text with at most one `{name}` each. */
  readonly folder: readonly string[];
  readonly files: readonly FileRole[];
  /** `folder`: everything of a recording has a folder of its own; `id`: file names begin with the recording id. */
  readonly listing: "folder" | "id";
}

/** Extensions that API and exports are known to use; what the media is, its metadata and its bytes say. */
const mediaExtensions = "webm|mp4|opus|wav|mp3|ogg|mkv|m4a|zip|eml";

const genesysFiles: readonly FileRole[] = [
  { pattern: /_call_metadata\.json$/i, role: "sibling" },
  { pattern: /\.transcript\.json$/i, role: "sibling" },
  { pattern: new RegExp(`^(?<media>(?<id>.+)\\.(?:${mediaExtensions}))_metadata\\.json$`, "isu"), role: "metadata" },
  { pattern: /^(?<id>.+)_metadata\.json$/isu, role: "metadata" },
  { pattern: new RegExp(`^(?<id>.+)\\.(?:${mediaExtensions})$`, "isu"), role: "media" },
];

const plainFiles: readonly FileRole[] = [
  { pattern: /^metadata\.json$/, role: "metadata" },
  { pattern: /./su, role: "media" },
];

function rowsOf(layouts: Layouts): readonly LayoutRow[] {
  const rows: LayoutRow[] = [];
  if (layouts.genesysOrganization !== undefined) {
    rows.push({
      source: "genesys",
      folder: [
        layouts.genesysOrganization,
        "year={number}",
        "month={number}",
        "day={number}",
        "hour={number}",
        "conversation_id={conversationId}",
      ],
      files: genesysFiles,
      listing: "id",
    });
  }
  if (layouts.plain) {
    rows.push({ source: "plain", folder: ["plain", "{recordingId}"], files: plainFiles, listing: "folder" });
  }
  return rows;
}

/** Fits folder segments into a row; the captured names, or `undefined`. */
function fitFolder(row: LayoutRow, segments: readonly string[]): Record<string, string> | undefined {
  if (segments.length !== row.folder.length) return undefined;
  const found: Record<string, string> = {};
  for (const [i, template] of row.folder.entries()) {
    const segment = segments[i] ?? "";
    const brace = template.indexOf("{");
    if (brace < 0) {
      if (segment.toLowerCase() !== template.toLowerCase()) return undefined;
      continue;
    }
    const literal = template.slice(0, brace);
    const name = template.slice(brace + 1, -1);
    const value = segment.slice(literal.length);
    if (!segment.startsWith(literal) || value === "") return undefined;
    if (name === "number" && !/^\d{1,4}$/.test(value)) return undefined;
    found[name] = value;
  }
  return found;
}

/** Says what a landing key is. Never throws: keys are whatever was written. */
export function parseLandingKey(layouts: Layouts, key: string): LandingKey {
  if (!isWellFormed(key)) return { role: "unknown", reason: "the key is not well-formed Unicode" };
  const segments = key.split("/");
  const file = segments.pop() ?? "";
  if (file === "") return { role: "unknown" };
  for (const row of rowsOf(layouts)) {
    const captured = fitFolder(row, segments);
    if (!captured) continue;
    const fits = row.files.map((candidate) => ({ candidate, match: candidate.pattern.exec(file) }));
    const hit = fits.find(({ match }) => match !== null);
    if (!hit) return { role: "unknown" };
    if (hit.candidate.role === "sibling") return { role: "sibling" };
    const recordingId = captured.recordingId ?? hit.match?.groups?.id ?? "";
    const problem = recordingIdProblem(recordingId);
    if (problem !== undefined) return { role: "unknown", reason: `the recording id cannot be used: ${problem}` };
    const folder = `${segments.join("/")}/`;
    const mediaFile = hit.match?.groups?.media;
    return {
      role: hit.candidate.role,
      source: row.source,
      recordingId,
      ...(captured.conversationId === undefined ? {} : { conversationId: captured.conversationId }),
      file,
      prefix: row.listing === "folder" ? folder : folder + recordingId,
      ...(mediaFile === undefined ? {} : { mediaFile }),
    };
  }
  return { role: "unknown" };
}
