/** The S3 bucket itself. Replacements: Terraform AWS provider, `aws_s3_bucket`. */
import type { BucketLocationConstraint, S3 } from "@aws-sdk/client-s3";
import type { BucketArgs } from "@pulumi/aws/s3/bucket.js";
import { ProviderError } from "../../codes.ts";
import { CloudError, ifThere } from "../clients.ts";
import { client, row, tagList, tagMap } from "../row.ts";
import { partitionOf } from "../session.ts";

export const bucket = row<BucketArgs>({
  type: "aws:s3/bucket:Bucket",
  supports: ["bucket", "bucketPrefix", "forceDestroy", "objectLockEnabled", "region", "tags"],
  naming: { property: "bucket", prefix: "bucketPrefix", max: 63, lowerCase: true },
  // Bucket names are unique over all regions.
  identity: ["bucket"],
  replaceOn: ["bucket", "bucketPrefix", "objectLockEnabled"],
  defaults: { objectLockEnabled: false, forceDestroy: false },
  local: ["forceDestroy"],
  tagged: true,

  async create(job) {
    const s3 = await client(job, "s3");
    const Bucket = job.inputs.bucket ?? "";
    await s3.createBucket({
      Bucket,
      ObjectLockEnabledForBucket: job.inputs.objectLockEnabled,
      // us-east-1 is stated by leaving the constraint out (S3 API Reference, CreateBucket).
      ...(job.region === "us-east-1"
        ? {}
        : { CreateBucketConfiguration: { LocationConstraint: job.region as BucketLocationConstraint } }),
    });
    job.created(Bucket);
    if (Object.keys(job.tags).length > 0) await s3.putBucketTagging({ Bucket, Tagging: { TagSet: tagList(job.tags) } });
    return Bucket;
  },

  async read(job) {
    const s3 = await client(job, "s3");
    const Bucket = job.id;
    if (!(await ifThere(s3.headBucket({ Bucket }), "NotFound", "NoSuchBucket"))) return undefined;
    const [tags, lock] = await Promise.all([
      ifThere(s3.getBucketTagging({ Bucket }), "NoSuchTagSet"),
      hasObjectLock(s3, Bucket),
    ]);
    const { partition, dnsSuffix } = partitionOf(job.region);
    return {
      arn: `arn:${partition}:s3:::${Bucket}`,
      bucket: Bucket,
      bucketDomainName: `${Bucket}.s3.${dnsSuffix}`,
      bucketRegion: job.region,
      bucketRegionalDomainName: `${Bucket}.s3.${job.region}.${dnsSuffix}`,
      objectLockEnabled: lock,
      tags: tagMap(tags?.TagSet),
    };
  },

  async update(job, changed) {
    if (!changed.has("tags")) return;
    const s3 = await client(job, "s3");
    const TagSet = tagList(job.tags);
    if (TagSet.length > 0) await s3.putBucketTagging({ Bucket: job.id, Tagging: { TagSet } });
    else await s3.deleteBucketTagging({ Bucket: job.id });
  },

  async delete(job) {
    const s3 = await client(job, "s3");
    const Bucket = job.id;
    if (job.inputs.forceDestroy) await ifThere(empty(s3, Bucket), "NoSuchBucket");
    try {
      await ifThere(s3.deleteBucket({ Bucket }), "NoSuchBucket");
    } catch (error) {
      if (!(error instanceof CloudError) || error.reason !== "BucketNotEmpty") throw error;
      const message = `the bucket ${Bucket} is not empty and forceDestroy is not set; nothing was deleted`;
      throw new ProviderError("HF5523", message, { cause: error });
    }
  },
});

/** True when Object Lock is on for the bucket. */
export async function hasObjectLock(s3: S3, Bucket: string): Promise<boolean> {
  const found = await ifThere(s3.getObjectLockConfiguration({ Bucket }), "ObjectLockConfigurationNotFoundError");
  return found?.ObjectLockConfiguration?.ObjectLockEnabled === "Enabled";
}

/** At most this many keys of locked versions are named in an error. */
const namedKeys = 5;

/**
 * Deletes every version and delete marker, as the official provider does for a bucket with `forceDestroy`: on a bucket with
 * Object Lock it bypasses governance retention and takes legal holds off wherever it is allowed to (Terraform AWS provider,
 * internal/service/s3, emptyBucket with force). What stops it on AWS, a bucket policy or compliance retention, must stop
 * it here: a kinder double would hide that a stack without that policy loses what is held.
 *
 * @throws HF5522 when locked versions remain
 */
async function empty(s3: S3, Bucket: string): Promise<void> {
  const force = await hasObjectLock(s3, Bucket);
  const held: string[] = [];
  let refused: string | undefined;
  let KeyMarker: string | undefined;
  let VersionIdMarker: string | undefined;
  do {
    const page = await s3.listObjectVersions({ Bucket, KeyMarker, VersionIdMarker });
    const Objects = [...(page.Versions ?? []), ...(page.DeleteMarkers ?? [])].map(({ Key, VersionId }) => ({
      Key,
      VersionId,
    }));
    if (Objects.length > 0) {
      const { Errors = [] } = await s3.deleteObjects({
        Bucket,
        Delete: { Objects, Quiet: true },
        ...(force ? { BypassGovernanceRetention: true } : {}),
      });
      for (const { Key, VersionId, Code, Message } of Errors) {
        if (force && Code === "AccessDenied" && (await unlockedAndDeleted(s3, { Bucket, Key, VersionId }))) continue;
        held.push(`${Key}?versionId=${VersionId}`);
        refused ??= `${Code}: ${Message}`;
      }
    }
    KeyMarker = page.IsTruncated ? page.NextKeyMarker : undefined;
    VersionIdMarker = page.IsTruncated ? page.NextVersionIdMarker : undefined;
  } while (KeyMarker !== undefined);
  if (held.length === 0) return;
  const more = held.length > namedKeys ? ` and ${held.length - namedKeys} more` : "";
  throw new ProviderError(
    "HF5522",
    `${held.length} ${held.length === 1 ? "version" : "versions"} in the bucket ${Bucket} cannot be deleted (${refused}): ` +
      `${held.slice(0, namedKeys).join(", ")}${more}. What is under legal hold or retention stays, and so does the bucket, with ` +
      "its policy, its settings and its key. Release the holds, or wait until the retention has run out, then destroy again.",
  );
}

/** Takes the legal hold off one version and deletes it; false when either is denied. */
async function unlockedAndDeleted(
  s3: S3,
  version: { Bucket: string; Key: string | undefined; VersionId: string | undefined },
): Promise<boolean> {
  try {
    const { ObjectLockLegalHoldStatus } = await s3.headObject(version);
    if (ObjectLockLegalHoldStatus !== "ON") return false;
    await s3.putObjectLegalHold({ ...version, LegalHold: { Status: "OFF" } });
    await s3.deleteObject({ ...version, BypassGovernanceRetention: true });
    return true;
  } catch (error) {
    if (error instanceof CloudError && error.httpStatus === 403) return false;
    throw error;
  }
}
