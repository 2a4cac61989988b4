/** Writes objects into the primary store and reads them back. */
import { sensitiveTags } from "../../model/admission-rules.ts";
import type { ClassificationTags } from "../../model/classify.ts";
import { HoldfastError } from "../../model/errors.ts";
import { metricNames } from "../../model/metric-names.ts";
import type { CatalogRow } from "../../ports/catalog.ts";
import type { Log, Metrics } from "../../ports/metrics.ts";
import type { ObjectState, ObjectTags, RecordingStore, WriteRequest } from "../../ports/recording-store.ts";
import { pooled, together } from "./together.ts";

/** One object to write: copied from the landing, or from bytes. */
export interface PlannedObject {
  readonly request: WriteRequest;
  readonly from: { readonly key: string; readonly versionId: string } | { readonly bytes: Uint8Array };
  /** The catalog row, but for what the write tells. */
  readonly row: Omit<CatalogRow, "versionId">;
}

export interface WrittenObject {
  readonly row: CatalogRow;
  /** The catalog did not know this version yet. */
  readonly isNew: boolean;
}

export interface WriteDeps {
  readonly primary: RecordingStore;
  readonly metrics: Metrics;
  readonly log: Log;
}

/**
 * Writes all objects at once, then reads all back at once, and repairs what disagrees.
 *
 * A version that the catalog knows was read back before; its lock and tags may have changed for good reasons since, so
 * only its bytes are compared. But where a new version is held or sensitive, that covers all versions of the recording.
 *
 * @param known rows of the recording in the catalog.
 * @throws HoldfastError `HF2011` stored bytes differ, `HF2012` no checksum, `HF2013` still wrong after repair; errors of
 *   the port, among them `HF3004` when the store refused the bytes or holds others.
 */
export async function writeAndReadBack(
  planned: readonly PlannedObject[],
  known: readonly CatalogRow[],
  deps: WriteDeps,
): Promise<readonly WrittenObject[]> {
  const { primary } = deps;
  const written = await together(
    planned.map(async (object) => {
      const { request, from } = object;
      const result = "bytes" in from ? await primary.put(request, from.bytes) : await primary.admit(request, from);
      const row: CatalogRow = { ...object.row, versionId: result.versionId };
      const isNew = !known.some(
        (k) => k.site === row.site && k.kind === row.kind && k.key === row.key && k.versionId === row.versionId,
      );
      return { request, row, isNew };
    }),
  );
  await together(written.map((object) => readBack(object, deps)));
  const fresh = written.filter(({ isNew }) => isNew);
  const protection = {
    locked: fresh.some(({ request }) => request.locked),
    tags: sensitiveOf(fresh.map(({ request }) => request.tags)),
  };
  if (protection.locked || Object.keys(protection.tags).length > 0) {
    const earlier = known.filter(({ site }) => site === primary.site);
    const changes = await pooled(parallelCovers, earlier, (row) => cover(row, protection, deps));
    if (changes.includes("made sensitive")) deps.metrics.count(metricNames.madeSensitive);
  }
  return written.map(({ row, isNew }) => ({ row, isNew }));
}

/** Earlier versions that are looked at, and covered, at the same time. */
const parallelCovers = 8;

/** What a new version brings that all versions of its recording must have. */
interface Protection {
  readonly locked: boolean;
  /** Those of `PII` and `PCI` that it has. */
  readonly tags: ClassificationTags;
}

/** Those of `PII` and `PCI` that at least one of the tag sets has. */
export const sensitiveOf = (sets: readonly ObjectTags[]): ClassificationTags =>
  Object.fromEntries(
    sensitiveTags.flatMap((name) => {
      const value = sets.find((tags) => tags[name] !== undefined)?.[name];
      return value === undefined ? [] : [[name, value]];
    }),
  );

const statuses = ["standard", "release-grace", "legal-hold"];

/** Tags that are missing or other than asked for. A status that holds more than asked for stays. */
export function missingTags(
  wanted: Readonly<Record<string, string>>,
  state: Pick<ObjectState, "tags" | "locked">,
): Record<string, string> {
  return Object.fromEntries(
    Object.entries(wanted).filter(([name, value]) => {
      const found = state.tags[name];
      if (name === "compliance-status" && found !== undefined && statuses.indexOf(found) > statuses.indexOf(value)) {
        return false;
      }
      return found !== value;
    }),
  );
}

async function readBack(
  { request, row, isNew }: { request: WriteRequest; row: CatalogRow; isNew: boolean },
  { primary, metrics, log }: WriteDeps,
): Promise<void> {
  const what = `${primary.site} ${row.kind} ${JSON.stringify(row.key)} version ${row.versionId}`;
  const stat = async () => {
    const state = await primary.stat(row.kind, row.key, row.versionId);
    if (!state) throw new HoldfastError("HF2013", `${what} was written and cannot be read back`);
    return state;
  };
  const state = await stat();
  compareBytes(what, row, state);
  if (!isNew) return;

  const tags = missingTags(request.tags, state);
  const lock = request.locked && !state.locked;
  if (!lock && Object.keys(tags).length === 0) return;
  metrics.count(metricNames.readBackRepaired);
  log.warn("read-back disagrees, repairing", { recordingId: row.recordingId, key: row.key, lock, tags });
  // The lock first: while it is on nobody can delete the version.
  if (lock) await primary.lock(row.kind, row.key, row.versionId);
  if (Object.keys(tags).length > 0) await primary.mergeTags(row.kind, row.key, row.versionId, tags);

  const repaired = await stat();
  const left = Object.keys(missingTags(request.tags, repaired));
  if (left.length > 0 || (request.locked && !repaired.locked)) {
    throw new HoldfastError(
      "HF2013",
      `${what}: after repair ${request.locked && !repaired.locked ? "the lock is off; " : ""}tags still wrong: ${left.join(", ") || "none"}`,
    );
  }
}

function compareBytes(what: string, row: CatalogRow, state: ObjectState): void {
  if (state.storeSha256 === undefined) {
    throw new HoldfastError("HF2012", `${what}: the store has no SHA-256 over its bytes`);
  }
  if (state.storeSha256 !== row.sha256 || state.size !== row.size) {
    throw new HoldfastError(
      "HF2011",
      `${what}: the store has ${state.size} bytes with SHA-256 ${state.storeSha256}, read were ${row.size} with ${row.sha256}`,
    );
  }
}

/**
 * Gives a version that was admitted before the protection of a later one; takes nothing away. One that is gone came to the
 * end of its retention.
 */
async function cover(
  { kind, key, versionId, recordingId }: CatalogRow,
  protection: Protection,
  { primary, log }: WriteDeps,
): Promise<"made sensitive" | "covered"> {
  const before = await primary.stat(kind, key, versionId);
  if (!before) return "covered";
  const { lock, tags } = lacking(before, protection);
  if (!lock && Object.keys(tags).length === 0) return "covered";
  log.info("what a later version brought covers an earlier one", { recordingId, key, versionId, lock, tags });
  if (lock) await primary.lock(kind, key, versionId);
  if (Object.keys(tags).length > 0) await primary.mergeTags(kind, key, versionId, tags);
  const after = await primary.stat(kind, key, versionId);
  const left = after && lacking(after, protection);
  if (!left || left.lock || Object.keys(left.tags).length > 0) {
    throw new HoldfastError(
      "HF2013",
      `${primary.site} ${kind} ${JSON.stringify(key)} version ${versionId}: the hold or the tags of a later version could not be set`,
    );
  }
  const wasSensitive = sensitiveTags.some((name) => before.tags[name] !== undefined);
  return !wasSensitive && sensitiveTags.some((name) => tags[name] !== undefined) ? "made sensitive" : "covered";
}

/** The status of a held version lets it move through the tiers and never expire. */
const lacking = (state: ObjectState, { locked, tags }: Protection) => ({
  lock: locked && !state.locked,
  tags: {
    ...(locked && statuses.indexOf(state.tags["compliance-status"] ?? "") <= 0
      ? { "compliance-status": "legal-hold" }
      : {}),
    ...missingTags(tags, state),
  } as Record<string, string>,
});
