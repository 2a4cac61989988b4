import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Harness, live, region } from "./harness.ts";

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

  it("FunctionRecursionConfig, whose end puts the default back", async () => {
    const { stated: code } = await newFunction("hf-it-loop");
    const made = await h.create("aws:lambda/function:Function", code);
    const stated = { functionName: made.id, region };
    await live(h, {
      type: "aws:lambda/functionRecursionConfig:FunctionRecursionConfig",
      inputs: { ...stated, recursiveLoop: "Allow" },
      updates: [
        { ...stated, recursiveLoop: "Terminate" },
        { ...stated, recursiveLoop: "Allow" },
      ],
      outside: [
        {
          sees: "recursiveLoop",
          change: async () =>
            (await h.client("lambda")).putFunctionRecursionConfig({
              FunctionName: made.id,
              RecursiveLoop: "Terminate",
            }),
        },
      ],
      afterDelete: { recursiveLoop: "Terminate" },
    });
  });
});
