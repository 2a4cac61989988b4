/** From evidence to what is written: checks, classification, keys, tags, envelope, catalog rows. No calls. */
import { createHash } from "node:crypto";
import type { AdmissionRules } from "../../model/admission-rules.ts";
import { type Classification, type ClassificationTags, classify } from "../../model/classify.ts";
import type { Kind } from "../../model/cloud.ts";
import { checkMedia, type FailedCheck, type IntegrityResult } from "../../model/integrity.ts";
import { contentTypes } from "../../model/media/inspector.ts";
import { envelopeBytes, type IntegrityLevel, objectMetadata, objectTags, weakest } from "../../model/recording.ts";
import { parseStoreKey, quarantineKey, storeKey } from "../../model/store-keys.ts";
import type { MetadataProblem, VendorMetadata } from "../../model/vendor-metadata.ts";
import type { CatalogRow } from "../../ports/catalog.ts";
import type { Piece } from "./pair.ts";
import type { MediaReading, MetadataReading } from "./read.ts";
import type { PlannedObject } from "./write.ts";

export interface MediaEvidence extends MediaReading {
  readonly piece: Piece;
}

/** Everything that is known of one metadata object and its media after reading them. */
export interface Evidence {
  readonly metadata: MetadataReading & { readonly piece: Piece; readonly vendor: VendorMetadata | MetadataProblem };
  readonly media: readonly MediaEvidence[];
  /** Name of this set of landed versions. */
  readonly admission: string;
  /** Catalog rows of the recording. */
  readonly rows: readonly CatalogRow[];
  /** An earlier version of the recording is locked; later versions of a held recording are held. */
  readonly heldNow: boolean;
  /** Those of `PII` and `PCI` that earlier versions of the recording have; later ones have them too. */
  readonly sensitiveNow: ClassificationTags;
}

const vendorOf = ({ metadata: { vendor } }: Evidence): VendorMetadata | undefined =>
  "problem" in vendor ? undefined : vendor;

/** The ladder for one object. With several media the stated duration says nothing about a single one. */
function integrityOf({ piece, sha256, inspection }: MediaEvidence, evidence: Evidence): IntegrityResult {
  const vendor = vendorOf(evidence);
  const listed = vendor?.media?.find(({ file }) => file === piece.parsed.file);
  const durationMs = evidence.media.length === 1 ? vendor?.durationMs : undefined;
  return checkMedia({
    size: piece.size,
    sha256,
    inspection,
    vendor: {
      ...(durationMs === undefined ? {} : { durationMs }),
      ...(listed?.sha256 === undefined ? {} : { sha256: listed.sha256 }),
      ...(listed?.size === undefined ? {} : { size: listed.size }),
    },
  });
}

/** Every check that failed; none means that the recording may enter. */
export function failuresOf(evidence: Evidence): readonly FailedCheck[] {
  const { piece, vendor } = evidence.metadata;
  const failures: FailedCheck[] = [];
  if ("problem" in vendor) {
    failures.push({ code: "HF2007", detail: `${JSON.stringify(piece.key)}: ${vendor.problem}` });
  } else if (vendor.recordingId !== undefined && vendor.recordingId !== piece.parsed.recordingId) {
    const [stated, expected] = [vendor.recordingId, piece.parsed.recordingId].map((id) => JSON.stringify(id));
    failures.push({ code: "HF2008", detail: `the metadata names ${stated}, the key ${expected}` });
  }
  for (const media of evidence.media) {
    for (const { code, detail } of integrityOf(media, evidence).failures) {
      failures.push({ code, detail: `${JSON.stringify(media.piece.key)}: ${detail}` });
    }
  }
  return failures;
}

/**
 * Classifies, and keeps what was decided for earlier versions: a recording has one class for life (while the class
 * exists), and once sensitive it stays sensitive.
 */
function decide(evidence: Evidence, rules: AdmissionRules): Classification & { readonly locked: boolean } {
  const landingKeys = [evidence.metadata.piece, ...evidence.media.map(({ piece }) => piece)].map(({ key }) => key);
  const fresh = classify(rules, { landingKeys, metadata: vendorOf(evidence)?.json });
  const admitted = evidence.rows.filter((row) => row.site === "primary" && row.status === "admitted");
  const classNames = rules.classes.map(({ className }) => className);
  const before = admitted.find(({ retentionClass }) => classNames.includes(retentionClass));
  // Quarantined versions count too: what was held there is held here.
  const heldFor = evidence.heldNow ? evidence.rows.flatMap((row) => row.matters) : [];
  return {
    tags: { ...fresh.tags, ...evidence.sensitiveNow },
    retentionClass: before?.retentionClass ?? fresh.retentionClass,
    sensitivity: admitted.some((row) => row.sensitivity === "sensitive") ? "sensitive" : fresh.sensitivity,
    matters: [...new Set([...fresh.matters, ...heldFor])].sort(),
    locked: evidence.heldNow || fresh.matters.length > 0,
  };
}

/** Writes one object's request and row from what all objects of a recording share. */
function objectPlanner(
  evidence: Evidence,
  decision: ReturnType<typeof decide>,
  status: CatalogRow["status"],
  reasons?: readonly string[],
) {
  const vendor = vendorOf(evidence);
  const { recordingId, source } = evidence.metadata.piece.parsed;
  const conversationId = evidence.metadata.piece.parsed.conversationId ?? vendor?.conversationId;
  const recordedAt = vendor?.startTime ?? evidence.metadata.piece.landedAt.toISOString();
  return (object: {
    kind: Kind;
    key: string;
    sha256: string;
    size: number;
    contentType: string;
    integrity: IntegrityLevel;
    piece: Piece;
    from: PlannedObject["from"];
  }): PlannedObject => ({
    request: {
      kind: object.kind,
      key: object.key,
      sha256: object.sha256,
      contentType: object.contentType,
      metadata: objectMetadata({
        sha256: object.sha256,
        recordingId,
        source,
        landingKey: object.piece.key,
        landingVersion: object.piece.versionId,
        landedAt: object.piece.landedAt,
        admission: evidence.admission,
        ...(reasons === undefined ? {} : { reasons }),
      }),
      tags: objectTags({
        retentionClass: decision.retentionClass,
        locked: decision.locked,
        source,
        integrity: object.integrity,
        tags: decision.tags,
      }),
      locked: decision.locked,
    },
    from: object.from,
    row: {
      recordingId,
      site: "primary",
      kind: object.kind,
      key: object.key,
      sha256: object.sha256,
      size: object.size,
      source,
      ...(conversationId === undefined ? {} : { conversationId }),
      retentionClass: decision.retentionClass,
      sensitivity: decision.sensitivity,
      status,
      integrity: object.integrity,
      matters: decision.matters,
      recordedAt,
    },
  });
}

/** The objects of an admitted recording: its media, copied by the store, and its envelope. */
export function planAdmission(evidence: Evidence, rules: AdmissionRules): readonly PlannedObject[] {
  const { metadata, media, rows } = evidence;
  const vendor = vendorOf(evidence);
  if (!vendor) throw new TypeError("a recording without usable metadata cannot be admitted");
  const { recordingId, source, conversationId = vendor.conversationId } = metadata.piece.parsed;
  const decision = decide(evidence, rules);
  const plan = objectPlanner(evidence, decision, "admitted");
  const { sensitivity, retentionClass, tags } = decision;

  const planned = media.map((item) => {
    const { piece, sha256, inspection } = item;
    const wanted = storeKey({
      sensitivity,
      className: retentionClass,
      source,
      recordingId,
      sha256,
      file: piece.parsed.file,
    });
    return {
      piece,
      inspection,
      sha256,
      key: sameContent(wanted, sha256, rows) ?? wanted,
      integrity: integrityOf(item, evidence).level,
    };
  });
  const integrity = weakest(planned.map((object) => object.integrity));
  const envelope = envelopeBytes(
    {
      recordingId,
      source,
      ...(conversationId === undefined ? {} : { conversationId }),
      ...(vendor.mediaType === undefined ? {} : { mediaType: vendor.mediaType }),
      ...(vendor.startTime === undefined ? {} : { startTime: vendor.startTime }),
      ...(vendor.endTime === undefined ? {} : { endTime: vendor.endTime }),
      ...(vendor.durationMs === undefined ? {} : { durationMs: vendor.durationMs }),
      retentionClass,
      sensitivity,
      integrity,
      tags,
      media: planned.map(({ piece, inspection, ...object }) => ({
        key: object.key,
        landingKey: piece.key,
        sha256: object.sha256,
        size: piece.size,
        contentType: contentTypes[inspection.format],
        format: inspection.format,
        integrity: object.integrity,
        ...(inspection.durationMs === undefined ? {} : { durationMs: inspection.durationMs }),
      })),
      metadataLandingKey: metadata.piece.key,
      metadataSha256: metadata.sha256,
    },
    vendor.text,
  );
  const sha256 = createHash("sha256").update(envelope).digest("hex");
  return [
    ...planned.map(({ piece, inspection, ...object }) =>
      plan({
        ...object,
        kind: "media",
        size: piece.size,
        contentType: contentTypes[inspection.format],
        piece,
        from: { key: piece.key, versionId: piece.versionId },
      }),
    ),
    plan({
      kind: "metadata",
      key: storeKey({ sensitivity, className: retentionClass, source, recordingId, sha256, file: "recording.json" }),
      sha256,
      size: envelope.length,
      contentType: "application/json",
      integrity,
      piece: metadata.piece,
      from: { bytes: envelope },
    }),
  ];
}

/** The key under which the recording has the same file already, e.g. from before it became sensitive. */
function sameContent(wanted: string, sha256: string, rows: readonly CatalogRow[]): string | undefined {
  const file = (key: string) => key.slice(key.lastIndexOf("/") + 1);
  return rows.find(
    (row) =>
      row.site === "primary" &&
      row.status === "admitted" &&
      row.kind === "media" &&
      row.sha256 === sha256 &&
      parseStoreKey(row.key)?.area === "recordings" &&
      file(row.key) === file(wanted),
  )?.key;
}

/** The objects of a quarantined pair: verbatim copies, with the reasons beside them. */
export function planQuarantine(
  evidence: Evidence,
  reasons: readonly string[],
  rules: AdmissionRules,
): readonly PlannedObject[] {
  const plan = objectPlanner(evidence, decide(evidence, rules), "quarantined", reasons);
  const copy = (kind: Kind, piece: Piece, sha256: string, contentType: string) =>
    plan({
      kind,
      key: quarantineKey({
        source: piece.parsed.source,
        recordingId: piece.parsed.recordingId,
        sha256,
        file: piece.parsed.file,
      }),
      sha256,
      size: piece.size,
      contentType,
      integrity: "failed",
      piece,
      from: { key: piece.key, versionId: piece.versionId },
    });
  return [
    ...evidence.media.map((item) => copy("media", item.piece, item.sha256, contentTypes[item.inspection.format])),
    copy("metadata", evidence.metadata.piece, evidence.metadata.sha256, "application/json"),
  ];
}
