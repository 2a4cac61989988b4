import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Harness, region } from "./harness.ts";

let h: Harness;
beforeAll(async () => {
  h = await Harness.start();
});
afterAll(() => h.stop());

let made = 0;
const newBucket = async (what: { objectLockEnabled?: boolean; forceDestroy?: boolean }) => {
  const bucket = await h.create("aws:s3/bucket:Bucket", { bucket: `hf-it-${++made}`, region, ...what });
  const versioningConfiguration = { status: "Enabled" };
  const name = { bucket: bucket.id, region };
  await h.create("aws:s3/bucketVersioning:BucketVersioning", { ...name, versioningConfiguration });
  return bucket;
};
const s3 = () => h.client("s3");

describe("deleting a bucket", () => {
  const put = async (Bucket: string, Key: string, hold = false) =>
    (await s3()).putObject({ Bucket, Key, Body: "x", ...(hold ? { ObjectLockLegalHoldStatus: "ON" as const } : {}) });

  it("with versions is refused without forceDestroy, and deletes nothing", async () => {
    const bucket = await newBucket({});
    await put(bucket.id, "a");
    await expect(h.delete(bucket)).rejects.toThrow(/^HF5523 the bucket hf-it-\d+ is not empty/);
    expect((await (await s3()).listObjectVersions({ Bucket: bucket.id })).Versions).toHaveLength(1);
  });

  it("with forceDestroy deletes every version and marker first", async () => {
    const bucket = await newBucket({ objectLockEnabled: true, forceDestroy: true });
    for (const key of ["a", "a", "b"]) await put(bucket.id, key);
    await (await s3()).deleteObject({ Bucket: bucket.id, Key: "b" });
    await h.delete(bucket);
    expect(await h.refresh(bucket)).toBeUndefined();
  });

  it("with held versions deletes the others, names the held ones and leaves the bucket with its settings", async () => {
    const bucket = await newBucket({ objectLockEnabled: true, forceDestroy: true });
    const policy = JSON.stringify({
      Version: "2012-10-17",
      Statement: [
        {
          Effect: "Deny",
          Principal: "*",
          Action: "s3:GetObject",
          Resource: `arn:aws:s3:::${bucket.id}/*`,
          Condition: { Bool: { "aws:SecureTransport": "false" } },
        },
      ],
    });
    const settings = await h.create("aws:s3/bucketPolicy:BucketPolicy", { bucket: bucket.id, region, policy });
    await put(bucket.id, "free");
    const held = [];
    for (let i = 1; i <= 7; i++) held.push(await put(bucket.id, `held-${i}`, true));

    await expect(h.delete(bucket)).rejects.toThrow(
      /^HF5522 7 versions in the bucket hf-it-\d+ cannot be deleted \(AccessDenied: .*\): held-1\?versionId=.* and 2 more\. .*Release the holds/,
    );
    const left = await (await s3()).listObjectVersions({ Bucket: bucket.id });
    expect(left.Versions?.map((v) => v.Key)).toEqual([1, 2, 3, 4, 5, 6, 7].map((i) => `held-${i}`));
    expect(await h.drift(settings)).toEqual([]);
    for (const [i, { VersionId }] of held.entries()) {
      const found = await (await s3()).getObjectLegalHold({ Bucket: bucket.id, Key: `held-${i + 1}`, VersionId });
      expect(found.LegalHold?.Status).toBe("ON");
    }

    for (const { Key, VersionId } of left.Versions ?? []) {
      const LegalHold = { Status: "OFF" as const };
      await (await s3()).putObjectLegalHold({ Bucket: bucket.id, Key, VersionId, LegalHold });
    }
    await h.delete(bucket);
    expect(await h.refresh(bucket)).toBeUndefined();
  });

  it("never bypasses governance retention", async () => {
    const bucket = await newBucket({ objectLockEnabled: true, forceDestroy: true });
    const client = await s3();
    const ObjectLockRetainUntilDate = new Date(Date.now() + 3_600_000);
    await client.putObject({
      Bucket: bucket.id,
      Key: "kept",
      Body: "x",
      ObjectLockMode: "GOVERNANCE",
      ObjectLockRetainUntilDate,
    });
    await expect(h.delete(bucket)).rejects.toThrow(/^HF5522 1 version in the bucket/);
    expect((await client.listObjectVersions({ Bucket: bucket.id })).Versions).toHaveLength(1);
  });
});
