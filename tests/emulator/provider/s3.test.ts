import { afterAll, beforeAll, describe, it } from "vitest";
import { drRegion, Harness, type Live, live, region } from "./harness.ts";

let h: Harness;
beforeAll(async () => {
  h = await Harness.start();
});
afterAll(() => h.stop());

let made = 0;
const bucketFor = (what: Partial<Record<"objectLockEnabled" | "forceDestroy", boolean>> = {}, where = region) =>
  h.create("aws:s3/bucket:Bucket", { bucket: `hf-it-${++made}`, region: where, ...what });
const versioned = async (where = region): Promise<Live> => {
  const bucket = await bucketFor({}, where);
  await h.create("aws:s3/bucketVersioning:BucketVersioning", {
    bucket: bucket.id,
    region: where,
    versioningConfiguration: { status: "Enabled" },
  });
  return bucket;
};
const s3 = (where = region) => h.client("s3", where);

describe("S3 rows", () => {
  it("Bucket", async () => {
    const stated = { bucket: "hf-it-life", region: drRegion, objectLockEnabled: true, forceDestroy: true };
    await live(h, {
      type: "aws:s3/bucket:Bucket",
      inputs: { ...stated, tags: { a: "1", b: "2" } },
      updates: [{ ...stated, tags: { b: "3", "holdfast:site": "dr" } }, stated, { ...stated, tags: { c: "4" } }],
      outside: [
        {
          sees: "tags",
          change: async ({ id }) =>
            (await s3(drRegion)).putBucketTagging({ Bucket: id, Tagging: { TagSet: [{ Key: "x", Value: "y" }] } }),
        },
        { sees: "<gone>", change: async ({ id }) => (await s3(drRegion)).deleteBucket({ Bucket: id }) },
      ],
    });
  });

  it("BucketVersioning", async () => {
    const { id: bucket } = await bucketFor();
    await live(h, {
      type: "aws:s3/bucketVersioning:BucketVersioning",
      inputs: { bucket, region, versioningConfiguration: { status: "Enabled" } },
      updates: [
        { bucket, region, versioningConfiguration: { status: "Suspended" } },
        { bucket, region, versioningConfiguration: { status: "Enabled" } },
      ],
      outside: [
        {
          sees: "versioningConfiguration",
          change: async () =>
            (await s3()).putBucketVersioning({ Bucket: bucket, VersioningConfiguration: { Status: "Suspended" } }),
        },
      ],
      // S3 never forgets that a bucket was versioned.
      afterDelete: { versioningConfiguration: { status: "Suspended" } },
    });
  });

  it("BucketVersioning of a bucket with Object Lock is only forgotten: S3 refuses to suspend it", async () => {
    const { id: bucket } = await bucketFor({ objectLockEnabled: true });
    await live(h, {
      type: "aws:s3/bucketVersioning:BucketVersioning",
      inputs: { bucket, region, versioningConfiguration: { status: "Enabled" } },
      updates: [],
      outside: [],
      afterDelete: { versioningConfiguration: { status: "Enabled" } },
    });
  });

  it("BucketServerSideEncryptionConfiguration", async () => {
    const { id: bucket } = await bucketFor();
    const key = await h.create("aws:kms/key:Key", { region });
    const rule = (bucketKeyEnabled: boolean, more: object = {}) => ({
      bucket,
      region,
      rules: [
        {
          applyServerSideEncryptionByDefault: { sseAlgorithm: "aws:kms", kmsMasterKeyId: key.state.arn },
          bucketKeyEnabled,
          ...more,
        },
      ],
    });
    await live(h, {
      type: "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration",
      inputs: rule(true, { blockedEncryptionTypes: ["SSE-C"] }),
      updates: [
        rule(false, { blockedEncryptionTypes: ["NONE"] }),
        { bucket, region, rules: [{ applyServerSideEncryptionByDefault: { sseAlgorithm: "AES256" } }] },
        rule(true, { blockedEncryptionTypes: ["SSE-C"] }),
      ],
      outside: [
        { sees: "rules", change: async () => (await s3()).deleteBucketEncryption({ Bucket: bucket }) },
        {
          sees: "rules",
          change: async () =>
            (await s3()).putBucketEncryption({
              Bucket: bucket,
              ServerSideEncryptionConfiguration: {
                Rules: [
                  {
                    ApplyServerSideEncryptionByDefault: {
                      SSEAlgorithm: "aws:kms",
                      KMSMasterKeyID: String(key.state.arn),
                    },
                    BucketKeyEnabled: false,
                  },
                ],
              },
            }),
        },
      ],
      // Every bucket is encrypted with keys of S3 when nothing else is said (S3 User Guide, default encryption).
      afterDelete: { rules: [{ applyServerSideEncryptionByDefault: { sseAlgorithm: "AES256" } }] },
    });
  });

  it("BucketPublicAccessBlock", async () => {
    const { id: bucket } = await bucketFor();
    const all = { blockPublicAcls: true, blockPublicPolicy: true, ignorePublicAcls: true, restrictPublicBuckets: true };
    await live(h, {
      type: "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock",
      inputs: { bucket, region, ...all },
      updates: [
        { bucket, region, blockPublicAcls: true },
        { bucket, region, ...all },
      ],
      outside: [
        {
          sees: "blockPublicPolicy",
          change: async () =>
            (await s3()).putPublicAccessBlock({
              Bucket: bucket,
              PublicAccessBlockConfiguration: { BlockPublicAcls: true, BlockPublicPolicy: false },
            }),
        },
        { sees: "<gone>", change: async () => (await s3()).deletePublicAccessBlock({ Bucket: bucket }) },
      ],
    });
  });

  it("BucketOwnershipControls", async () => {
    const { id: bucket } = await bucketFor();
    const owned = (objectOwnership: string) => ({ bucket, region, rule: { objectOwnership } });
    await live(h, {
      type: "aws:s3/bucketOwnershipControls:BucketOwnershipControls",
      inputs: owned("BucketOwnerEnforced"),
      updates: [owned("BucketOwnerPreferred")],
      outside: [
        {
          sees: "rule",
          change: async () =>
            (await s3()).putBucketOwnershipControls({
              Bucket: bucket,
              OwnershipControls: { Rules: [{ ObjectOwnership: "ObjectWriter" }] },
            }),
        },
        { sees: "<gone>", change: async () => (await s3()).deleteBucketOwnershipControls({ Bucket: bucket }) },
      ],
    });
  });

  it("BucketPolicy", async () => {
    const { id: bucket } = await bucketFor();
    const policy = (...actions: string[]) =>
      JSON.stringify({
        Version: "2012-10-17",
        Statement: [
          {
            Sid: "DenyPlain",
            Effect: "Deny",
            Principal: "*",
            Action: actions,
            Resource: [`arn:aws:s3:::${bucket}`, `arn:aws:s3:::${bucket}/*`],
            Condition: { Bool: { "aws:SecureTransport": "false" } },
          },
        ],
      });
    await live(h, {
      type: "aws:s3/bucketPolicy:BucketPolicy",
      inputs: { bucket, region, policy: policy("s3:*") },
      updates: [{ bucket, region, policy: policy("s3:GetObject", "s3:PutObject") }],
      outside: [
        {
          sees: "policy",
          change: async () => (await s3()).putBucketPolicy({ Bucket: bucket, Policy: policy("s3:GetObject") }),
        },
        { sees: "<gone>", change: async () => (await s3()).deleteBucketPolicy({ Bucket: bucket }) },
      ],
    });
  });

  it("BucketObjectLockConfiguration", async () => {
    const { id: bucket } = await bucketFor({ objectLockEnabled: true });
    const lock = (mode: string, days: number) => ({ bucket, region, rule: { defaultRetention: { mode, days } } });
    await live(h, {
      type: "aws:s3/bucketObjectLockConfiguration:BucketObjectLockConfiguration",
      inputs: lock("GOVERNANCE", 1),
      updates: [
        lock("COMPLIANCE", 3),
        { bucket, region, rule: { defaultRetention: { mode: "GOVERNANCE", years: 1 } } },
        { bucket, region },
        lock("GOVERNANCE", 2),
      ],
      outside: [
        {
          sees: "rule",
          change: async () =>
            (await s3()).putObjectLockConfiguration({
              Bucket: bucket,
              ObjectLockConfiguration: { ObjectLockEnabled: "Enabled" },
            }),
        },
      ],
      // Object Lock cannot be turned off.
      afterDelete: { bucket },
    });
  });

  it("BucketLifecycleConfiguration", async () => {
    const { id: bucket } = await versioned();
    const expire = (days: number) => ({
      id: "standard",
      status: "Enabled",
      filter: { and: { prefix: "rec/", tags: { "retention-class": "standard", "compliance-status": "standard" } } },
      transitions: [
        { days: 30, storageClass: "STANDARD_IA" },
        { days: 90, storageClass: "GLACIER_IR" },
      ],
      expiration: { days },
      noncurrentVersionExpiration: { noncurrentDays: 60, newerNoncurrentVersions: 2 },
      noncurrentVersionTransitions: [{ noncurrentDays: 30, storageClass: "GLACIER" }],
    });
    const hygiene = {
      id: "hygiene",
      status: "Enabled",
      filter: { prefix: "" },
      expiration: { expiredObjectDeleteMarker: true },
      abortIncompleteMultipartUpload: { daysAfterInitiation: 7 },
    };
    const others = [
      { id: "tagged", status: "Enabled", filter: { tag: { key: "a", value: "b" } }, expiration: { days: 5 } },
      { id: "large", status: "Enabled", filter: { objectSizeGreaterThan: 500 }, expiration: { days: 6 } },
      { id: "small", status: "Disabled", filter: { objectSizeLessThan: 50 }, expiration: { days: 6 } },
      {
        id: "dated",
        status: "Enabled",
        filter: { and: { prefix: "x/", objectSizeGreaterThan: 9, objectSizeLessThan: 99 } },
        expiration: { date: "2099-01-01T00:00:00Z" },
        transitions: [{ date: "2098-01-01T00:00:00Z", storageClass: "GLACIER" }],
      },
      { id: "bare", status: "Enabled", expiration: { days: 8 } },
    ];
    await live(h, {
      type: "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration",
      inputs: { bucket, region, rules: [expire(365), hygiene] },
      updates: [
        { bucket, region, rules: [expire(366), hygiene, ...others] },
        { bucket, region, rules: [expire(366), hygiene] },
      ],
      outside: [
        {
          sees: "rules",
          change: async () => {
            const client = await s3();
            const has = await client.getBucketLifecycleConfiguration({ Bucket: bucket });
            const Rules = (has.Rules ?? []).map((r) => (r.ID === "standard" ? { ...r, Expiration: { Days: 91 } } : r));
            await client.putBucketLifecycleConfiguration({ Bucket: bucket, LifecycleConfiguration: { Rules } });
          },
        },
        { sees: "<gone>", change: async () => (await s3()).deleteBucketLifecycle({ Bucket: bucket }) },
      ],
    });
  });

  it("BucketReplicationConfig", async () => {
    const { id: bucket } = await versioned();
    const destination = await versioned(drRegion);
    const key = await h.create("aws:kms/key:Key", { region: drRegion });
    const role = await h.create("aws:iam/role:Role", { name: "hf-it-replication", assumeRolePolicy: trust("s3") });
    const rule = (minutes: number | undefined, more: object = {}) => ({
      id: "normal",
      priority: 1,
      status: "Enabled",
      filter: { prefix: "recordings/" },
      deleteMarkerReplication: { status: "Enabled" },
      sourceSelectionCriteria: { sseKmsEncryptedObjects: { status: "Enabled" } },
      destination: {
        bucket: destination.state.arn,
        storageClass: "STANDARD_IA",
        encryptionConfiguration: { replicaKmsKeyId: key.state.arn },
        ...(minutes
          ? {
              metrics: { status: "Enabled", eventThreshold: { minutes } },
              replicationTime: { status: "Enabled", time: { minutes } },
            }
          : { metrics: { status: "Enabled" } }),
      },
      ...more,
    });
    const stated = (...rules: object[]) => ({ bucket, region, role: role.state.arn, rules });
    const second = rule(undefined, {
      id: "second",
      priority: 2,
      filter: { and: { prefix: "q/", tags: { a: "b", c: "d" } } },
      deleteMarkerReplication: { status: "Disabled" },
      sourceSelectionCriteria: {
        sseKmsEncryptedObjects: { status: "Enabled" },
        replicaModifications: { status: "Enabled" },
      },
    });
    await live(h, {
      type: "aws:s3/bucketReplicationConfig:BucketReplicationConfig",
      inputs: stated(rule(15)),
      updates: [stated(rule(undefined), second), stated(rule(15))],
      outside: [
        {
          sees: "rules",
          change: async () => {
            const client = await s3();
            const { ReplicationConfiguration: has } = await client.getBucketReplication({ Bucket: bucket });
            const Rules = (has?.Rules ?? []).map((r) => ({ ...r, Status: "Disabled" as const }));
            await client.putBucketReplication({ Bucket: bucket, ReplicationConfiguration: { Role: has?.Role, Rules } });
          },
        },
        { sees: "<gone>", change: async () => (await s3()).deleteBucketReplication({ Bucket: bucket }) },
      ],
    });
  });

  it("BucketNotification", async () => {
    const { id: bucket } = await bucketFor();
    const queue = await h.create("aws:sqs/queue:Queue", { name: "hf-it-notified", region });
    await h.create("aws:sqs/queuePolicy:QueuePolicy", {
      region,
      queueUrl: queue.id,
      policy: JSON.stringify({
        Version: "2012-10-17",
        Statement: [
          {
            Effect: "Allow",
            Principal: { Service: "s3.amazonaws.com" },
            Action: "sqs:SendMessage",
            Resource: queue.state.arn,
          },
        ],
      }),
    });
    const queues = (filterSuffix: string) => [
      {
        queueArn: queue.state.arn,
        events: ["s3:ObjectRemoved:*", "s3:ObjectCreated:*"],
        filterPrefix: "in/",
        filterSuffix,
      },
    ];
    await live(h, {
      type: "aws:s3/bucketNotification:BucketNotification",
      inputs: { bucket, region, eventbridge: true },
      updates: [
        { bucket, region, eventbridge: true, queues: queues(".mp4") },
        { bucket, region, queues: queues(".json") },
        { bucket, region, eventbridge: true },
      ],
      outside: [
        {
          sees: "queues",
          change: async () =>
            (await s3()).putBucketNotificationConfiguration({
              Bucket: bucket,
              NotificationConfiguration: {
                EventBridgeConfiguration: {},
                QueueConfigurations: [{ QueueArn: String(queue.state.arn), Events: ["s3:ObjectCreated:Put"] }],
              },
            }),
        },
        {
          sees: "<gone>",
          change: async () =>
            (await s3()).putBucketNotificationConfiguration({ Bucket: bucket, NotificationConfiguration: {} }),
        },
      ],
    });
  });
});

const trust = (service: string): string =>
  JSON.stringify({
    Version: "2012-10-17",
    Statement: [{ Effect: "Allow", Principal: { Service: `${service}.amazonaws.com` }, Action: "sts:AssumeRole" }],
  });
