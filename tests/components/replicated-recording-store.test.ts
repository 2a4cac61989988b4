/** Proves what the store asks the engine for, child by child. It does not prove that AWS accepts it. */
import { beforeAll, describe, expect, it } from "vitest";
import { ReplicatedRecordingStore } from "../../components/replicated-recording-store/index.ts";
import { deployCodes } from "../../model/codes/deploy.ts";
import { aws, role, scope, storeArgs, tags } from "./support/fixtures.ts";
import { promiseOf, type RecordedResource, type Recording, record, useMocks } from "./support/record.ts";

const build = async (changes: Parameters<typeof storeArgs>[0] = {}) => {
  await useMocks();
  const made: { store?: ReplicatedRecordingStore } = {};
  const recording = await record((transformations) => {
    made.store = new ReplicatedRecordingStore("store", storeArgs(changes), { transformations });
  });
  if (!made.store) throw new Error("no store");
  return { recording, store: made.store };
};

/** The bucket or other resource that an option such as `deletedWith` names. */
const nameOf = async (resource: unknown) => (await promiseOf((resource as { urn: string }).urn)).split("::").at(-1);

describe("ReplicatedRecordingStore on AWS, removal keep", () => {
  let recording: Recording;
  let store: ReplicatedRecordingStore;
  beforeAll(async () => {
    ({ recording, store } = await build());
  });

  it("makes exactly these resources", () => {
    expect(recording.counts()).toEqual({
      "aws:cloudwatch/metricAlarm:MetricAlarm": 18,
      "aws:dynamodb/table:Table": 1,
      "aws:iam/role:Role": 1,
      "aws:iam/rolePolicy:RolePolicy": 1,
      "aws:kms/alias:Alias": 2,
      "aws:kms/key:Key": 2,
      "aws:s3/bucket:Bucket": 6,
      "aws:s3/bucketOwnershipControls:BucketOwnershipControls": 6,
      "aws:s3/bucketPolicy:BucketPolicy": 6,
      "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock": 6,
      "aws:s3/bucketReplicationConfig:BucketReplicationConfig": 2,
      "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration": 6,
      "aws:s3/bucketVersioning:BucketVersioning": 6,
      "aws:sns/topic:Topic": 2,
      "aws:sns/topicPolicy:TopicPolicy": 2,
      "aws:sns/topicSubscription:TopicSubscription": 2,
      "holdfast:index:ReplicatedRecordingStore": 1,
    });
  });

  it("gives every child the component's name and makes it a child", () => {
    for (const child of recording.all.filter((r) => r.name !== "store")) {
      expect(child.name).toMatch(/^store-/);
      expect(child.opts.parent, child.name).toBe(store);
    }
  });

  it("hands the right region to every regional child, and none to IAM", () => {
    // Names carry the site, except for what replicates from primary and for alarms, whose region their metric decides.
    const inDr =
      /^store-(dr|(metadata|media)-(recordings|quarantine)-replication-(late|backlog|backlog-bytes|metrics-missing))/;
    for (const { type, name, inputs } of recording.all) {
      if (type.startsWith("holdfast:")) continue;
      if (type.startsWith("aws:iam/")) expect(inputs, name).not.toHaveProperty("region");
      else expect(inputs.region, name).toBe(inDr.test(name) ? "us-west-2" : "us-east-1");
    }
  });

  it.each([
    ["store-primary-metadata", "holdfast-test-metadata-primary-111122223333", true],
    ["store-primary-media", "holdfast-test-media-primary-111122223333", true],
    ["store-primary-landing", "holdfast-test-landing-primary-111122223333", false],
    ["store-dr-metadata", "holdfast-test-metadata-dr-111122223333", true],
    ["store-dr-media", "holdfast-test-media-dr-111122223333", true],
    ["store-dr-landing", "holdfast-test-landing-dr-111122223333", false],
  ])(
    "%s has its name and Object Lock as planned, and no deprecated inline input",
    (name, bucket, objectLockEnabled) => {
      const { inputs } = recording.named(name);
      expect(Object.keys(inputs).sort()).toEqual(["bucket", "forceDestroy", "objectLockEnabled", "region", "tags"]);
      expect(inputs).toMatchObject({ bucket, objectLockEnabled, forceDestroy: false });
      expect(inputs.tags).toMatchObject(tags);
    },
  );

  it("versions, encrypts, closes and owns every bucket", () => {
    for (const bucket of recording.of("aws:s3/bucket:Bucket")) {
      const part = (suffix: string) => recording.named(`${bucket.name}-${suffix}`).inputs;
      const of = { bucket: bucket.inputs.bucket, region: bucket.inputs.region };
      const key = `arn:aws:kms:${String(bucket.inputs.region)}:111122223333:key/store-${bucket.name.split("-")[1]}-key`;
      expect(part("versioning")).toEqual({ ...of, versioningConfiguration: { status: "Enabled" } });
      expect(part("encryption")).toEqual({
        ...of,
        rules: [
          {
            applyServerSideEncryptionByDefault: { sseAlgorithm: "aws:kms", kmsMasterKeyId: key },
            bucketKeyEnabled: true,
            blockedEncryptionTypes: ["SSE-C"],
          },
        ],
      });
      expect(part("public-access")).toEqual({
        ...of,
        blockPublicAcls: true,
        blockPublicPolicy: true,
        ignorePublicAcls: true,
        restrictPublicBuckets: true,
      });
      expect(part("ownership")).toEqual({ ...of, rule: { objectOwnership: "BucketOwnerEnforced" } });
    }
  });

  it("demands in every bucket policy the key of the bucket's own region (promise 9)", () => {
    for (const { name, inputs } of recording.of("aws:s3/bucketPolicy:BucketPolicy")) {
      const statements: { Sid: string; Condition: unknown }[] = JSON.parse(String(inputs.policy)).Statement;
      const key = `arn:aws:kms:${String(inputs.region)}:111122223333:key/store-${name.split("-")[1]}-key`;
      expect(statements.find(({ Sid }) => Sid === "DenyOtherKeys")?.Condition, name).toEqual({
        ArnNotEquals: { "s3:x-amz-server-side-encryption-aws-kms-key-id": key },
        Null: { "s3:x-amz-server-side-encryption-aws-kms-key-id": "false" },
      });
    }
  });

  it("protects and retains data and keys, and nothing else", () => {
    const guarded = ["aws:s3/bucket:Bucket", "aws:kms/key:Key", "aws:dynamodb/table:Table"];
    for (const { type, name, opts } of recording.all) {
      const expected = guarded.includes(type) ? true : undefined;
      expect([opts.protect, opts.retainOnDelete], name).toEqual([expected, expected]);
    }
  });

  it("ties every setting of a bucket to the bucket, so that a bucket that stays keeps its protection", async () => {
    const settings = recording.all.filter(({ type }) => /^aws:s3\/bucket[A-Z]/.test(type));
    expect(settings).toHaveLength(32);
    for (const { name, opts } of settings) {
      expect(await nameOf(opts.deletedWith), name).toBe(name.split("-").slice(0, 3).join("-"));
    }
  });

  it("lets keys outlive their data: buckets and catalog wait for the keys of their sites (promise 1)", () => {
    for (const bucket of recording.of("aws:s3/bucket:Bucket")) {
      expect(bucket.waitsFor, bucket.name).toContain(`store-${bucket.name.split("-")[1]}-key`);
    }
    expect(recording.named("store-catalog").waitsFor).toEqual(new Set(["store-primary-key", "store-dr-key"]));
    for (const key of recording.of("aws:kms/key:Key")) expect(key.waitsFor, key.name).toEqual(new Set());
  });

  it("rotates keys, gives them the longest waiting time and an alias", () => {
    for (const site of ["primary", "dr"]) {
      const { inputs } = recording.named(`store-${site}-key`);
      expect(inputs).toMatchObject({ enableKeyRotation: true, deletionWindowInDays: 30 });
      expect(inputs).not.toHaveProperty("multiRegion");
      expect(recording.named(`store-${site}-key-alias`).inputs).toMatchObject({
        name: `alias/holdfast-test-recordings-${site}-111122223333`,
        targetKeyId: `store-${site}-key`,
      });
    }
  });

  it("replicates metadata with guaranteed time and media without, both with metrics (promise 6)", () => {
    const rules = (name: string) => (recording.named(name).inputs as { rules: unknown[] }).rules;
    const rule = (id: string, priority: number, destination: object) => ({
      id,
      priority,
      status: "Enabled",
      filter: { prefix: `${id}/` },
      deleteMarkerReplication: { status: "Enabled" },
      sourceSelectionCriteria: { sseKmsEncryptedObjects: { status: "Enabled" } },
      destination,
    });
    const encryptionConfiguration = { replicaKmsKeyId: "arn:aws:kms:us-west-2:111122223333:key/store-dr-key" };
    const metadata = {
      bucket: "arn:aws:s3:::holdfast-test-metadata-dr-111122223333",
      storageClass: "STANDARD",
      encryptionConfiguration,
      metrics: { status: "Enabled", eventThreshold: { minutes: 15 } },
      replicationTime: { status: "Enabled", time: { minutes: 15 } },
    };
    const media = {
      bucket: "arn:aws:s3:::holdfast-test-media-dr-111122223333",
      storageClass: "STANDARD_IA",
      encryptionConfiguration,
      metrics: { status: "Enabled" },
    };
    expect(rules("store-primary-metadata-replication")).toEqual([
      rule("recordings", 2, metadata),
      rule("quarantine", 1, metadata),
    ]);
    expect(rules("store-primary-media-replication")).toEqual([
      rule("recordings", 2, media),
      rule("quarantine", 1, media),
    ]);
  });

  it.each(["metadata", "media"])("configures replication of %s only after all it needs", (kind) => {
    const needed = ["primary", "dr"].flatMap((site) =>
      ["versioning", "encryption", "policy"].map((part) => `store-${site}-${kind}-${part}`),
    );
    expect([...recording.named(`store-primary-${kind}-replication`).waitsFor]).toEqual(
      expect.arrayContaining([...needed, "store-replication-role-policy"]),
    );
  });

  it("makes the catalog a protected, recoverable global table with a key per site", () => {
    expect(recording.named("store-catalog").inputs).toEqual({
      region: "us-east-1",
      name: "holdfast-test-catalog-111122223333",
      billingMode: "PAY_PER_REQUEST",
      hashKey: "recordingId",
      rangeKey: "sk",
      attributes: ["recordingId", "sk", "conversationId", "recordedAt"].map((name) => ({ name, type: "S" })),
      globalSecondaryIndexes: [
        {
          name: "byConversation",
          keySchemas: [
            { attributeName: "conversationId", keyType: "HASH" },
            { attributeName: "recordedAt", keyType: "RANGE" },
          ],
          projectionType: "ALL",
        },
      ],
      streamEnabled: true,
      streamViewType: "NEW_AND_OLD_IMAGES",
      pointInTimeRecovery: { enabled: true },
      serverSideEncryption: { enabled: true, kmsKeyArn: "arn:aws:kms:us-east-1:111122223333:key/store-primary-key" },
      deletionProtectionEnabled: true,
      replicas: [
        {
          regionName: "us-west-2",
          kmsKeyArn: "arn:aws:kms:us-west-2:111122223333:key/store-dr-key",
          pointInTimeRecovery: true,
          deletionProtectionEnabled: true,
          propagateTags: true,
        },
      ],
      tags,
    });
  });

  it("sends every alarm, and its end, to the topic of the alarm's own region (promise 10)", () => {
    for (const alarm of recording.of("aws:cloudwatch/metricAlarm:MetricAlarm")) {
      const site = alarm.inputs.region === "us-west-2" ? "dr" : "primary";
      const topic = [`arn:aws:test:${String(alarm.inputs.region)}:111122223333:store-${site}-alarms`];
      expect([alarm.inputs.alarmActions, alarm.inputs.okActions], alarm.name).toEqual([topic, topic]);
    }
  });

  it("looks at exactly the metric of one pair and one rule (promise 10)", () => {
    expect(recording.named("store-media-recordings-replication-late").inputs).toMatchObject({
      namespace: "AWS/S3",
      metricName: "ReplicationLatency",
      dimensions: {
        SourceBucket: "holdfast-test-media-primary-111122223333",
        DestinationBucket: "holdfast-test-media-dr-111122223333",
        RuleId: "recordings",
      },
      statistic: "Maximum",
      comparisonOperator: "GreaterThanThreshold",
      threshold: 3600,
      treatMissingData: "ignore",
    });
  });

  it("lets CloudWatch of this account publish to the topics, and mails the alarms of both regions", () => {
    for (const site of ["primary", "dr"]) {
      const { inputs } = recording.named(`store-${site}-alarms-policy`);
      const { Statement } = JSON.parse(String(inputs.policy));
      expect(Statement).toEqual([
        {
          Sid: "AllowAlarms",
          Effect: "Allow",
          Principal: { Service: "cloudwatch.amazonaws.com" },
          Action: "sns:Publish",
          Resource: recording.named(`store-${site}-alarms-email-oncall@example.com`).inputs.topic,
          Condition: { StringEquals: { "aws:SourceAccount": "111122223333" } },
        },
      ]);
      expect(recording.named(`store-${site}-alarms-email-oncall@example.com`).inputs).toMatchObject({
        protocol: "email",
        endpoint: "oncall@example.com",
      });
    }
  });

  it("keeps the subscription of an address when another one leaves the list (promise 10)", async () => {
    const subscriptions = async (alertEmail: string[]) => {
      const made = (await build({ alertEmail })).recording.of("aws:sns/topicSubscription:TopicSubscription");
      return new Map(made.map(({ name, inputs }) => [name, `${inputs.region} ${inputs.endpoint}`]));
    };
    const before = await subscriptions(["first@example.com", "second@example.com"]);
    const after = await subscriptions(["second@example.com"]);
    expect([...after.values()].sort()).toEqual(["us-east-1 second@example.com", "us-west-2 second@example.com"]);
    for (const [name, address] of after) expect(before.get(name), name).toBe(address);
  });

  it("tells where everything is", async () => {
    expect(await promiseOf(store.locations as never)).toEqual({
      primary: {
        metadata: "holdfast-test-metadata-primary-111122223333",
        media: "holdfast-test-media-primary-111122223333",
        landing: "holdfast-test-landing-primary-111122223333",
      },
      dr: {
        metadata: "holdfast-test-metadata-dr-111122223333",
        media: "holdfast-test-media-dr-111122223333",
        landing: "holdfast-test-landing-dr-111122223333",
      },
    });
    expect(await promiseOf(store.catalog)).toBe("holdfast-test-catalog-111122223333");
    expect(store.native.cloud).toBe("aws");
  });
});

describe("ReplicatedRecordingStore on AWS, removal destroy", () => {
  it("lets the stack empty its buckets and protects nothing, but keeps the order", async () => {
    const { recording } = await build({ removal: "destroy" });
    for (const { name, opts } of recording.all) {
      expect(opts, name).not.toHaveProperty("protect");
      expect(opts, name).not.toHaveProperty("retainOnDelete");
    }
    const buckets: readonly RecordedResource[] = recording.of("aws:s3/bucket:Bucket");
    expect(buckets.map(({ inputs }) => inputs.forceDestroy)).toEqual([true, true, true, true, true, true]);
    for (const { waitsFor } of buckets) expect([...waitsFor][0]).toMatch(/-key$/);
    expect(recording.named("store-catalog").inputs).toMatchObject({
      deletionProtectionEnabled: false,
      replicas: [{ deletionProtectionEnabled: false }],
    });
  });
});

describe("ReplicatedRecordingStore, arguments", () => {
  it("accepts ACLs at the landings only where the platform sends them", async () => {
    const landing = { ...storeArgs().landing, ownership: "preferred" as const };
    const { recording } = await build({ landing });
    const ownership = recording.of("aws:s3/bucketOwnershipControls:BucketOwnershipControls");
    expect(
      Object.fromEntries(
        ownership.map(({ name, inputs }) => [name, (inputs.rule as { objectOwnership: string }).objectOwnership]),
      ),
    ).toEqual({
      "store-primary-metadata-ownership": "BucketOwnerEnforced",
      "store-primary-media-ownership": "BucketOwnerEnforced",
      "store-primary-landing-ownership": "BucketOwnerPreferred",
      "store-dr-metadata-ownership": "BucketOwnerEnforced",
      "store-dr-media-ownership": "BucketOwnerEnforced",
      "store-dr-landing-ownership": "BucketOwnerPreferred",
    });
  });

  it("makes no subscription without an address, and the alarms all the same", async () => {
    const { recording } = await build({ alertEmail: [] });
    expect(recording.of("aws:sns/topicSubscription:TopicSubscription")).toHaveLength(0);
    expect(recording.of("aws:cloudwatch/metricAlarm:MetricAlarm")).toHaveLength(18);
  });

  it("refuses policies that AWS would refuse, before the first child", async () => {
    await useMocks();
    const readers = Array.from({ length: 300 }, (_, i) => role(`SomebodyInTheQualityTeam${i}`));
    const args = storeArgs({ access: { ...storeArgs().access, readers }, scope, aws });
    const recording = await record((transformations) => {
      expect(() => new ReplicatedRecordingStore("store", args, { transformations })).toThrow(
        expect.objectContaining({
          code: "HF4001",
          message: expect.stringMatching(/metadata bucket in primary.*20480/),
        }),
      );
    });
    expect(recording.all.map(({ name }) => name)).toEqual(["store"]);
    expect(deployCodes).toHaveProperty("HF4001");
  });
});
