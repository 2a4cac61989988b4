import { setTimeout } from "node:timers/promises";
import type { HeadObjectCommandOutput, S3Client } from "@aws-sdk/client-s3";
import { CopyObjectCommand, HeadObjectCommand, PutObjectCommand, PutObjectLegalHoldCommand } from "@aws-sdk/client-s3";
import type { Kind, Site, Tier } from "../../model/cloud.ts";
import { awsStorageClass, tiers } from "../../model/cloud.ts";
import { ChecksumMismatch, PortMissing, PortUnavailable } from "../../ports/errors.ts";
import type { ObjectState, RecordingStore, WriteRequest, WriteResult } from "../../ports/recording-store.ts";
import { checkWrite } from "../checks.ts";
import { asPort, failureOf, portError, UnexpectedAnswer, unlessGone } from "./errors.ts";
import { copySource, mergeTagsOf, named, openObject, readTags, requireVersionId, taggingHeader } from "./s3-objects.ts";

/** Writes of one key that collide are told apart by S3 within moments; more rounds than this are no collision. */
const writeRounds = 5;

const hexToBase64 = (hex: string) => Buffer.from(hex, "hex").toString("base64");
const base64ToHex = (base64: string) => Buffer.from(base64, "base64").toString("hex");

/** S3's own SHA-256 over the whole object; one over part hashes (`…-3`, `COMPOSITE`) says nothing about the bytes. */
function wholeSha256({ ChecksumSHA256, ChecksumType }: { ChecksumSHA256?: string; ChecksumType?: string }) {
  if (ChecksumSHA256 === undefined || ChecksumType === "COMPOSITE" || ChecksumSHA256.includes("-")) return undefined;
  return base64ToHex(ChecksumSHA256);
}

/** S3 User Guide, replication-status: no header means no rule covers the version. */
const replicationStates: Readonly<Record<string, ObjectState["replication"]>> = {
  PENDING: "pending",
  COMPLETED: "completed",
  COMPLETE: "completed",
  FAILED: "failed",
  REPLICA: "replica",
};

function replicationOf(what: string, status: string | undefined): ObjectState["replication"] {
  if (status === undefined) return "none";
  const state = replicationStates[status];
  if (!state) throw new UnexpectedAnswer("store.stat", `${what} has the unknown replication status ${status}`);
  return state;
}

function tierOf(what: string, storageClass: string | undefined): Tier {
  // S3 sends no class for STANDARD (S3 API Reference, HeadObject).
  const tier = tiers.find((t) => awsStorageClass[t] === (storageClass ?? "STANDARD"));
  if (!tier) throw new UnexpectedAnswer("store.stat", `${what} has storage class ${storageClass}, which no tier uses`);
  return tier;
}

export interface AwsRecordingStoreOptions {
  /** Client of the site's region. */
  readonly s3: S3Client;
  /** Its client for copies and uploads, with limits of their own. */
  readonly transfers: S3Client;
  readonly site: Site;
  readonly buckets: Readonly<Record<Kind, string>>;
  /** Landing bucket that `admit` copies from; a store without one admits nothing. */
  readonly landing?: string;
}

/**
 * The store of one site on S3. Encryption is the bucket's default, so no write names a key.
 *
 * The caller needs, besides the action of each call, `s3:GetObjectLegalHold` (without it S3 leaves the hold out of HEAD
 * and every version looks unlocked), `s3:ListBucket` (without it S3 answers 403 instead of 404 for what is not there)
 * and, for writes that carry them, `s3:PutObjectTagging` and `s3:PutObjectLegalHold`.
 */
export function awsRecordingStore({ s3, transfers, site, buckets, landing }: AwsRecordingStoreOptions): RecordingStore {
  const head = (operation: string, bucket: string, key: string, versionId?: string) =>
    unlessGone(
      operation,
      named(bucket, key, versionId),
      s3.send(
        new HeadObjectCommand({
          Bucket: bucket,
          Key: key,
          ChecksumMode: "ENABLED",
          ...(versionId === undefined ? {} : { VersionId: versionId }),
        }),
      ),
    );

  /** What every write carries, so that no version ever exists without its tags, its hold and its checksum. */
  const carried = (request: WriteRequest) => ({
    Bucket: buckets[request.kind],
    Key: request.key,
    ContentType: request.contentType,
    Metadata: { ...request.metadata },
    Tagging: taggingHeader(request.tags),
    IfNoneMatch: "*",
    ...(request.locked ? { ObjectLockLegalHoldStatus: "ON" as const } : {}),
  });

  const verified = (operation: string, request: WriteRequest, result: WriteResult, stored: string | undefined) => {
    if (stored === request.sha256) return result;
    throw new ChecksumMismatch(operation, {
      key: request.key,
      versionId: result.versionId,
      expected: request.sha256,
      stored,
    });
  };

  /** One conditional write; whoever comes second learns the version that is there. */
  const writeOnce = async (
    operation: string,
    request: WriteRequest,
    write: () => Promise<{ versionId: string; stored: string | undefined }>,
  ): Promise<WriteResult> => {
    const bucket = buckets[request.kind];
    const what = named(bucket, request.key);
    for (let round = 1; round <= writeRounds; round += 1) {
      try {
        const { versionId, stored } = await write();
        return verified(operation, request, { versionId, created: true }, stored);
      } catch (error) {
        const name = error instanceof Error ? error.name : "";
        if (name === "PreconditionFailed") {
          const existing = await head(operation, bucket, request.key);
          if (existing) {
            const versionId = requireVersionId(operation, bucket, existing.VersionId);
            return verified(operation, request, { versionId, created: false }, wholeSha256(sumsOf(existing)));
          }
        } else if (name !== "ConditionalRequestConflict") {
          throw failureOf(error) === "mismatch"
            ? new ChecksumMismatch(operation, { key: request.key, expected: request.sha256 }, { cause: error })
            : portError(operation, what, error);
        }
      }
      await setTimeout(20 * 2 ** round);
    }
    throw new PortUnavailable(`${operation} of ${what} after ${writeRounds} colliding writes`);
  };

  return {
    site,

    async admit(request, from) {
      const operation = `store.admit to ${site} ${request.kind}`;
      checkWrite(operation, request);
      if (landing === undefined) throw new PortMissing(operation, `a landing of site ${site}`);
      try {
        return await writeOnce(operation, request, async () => {
          const answer = await transfers.send(
            new CopyObjectCommand({
              ...carried(request),
              CopySource: copySource(landing, from.key, from.versionId),
              MetadataDirective: "REPLACE",
              TaggingDirective: "REPLACE",
              ChecksumAlgorithm: "SHA256",
            }),
          );
          const versionId = requireVersionId(operation, buckets[request.kind], answer.VersionId);
          return { versionId, stored: wholeSha256(sumsOf(answer.CopyObjectResult ?? {})) };
        });
      } catch (error) {
        if (error instanceof PortMissing && failureOf(error.cause) === "gone") {
          throw new PortMissing(operation, named(landing, from.key, from.versionId), { cause: error.cause });
        }
        throw error;
      }
    },

    async put(request, bytes) {
      const operation = `store.put to ${site} ${request.kind}`;
      checkWrite(operation, request);
      return writeOnce(operation, request, async () => {
        const answer = await transfers.send(
          new PutObjectCommand({ ...carried(request), Body: bytes, ChecksumSHA256: hexToBase64(request.sha256) }),
        );
        const versionId = requireVersionId(operation, buckets[request.kind], answer.VersionId);
        // S3 refuses the write when the checksum sent does not match, so accepted bytes are the described ones.
        return { versionId, stored: wholeSha256(sumsOf(answer)) ?? request.sha256 };
      });
    },

    async stat(kind, key, versionId) {
      const operation = `store.stat in ${site} ${kind}`;
      const bucket = buckets[kind];
      const [answer, tagged] = await Promise.all([
        head(operation, bucket, key, versionId),
        readTags(s3, operation, bucket, key, versionId),
      ]);
      if (!answer) return undefined;
      const found = requireVersionId(operation, bucket, answer.VersionId);
      // Only when a newer version came between the two answers does a second round happen.
      const tags = tagged?.versionId === found ? tagged : await readTags(s3, operation, bucket, key, found);
      return tags && stateOf({ site, kind, key, versionId: found, tags: tags.tags }, named(bucket, key, found), answer);
    },

    async read(kind, key, versionId) {
      const opened = await openObject(s3, `store.read in ${site} ${kind}`, buckets[kind], key, versionId);
      return opened?.body;
    },

    async lock(kind, key, versionId) {
      await asPort(
        `store.lock in ${site} ${kind}`,
        named(buckets[kind], key, versionId),
        s3.send(
          new PutObjectLegalHoldCommand({
            Bucket: buckets[kind],
            Key: key,
            VersionId: versionId,
            LegalHold: { Status: "ON" },
          }),
        ),
      );
    },

    mergeTags: (kind, key, versionId, tags) =>
      mergeTagsOf(s3, `store.mergeTags in ${site} ${kind}`, buckets[kind], key, versionId, tags),
  };
}

/** The two checksum fields of an answer, without those that are undefined. */
function sumsOf(answer: { ChecksumSHA256?: string | undefined; ChecksumType?: string | undefined }) {
  return {
    ...(answer.ChecksumSHA256 === undefined ? {} : { ChecksumSHA256: answer.ChecksumSHA256 }),
    ...(answer.ChecksumType === undefined ? {} : { ChecksumType: answer.ChecksumType }),
  };
}

function stateOf(
  identity: Pick<ObjectState, "site" | "kind" | "key" | "versionId" | "tags">,
  what: string,
  answer: HeadObjectCommandOutput,
): ObjectState {
  const { ContentLength, LastModified } = answer;
  if (ContentLength === undefined || LastModified === undefined) {
    throw new UnexpectedAnswer("store.stat", `${what} came without length or date`);
  }
  const storeSha256 = wholeSha256(sumsOf(answer));
  return {
    ...identity,
    size: ContentLength,
    ...(storeSha256 === undefined ? {} : { storeSha256 }),
    metadata: answer.Metadata ?? {},
    locked: answer.ObjectLockLegalHoldStatus === "ON",
    tier: tierOf(what, answer.StorageClass),
    replication: replicationOf(what, answer.ReplicationStatus),
    createdAt: LastModified,
  };
}
