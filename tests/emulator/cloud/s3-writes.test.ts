/** Copies, multipart uploads and puts behave as the S3 API reference documents them. */
import { createHash } from "node:crypto";
import {
  CompleteMultipartUploadCommand,
  CopyObjectCommand,
  CreateMultipartUploadCommand,
  DeleteObjectCommand,
  GetObjectCommand,
  GetObjectLegalHoldCommand,
  GetObjectRetentionCommand,
  GetObjectTaggingCommand,
  GetPublicAccessBlockCommand,
  HeadObjectCommand,
  PutBucketInventoryConfigurationCommand,
  PutBucketVersioningCommand,
  PutObjectCommand,
  PutObjectRetentionCommand,
  PutPublicAccessBlockCommand,
  UploadPartCommand,
} from "@aws-sdk/client-s3";
import { afterAll, beforeAll, expect, test } from "vitest";
import { bucket, key, refusal, startTestCloud, type TestCloud } from "./support.ts";

let cloud: TestCloud;
const body = "twelve bytes";
const sha256 = createHash("sha256").update(body).digest("base64");
const nextYear = new Date(Date.now() + 365 * 86_400_000);

beforeAll(async () => {
  cloud = await startTestCloud();
  await bucket(cloud, "source", { lock: false });
  await bucket(cloud, "target");
  await cloud.s3().send(new PutObjectCommand({ Bucket: "source", Key: "a", Body: body, Tagging: "from=source" }));
});
afterAll(() => cloud.dispose());

const multipart = async (Key: string, more: object, complete: object = {}) => {
  const s3 = cloud.s3();
  const { UploadId } = await s3.send(new CreateMultipartUploadCommand({ Bucket: "target", Key, ...more }));
  const part = { Bucket: "target", Key, UploadId, PartNumber: 1 };
  const { ETag } = await s3.send(new UploadPartCommand({ ...part, Body: body }));
  return s3.send(
    new CompleteMultipartUploadCommand({
      Bucket: "target",
      Key,
      UploadId,
      MultipartUpload: { Parts: [{ PartNumber: 1, ETag }] },
      ...complete,
    }),
  );
};

test("CopyObject applies hold, retention and replaced tags, and a held copy cannot be deleted", async () => {
  const s3 = cloud.s3();
  const { VersionId } = await s3.send(
    new CopyObjectCommand({
      Bucket: "target",
      Key: "copy",
      CopySource: "source/a",
      ObjectLockLegalHoldStatus: "ON",
      ObjectLockMode: "GOVERNANCE",
      ObjectLockRetainUntilDate: nextYear,
      TaggingDirective: "REPLACE",
      Tagging: "retention-class=standard",
    }),
  );
  const at = { Bucket: "target", Key: "copy", VersionId };
  expect((await s3.send(new GetObjectLegalHoldCommand(at))).LegalHold?.Status).toBe("ON");
  expect((await s3.send(new GetObjectRetentionCommand(at))).Retention?.Mode).toBe("GOVERNANCE");
  expect((await s3.send(new GetObjectTaggingCommand(at))).TagSet).toEqual([
    { Key: "retention-class", Value: "standard" },
  ]);
  expect(await refusal(s3.send(new DeleteObjectCommand({ ...at, BypassGovernanceRetention: true })))).toBe(
    "403 AccessDenied",
  );
});

test("CopyObject does not carry the source's hold", async () => {
  const s3 = cloud.s3();
  await s3.send(new PutObjectCommand({ Bucket: "target", Key: "held", Body: body, ObjectLockLegalHoldStatus: "ON" }));
  const { VersionId } = await s3.send(
    new CopyObjectCommand({ Bucket: "target", Key: "free", CopySource: "target/held" }),
  );
  const hold = s3.send(new GetObjectLegalHoldCommand({ Bucket: "target", Key: "free", VersionId }));
  expect(await refusal(hold)).toBe("404 NoSuchObjectLockConfiguration");
});

test("CopyObject honours If-None-Match: * with 412", async () => {
  const copy = () =>
    cloud.s3().send(new CopyObjectCommand({ Bucket: "target", Key: "once", CopySource: "source/a", IfNoneMatch: "*" }));
  await copy();
  expect(await refusal(copy())).toBe("412 PreconditionFailed");
});

test("CompleteMultipartUpload honours If-None-Match: * with 412", async () => {
  await multipart("mp-once", {}, { IfNoneMatch: "*" });
  expect(await refusal(multipart("mp-once", {}, { IfNoneMatch: "*" }))).toBe("412 PreconditionFailed");
});

test("CopyObject computes a SHA-256 over the bytes, returns it and shows it on HEAD", async () => {
  const s3 = cloud.s3();
  const answer = await s3.send(
    new CopyObjectCommand({ Bucket: "target", Key: "sum", CopySource: "source/a", ChecksumAlgorithm: "SHA256" }),
  );
  expect(answer.CopyObjectResult?.ChecksumSHA256).toBe(sha256);
  const head = await s3.send(
    new HeadObjectCommand({ Bucket: "target", Key: "sum", VersionId: answer.VersionId, ChecksumMode: "ENABLED" }),
  );
  expect([head.ChecksumSHA256, head.ChecksumType]).toEqual([sha256, "FULL_OBJECT"]);
  expect(head.ChecksumCRC32).toBeUndefined();
});

test("CopyObject stores STANDARD unless asked otherwise, and refuses an archived source", async () => {
  const s3 = cloud.s3();
  await s3.send(new PutObjectCommand({ Bucket: "source", Key: "ia", Body: body, StorageClass: "STANDARD_IA" }));
  await s3.send(new CopyObjectCommand({ Bucket: "target", Key: "std", CopySource: "source/ia" }));
  expect((await s3.send(new HeadObjectCommand({ Bucket: "target", Key: "std" }))).StorageClass).toBeUndefined();
  await s3.send(new PutObjectCommand({ Bucket: "source", Key: "cold", Body: body, StorageClass: "GLACIER" }));
  const copy = s3.send(new CopyObjectCommand({ Bucket: "target", Key: "warm", CopySource: "source/cold" }));
  expect(await refusal(copy)).toBe("403 ObjectNotInActiveTierError");
});

test("a multipart upload keeps hold, retention and tags of its creation", async () => {
  const s3 = cloud.s3();
  const { VersionId } = await multipart("mp", {
    ObjectLockLegalHoldStatus: "ON",
    ObjectLockMode: "COMPLIANCE",
    ObjectLockRetainUntilDate: nextYear,
    Tagging: "a=1&b=2",
  });
  const at = { Bucket: "target", Key: "mp", VersionId };
  expect((await s3.send(new GetObjectLegalHoldCommand(at))).LegalHold?.Status).toBe("ON");
  expect((await s3.send(new GetObjectRetentionCommand(at))).Retention?.Mode).toBe("COMPLIANCE");
  expect((await s3.send(new GetObjectTaggingCommand(at))).TagSet).toHaveLength(2);
});

test("a multipart SHA-256 stays COMPOSITE when read by version id", async () => {
  const s3 = cloud.s3();
  const { VersionId } = await multipart("mp-sum", { ChecksumAlgorithm: "SHA256" });
  const head = await s3.send(
    new HeadObjectCommand({ Bucket: "target", Key: "mp-sum", VersionId, ChecksumMode: "ENABLED" }),
  );
  expect(head.ChecksumType).toBe("COMPOSITE");
  expect(head.ChecksumSHA256).toMatch(/-1$/);
});

test("more than ten tags, a past retain-until date and half a retention are refused, and nothing is stored", async () => {
  const s3 = cloud.s3();
  const put = (Key: string, more: object) =>
    s3.send(new PutObjectCommand({ Bucket: "target", Key, Body: body, ...more }));
  const eleven = Array.from({ length: 11 }, (_, i) => `t${i}=v`).join("&");
  expect(await refusal(put("bad", { Tagging: eleven }))).toBe("400 BadRequest");
  const past = new Date(Date.now() - 1_000);
  expect(await refusal(put("bad", { ObjectLockMode: "GOVERNANCE", ObjectLockRetainUntilDate: past }))).toBe(
    "400 InvalidArgument",
  );
  expect(await refusal(put("bad", { ObjectLockMode: "GOVERNANCE" }))).toBe("400 InvalidArgument");
  expect(await refusal(s3.send(new HeadObjectCommand({ Bucket: "target", Key: "bad" })))).toBe("404 NotFound");
  await put("good", {});
  const retention = { Mode: "GOVERNANCE", RetainUntilDate: past } as const;
  const change = s3.send(new PutObjectRetentionCommand({ Bucket: "target", Key: "good", Retention: retention }));
  expect(await refusal(change)).toBe("400 InvalidArgument");
});

test("versioning of a lock bucket cannot be suspended", async () => {
  const call = cloud
    .s3()
    .send(new PutBucketVersioningCommand({ Bucket: "target", VersioningConfiguration: { Status: "Suspended" } }));
  expect(await refusal(call)).toBe("409 InvalidBucketState");
});

test("GetPublicAccessBlock returns what was put", async () => {
  const s3 = cloud.s3();
  const given = {
    BlockPublicAcls: true,
    IgnorePublicAcls: true,
    BlockPublicPolicy: true,
    RestrictPublicBuckets: false,
  };
  await s3.send(new PutPublicAccessBlockCommand({ Bucket: "target", PublicAccessBlockConfiguration: given }));
  const read = await s3.send(new GetPublicAccessBlockCommand({ Bucket: "target" }));
  expect(read.PublicAccessBlockConfiguration).toEqual(given);
});

test("a bucket configuration that is not stored is refused loudly", async () => {
  const call = cloud.s3().send(
    new PutBucketInventoryConfigurationCommand({
      Bucket: "target",
      Id: "i",
      InventoryConfiguration: {
        Id: "i",
        IsEnabled: true,
        IncludedObjectVersions: "All",
        Schedule: { Frequency: "Daily" },
        Destination: { S3BucketDestination: { Bucket: "arn:aws:s3:::source", Format: "CSV" } },
      },
    }),
  );
  expect(await refusal(call)).toBe("501 NotImplemented");
});

test("tags of a version below a delete marker are readable, and ranges apply to a named version", async () => {
  const s3 = cloud.s3();
  const { VersionId } = await s3.send(
    new PutObjectCommand({ Bucket: "source", Key: "hidden", Body: body, Tagging: "k=v" }),
  );
  await s3.send(new DeleteObjectCommand({ Bucket: "source", Key: "hidden" }));
  const at = { Bucket: "source", Key: "hidden", VersionId };
  expect((await s3.send(new GetObjectTaggingCommand(at))).TagSet).toEqual([{ Key: "k", Value: "v" }]);
  const ranged = await s3.send(new GetObjectCommand({ ...at, Range: "bytes=0-5" }));
  expect([await ranged.Body?.transformToString(), ranged.ContentRange]).toEqual(["twelve", "bytes 0-5/12"]);
  expect(await refusal(s3.send(new HeadObjectCommand({ Bucket: "source", Key: "hidden" })))).toBe("404 NotFound");
});

test("the ETag of an SSE-KMS object is not the MD5 of its bytes, and the bucket key is reported", async () => {
  const arn = await key(cloud);
  await bucket(cloud, "encrypted", { key: arn.split("/")[1] ?? "" });
  const answer = await cloud.s3().send(new PutObjectCommand({ Bucket: "encrypted", Key: "k", Body: body }));
  expect(answer.ETag).not.toBe(`"${createHash("md5").update(body).digest("hex")}"`);
  expect([answer.SSEKMSKeyId, answer.BucketKeyEnabled, answer.ServerSideEncryption]).toEqual([arn, true, "aws:kms"]);
  const head = await cloud.s3().send(new HeadObjectCommand({ Bucket: "encrypted", Key: "k" }));
  expect([head.SSEKMSKeyId, head.BucketKeyEnabled, head.ETag]).toEqual([arn, true, answer.ETag]);
});
