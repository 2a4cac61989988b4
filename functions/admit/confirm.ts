/**
 * Confirmation: drives an admitted or quarantined recording to "present and equal in DR", then lets the landing expire.
 *
 * The message names a recording; the catalog says which versions it has. Idempotent, in any order, as often as wanted.
 */
import { HoldfastError } from "../../model/errors.ts";
import { metricNames } from "../../model/metric-names.ts";
import { type Catalog, type CatalogRow, maxRowsPerAdd } from "../../ports/catalog.ts";
import type { Clock } from "../../ports/clock.ts";
import type { Landing } from "../../ports/landing.ts";
import type { Log, Metrics } from "../../ports/metrics.ts";
import type { Queue } from "../../ports/queue.ts";
import type { ObjectState, RecordingStore } from "../../ports/recording-store.ts";
import type { ConfirmMessage } from "./messages.ts";
import { pooled, together } from "./together.ts";
import { missingTags } from "./write.ts";

export interface ConfirmDeps {
  readonly landing: Landing;
  readonly primary: RecordingStore;
  readonly dr: RecordingStore;
  readonly catalog: Catalog;
  readonly confirmQueue: Queue<ConfirmMessage>;
  readonly clock: Clock;
  readonly metrics: Metrics;
  readonly log: Log;
}

export type ConfirmOutcome =
  /** Every version is in DR; the landed versions are marked. `added`: DR versions that the catalog learned now. */
  | { readonly outcome: "confirmed"; readonly added: number }
  | { readonly outcome: "pending"; readonly waiting: number; readonly delaySeconds: number };

/**
 * Seconds after which replication counts as late: the threshold of S3 replication time control (S3 User Guide,
 * replication-time-control). The RPO of the stack has its own alarm on the cloud's latency metric.
 */
export const lateAfterSeconds = 900;

/** Longest delay of one message (SQS Developer Guide, message quotas). */
const longestDelay = 900;
const shortestDelay = 15;
const parallelObjects = 8;

/** Seconds to the next look: 15, 30, 60 … 900. A region that is down stays pending for hours; the message goes on. */
export const delayAfter = (attempt: number): number =>
  Math.min(longestDelay, shortestDelay * 2 ** Math.min(attempt, 10));

/**
 * Looks once.
 *
 * @throws HoldfastError `HF2020` replication failed (S3 never tries again), `HF2021` no rule, `HF2022` the DR copy
 *   differs, `HF2023` recording unknown, `HF2024` DR still wrong after repair, `HF2025` primary version missing, or an
 *   error of the ports. The message ends in the dead-letter queue, and the landing keeps its objects.
 */
export async function confirm(message: ConfirmMessage, deps: ConfirmDeps): Promise<ConfirmOutcome> {
  const rows = await deps.catalog.rowsOf(message.recordingId);
  const primary = rows.filter(({ site }) => site === "primary");
  if (primary.length === 0) {
    throw new HoldfastError("HF2023", `recording ${JSON.stringify(message.recordingId)} has no rows in the catalog`);
  }
  // A later version may have brought the hold or the tags that keep readers out, and S3 replicates those of the earlier
  // ones in its own time: all of a held or sensitive recording are looked at, confirmed before or not.
  const covered = primary.some(({ matters, sensitivity }) => matters.length > 0 || sensitivity === "sensitive");
  const open = primary.filter((row) => covered || !isConfirmed(row, rows));
  const looks = await pooled(parallelObjects, open, (row) => confirmVersion(row, isConfirmed(row, rows), deps));

  // What is confirmed stays confirmed, whatever becomes of the rest.
  const added = looks.flatMap((result) => (typeof result === "object" && "added" in result ? [result.added] : []));
  for (let at = 0; at < added.length; at += maxRowsPerAdd) await deps.catalog.add(added.slice(at, at + maxRowsPerAdd));

  const failures = looks.filter((result) => result instanceof HoldfastError);
  const [failure] = failures;
  if (failure) {
    const ofCopies = failures.filter(({ code }) => code.startsWith("HF2"));
    if (ofCopies.length > 0) deps.metrics.count(metricNames.replicationFailed, ofCopies.length);
    for (const { code, message: text } of failures) deps.log.error(text, { code, recordingId: message.recordingId });
    throw failure;
  }
  const waiting = looks.filter((result) => result === "pending").length;
  if (waiting > 0) return again(message, waiting, deps);

  if (added.length > 0) deps.metrics.seconds(metricNames.replicationSeconds, Math.max(0, ageSeconds(message, deps)));
  await pooled(parallelObjects, message.landing, ({ key, versionId }) => mark(key, versionId, deps));
  return { outcome: "confirmed", added: added.length };
}

/**
 * True when the catalog has the DR version of a primary row. Replicas carry the source's version id; where a cloud
 * gives its own, the key alone tells as long as it has one primary version.
 */
function isConfirmed(row: CatalogRow, rows: readonly CatalogRow[]): boolean {
  const same = rows.filter(({ kind, key }) => kind === row.kind && key === row.key);
  const dr = same.filter(({ site }) => site === "dr");
  return dr.some(({ versionId }) => versionId === row.versionId) || (dr.length > 0 && same.length - dr.length === 1);
}

interface Replica {
  readonly row: CatalogRow;
  readonly source: ObjectState;
  readonly replica: ObjectState;
}

const nameOf = (row: CatalogRow) => `${row.kind} ${JSON.stringify(row.key)} version ${row.versionId}`;

/**
 * Confirms one version; answers its DR row to add, or `done` when the catalog has it. Errors are returned, not thrown, so
 * that the other objects are still confirmed. Where a site does not answer the version is pending: an outage may last
 * longer than the queue tries one message, and the news must outlive it.
 */
async function confirmVersion(
  row: CatalogRow,
  confirmed: boolean,
  deps: ConfirmDeps,
): Promise<{ readonly added: CatalogRow } | "pending" | "done" | HoldfastError> {
  try {
    const found = await look(row, confirmed, deps);
    if (typeof found === "string") return found;
    const added = await settle(found, deps);
    return confirmed ? "done" : { added };
  } catch (error) {
    if (!(error instanceof HoldfastError)) throw error;
    if (error.code !== "HF3001") return error;
    deps.log.warn("no answer, looking again later", { recordingId: row.recordingId, key: row.key, error });
    return "pending";
  }
}

/** Reads both sites at once. A version that was confirmed before may have come to the end of its retention since. */
async function look(
  row: CatalogRow,
  confirmed: boolean,
  { primary, dr }: ConfirmDeps,
): Promise<Replica | "pending" | "done"> {
  const [source, sameId] = await together([
    primary.stat(row.kind, row.key, row.versionId),
    dr.stat(row.kind, row.key, row.versionId),
  ]);
  if (!source) {
    if (confirmed) return "done";
    throw new HoldfastError("HF2025", `primary ${nameOf(row)} is in the catalog and not in the store`);
  }
  // For a version that DR has, the status is that of a lock or a tag on its way; `settle` does not wait for it.
  if (!confirmed) {
    if (source.replication === "failed") {
      throw new HoldfastError("HF2020", `replication of ${nameOf(row)} failed; S3 does not try again`);
    }
    if (source.replication === "none") throw new HoldfastError("HF2021", `no replication rule covers ${nameOf(row)}`);
    if (source.replication === "pending") return "pending";
  }
  const replica = sameId ?? (await dr.stat(row.kind, row.key));
  if (!replica) return "pending";
  const stored = replica.storeSha256 ?? row.sha256;
  if (replica.size !== row.size || replica.metadata.sha256 !== row.sha256 || stored !== row.sha256) {
    throw new HoldfastError(
      "HF2022",
      `DR ${nameOf(row)} has ${replica.size} bytes with SHA-256 ${replica.storeSha256 ?? replica.metadata.sha256}, primary has ${row.size} with ${row.sha256}`,
    );
  }
  return { row, source, replica };
}

const disagreement = (source: ObjectState, replica: ObjectState) => ({
  lock: source.locked && !replica.locked,
  tags: missingTags(source.tags, replica),
});

/** Makes lock and tags of the DR version those of the primary, and returns its catalog row. */
async function settle({ row, source, replica }: Replica, deps: ConfirmDeps): Promise<CatalogRow> {
  const { dr, metrics, log } = deps;
  const { kind, key, versionId } = replica;
  const { lock, tags } = disagreement(source, replica);
  if (lock || Object.keys(tags).length > 0) {
    // While S3 says pending, lock and tags are on their way, and coming first is no repair.
    if (source.replication !== "pending") metrics.count(metricNames.drRepaired);
    log.warn("DR copy disagrees, repairing", { recordingId: row.recordingId, key, lock, tags });
    if (lock) await dr.lock(kind, key, versionId);
    if (Object.keys(tags).length > 0) await dr.mergeTags(kind, key, versionId, tags);
    const repaired = await dr.stat(kind, key, versionId);
    const left = repaired && disagreement(source, repaired);
    if (!left || left.lock || Object.keys(left.tags).length > 0) {
      throw new HoldfastError(
        "HF2024",
        `DR ${nameOf({ ...row, versionId })}: lock or tags are still wrong after repair`,
      );
    }
  }
  return { ...row, site: "dr", versionId };
}

const ageSeconds = ({ admittedAt }: ConfirmMessage, { clock }: ConfirmDeps) =>
  (clock.now().getTime() - new Date(admittedAt).getTime()) / 1_000;

async function again(message: ConfirmMessage, waiting: number, deps: ConfirmDeps): Promise<ConfirmOutcome> {
  const late = ageSeconds(message, deps) > lateAfterSeconds;
  const delaySeconds = delayAfter(message.attempt);
  await deps.confirmQueue.send({ ...message, attempt: message.attempt + 1, late: message.late || late }, delaySeconds);
  if (late && !message.late) {
    deps.metrics.count(metricNames.replicationLate);
    deps.log.warn("replication is late", { recordingId: message.recordingId, waiting });
  }
  return { outcome: "pending", waiting, delaySeconds };
}

/** A landed version that is gone needs no mark: it was marked before, and expired. */
async function mark(key: string, versionId: string, { landing }: ConfirmDeps): Promise<void> {
  try {
    await landing.markAdmitted(key, versionId);
  } catch (error) {
    if (!(error instanceof HoldfastError && error.code === "HF3003")) throw error;
  }
}
