import type { ListObjectVersionsCommandOutput, S3Client } from "@aws-sdk/client-s3";
import { ListObjectVersionsCommand } from "@aws-sdk/client-s3";
import type { LandedObject, Landing } from "../../ports/landing.ts";
import { asPort, UnexpectedAnswer } from "./errors.ts";
import { mergeTagsOf, openObject, requireVersionId } from "./s3-objects.ts";

const maxListed = 1_000;

/**
 * The landing bucket of one site. Its caller needs `s3:GetObject`, `s3:GetObjectVersion`, `s3:ListBucket` (without it
 * S3 answers 403 instead of 404 for what is gone), `s3:ListBucketVersions`, `s3:GetObjectVersionTagging` and
 * `s3:PutObjectVersionTagging`.
 */
export function awsLanding({ s3, bucket }: { readonly s3: S3Client; readonly bucket: string }): Landing {
  return {
    open: (key, versionId) => openObject(s3, "landing.open", bucket, key, versionId),
    openCurrent: (key) => openObject(s3, "landing.openCurrent", bucket, key),

    // ListObjectsV2 tells no version ids, so the versions are listed and the current ones kept.
    async list(prefix) {
      const found: LandedObject[] = [];
      let from: { KeyMarker?: string; VersionIdMarker?: string } | undefined = {};
      while (from && found.length < maxListed) {
        const page: ListObjectVersionsCommandOutput = await asPort(
          "landing.list",
          `"${prefix}" in ${bucket}`,
          s3.send(new ListObjectVersionsCommand({ Bucket: bucket, Prefix: prefix, ...from })),
        );
        for (const { Key, VersionId, Size, LastModified, IsLatest } of page.Versions ?? []) {
          if (!IsLatest) continue;
          if (Key === undefined || Size === undefined || LastModified === undefined) {
            throw new UnexpectedAnswer("landing.list", `${bucket} listed a version without key, size or date`);
          }
          const versionId = requireVersionId("landing.list", bucket, VersionId);
          found.push({ key: Key, versionId, size: Size, landedAt: LastModified });
        }
        from = nextPage(page);
      }
      return found.slice(0, maxListed);
    },

    markAdmitted: (key, versionId) =>
      mergeTagsOf(s3, "landing.markAdmitted", bucket, key, versionId, { "holdfast-admitted": "true" }),
  };
}

function nextPage({ IsTruncated, NextKeyMarker, NextVersionIdMarker }: ListObjectVersionsCommandOutput) {
  if (!IsTruncated || NextKeyMarker === undefined) return undefined;
  return {
    KeyMarker: NextKeyMarker,
    ...(NextVersionIdMarker === undefined ? {} : { VersionIdMarker: NextVersionIdMarker }),
  };
}
