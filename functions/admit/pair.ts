/** Finds what belongs together in the landing: one metadata object and its media. */
import { createHash } from "node:crypto";
import { type Layouts, type PieceKey, parseLandingKey } from "../../model/key-table.ts";
import type { VendorMetadata } from "../../model/vendor-metadata.ts";
import type { LandedObject } from "../../ports/landing.ts";

/** One landed version, pinned, and what its key means. */
export interface Piece extends LandedObject {
  readonly parsed: PieceKey;
}

/**
 * All pieces of one recording: the current versions, and in place of its own key's the version that the event names. An
 * event for an older version is about exactly that version; the newer one has an event of its own.
 */
export function piecesOf(layouts: Layouts, event: Piece, listed: readonly LandedObject[]): readonly Piece[] {
  const others = listed.flatMap((object) => {
    const parsed = parseLandingKey(layouts, object.key);
    const same =
      (parsed.role === "media" || parsed.role === "metadata") &&
      object.key !== event.key &&
      parsed.source === event.parsed.source &&
      parsed.recordingId === event.parsed.recordingId &&
      parsed.prefix === event.parsed.prefix;
    return same ? [{ ...object, parsed }] : [];
  });
  return [event, ...others].sort((a, b) => (a.key < b.key ? -1 : 1));
}

const isMetadata = (piece: Piece) => piece.parsed.role === "metadata";
const isMedia = (piece: Piece) => piece.parsed.role === "media";
/** Metadata that describes exactly this file. */
const ownMetadata = (file: string) => (piece: Piece) =>
  piece.parsed.role === "metadata" && piece.parsed.mediaFile === file;
const sharedMetadata = (piece: Piece) => piece.parsed.role === "metadata" && piece.parsed.mediaFile === undefined;

/** The metadata that the event's piece belongs to: itself, its own, or the one that all files share. */
export function metadataOf(event: Piece, pieces: readonly Piece[]): Piece | undefined {
  if (isMetadata(event)) return event;
  return pieces.find(ownMetadata(event.parsed.file)) ?? pieces.find(sharedMetadata);
}

/** The media of one metadata object. `missing` names files that it lists and that are not there. */
export interface MediaOfMetadata {
  readonly media: readonly Piece[];
  readonly missing: readonly string[];
}

/** @param vendor what the metadata says; absent when it cannot be read: then all files beside it are its media. */
export function mediaOf(
  metadata: Piece,
  pieces: readonly Piece[],
  vendor: VendorMetadata | undefined,
): MediaOfMetadata {
  const media = pieces.filter(isMedia);
  const named = metadata.parsed.role === "metadata" ? metadata.parsed.mediaFile : undefined;
  const files = named === undefined ? vendor?.media?.map(({ file }) => file) : [named];
  if (files) {
    const found = media.filter(({ parsed }) => files.includes(parsed.file));
    return { media: found, missing: files.filter((file) => !found.some(({ parsed }) => parsed.file === file)) };
  }
  return { media: media.filter(({ parsed }) => !pieces.some(ownMetadata(parsed.file))), missing: [] };
}

/** Names one set of landed versions; the same set has the same name whichever event brought it up. */
export function admissionId(pieces: readonly LandedObject[]): string {
  const lines = pieces.map(({ key, versionId }) => JSON.stringify([key, versionId])).sort();
  return createHash("sha256").update(lines.join("\n")).digest("hex");
}
