import { readFileSync } from "node:fs";
/** Proves what the intake asks the engine for, child by child. It does not prove that AWS accepts it. */
import { beforeAll, describe, expect, it } from "vitest";
import { RecordingIntake } from "../../components/recording-intake/index.ts";
import { ReplicatedRecordingStore } from "../../components/replicated-recording-store/index.ts";
import type { Settings } from "../../model/settings.ts";
import { aws, genesys, role, scope, storeArgs, tags } from "./support/fixtures.ts";
import { promiseOf, type Recording, record, testRegions, useMocks } from "./support/record.ts";

const build = async (sources: Settings["sources"]) => {
  await useMocks();
  const made: { intake?: RecordingIntake } = {};
  const recording = await record((transformations) => {
    const store = new ReplicatedRecordingStore("store", storeArgs());
    const rules = { classification: [], holdRules: [], classes: [{ className: "standard" }] };
    made.intake = new RecordingIntake(
      "intake",
      {
        store,
        regions: testRegions,
        sources,
        rules,
        admit: { name: "admit", code: "export {}" },
        removal: "keep",
        tags,
        scope,
        aws,
      },
      { transformations },
    );
  });
  if (!made.intake) throw new Error("no intake");
  return { recording, intake: made.intake };
};

describe("RecordingIntake on AWS", () => {
  let recording: Recording;
  let intake: RecordingIntake;
  beforeAll(async () => {
    ({ recording, intake } = await build({ genesys, plain: { writers: [role("Exporter")] } }));
  });
  const document = (name: string, property = "policy") =>
    JSON.parse(String(recording.named(name).inputs[property])).Statement;

  it("makes exactly these resources", () => {
    expect(recording.counts()).toEqual({
      "aws:cloudwatch/eventRule:EventRule": 1,
      "aws:cloudwatch/eventTarget:EventTarget": 1,
      "aws:cloudwatch/logGroup:LogGroup": 1,
      "aws:cloudwatch/metricAlarm:MetricAlarm": 16,
      "aws:iam/role:Role": 2,
      "aws:iam/rolePolicy:RolePolicy": 2,
      "aws:lambda/eventSourceMapping:EventSourceMapping": 2,
      "aws:lambda/function:Function": 1,
      "aws:lambda/functionRecursionConfig:FunctionRecursionConfig": 1,
      "aws:s3/bucketNotification:BucketNotification": 1,
      "aws:sqs/queue:Queue": 4,
      "aws:sqs/queuePolicy:QueuePolicy": 4,
      "holdfast:index:RecordingIntake": 1,
    });
  });

  it("is in the primary region, child by child", () => {
    for (const { type, name, inputs, opts } of recording.all) {
      if (type.startsWith("holdfast:")) continue;
      expect(opts.parent, name).toBe(intake);
      expect(name).toMatch(/^intake-/);
      if (type.startsWith("aws:iam/")) expect(inputs, name).not.toHaveProperty("region");
      else expect(inputs.region, name).toBe("us-east-1");
    }
  });

  it("sends the landing's new objects to the queue, and to the dead-letter queue what it cannot deliver", () => {
    expect(JSON.parse(String(recording.named("intake-landed").inputs.eventPattern))).toEqual({
      source: ["aws.s3"],
      "detail-type": ["Object Created"],
      detail: { bucket: { name: ["holdfast-test-landing-primary-111122223333"] } },
    });
    expect(recording.named("intake-landed-to-intake").inputs).toEqual({
      region: "us-east-1",
      rule: "holdfast-test-landed-111122223333",
      targetId: "intake",
      arn: "arn:aws:sqs:us-east-1:111122223333:intake-intake",
      deadLetterConfig: { arn: "arn:aws:sqs:us-east-1:111122223333:intake-intake-dead" },
      retryPolicy: { maximumEventAgeInSeconds: 86_400, maximumRetryAttempts: 185 },
    });
    expect(recording.named("intake-landing-events").inputs).toEqual({
      region: "us-east-1",
      bucket: "holdfast-test-landing-primary-111122223333",
      eventbridge: true,
    });
    expect(recording.named("intake-landing-events").waitsFor).toContain("intake-landed-to-intake");
    expect(recording.named("intake-landed-to-intake").waitsFor).toContain("intake-intake-policy");
  });

  it.each([
    ["intake-intake", true],
    ["intake-intake-dead", true],
    ["intake-confirm", false],
    ["intake-confirm-dead", false],
  ])("%s takes TLS only, and events of the one rule: %s", (name, fromEvents) => {
    const arn = `arn:aws:sqs:us-east-1:111122223333:${name}`;
    const tls = {
      Sid: "DenyPlainHttp",
      Effect: "Deny",
      Principal: "*",
      Action: ["sqs:*"],
      Resource: arn,
      Condition: { Bool: { "aws:SecureTransport": "false" } },
    };
    const events = {
      Sid: "AllowLandingEvents",
      Effect: "Allow",
      Principal: { Service: "events.amazonaws.com" },
      Action: "sqs:SendMessage",
      Resource: arn,
      Condition: {
        ArnEquals: { "aws:SourceArn": "arn:aws:test:us-east-1:111122223333:intake-landed" },
        StringEquals: { "aws:SourceAccount": "111122223333" },
      },
    };
    expect(document(`${name}-policy`)).toEqual(fromEvents ? [tls, events] : [tls]);
  });

  it.each(["intake", "confirm"])("queue %s: encrypted, patient, with a dead-letter queue", (which) => {
    expect(recording.named(`intake-${which}`).inputs).toEqual({
      region: "us-east-1",
      name: `holdfast-test-${which}-111122223333`,
      messageRetentionSeconds: 1_209_600,
      sqsManagedSseEnabled: true,
      visibilityTimeoutSeconds: 1801,
      redrivePolicy: `{"deadLetterTargetArn":"arn:aws:sqs:us-east-1:111122223333:intake-${which}-dead","maxReceiveCount":5}`,
      tags,
    });
    const mapping = recording.named(`intake-admit-from-${which}`);
    expect(mapping.inputs).toMatchObject({
      eventSourceArn: `arn:aws:sqs:us-east-1:111122223333:intake-${which}`,
      batchSize: 10,
      maximumBatchingWindowInSeconds: 1,
      functionResponseTypes: ["ReportBatchItemFailures"],
      scalingConfig: { maximumConcurrency: which === "intake" ? 20 : 5 },
    });
    expect([...mapping.waitsFor], "nothing is admitted before it can replicate").toEqual(
      expect.arrayContaining([
        "store-primary-metadata-replication",
        "store-primary-media-replication",
        "intake-admit-role-policy",
      ]),
    );
  });

  it("runs the function as planned, with every variable that its schema names", async () => {
    const { inputs, waitsFor } = recording.named("intake-admit");
    expect(inputs).toMatchObject({
      name: "holdfast-test-admit-111122223333",
      role: role("holdfast-test-admit-111122223333"),
      runtime: "nodejs22.x",
      architectures: ["arm64"],
      handler: "index.handler",
      timeout: 300,
      memorySize: 1769,
      loggingConfig: { logFormat: "JSON", logGroup: "/aws/lambda/holdfast-test-admit-111122223333" },
      environment: {
        variables: {
          HOLDFAST_PRIMARY_REGION: "us-east-1",
          HOLDFAST_DR_REGION: "us-west-2",
          HOLDFAST_LANDING: "holdfast-test-landing-primary-111122223333",
          HOLDFAST_PRIMARY_METADATA: "holdfast-test-metadata-primary-111122223333",
          HOLDFAST_PRIMARY_MEDIA: "holdfast-test-media-primary-111122223333",
          HOLDFAST_DR_METADATA: "holdfast-test-metadata-dr-111122223333",
          HOLDFAST_DR_MEDIA: "holdfast-test-media-dr-111122223333",
          HOLDFAST_CATALOG: "holdfast-test-catalog-111122223333",
          HOLDFAST_CONFIRM_QUEUE: "https://sqs.example/intake-confirm",
          HOLDFAST_GENESYS_ORGANIZATION: "00000000-0000-4000-8000-000000000000",
          HOLDFAST_PLAIN_LAYOUT: "on",
          HOLDFAST_METRICS_NAMESPACE: "Holdfast",
          HOLDFAST_STACK: "test",
        },
      },
    });
    expect(inputs).not.toHaveProperty("reservedConcurrentExecutions");
    expect(waitsFor).toContain("intake-admit-role-policy");
    expect(recording.named("intake-admit-log").inputs.retentionInDays).toBe(90);
    const assets = (await (inputs.code as { assets: Promise<Record<string, { path: Promise<string> }>> }).assets) ?? {};
    expect(readFileSync((await assets["rules.json"]?.path) ?? "", "utf8")).toBe(
      '{"classification":[],"holdRules":[],"classes":[{"className":"standard"}]}',
    );
  });

  it("lets the function send itself the next look for as long as an outage lasts (promise 10)", () => {
    expect(recording.named("intake-admit-recursion").inputs).toEqual({
      region: "us-east-1",
      functionName: "holdfast-test-admit-111122223333",
      recursiveLoop: "Allow",
    });
    expect(recording.named("intake-admit-from-confirm").waitsFor).toContain("intake-admit-recursion");
  });

  it("gives the function's role Lambda's own needs and the computed grants, on real ARNs", () => {
    const statements = document("intake-admit-role-policy") as { Sid: string; Resource: string | string[] }[];
    expect(statements.map(({ Sid }) => Sid).slice(0, 2)).toEqual(["ReceiveMessages", "WriteLog"]);
    expect(statements.flatMap(({ Resource }) => Resource)).toEqual(
      expect.arrayContaining([
        "arn:aws:s3:::holdfast-test-landing-primary-111122223333/*",
        "arn:aws:s3:::holdfast-test-media-dr-111122223333/*",
        "arn:aws:kms:us-west-2:111122223333:key/store-dr-key",
      ]),
    );
    expect(document("intake-admit-role", "assumeRolePolicy")[0].Principal).toEqual({ Service: "lambda.amazonaws.com" });
  });

  it("does not make the roles wait for the store, whose policies name them", () => {
    for (const name of ["intake-admit-role", "intake-genesys-role"])
      expect(recording.named(name).waitsFor, name).toEqual(new Set());
  });

  it.each([
    ["intake-dead-letters", { QueueName: "holdfast-test-intake-dead-111122223333" }],
    ["confirm-late", { QueueName: "holdfast-test-confirm-111122223333" }],
    ["admit-errors", { FunctionName: "holdfast-test-admit-111122223333" }],
    ["quarantined", { Stack: "test" }],
  ])("alarm %s looks at %o", (suffix, dimensions) => {
    const { inputs } = recording.named(`intake-${suffix}`);
    expect(inputs.dimensions).toEqual(dimensions);
    expect(inputs.alarmActions).toEqual(["arn:aws:test:us-east-1:111122223333:store-primary-alarms"]);
  });

  it("tells the role that the store must let write, and the function's name", async () => {
    expect(await promiseOf(intake.admitRole)).toBe(role("holdfast-test-admit-111122223333"));
    expect(await promiseOf(intake.functions.admit)).toBe("holdfast-test-admit-111122223333");
    expect(await promiseOf(intake.genesysRole ?? "")).toBe(role("holdfast-test-genesys-111122223333"));
  });

  it("has no Genesys role without Genesys, and reads no layout that is not configured", async () => {
    const { recording: bare, intake: without } = await build({});
    expect(without.genesysRole).toBeUndefined();
    expect(bare.of("aws:iam/role:Role").map(({ name }) => name)).toEqual(["intake-admit-role"]);
    const { environment } = bare.named("intake-admit").inputs as { environment: { variables: Record<string, string> } };
    expect(environment.variables).toMatchObject({ HOLDFAST_GENESYS_ORGANIZATION: "", HOLDFAST_PLAIN_LAYOUT: "off" });
  });
});
