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

  it("takes off holds that nothing protects, as the official provider does", async () => {
    const bucket = await newBucket({ objectLockEnabled: true, forceDestroy: true });
    await put(bucket.id, "held", true);
    await h.delete(bucket);
    expect(await h.refresh(bucket)).toBeUndefined();
  });

  it("with locked versions deletes the others, names the locked ones and leaves the bucket with its settings", async () => {
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
    for (let i = 1; i <= 7; i++) {
      await (await s3()).putObject({
        Bucket: bucket.id,
        Key: `kept-${i}`,
        Body: "x",
        ObjectLockMode: "COMPLIANCE",
        ObjectLockRetainUntilDate: new Date(Date.now() + 3_600_000),
      });
    }

    await expect(h.delete(bucket)).rejects.toThrow(
      /^HF5522 7 versions in the bucket hf-it-\d+ cannot be deleted \(AccessDenied: .*\): kept-1\?versionId=.* and 2 more\. .*Release the holds/,
    );
    const left = await (await s3()).listObjectVersions({ Bucket: bucket.id });
    expect(left.Versions?.map((v) => v.Key)).toEqual([1, 2, 3, 4, 5, 6, 7].map((i) => `kept-${i}`));
    expect(await h.drift(settings)).toEqual([]);
  });

  it("bypasses governance retention, as the official provider does", async () => {
    const bucket = await newBucket({ objectLockEnabled: true, forceDestroy: true });
    await (await s3()).putObject({
      Bucket: bucket.id,
      Key: "kept",
      Body: "x",
      ObjectLockMode: "GOVERNANCE",
      ObjectLockRetainUntilDate: new Date(Date.now() + 3_600_000),
    });
    await h.delete(bucket);
    expect(await h.refresh(bucket)).toBeUndefined();
  });
});
