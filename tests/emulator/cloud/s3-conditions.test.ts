/** Condition keys and further permissions of S3 requests, asked for by callers who are not root. */
import { DisableKeyCommand, EnableKeyCommand, KMSClient } from "@aws-sdk/client-kms";
import {
  CopyObjectCommand,
  DeleteObjectCommand,
  DeleteObjectsCommand,
  GetObjectCommand,
  HeadObjectCommand,
  PutBucketPolicyCommand,
  PutObjectCommand,
  PutObjectLegalHoldCommand,
  PutObjectTaggingCommand,
  S3Client,
} from "@aws-sdk/client-s3";
import { afterAll, beforeAll, expect, test } from "vitest";
import {
  bucket,
  bucketPolicy,
  type Credentials,
  document,
  key,
  primary,
  refusal,
  role,
  session,
  startTestCloud,
  statement,
  type TestCloud,
  user,
} from "./support.ts";

let cloud: TestCloud;
let writer: Credentials;
let rightKey: string;
let otherKey: string;

beforeAll(async () => {
  cloud = await startTestCloud();
  rightKey = await key(cloud);
  otherKey = await key(cloud);
  writer = await user(cloud, "writer", statement("Allow", ["s3:*", "kms:*"], "*"));
});
afterAll(() => cloud.dispose());

const put = (who: Credentials, Bucket: string, Key: string, more: object = {}) =>
  cloud.s3(primary, who).send(new PutObjectCommand({ Bucket, Key, Body: "x", ...more }));

test("the KMS key condition is judged on the key S3 really uses", async () => {
  await bucket(cloud, "keyed", { key: rightKey.split("/")[1] ?? "" });
  await bucketPolicy(
    cloud,
    "keyed",
    primary,
    statement("Deny", "s3:PutObject", "arn:aws:s3:::keyed/*", {
      Principal: "*",
      Condition: { ArnNotEqualsIfExists: { "s3:x-amz-server-side-encryption-aws-kms-key-id": rightKey } },
    }),
  );
  const kms = { ServerSideEncryption: "aws:kms" } as const;
  await put(writer, "keyed", "default");
  await put(writer, "keyed", "named", { ...kms, SSEKMSKeyId: rightKey });
  expect(await refusal(put(writer, "keyed", "other", { ...kms, SSEKMSKeyId: otherKey }))).toBe("403 AccessDenied");
  expect(await refusal(put(writer, "keyed", "managed", kms))).toBe("403 AccessDenied");
  expect(await refusal(put(writer, "keyed", "sse-s3", { ServerSideEncryption: "AES256" }))).toBe("403 AccessDenied");
});

test("the encryption header condition exists only when the header was sent", async () => {
  await bucket(cloud, "headered", { key: rightKey });
  await bucketPolicy(
    cloud,
    "headered",
    primary,
    statement("Deny", "s3:PutObject", "arn:aws:s3:::headered/*", {
      Principal: "*",
      Condition: { Null: { "s3:x-amz-server-side-encryption": "true" } },
    }),
  );
  expect(await refusal(put(writer, "headered", "silent"))).toBe("403 AccessDenied");
  await put(writer, "headered", "said", { ServerSideEncryption: "aws:kms", SSEKMSKeyId: rightKey });
});

test("aws:SecureTransport is true through the proxy and false at the emulator itself", async () => {
  await bucket(cloud, "tls");
  await bucketPolicy(
    cloud,
    "tls",
    primary,
    statement("Deny", "s3:*", ["arn:aws:s3:::tls", "arn:aws:s3:::tls/*"], {
      Principal: "*",
      Condition: { Bool: { "aws:SecureTransport": "false" } },
    }),
  );
  await put(writer, "tls", "a");
  const plain = new S3Client({
    region: primary,
    credentials: writer,
    endpoint: cloud.plainEndpoint,
    forcePathStyle: true,
  });
  expect(await refusal(plain.send(new PutObjectCommand({ Bucket: "tls", Key: "b", Body: "x" })))).toBe(
    "403 AccessDenied",
  );
});

test("aws:PrincipalArn of a session is the ARN of its role", async () => {
  await bucket(cloud, "by-role");
  const person = await user(cloud, "person", statement("Allow", "sts:AssumeRole", "*"));
  const trust = { AWS: "arn:aws:iam::000000000000:user/person" };
  const arn = await role(cloud, "Admitter", trust, statement("Allow", "s3:*", "*"));
  const other = await role(cloud, "Other", trust, statement("Allow", "s3:*", "*"));
  await bucketPolicy(
    cloud,
    "by-role",
    primary,
    statement("Deny", "s3:PutObject", "arn:aws:s3:::by-role/*", {
      Principal: "*",
      Condition: { ArnNotEquals: { "aws:PrincipalArn": arn } },
    }),
  );
  await put(await session(cloud, arn, person), "by-role", "a");
  expect(await refusal(put(await session(cloud, other, person), "by-role", "b"))).toBe("403 AccessDenied");
});

test("a put or copy with hold, retention or tags needs those permissions too", async () => {
  await bucket(cloud, "further");
  const bare = await user(
    cloud,
    "bare",
    statement("Allow", ["s3:PutObject", "s3:GetObject", "s3:GetObjectTagging"], "*"),
  );
  await put(bare, "further", "plain");
  await put(writer, "further", "tagged", { Tagging: "a=b" });
  const hold = { ObjectLockLegalHoldStatus: "ON" } as const;
  const until = new Date(Date.now() + 86_400_000);
  expect(await refusal(put(bare, "further", "h", hold))).toBe("403 AccessDenied");
  expect(await refusal(put(bare, "further", "t", { Tagging: "a=b" }))).toBe("403 AccessDenied");
  const retention = { ObjectLockMode: "GOVERNANCE", ObjectLockRetainUntilDate: until };
  expect(await refusal(put(bare, "further", "r", retention))).toBe("403 AccessDenied");
  const copy = (from: string, more: object = {}) =>
    cloud
      .s3(primary, bare)
      .send(new CopyObjectCommand({ Bucket: "further", Key: "c", CopySource: `further/${from}`, ...more }));
  await copy("plain");
  expect(await refusal(copy("plain", hold))).toBe("403 AccessDenied");
  expect(await refusal(copy("tagged"))).toBe("403 AccessDenied");
});

test("object lock and tag conditions of the request are seen", async () => {
  await bucket(cloud, "locked");
  const target = "arn:aws:s3:::locked/*";
  await bucketPolicy(
    cloud,
    "locked",
    primary,
    statement("Deny", "s3:PutObjectLegalHold", target, {
      Principal: "*",
      Condition: { StringEquals: { "s3:object-lock-legal-hold": "OFF" } },
    }),
    statement("Deny", ["s3:PutObject", "s3:PutObjectTagging"], target, {
      Principal: "*",
      Condition: { "ForAnyValue:StringEquals": { "s3:RequestObjectTagKeys": ["forbidden"] } },
    }),
    statement("Deny", "s3:GetObject", target, {
      Principal: "*",
      Condition: { StringEquals: { "s3:ExistingObjectTag/secret": "yes" } },
    }),
  );
  await put(writer, "locked", "a", { Tagging: "secret=yes", ObjectLockLegalHoldStatus: "ON" });
  const s3 = cloud.s3(primary, writer);
  const off = { Bucket: "locked", Key: "a", LegalHold: { Status: "OFF" } } as const;
  expect(await refusal(s3.send(new PutObjectLegalHoldCommand(off)))).toBe("403 AccessDenied");
  await s3.send(new PutObjectLegalHoldCommand({ ...off, LegalHold: { Status: "ON" } }));
  expect(await refusal(put(writer, "locked", "b", { Tagging: "forbidden=1" }))).toBe("403 AccessDenied");
  const tagging = { TagSet: [{ Key: "forbidden", Value: "1" }] };
  const retag = s3.send(new PutObjectTaggingCommand({ Bucket: "locked", Key: "a", Tagging: tagging }));
  expect(await refusal(retag)).toBe("403 AccessDenied");
  expect(await refusal(s3.send(new GetObjectCommand({ Bucket: "locked", Key: "a" })))).toBe("403 AccessDenied");
  const copy = new CopyObjectCommand({
    Bucket: "locked",
    Key: "c",
    CopySource: "locked/a",
    TaggingDirective: "REPLACE",
  });
  expect(await refusal(s3.send(copy))).toBe("403 AccessDenied");
});

test("a batch delete is judged by what each entry names", async () => {
  await bucket(cloud, "emptied");
  const forbidden = statement("Deny", "s3:DeleteObject", "arn:aws:s3:::emptied/*", { Principal: "*" });
  await bucketPolicy(cloud, "emptied", primary, forbidden);
  const s3 = cloud.s3(primary, writer);
  const one = await put(writer, "emptied", "one");
  const two = await put(writer, "emptied", "two");
  const remove = (...Objects: { Key: string; VersionId?: string | undefined }[]) =>
    s3.send(new DeleteObjectsCommand({ Bucket: "emptied", Delete: { Objects } }));
  expect(await refusal(s3.send(new DeleteObjectCommand({ Bucket: "emptied", Key: "one" })))).toBe("403 AccessDenied");
  expect(await refusal(remove({ Key: "one" }))).toBe("403 AccessDenied");
  expect(await refusal(remove({ Key: "one", VersionId: one.VersionId }, { Key: "two" }))).toBe("403 AccessDenied");
  const versions = [
    { Key: "one", VersionId: one.VersionId },
    { Key: "two", VersionId: two.VersionId },
  ];
  const { Deleted = [] } = await remove(...versions);
  expect(Deleted.map(({ Key }) => Key).sort()).toEqual(["one", "two"]);
});

test("lock headers on HEAD are shown only to those who may read the lock", async () => {
  const some = await user(cloud, "some", statement("Allow", "s3:GetObject", "*"));
  await bucket(cloud, "seen");
  await put(writer, "seen", "a", { ObjectLockLegalHoldStatus: "ON" });
  const head = async (who: Credentials) =>
    (await cloud.s3(primary, who).send(new HeadObjectCommand({ Bucket: "seen", Key: "a" }))).ObjectLockLegalHoldStatus;
  expect([await head(writer), await head(some)]).toEqual(["ON", undefined]);
});

test("an SSE-KMS object needs kms:GenerateDataKey to write, kms:Decrypt to read, through S3 of the region", async () => {
  await bucket(cloud, "kms-auth", { key: rightKey });
  const s3Only = await user(cloud, "s3-only", statement("Allow", "s3:*", "*"));
  const context = {
    "kms:ViaService": "s3.us-east-1.amazonaws.com",
    "kms:EncryptionContext:aws:s3:arn": "arn:aws:s3:::kms-auth",
  };
  const narrow = await user(
    cloud,
    "narrow",
    statement("Allow", "s3:*", "*"),
    statement("Allow", "kms:GenerateDataKey", rightKey, { Condition: { StringEquals: context } }),
  );
  expect(await refusal(put(s3Only, "kms-auth", "a"))).toBe("403 AccessDenied");
  await put(narrow, "kms-auth", "a");
  const read = (who: Credentials) =>
    cloud.s3(primary, who).send(new GetObjectCommand({ Bucket: "kms-auth", Key: "a" }));
  const head = (who: Credentials, more: object = {}) =>
    cloud.s3(primary, who).send(new HeadObjectCommand({ Bucket: "kms-auth", Key: "a", ...more }));
  expect(await refusal(read(narrow))).toBe("403 AccessDenied");
  expect((await head(narrow)).SSEKMSKeyId).toBe(rightKey);
  expect(await refusal(head(narrow, { ChecksumMode: "ENABLED" }))).toMatch(/^403 /);
  expect(await (await read(writer)).Body?.transformToString()).toBe("x");
});

test("a key policy that does not allow the caller refuses, whatever its own policy says", async () => {
  const closed = await key(
    cloud,
    primary,
    document(statement("Allow", "kms:*", "*", { Principal: { AWS: "arn:aws:iam::000000000000:user/nobody" } })),
  );
  await bucket(cloud, "closed-key", { key: closed });
  expect(await refusal(put(writer, "closed-key", "a"))).toBe("403 AccessDenied");
});

test("a disabled key refuses writes and reads, also for root", async () => {
  const arn = await key(cloud);
  await bucket(cloud, "disabled-key", { key: arn });
  const kms = cloud.client(KMSClient as new (config: object) => KMSClient);
  const s3 = cloud.s3();
  await s3.send(new PutObjectCommand({ Bucket: "disabled-key", Key: "a", Body: "x" }));
  await kms.send(new DisableKeyCommand({ KeyId: arn }));
  const get = () => s3.send(new GetObjectCommand({ Bucket: "disabled-key", Key: "a" }));
  expect(await refusal(get())).toBe("400 KMS.DisabledException");
  expect(await refusal(s3.send(new PutObjectCommand({ Bucket: "disabled-key", Key: "b", Body: "x" })))).toBe(
    "400 KMS.DisabledException",
  );
  await kms.send(new EnableKeyCommand({ KeyId: arn }));
  expect((await get()).$metadata.httpStatusCode).toBe(200);
});

test("a bucket policy with NotPrincipal is refused instead of being ignored", async () => {
  await bucket(cloud, "not-principal");
  const policy = document(
    statement("Deny", "s3:GetObject", "arn:aws:s3:::not-principal/*", {
      NotPrincipal: { AWS: "arn:aws:iam::000000000000:root" },
    }),
  );
  const call = cloud.s3().send(new PutBucketPolicyCommand({ Bucket: "not-principal", Policy: policy }));
  expect(await refusal(call)).toBe("501 NotImplemented");
});
