/** What the landing and the recording store have in common on S3. */
import type { S3Client } from "@aws-sdk/client-s3";
import { GetObjectCommand, GetObjectTaggingCommand, PutObjectTaggingCommand } from "@aws-sdk/client-s3";
import type { ObjectTags } from "../../ports/recording-store.ts";
import { checkTags } from "../checks.ts";
import { bodySilenceLimit } from "./clients.ts";
import { asPort, portError, UnexpectedAnswer, unlessGone } from "./errors.ts";

/** For messages: one version of one object. */
export const named = (bucket: string, key: string, versionId?: string): string =>
  `"${key}"${versionId === undefined ? "" : ` version ${versionId}`} in ${bucket}`;

/** Percent-encodes everything but unreserved characters (RFC 3986), as S3 wants a copy source and tag headers. */
export const percentEncode = (text: string): string =>
  encodeURIComponent(text).replace(/[!'()*]/g, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`);

/** Value of `x-amz-copy-source` for one version (S3 API Reference, CopyObject). */
export const copySource = (bucket: string, key: string, versionId: string): string =>
  `${bucket}/${key.split("/").map(percentEncode).join("/")}?versionId=${percentEncode(versionId)}`;

/** Value of `x-amz-tagging`: the set as URL query parameters. */
export const taggingHeader = (tags: ObjectTags): string =>
  Object.entries(tags)
    .map(([name, value]) => `${percentEncode(name)}=${percentEncode(value)}`)
    .join("&");

/** An answer's version id. @throws UnexpectedAnswer when versioning is off. */
export function requireVersionId(operation: string, bucket: string, versionId: string | undefined): string {
  if (versionId === undefined) {
    throw new UnexpectedAnswer(operation, `${bucket} answered without a version id, so its versioning is off`);
  }
  return versionId;
}

/** Opens a version (the current one without `versionId`) for streaming; `undefined` when it is gone. */
export async function openObject(s3: S3Client, operation: string, bucket: string, key: string, versionId?: string) {
  const what = named(bucket, key, versionId);
  const answer = await unlessGone(
    operation,
    what,
    s3.send(
      new GetObjectCommand({ Bucket: bucket, Key: key, ...(versionId === undefined ? {} : { VersionId: versionId }) }),
    ),
  );
  if (!answer) return undefined;
  const { Body, ContentLength, LastModified, VersionId } = answer;
  if (Body === undefined || ContentLength === undefined || LastModified === undefined) {
    throw new UnexpectedAnswer(operation, `${what} came without body, length or date`);
  }
  return {
    key,
    versionId: requireVersionId(operation, bucket, VersionId),
    size: ContentLength,
    landedAt: LastModified,
    body: bodyOf(operation, what, Body as AsyncIterable<Uint8Array> & { destroy?(): void }),
  };
}

/**
 * A body as the ports hand it out: errors on the way are errors of the ports, silence counts as a cut connection, and
 * ending the iteration early (also before it began) frees the connection.
 */
export function bodyOf(
  operation: string,
  what: string,
  stream: AsyncIterable<Uint8Array> & { destroy?(): void },
  silenceLimit = bodySilenceLimit,
): AsyncIterable<Uint8Array> {
  const source = stream[Symbol.asyncIterator]();
  const next = async (): Promise<IteratorResult<Uint8Array>> => {
    let timer: NodeJS.Timeout | undefined;
    const silence = new Promise<never>((_, reject) => {
      timer = setTimeout(() => {
        reject(Object.assign(new Error(`no bytes for ${silenceLimit} ms`), { code: "ETIMEDOUT" }));
        stream.destroy?.();
      }, silenceLimit);
    });
    try {
      return await Promise.race([source.next(), silence]);
    } catch (error) {
      throw portError(operation, what, error);
    } finally {
      clearTimeout(timer);
    }
  };
  const stop = async (): Promise<IteratorResult<Uint8Array>> => {
    stream.destroy?.();
    return { done: true, value: undefined };
  };
  return { [Symbol.asyncIterator]: () => ({ next, return: stop }) };
}

const tagsOf = (set: readonly { Key?: string | undefined; Value?: string | undefined }[] | undefined): ObjectTags =>
  Object.fromEntries((set ?? []).map(({ Key = "", Value = "" }) => [Key, Value]));

/** Tags of a version and the version they belong to; `undefined` when it is gone. */
export async function readTags(s3: S3Client, operation: string, bucket: string, key: string, versionId?: string) {
  const answer = await unlessGone(
    operation,
    named(bucket, key, versionId),
    s3.send(
      new GetObjectTaggingCommand({
        Bucket: bucket,
        Key: key,
        ...(versionId === undefined ? {} : { VersionId: versionId }),
      }),
    ),
  );
  return answer && { tags: tagsOf(answer.TagSet), versionId: answer.VersionId ?? versionId };
}

/**
 * Merges tags into those of a version: S3 can only replace the whole set (S3 API Reference, PutObjectTagging), so the
 * set is read first. Nothing is written when nothing changes. Two mergers at the same moment may lose one's tags; the
 * one who must be sure reads back.
 */
export async function mergeTagsOf(
  s3: S3Client,
  operation: string,
  bucket: string,
  key: string,
  versionId: string,
  tags: ObjectTags,
): Promise<void> {
  const what = named(bucket, key, versionId);
  const current = await asPort(
    operation,
    what,
    s3.send(new GetObjectTaggingCommand({ Bucket: bucket, Key: key, VersionId: versionId })),
  );
  const before = tagsOf(current.TagSet);
  const after = { ...before, ...tags };
  if (Object.entries(after).every(([name, value]) => before[name] === value)) return;
  checkTags(operation, after);
  await asPort(
    operation,
    what,
    s3.send(
      new PutObjectTaggingCommand({
        Bucket: bucket,
        Key: key,
        VersionId: versionId,
        Tagging: { TagSet: Object.entries(after).map(([Key, Value]) => ({ Key, Value })) },
      }),
    ),
  );
}
