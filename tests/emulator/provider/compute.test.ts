import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { drRegion, Harness, live, region } from "./harness.ts";

let h: Harness;
beforeAll(async () => {
  h = await Harness.start();
});
afterAll(() => h.stop());

const trust = (service = "lambda"): string =>
  JSON.stringify({
    Version: "2012-10-17",
    Statement: [{ Effect: "Allow", Principal: { Service: `${service}.amazonaws.com` }, Action: "sts:AssumeRole" }],
  });

/** An asset archive with one file, as it arrives from the engine (Pulumi SDK, `runtime/rpc`). */
const archive = (text: string) => ({
  "4dabf18193072939515e22adb298388d": "0def7320c3a5731c473e5ecbe6d01bc7",
  hash: `hash-of-${text}`,
  assets: {
    "index.mjs": {
      "4dabf18193072939515e22adb298388d": "c44067f5952c0a294b673a41bacd8c17",
      hash: `hash-of-${text}`,
      text: `export const handler = async () => ${JSON.stringify(text)};`,
    },
  },
});

const newFunction = async (name: string) => {
  const role = await h.create("aws:iam/role:Role", { name: `${name}-role`, assumeRolePolicy: trust() });
  const stated = {
    name,
    region,
    role: role.state.arn,
    runtime: "nodejs22.x",
    handler: "index.handler",
    code: archive("one"),
  };
  return { role, stated };
};

describe("KMS rows", () => {
  it("Key", async () => {
    const policy = (sid: string) =>
      JSON.stringify({
        Version: "2012-10-17",
        Statement: [
          {
            Sid: sid,
            Effect: "Allow",
            Principal: { AWS: "arn:aws:iam::000000000000:root" },
            Action: "kms:*",
            Resource: "*",
          },
        ],
      });
    const stated = { region, description: "One", deletionWindowInDays: 7 };
    await live(h, {
      type: "aws:kms/key:Key",
      inputs: { ...stated, enableKeyRotation: true, policy: policy("A"), tags: { a: "1" } },
      updates: [
        { ...stated, description: "Two", policy: policy("B"), tags: { b: "1" } },
        { ...stated, policy: policy("B"), enableKeyRotation: true, rotationPeriodInDays: 180 },
        { ...stated, policy: policy("B"), isEnabled: false },
        { ...stated, policy: policy("A"), isEnabled: true, tags: { a: "1" } },
      ],
      outside: [
        {
          sees: "policy",
          change: async ({ id: KeyId }) =>
            (await h.client("kms")).putKeyPolicy({ KeyId, PolicyName: "default", Policy: policy("X") }),
        },
        { sees: "isEnabled", change: async ({ id: KeyId }) => (await h.client("kms")).disableKey({ KeyId }) },
        {
          sees: "enableKeyRotation",
          change: async ({ id: KeyId }) => (await h.client("kms")).enableKeyRotation({ KeyId }),
        },
        {
          sees: "tags",
          change: async ({ id: KeyId }) =>
            (await h.client("kms")).tagResource({ KeyId, Tags: [{ TagKey: "x", TagValue: "y" }] }),
        },
        { sees: "<gone>", change: async ({ id: KeyId }) => (await h.client("kms")).scheduleKeyDeletion({ KeyId }) },
      ],
    });
  });

  it("a deleted key only waits for its deletion, for as long as was stated", async () => {
    const key = await h.create("aws:kms/key:Key", { region, deletionWindowInDays: 7 });
    await h.delete(key);
    const { KeyMetadata } = await (await h.client("kms")).describeKey({ KeyId: key.id });
    expect(KeyMetadata?.KeyState).toBe("PendingDeletion");
    const days = ((KeyMetadata?.DeletionDate?.getTime() ?? 0) - Date.now()) / 86_400_000;
    expect(days).toBeGreaterThan(6.9);
    expect(days).toBeLessThan(7.1);
  });

  it("Alias", async () => {
    const keys = [await h.create("aws:kms/key:Key", { region }), await h.create("aws:kms/key:Key", { region })];
    const stated = { name: "alias/hf-it", region };
    await live(h, {
      type: "aws:kms/alias:Alias",
      inputs: { ...stated, targetKeyId: keys[0]?.id },
      updates: [
        { ...stated, targetKeyId: keys[1]?.state.arn },
        { ...stated, targetKeyId: keys[0]?.id },
      ],
      outside: [
        {
          sees: "targetKeyId",
          change: async ({ id: AliasName }) =>
            (await h.client("kms")).updateAlias({ AliasName, TargetKeyId: keys[1]?.id }),
        },
        { sees: "<gone>", change: async ({ id: AliasName }) => (await h.client("kms")).deleteAlias({ AliasName }) },
      ],
    });
  });
});

describe("IAM rows", () => {
  it("Role", async () => {
    const stated = { name: "hf-it-role", assumeRolePolicy: trust() };
    const boundary = "arn:aws:iam::aws:policy/ReadOnlyAccess";
    await live(h, {
      type: "aws:iam/role:Role",
      inputs: { ...stated, description: "One", maxSessionDuration: 7200, path: "/hf/", tags: { a: "1" } },
      updates: [
        {
          ...stated,
          assumeRolePolicy: trust("s3"),
          path: "/hf/",
          description: "Two",
          permissionsBoundary: boundary,
          tags: { b: "1" },
        },
        { ...stated, path: "/hf/", description: "Three" },
      ],
      outside: [
        {
          sees: "assumeRolePolicy",
          change: async ({ id: RoleName }) =>
            (await h.client("iam", "")).updateAssumeRolePolicy({ RoleName, PolicyDocument: trust("ec2") }),
        },
        {
          sees: "maxSessionDuration",
          change: async ({ id: RoleName }) =>
            (await h.client("iam", "")).updateRole({ RoleName, MaxSessionDuration: 10800 }),
        },
        {
          sees: "tags",
          change: async ({ id: RoleName }) =>
            (await h.client("iam", "")).tagRole({ RoleName, Tags: [{ Key: "x", Value: "y" }] }),
        },
        { sees: "<gone>", change: async ({ id: RoleName }) => (await h.client("iam", "")).deleteRole({ RoleName }) },
      ],
    });
  });

  it("RolePolicy", async () => {
    const role = await h.create("aws:iam/role:Role", { name: "hf-it-policed", assumeRolePolicy: trust() });
    const policy = (action: string) => ({
      name: "admit",
      role: role.id,
      policy: JSON.stringify({
        Version: "2012-10-17",
        Statement: [{ Effect: "Allow", Action: action, Resource: "*" }],
      }),
    });
    await live(h, {
      type: "aws:iam/rolePolicy:RolePolicy",
      inputs: policy("s3:GetObject"),
      updates: [policy("s3:PutObject")],
      outside: [
        {
          sees: "policy",
          change: async () =>
            (await h.client("iam", "")).putRolePolicy({
              RoleName: role.id,
              PolicyName: "admit",
              PolicyDocument: policy("s3:*").policy,
            }),
        },
        {
          sees: "<gone>",
          change: async () => (await h.client("iam", "")).deleteRolePolicy({ RoleName: role.id, PolicyName: "admit" }),
        },
      ],
    });
  });
});

describe("Lambda rows", () => {
  it("Function", async () => {
    const { stated } = await newFunction("hf-it-function");
    const dead = await h.create("aws:sqs/queue:Queue", { name: "hf-it-function-dead", region });
    const log = await h.create("aws:cloudwatch/logGroup:LogGroup", { name: "/hf/it", region });
    await live(h, {
      type: "aws:lambda/function:Function",
      inputs: {
        ...stated,
        architectures: ["arm64"],
        description: "Admits",
        environment: { variables: { A: "1", B: "2" } },
        loggingConfig: { logFormat: "JSON", logGroup: log.id },
        memorySize: 512,
        reservedConcurrentExecutions: 5,
        tags: { a: "1" },
        timeout: 60,
      },
      updates: [
        {
          ...stated,
          architectures: ["arm64"],
          code: archive("two"),
          deadLetterConfig: { targetArn: dead.state.arn },
          environment: { variables: { A: "2" } },
          ephemeralStorage: { size: 1024 },
          memorySize: 1024,
          tags: { b: "1" },
          tracingConfig: { mode: "Active" },
        },
        { ...stated, environment: { variables: { A: "1" } } },
      ],
      outside: [
        {
          sees: "environment",
          change: async ({ id: FunctionName }) =>
            (await h.client("lambda")).updateFunctionConfiguration({
              FunctionName,
              Environment: { Variables: { A: "x" } },
            }),
        },
        {
          sees: "reservedConcurrentExecutions",
          change: async ({ id: FunctionName }) =>
            (await h.client("lambda")).putFunctionConcurrency({ FunctionName, ReservedConcurrentExecutions: 0 }),
        },
        {
          sees: "timeout",
          change: async ({ id: FunctionName }) =>
            (await h.client("lambda")).updateFunctionConfiguration({ FunctionName, Timeout: 900 }),
        },
        {
          sees: "<gone>",
          change: async ({ id: FunctionName }) => (await h.client("lambda")).deleteFunction({ FunctionName }),
        },
      ],
    });
  });

  it("Function: the code runs, and code put in its place by somebody else is seen and put back", async () => {
    const { stated } = await newFunction("hf-it-code");
    const made = await h.create("aws:lambda/function:Function", stated);
    const lambda = await h.client("lambda");
    const run = async () => {
      const { Payload } = await lambda.invoke({ FunctionName: made.id });
      return JSON.parse(Buffer.from(Payload ?? []).toString()) as unknown;
    };
    expect(await run()).toBe("one");

    const other = await newFunction("hf-it-other-code");
    const source = await h.create("aws:lambda/function:Function", { ...other.stated, code: archive("evil") });
    const { zipOf } = await import("../../../emulator/providers/engine/archive.ts");
    await lambda.updateFunctionCode({ FunctionName: made.id, ZipFile: zipOf(archive("evil")) });
    expect(source.state.codeSha256).not.toBe(made.state.codeSha256);

    // On a read the engine sends archives by their hash only.
    const { assets: _, ...elided } = archive("one");
    const seen = await h.refresh({ ...made, inputs: { ...made.inputs, code: elided } });
    expect(seen && h.diff(seen, made.inputs).changes.map((c) => c.path)).toEqual(["code"]);
    if (seen) await h.operations.update(h.session, h.target(seen), seen.inputs, seen.state, made.inputs);
    expect(await run()).toBe("one");
  });

  it("EventSourceMapping", async () => {
    const { stated: code } = await newFunction("hf-it-mapped");
    const made = await h.create("aws:lambda/function:Function", code);
    const queue = await h.create("aws:sqs/queue:Queue", { name: "hf-it-source", region });
    const stated = { functionName: made.state.arn, eventSourceArn: queue.state.arn, region };
    const full = {
      ...stated,
      batchSize: 5,
      functionResponseTypes: ["ReportBatchItemFailures"],
      maximumBatchingWindowInSeconds: 1,
      scalingConfig: { maximumConcurrency: 4 },
      tags: { a: "1" },
    };
    await live(h, {
      type: "aws:lambda/eventSourceMapping:EventSourceMapping",
      inputs: full,
      updates: [
        { ...full, batchSize: 6, enabled: false, scalingConfig: { maximumConcurrency: 2 }, tags: { b: "1" } },
        { ...stated, batchSize: 10, filterCriteria: { filters: [{ pattern: '{"body":{"a":["b"]}}' }] } },
        full,
      ],
      outside: [
        {
          sees: "enabled",
          change: async ({ id: UUID }) => (await h.client("lambda")).updateEventSourceMapping({ UUID, Enabled: false }),
        },
        {
          sees: "batchSize",
          change: async ({ id: UUID }) => (await h.client("lambda")).updateEventSourceMapping({ UUID, BatchSize: 1 }),
        },
        {
          sees: "<gone>",
          change: async ({ id: UUID }) => (await h.client("lambda")).deleteEventSourceMapping({ UUID }),
        },
      ],
    });
  });

  it("Permission", async () => {
    const { stated: code } = await newFunction("hf-it-permitted");
    const made = await h.create("aws:lambda/function:Function", code);
    await live(h, {
      type: "aws:lambda/permission:Permission",
      inputs: {
        action: "lambda:InvokeFunction",
        function: made.id,
        principal: "s3.amazonaws.com",
        region,
        sourceAccount: "000000000000",
        sourceArn: "arn:aws:s3:::some-bucket",
        statementId: "AllowS3",
      },
      updates: [],
      outside: [
        {
          sees: "<gone>",
          change: async ({ id: StatementId }) =>
            (await h.client("lambda")).removePermission({ FunctionName: made.id, StatementId }),
        },
      ],
    });
  });

  it("FunctionEventInvokeConfig", async () => {
    const { stated: code } = await newFunction("hf-it-async");
    const made = await h.create("aws:lambda/function:Function", code);
    const dead = await h.create("aws:sqs/queue:Queue", { name: "hf-it-async-dead", region });
    const stated = { functionName: made.id, region };
    await live(h, {
      type: "aws:lambda/functionEventInvokeConfig:FunctionEventInvokeConfig",
      inputs: {
        ...stated,
        destinationConfig: { onFailure: { destination: dead.state.arn } },
        maximumEventAgeInSeconds: 60,
        maximumRetryAttempts: 0,
      },
      updates: [{ ...stated, maximumRetryAttempts: 1, maximumEventAgeInSeconds: 120 }],
      outside: [
        {
          sees: "maximumRetryAttempts",
          change: async () =>
            (await h.client("lambda")).putFunctionEventInvokeConfig({
              FunctionName: made.id,
              MaximumRetryAttempts: 2,
            }),
        },
        {
          sees: "<gone>",
          change: async () => (await h.client("lambda")).deleteFunctionEventInvokeConfig({ FunctionName: made.id }),
        },
      ],
    });
  });
});

describe("DynamoDB rows", () => {
  const index = (name: string, rangeKey: string) => ({
    name,
    keySchemas: [
      { attributeName: "conversationId", keyType: "HASH" },
      { attributeName: rangeKey, keyType: "RANGE" },
    ],
    projectionType: "ALL",
  });

  it("Table with a replica", async () => {
    const key = await h.create("aws:kms/key:Key", { region });
    const drKey = await h.create("aws:kms/key:Key", { region: drRegion });
    const replica = (more: object) => ({ regionName: drRegion, kmsKeyArn: drKey.state.arn, ...more });
    const stated = {
      name: "hf-it-catalog",
      region,
      billingMode: "PAY_PER_REQUEST",
      hashKey: "recordingId",
      rangeKey: "sk",
      attributes: [
        { name: "recordingId", type: "S" },
        { name: "sk", type: "S" },
        { name: "conversationId", type: "S" },
        { name: "recordedAt", type: "S" },
      ],
      globalSecondaryIndexes: [index("byConversation", "recordedAt")],
      streamEnabled: true,
      streamViewType: "NEW_AND_OLD_IMAGES",
      pointInTimeRecovery: { enabled: true },
      serverSideEncryption: { enabled: true, kmsKeyArn: key.state.arn },
      replicas: [replica({ pointInTimeRecovery: true, propagateTags: true })],
      tags: { a: "1" },
    };
    const aws = () => h.client("dynamodb");
    await live(h, {
      type: "aws:dynamodb/table:Table",
      inputs: stated,
      updates: [
        {
          ...stated,
          deletionProtectionEnabled: true,
          globalSecondaryIndexes: [index("byConversation", "recordedAt"), index("second", "sk")],
          replicas: [replica({ deletionProtectionEnabled: true, propagateTags: true })],
          ttl: { attributeName: "expires", enabled: true },
          tags: { b: "1" },
        },
        { ...stated, pointInTimeRecovery: { enabled: false }, tags: { b: "1" } },
        stated,
      ],
      outside: [
        {
          sees: "pointInTimeRecovery",
          change: async ({ id: TableName }) =>
            (await aws()).updateContinuousBackups({
              TableName,
              PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: false },
            }),
        },
        {
          sees: "deletionProtectionEnabled",
          change: async ({ id: TableName }) =>
            (await aws()).updateTable({ TableName, DeletionProtectionEnabled: true }),
        },
        {
          sees: "replicas",
          change: async ({ id: TableName }) =>
            (await h.client("dynamodb", drRegion)).updateContinuousBackups({
              TableName,
              PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: false },
            }),
        },
        {
          sees: "globalSecondaryIndexes",
          change: async ({ id: TableName }) =>
            (await aws()).updateTable({
              TableName,
              GlobalSecondaryIndexUpdates: [{ Delete: { IndexName: "byConversation" } }],
            }),
        },
        {
          sees: "tags",
          change: async ({ state }) =>
            (await aws()).tagResource({ ResourceArn: String(state.arn), Tags: [{ Key: "x", Value: "y" }] }),
        },
      ],
    });
  });

  it("a table under deletion protection stays", async () => {
    const made = await h.create("aws:dynamodb/table:Table", {
      name: "hf-it-protected",
      region,
      billingMode: "PAY_PER_REQUEST",
      hashKey: "id",
      attributes: [{ name: "id", type: "S" }],
      deletionProtectionEnabled: true,
    });
    await expect(h.delete(made)).rejects.toThrow(/^HF5520 DeleteTable /);
    expect(await h.drift(made)).toEqual([]);
  });
});
