/**
 * Admission: takes one landing event, finds the recording it belongs to, checks every byte, and puts the recording into the
 * primary store with tags and locks in the write. Idempotent: any event may come twice, in any order, and any call may be
 * the last one before the process ends; the next try finishes the work and repeats nothing.
 *
 * Rounds in series besides reading bodies: (1) open ‖ list ‖ catalog, (2) conditional writes, (3) read-backs; then the
 * catalog and the confirm queue.
 */
import type { AdmissionRules } from "../../model/admission-rules.ts";
import { HoldfastError } from "../../model/errors.ts";
import { type Layouts, parseLandingKey } from "../../model/key-table.ts";
import { metricNames } from "../../model/metric-names.ts";
import { encodeSegment } from "../../model/recording.ts";
import { readVendorMetadata } from "../../model/vendor-metadata.ts";
import { type Catalog, type CatalogRow, maxRowsPerAdd } from "../../ports/catalog.ts";
import type { Clock } from "../../ports/clock.ts";
import { ChecksumMismatch } from "../../ports/errors.ts";
import type { Landing } from "../../ports/landing.ts";
import type { Log, Metrics } from "../../ports/metrics.ts";
import type { Queue } from "../../ports/queue.ts";
import type { RecordingStore } from "../../ports/recording-store.ts";
import type { ConfirmMessage, LandedEvent } from "./messages.ts";
import { admissionId, mediaOf, metadataOf, type Piece, piecesOf } from "./pair.ts";
import { type Evidence, failuresOf, planAdmission, planQuarantine } from "./plan.ts";
import { closeBody, LandingGone, type Reader, reader, readMedia, readMetadata } from "./read.ts";
import { pooled, together } from "./together.ts";
import { sensitiveOf, writeAndReadBack } from "./write.ts";

export interface AdmitDeps {
  readonly landing: Landing;
  readonly primary: RecordingStore;
  readonly catalog: Catalog;
  readonly confirmQueue: Queue<ConfirmMessage>;
  readonly clock: Clock;
  readonly metrics: Metrics;
  readonly log: Log;
  readonly rules: AdmissionRules;
  readonly layouts: Layouts;
}

export type AdmitOutcome =
  | { readonly outcome: "admitted" | "repeated"; readonly recordingId: string }
  /** In the landing until its other half comes; that half's event admits both. */
  | { readonly outcome: "waiting"; readonly recordingId: string; readonly missing: readonly string[] }
  | { readonly outcome: "quarantined"; readonly recordingId: string; readonly reasons: readonly string[] }
  /** Nothing to do; the object stays in the landing. */
  | { readonly outcome: "ignored"; readonly reason: "unknownKey" | "sibling" | "notListed" }
  /** The landed version was removed before it could be read. */
  | { readonly outcome: "gone" };

/** Largest object in bytes: one server-side copy ends at 5 GB (S3 API Reference, CopyObject), the function's time earlier. */
export const maxObjectBytes = 4 * 1024 ** 3;

/**
 * Most bytes of one recording's media together: at about 75 MB/s they are read in two minutes, and one slow attempt of the
 * copies (they run side by side, two minutes each at most) still fits into the 300 seconds of the function.
 */
export const maxRecordingBytes = 8 * 1024 ** 3;

/** Stored versions that are looked at at the same time. */
const parallelStats = 8;

/** Media of one recording that are read at the same time. */
const parallelMedia = 4;

/** Seconds until replication is looked at first: most objects replicate within seconds (S3 User Guide, replication-time-control). */
const firstConfirmDelay = 5;

/**
 * Admits what one landing event tells of.
 *
 * @throws HoldfastError `HF2010`, `HF2017` for an object or a recording that is too large; `HF2011`–`HF2013`, `HF2016` and errors of the ports when
 *   a later try may succeed. Whatever is thrown, nothing was lost: the landing still has the object.
 */
export async function admit(event: Pick<LandedEvent, "key" | "versionId">, deps: AdmitDeps): Promise<AdmitOutcome> {
  const { landing, catalog, metrics, log, layouts } = deps;
  const parsed = parseLandingKey(layouts, event.key);
  if (parsed.role === "sibling") return { outcome: "ignored", reason: "sibling" };
  if (parsed.role === "unknown") {
    metrics.count(metricNames.unknownKey);
    const code = parsed.reason === undefined ? "HF2014" : "HF2009";
    log.warn("landing key not understood", { code, key: event.key, reason: parsed.reason });
    return { outcome: "ignored", reason: "unknownKey" };
  }

  const opening = landing.open(event.key, event.versionId);
  const found = together([opening, landing.list(parsed.prefix), catalog.rowsOf(parsed.recordingId)]);
  const [opened, listed, rows] = await found.catch(async (error: unknown) => {
    const body = await opening.then(
      (object) => object?.body,
      () => undefined,
    );
    if (body) await closeBody(body);
    throw error;
  });
  if (!opened) return (await wasTaken(event, parsed, rows, deps)) ?? gone(event, deps);

  const { body: _body, ...object } = opened;
  const piece: Piece = { ...object, parsed };
  const bodies = reader(landing, opened);
  try {
    return await admitPiece(piece, piecesOf(layouts, piece, listed), rows, bodies, deps);
  } catch (error) {
    if (error instanceof LandingGone) return gone(error, deps);
    throw error;
  } finally {
    await bodies.close();
  }
}

/**
 * An event that comes again after its object expired from the landing, e.g. from a redrive: the store's copy names the
 * landed version it was made of. The name alone would hide that a later version of the same file was lost.
 */
async function wasTaken(
  { versionId }: Pick<LandedEvent, "versionId">,
  { recordingId, role }: Piece["parsed"],
  rows: readonly CatalogRow[],
  { primary, metrics }: AdmitDeps,
): Promise<AdmitOutcome | undefined> {
  const stored = rows.filter(({ site, kind }) => site === "primary" && kind === role);
  const states = await pooled(parallelStats, stored, (row) => primary.stat(row.kind, row.key, row.versionId));
  const made = encodeSegment(versionId);
  if (!states.some((state) => state?.metadata["landing-version"] === made)) return undefined;
  metrics.count(metricNames.duplicate);
  return { outcome: "repeated", recordingId };
}

function gone({ key, versionId }: Pick<LandedEvent, "key" | "versionId">, { metrics, log }: AdmitDeps): AdmitOutcome {
  metrics.count(metricNames.landingGone);
  log.warn("landed version is gone", { key, versionId });
  return { outcome: "gone" };
}

async function admitPiece(
  event: Piece,
  pieces: readonly Piece[],
  rows: readonly CatalogRow[],
  bodies: Reader,
  deps: AdmitDeps,
): Promise<AdmitOutcome> {
  const { recordingId, source } = event.parsed;
  const metadata = metadataOf(event, pieces);
  if (!metadata) return waiting(recordingId, ["metadata"], deps);
  refuseTooLarge([metadata]);

  // A later version of a recording that is in the store already: its metadata objects say what was admitted, and held.
  const earlier = rows.filter((row) => row.site === "primary" && row.kind === "metadata");
  const [reading, states] = await together([
    bodies.open(metadata).then(readMetadata),
    together(earlier.map((row) => deps.primary.stat(row.kind, row.key, row.versionId))),
  ]);
  const vendor = readVendorMetadata(source, reading.bytes);
  const { media, missing } = mediaOf(metadata, pieces, "problem" in vendor ? undefined : vendor);
  if (event.parsed.role === "media" && !media.some(({ key }) => key === event.key)) return notListed(event, deps);
  if (missing.length > 0) return waiting(recordingId, missing, deps);
  if (media.length === 0) {
    const allDescribed = pieces.some(({ parsed }) => parsed.role === "media");
    return allDescribed ? notListed(event, deps) : waiting(recordingId, ["media"], deps);
  }

  const unit = [metadata, ...media];
  const admission = admissionId(unit);
  if (states.some((state) => state?.metadata.admission === admission)) return repeated(recordingId, unit, deps);
  refuseTooLarge(media);
  refuseTooMuch(recordingId, media);

  // The event's object first: its stream is open, and one that nobody reads for long is cut.
  const inTurn = media.toSorted((a, b) => Number(b === event) - Number(a === event));
  const evidence: Evidence = {
    metadata: { piece: metadata, ...reading, vendor },
    media: await pooled(parallelMedia, inTurn, async (piece) => ({
      piece,
      ...(await readMedia(await bodies.open(piece))),
    })),
    admission,
    rows,
    heldNow: states.some((state) => state?.locked === true),
    sensitiveNow: sensitiveOf(states.map((state) => state?.tags ?? {})),
  };
  const failures = failuresOf(evidence);
  if (failures.length > 0) return quarantine(evidence, failures, deps);
  try {
    const written = await writeAndReadBack(planAdmission(evidence, deps.rules), rows, deps);
    if (!written.some(({ isNew }) => isNew)) return repeated(recordingId, unit, deps);
    await record(
      written.map(({ row }) => row),
      unit,
      deps,
    );
  } catch (error) {
    await throwIfGone(error, unit, deps);
    if (!isStoreMismatch(error)) throw error;
    return quarantine(evidence, [{ code: "HF2011", detail: error.message }], deps);
  }
  const landedAt = Math.max(...unit.map((piece) => piece.landedAt.getTime()));
  deps.metrics.count(metricNames.admitted);
  deps.metrics.seconds(metricNames.admissionSeconds, Math.max(0, deps.clock.now().getTime() - landedAt) / 1_000);
  deps.log.info("recording admitted", { recordingId, source, media: media.length });
  return { outcome: "admitted", recordingId };
}

function waiting(recordingId: string, missing: readonly string[], { metrics, log }: AdmitDeps): AdmitOutcome {
  metrics.count(metricNames.waitingForPair);
  log.info("recording waits for its other half", { code: "HF2015", recordingId, missing });
  return { outcome: "waiting", recordingId, missing };
}

function notListed({ key, parsed }: Piece, { metrics, log }: AdmitDeps): AdmitOutcome {
  metrics.count(metricNames.unknownKey);
  log.warn("landing object belongs to no metadata, or its media has other metadata", {
    code: "HF2014",
    recordingId: parsed.recordingId,
    key,
  });
  return { outcome: "ignored", reason: "notListed" };
}

/** The work was done before; the confirm message is sent again, because the last try may have ended just before it. */
async function repeated(recordingId: string, unit: readonly Piece[], deps: AdmitDeps): Promise<AdmitOutcome> {
  await sendConfirm(recordingId, unit, deps);
  deps.metrics.count(metricNames.duplicate);
  return { outcome: "repeated", recordingId };
}

function refuseTooLarge(pieces: readonly Piece[]): void {
  const large = pieces.find(({ size }) => size > maxObjectBytes);
  if (!large) return;
  throw new HoldfastError(
    "HF2010",
    `${JSON.stringify(large.key)} version ${large.versionId} has ${large.size} bytes; allowed: ${maxObjectBytes}; ` +
      "why: one server-side copy ends at 5 GB; fix: have the platform split the recording. It stays in the landing",
  );
}

/** A recording that the function's time is too short for fails here, and not in five timeouts that say nothing. */
function refuseTooMuch(recordingId: string, media: readonly Piece[]): void {
  const bytes = media.reduce((sum, { size }) => sum + size, 0);
  if (bytes <= maxRecordingBytes) return;
  throw new HoldfastError(
    "HF2017",
    `the ${media.length} media files of recording ${JSON.stringify(recordingId)} have ${bytes} bytes; allowed: ` +
      `${maxRecordingBytes}; why: the function must read and copy all of them in 300 seconds; ` +
      "fix: have the platform split the recording. It stays in the landing",
  );
}

async function quarantine(
  evidence: Evidence,
  failures: ReturnType<typeof failuresOf>,
  deps: AdmitDeps,
): Promise<AdmitOutcome> {
  const { recordingId } = evidence.metadata.piece.parsed;
  const unit = [evidence.metadata.piece, ...evidence.media.map(({ piece }) => piece)];
  const reasons = [...new Set(failures.map(({ code }) => code))].sort();
  const planned = planQuarantine(evidence, reasons, deps.rules);
  try {
    const written = await writeAndReadBack(planned, evidence.rows, deps);
    await record(
      written.map(({ row }) => row),
      unit,
      deps,
    );
    deps.metrics.count(written.some(({ isNew }) => isNew) ? metricNames.quarantined : metricNames.duplicate);
  } catch (error) {
    await throwIfGone(error, unit, deps);
    throw error;
  }
  deps.log.error("recording quarantined", { recordingId, failures });
  return { outcome: "quarantined", recordingId, reasons };
}

/** The metadata object's row comes last: a repeated event takes it as the sign that all the others are there. */
async function record(rows: readonly CatalogRow[], unit: readonly Piece[], deps: AdmitDeps): Promise<void> {
  for (let at = 0; at < rows.length; at += maxRowsPerAdd) await deps.catalog.add(rows.slice(at, at + maxRowsPerAdd));
  const [first] = rows;
  if (first) await sendConfirm(first.recordingId, unit, deps);
}

const sendConfirm = (recordingId: string, unit: readonly Piece[], { confirmQueue, clock }: AdmitDeps) =>
  confirmQueue.send(
    {
      type: "confirm",
      recordingId,
      landing: unit.map(({ key, versionId }) => ({ key, versionId })),
      admittedAt: clock.now().toISOString(),
      attempt: 0,
      late: false,
    },
    firstConfirmDelay,
  );

/** True when other bytes are in the store. A write that it refused left nothing there, and a later try may succeed. */
const isStoreMismatch = (error: unknown): error is HoldfastError =>
  error instanceof ChecksumMismatch
    ? error.versionId !== undefined
    : error instanceof HoldfastError && error.code === "HF2011";

/**
 * A copy fails with `HF3003` when its source is gone, and also when a bucket is: asking the landing tells which.
 *
 * @throws LandingGone when one of the pieces is gone.
 */
async function throwIfGone(error: unknown, unit: readonly Piece[], { landing }: AdmitDeps): Promise<void> {
  if (!(error instanceof HoldfastError) || error.code !== "HF3003") return;
  for (const piece of unit) {
    const opened = await landing.open(piece.key, piece.versionId);
    if (!opened) throw new LandingGone(piece);
    await closeBody(opened.body);
  }
}
