/** Live replication: what the replica carries, which rule applies, what the role needs, what holds it up. */

import { CloudWatchClient, GetMetricStatisticsCommand } from "@aws-sdk/client-cloudwatch";
import { EventBridgeClient, PutRuleCommand, PutTargetsCommand } from "@aws-sdk/client-eventbridge";
import {
  CompleteMultipartUploadCommand,
  CopyObjectCommand,
  CreateMultipartUploadCommand,
  DeleteObjectCommand,
  GetObjectCommand,
  GetObjectLegalHoldCommand,
  GetObjectRetentionCommand,
  GetObjectTaggingCommand,
  HeadObjectCommand,
  ListObjectVersionsCommand,
  PutBucketNotificationConfigurationCommand,
  PutBucketReplicationCommand,
  PutBucketVersioningCommand,
  PutObjectCommand,
  type ReplicationRule,
  UploadPartCommand,
} from "@aws-sdk/client-s3";
import { CreateQueueCommand, ReceiveMessageCommand, SetQueueAttributesCommand, SQSClient } from "@aws-sdk/client-sqs";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { grants } from "./replication-grants.ts";
import {
  bucket,
  bucketPolicy,
  type Credentials,
  document,
  dr,
  key,
  primary,
  refusal,
  role,
  setRolePolicy,
  startTestCloud,
  statement,
  type TestCloud,
  user,
} from "./support.ts";

let cloud: TestCloud;
let roleArn: string;
let sourceKey: string;
let replicaKey: string;

const rule = (more: Partial<ReplicationRule> = {}, destination: object = {}): ReplicationRule => ({
  ID: "all",
  Priority: 1,
  Status: "Enabled",
  Filter: { Prefix: "" },
  DeleteMarkerReplication: { Status: "Enabled" },
  SourceSelectionCriteria: { SseKmsEncryptedObjects: { Status: "Enabled" } },
  Destination: { Bucket: "arn:aws:s3:::dst", EncryptionConfiguration: { ReplicaKmsKeyID: replicaKey }, ...destination },
  ...more,
});

const configure = (...Rules: ReplicationRule[]) =>
  cloud
    .s3()
    .send(new PutBucketReplicationCommand({ Bucket: "src", ReplicationConfiguration: { Role: roleArn, Rules } }));

const put = async (Key: string, more: object = {}) =>
  (await cloud.s3().send(new PutObjectCommand({ Bucket: "src", Key, Body: "x", ...more }))).VersionId;
const status = async (Key: string, VersionId?: string) =>
  (await cloud.s3().send(new HeadObjectCommand({ Bucket: "src", Key, VersionId }))).ReplicationStatus;
const replica = (Key: string, VersionId: string | undefined, Bucket = "dst") =>
  cloud.s3(dr).send(new HeadObjectCommand({ Bucket, Key, VersionId }));

beforeAll(async () => {
  cloud = await startTestCloud();
  [sourceKey, replicaKey] = [await key(cloud, primary), await key(cloud, dr)];
  await bucket(cloud, "src", { key: sourceKey });
  await bucket(cloud, "dst", { region: dr, key: replicaKey });
  await bucket(cloud, "dst-unlocked", { region: dr, lock: false });
  roleArn = await role(
    cloud,
    "replication",
    { Service: "s3.amazonaws.com" },
    ...Object.values(grants(sourceKey, replicaKey)),
  );
  await configure(rule());
});
afterEach(async () => {
  await setRolePolicy(cloud, "replication", ...Object.values(grants(sourceKey, replicaKey)));
  await configure(rule());
});
afterAll(() => cloud.dispose());

test("the replica keeps the version id and carries tags, hold, retention, metadata and its own key", async () => {
  const id = await put("full", {
    Tagging: "retention-class=finance",
    ObjectLockLegalHoldStatus: "ON",
    ObjectLockMode: "COMPLIANCE",
    ObjectLockRetainUntilDate: new Date(Date.now() + 86_400_000),
    Metadata: { sha256: "abc" },
  });
  expect(await status("full", id)).toBe("COMPLETED");
  const head = await replica("full", id);
  expect([head.VersionId, head.ReplicationStatus, head.Metadata?.sha256, head.SSEKMSKeyId]).toEqual([
    id,
    "REPLICA",
    "abc",
    replicaKey,
  ]);
  const s3 = cloud.s3(dr);
  const at = { Bucket: "dst", Key: "full", VersionId: id };
  expect((await s3.send(new GetObjectTaggingCommand(at))).TagSet).toEqual([
    { Key: "retention-class", Value: "finance" },
  ]);
  expect((await s3.send(new GetObjectLegalHoldCommand(at))).LegalHold?.Status).toBe("ON");
  expect((await s3.send(new GetObjectRetentionCommand(at))).Retention?.Mode).toBe("COMPLIANCE");
  expect(await refusal(s3.send(new DeleteObjectCommand(at)))).toBe("403 AccessDenied");
  expect(await (await s3.send(new GetObjectCommand(at))).Body?.transformToString()).toBe("x");
});

test("copies and multipart uploads replicate with their hold and tags", async () => {
  const s3 = cloud.s3();
  await put("origin");
  const locks = { ObjectLockLegalHoldStatus: "ON" } as const;
  const copy = await s3.send(
    new CopyObjectCommand({
      Bucket: "src",
      Key: "copy",
      CopySource: "src/origin",
      TaggingDirective: "REPLACE",
      Tagging: "a=1",
      ...locks,
    }),
  );
  const upload = { Bucket: "src", Key: "mp" };
  const { UploadId } = await s3.send(new CreateMultipartUploadCommand({ ...upload, Tagging: "a=1", ...locks }));
  const { ETag } = await s3.send(new UploadPartCommand({ ...upload, UploadId, PartNumber: 1, Body: "x" }));
  const Parts = [{ PartNumber: 1, ETag }];
  const whole = await s3.send(new CompleteMultipartUploadCommand({ ...upload, UploadId, MultipartUpload: { Parts } }));
  for (const [Key, VersionId] of [
    ["copy", copy.VersionId],
    ["mp", whole.VersionId],
  ] as const) {
    expect(await status(Key, VersionId)).toBe("COMPLETED");
    const at = { Bucket: "dst", Key, VersionId };
    expect((await cloud.s3(dr).send(new GetObjectLegalHoldCommand(at))).LegalHold?.Status).toBe("ON");
    expect((await cloud.s3(dr).send(new GetObjectTaggingCommand(at))).TagSet).toEqual([{ Key: "a", Value: "1" }]);
  }
});

test("a destination's storage class applies, and objects put into GLACIER do not replicate", async () => {
  await configure(rule({}, { StorageClass: "STANDARD_IA" }));
  const id = await put("ia");
  expect((await replica("ia", id)).StorageClass).toBe("STANDARD_IA");
  await put("glacier", { StorageClass: "GLACIER" });
  expect(await status("glacier")).toBeUndefined();
});

test("the highest Priority wins for one destination", async () => {
  await configure(
    rule({ ID: "low", Priority: 1 }, { StorageClass: "GLACIER_IR" }),
    rule({ ID: "high", Priority: 7, Filter: { Prefix: "p/" } }, { StorageClass: "ONEZONE_IA" }),
  );
  expect((await replica("p/a", await put("p/a"))).StorageClass).toBe("ONEZONE_IA");
  expect((await replica("q/a", await put("q/a"))).StorageClass).toBe("GLACIER_IR");
});

test("SSE-KMS objects replicate only when the rule selects them", async () => {
  const { SourceSelectionCriteria: _, ...plain } = rule({ Destination: { Bucket: "arn:aws:s3:::dst" } });
  await configure(plain);
  const id = await put("unselected");
  expect(await status("unselected")).toBeUndefined();
  expect(await refusal(replica("unselected", id))).toBe("404 NotFound");
});

test.each(["config", "read", "write", "decrypt", "encrypt"] as const)(
  "without its %s grants the role fails for good",
  async (missing) => {
    const all = grants(sourceKey, replicaKey);
    await setRolePolicy(
      cloud,
      "replication",
      ...Object.entries(all).flatMap(([name, grant]) => (name === missing ? [] : [grant])),
    );
    const id = await put(`missing-${missing}`);
    expect(await status(`missing-${missing}`, id)).toBe("FAILED");
    expect(await refusal(replica(`missing-${missing}`, id))).toBe("404 NotFound");
  },
);

test("without GetObjectVersionTagging the replica silently has no tags; without GetObjectLegalHold a held object fails", async () => {
  const all = grants(sourceKey, replicaKey);
  const actions = ["s3:GetObjectVersionForReplication", "s3:GetObjectVersionAcl"];
  await setRolePolicy(
    cloud,
    "replication",
    ...Object.values({ ...all, read: statement("Allow", actions, "arn:aws:s3:::src/*") }),
  );
  const tagged = await put("untagged", { Tagging: "a=1" });
  expect(await status("untagged", tagged)).toBe("COMPLETED");
  const tags = await cloud
    .s3(dr)
    .send(new GetObjectTaggingCommand({ Bucket: "dst", Key: "untagged", VersionId: tagged }));
  expect(tags.TagSet).toEqual([]);
  expect(await status("held", await put("held", { ObjectLockLegalHoldStatus: "ON" }))).toBe("FAILED");
});

test("a Deny in the destination's bucket policy fails replication, and FAILED is not retried", async () => {
  const deny = (Action: string) => statement("Deny", Action, "arn:aws:s3:::dst/*", { Principal: "*" });
  await bucketPolicy(cloud, "dst", dr, deny("s3:ReplicateObject"));
  const id = await put("denied");
  expect(await status("denied", id)).toBe("FAILED");
  await bucketPolicy(cloud, "dst", dr, deny("s3:PutObjectLegalHold"));
  expect(await status("denied-hold", await put("denied-hold", { ObjectLockLegalHoldStatus: "ON" }))).toBe("FAILED");
  await bucketPolicy(cloud, "dst", dr, deny("s3:PutBucketCORS"));
  await cloud.control("PUT", "replication", { paused: false });
  expect(await status("denied", id)).toBe("FAILED");
});

test("a role that S3 may not assume, and a destination without Object Lock, fail", async () => {
  const wrong = await role(cloud, "wrong-trust", { Service: "lambda.amazonaws.com" }, statement("Allow", "*", "*"));
  await cloud
    .s3()
    .send(
      new PutBucketReplicationCommand({ Bucket: "src", ReplicationConfiguration: { Role: wrong, Rules: [rule()] } }),
    );
  expect(await status("untrusted", await put("untrusted"))).toBe("FAILED");
  await configure(rule({}, { Bucket: "arn:aws:s3:::dst-unlocked" }));
  expect(await status("unlocked", await put("unlocked"))).toBe("FAILED");
});

test("delete markers replicate with their id when asked; version deletes never do", async () => {
  const id = await put("marked");
  const { VersionId: marker } = await cloud.s3().send(new DeleteObjectCommand({ Bucket: "src", Key: "marked" }));
  const list = await cloud.s3(dr).send(new ListObjectVersionsCommand({ Bucket: "dst", Prefix: "marked" }));
  expect(list.DeleteMarkers?.map((m) => [m.VersionId, m.IsLatest])).toEqual([[marker, true]]);
  await cloud.s3().send(new DeleteObjectCommand({ Bucket: "src", Key: "marked", VersionId: id }));
  expect((await replica("marked", id)).ReplicationStatus).toBe("REPLICA");
  await configure(rule({ DeleteMarkerReplication: { Status: "Disabled" } }));
  await put("unmarked");
  await cloud.s3().send(new DeleteObjectCommand({ Bucket: "src", Key: "unmarked" }));
  expect((await replica("unmarked", undefined)).ReplicationStatus).toBe("REPLICA");
});

test("while the DR region is cut replication is PENDING, and completes by itself afterwards", async () => {
  await fetch(`${cloud.controlEndpoint}/faults`, { method: "POST", body: JSON.stringify({ region: dr, mode: "503" }) });
  const id = await put("late", { ObjectLockLegalHoldStatus: "ON" });
  expect(await status("late", id)).toBe("PENDING");
  expect(await refusal(replica("late", id))).toMatch(/^503 /);
  await fetch(`${cloud.controlEndpoint}/faults`, { method: "DELETE" });
  expect(await status("late", id)).toBe("COMPLETED");
  expect((await replica("late", id)).ObjectLockLegalHoldStatus).toBe("ON");
});

test("a lag shows PENDING first", async () => {
  await cloud.control("PUT", "replication", { delayMs: 150 });
  const id = await put("lagging");
  expect(await status("lagging", id)).toBe("PENDING");
  await expect.poll(() => status("lagging", id)).toBe("COMPLETED");
  await cloud.control("PUT", "replication", { delayMs: 0 });
});

test("pending and failed operations are metrics of the rule, each in its own region", async () => {
  const figure = async (region: string, MetricName: string) => {
    const cw = cloud.client(CloudWatchClient as new (config: object) => CloudWatchClient, region);
    const Dimensions = [
      { Name: "SourceBucket", Value: "src" },
      { Name: "DestinationBucket", Value: "dst" },
      { Name: "RuleId", Value: "all" },
    ];
    const [StartTime, EndTime] = [new Date(Date.now() - 600_000), new Date(Date.now() + 60_000)];
    const { Datapoints = [] } = await cw.send(
      new GetMetricStatisticsCommand({
        Namespace: "AWS/S3",
        MetricName,
        Dimensions,
        StartTime,
        EndTime,
        Period: 3_600,
        Statistics: ["Maximum"],
      }),
    );
    return Math.max(...Datapoints.map((point) => point.Maximum ?? -1));
  };
  await configure(rule({}, { Metrics: { Status: "Enabled" } }));
  await cloud.control("PUT", "replication", { cutRegions: [dr] });
  await put("waiting");
  await expect.poll(() => figure(dr, "OperationsPendingReplication"), { timeout: 12_000, interval: 500 }).toBe(1);
  expect(await figure(dr, "ReplicationLatency")).toBeGreaterThan(0);
  expect(await figure(primary, "OperationsFailedReplication")).toBe(0);
  await cloud.control("PUT", "replication", { cutRegions: [] });
});

test("configuring replication needs iam:PassRole for the role", async () => {
  const s3Only = await user(cloud, "s3-only", statement("Allow", "s3:*", "*"));
  const passing = await user(
    cloud,
    "passing",
    statement("Allow", "s3:*", "*"),
    statement("Allow", "iam:PassRole", roleArn),
  );
  const send = (who: Credentials) =>
    cloud.s3(primary, who).send(
      new PutBucketReplicationCommand({
        Bucket: "src",
        ReplicationConfiguration: { Role: roleArn, Rules: [rule()] },
      }),
    );
  expect(await refusal(send(s3Only))).toBe("403 AccessDenied");
  expect((await send(passing)).$metadata.httpStatusCode).toBe(200);
});

test("versioning of a source with a replication configuration cannot be suspended", async () => {
  await bucket(cloud, "src-unlocked", { lock: false });
  const unencrypted = {
    ID: "all",
    Priority: 1,
    Status: "Enabled",
    Filter: { Prefix: "" },
    DeleteMarkerReplication: { Status: "Disabled" },
  } as const;
  const Rules: ReplicationRule[] = [{ ...unencrypted, Destination: { Bucket: "arn:aws:s3:::dst-unlocked" } }];
  await cloud
    .s3()
    .send(
      new PutBucketReplicationCommand({ Bucket: "src-unlocked", ReplicationConfiguration: { Role: roleArn, Rules } }),
    );
  const suspend = { Bucket: "src-unlocked", VersioningConfiguration: { Status: "Suspended" } } as const;
  expect(await refusal(cloud.s3().send(new PutBucketVersioningCommand(suspend)))).toBe("409 InvalidBucketState");
});

test("the replica's arrival is an Object Created event in the DR region, with its version id", async () => {
  const sqs = cloud.client(SQSClient as new (config: object) => SQSClient, dr);
  const events = cloud.client(EventBridgeClient as new (config: object) => EventBridgeClient, dr);
  const { QueueUrl } = await sqs.send(new CreateQueueCommand({ QueueName: "arrivals" }));
  const arn = "arn:aws:sqs:us-west-2:000000000000:arrivals";
  const policy = document(
    statement("Allow", "sqs:SendMessage", arn, { Principal: { Service: "events.amazonaws.com" } }),
  );
  await sqs.send(new SetQueueAttributesCommand({ QueueUrl, Attributes: { Policy: policy } }));
  await events.send(
    new PutRuleCommand({
      Name: "r",
      EventPattern: JSON.stringify({ source: ["aws.s3"], "detail-type": ["Object Created"] }),
    }),
  );
  await events.send(new PutTargetsCommand({ Rule: "r", Targets: [{ Id: "q", Arn: arn }] }));
  const NotificationConfiguration = { EventBridgeConfiguration: {} };
  await cloud.s3(dr).send(new PutBucketNotificationConfigurationCommand({ Bucket: "dst", NotificationConfiguration }));
  const id = await put("announced");
  const { Messages = [] } = await sqs.send(new ReceiveMessageCommand({ QueueUrl, WaitTimeSeconds: 5 }));
  const event = JSON.parse(Messages[0]?.Body ?? "{}");
  expect([event.region, event.detail.bucket.name, event.detail.object.key, event.detail.object["version-id"]]).toEqual([
    dr,
    "dst",
    "announced",
    id,
  ]);
});

test("a failed replication is reported as a replication event when the rule has metrics", async () => {
  const sqs = cloud.client(SQSClient as new (config: object) => SQSClient);
  const { QueueUrl } = await sqs.send(new CreateQueueCommand({ QueueName: "failures" }));
  const QueueArn = "arn:aws:sqs:us-east-1:000000000000:failures";
  const policy = document(
    statement("Allow", "sqs:SendMessage", QueueArn, { Principal: { Service: "s3.amazonaws.com" } }),
  );
  await sqs.send(new SetQueueAttributesCommand({ QueueUrl, Attributes: { Policy: policy } }));
  const QueueConfigurations = [{ QueueArn, Events: ["s3:Replication:OperationFailedReplication" as const] }];
  await cloud.s3().send(
    new PutBucketNotificationConfigurationCommand({
      Bucket: "src",
      NotificationConfiguration: { QueueConfigurations },
    }),
  );
  await configure(rule({}, { Metrics: { Status: "Enabled" } }));
  await setRolePolicy(cloud, "replication", statement("Allow", "s3:ListBucket", "*"));
  await put("failing");
  const read = async () =>
    (await sqs.send(new ReceiveMessageCommand({ QueueUrl, WaitTimeSeconds: 3, MaxNumberOfMessages: 10 }))).Messages ??
    [];
  const records = [...(await read()), ...(await read())].flatMap((m) => JSON.parse(m.Body ?? "{}").Records ?? []);
  expect(records.map((r) => [r.eventName, r.s3.object.key, r.replicationEventData.replicationRuleId])).toEqual([
    ["Replication:OperationFailedReplication", "failing", "all"],
  ]);
});
