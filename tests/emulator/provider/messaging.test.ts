import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Harness, live, region } from "./harness.ts";

let h: Harness;
beforeAll(async () => {
  h = await Harness.start();
});
afterAll(() => h.stop());

const allow = (service: string, action: string, resource: unknown): string =>
  JSON.stringify({
    Version: "2012-10-17",
    Statement: [{ Sid: "A", Effect: "Allow", Principal: { Service: service }, Action: action, Resource: resource }],
  });

describe("SQS rows", () => {
  it("Queue", async () => {
    const dead = await h.create("aws:sqs/queue:Queue", { name: "hf-it-dead", region });
    const key = await h.create("aws:kms/key:Key", { region });
    const stated = { name: "hf-it-queue", region };
    const redrive = (maxReceiveCount: number) =>
      JSON.stringify({ deadLetterTargetArn: dead.state.arn, maxReceiveCount });
    const full = {
      ...stated,
      delaySeconds: 5,
      kmsDataKeyReusePeriodSeconds: 600,
      kmsMasterKeyId: key.id,
      maxMessageSize: 2048,
      messageRetentionSeconds: 1209600,
      receiveWaitTimeSeconds: 20,
      redriveAllowPolicy: JSON.stringify({ redrivePermission: "denyAll" }),
      redrivePolicy: redrive(3),
      tags: { a: "1" },
      visibilityTimeoutSeconds: 360,
    };
    await live(h, {
      type: "aws:sqs/queue:Queue",
      inputs: full,
      updates: [
        { ...full, visibilityTimeoutSeconds: 30, redrivePolicy: redrive(4), tags: { b: "2" } },
        stated,
        { ...stated, sqsManagedSseEnabled: true, visibilityTimeoutSeconds: 60 },
      ],
      outside: [
        {
          sees: "visibilityTimeoutSeconds",
          change: async ({ id: QueueUrl }) =>
            (await h.client("sqs")).setQueueAttributes({ QueueUrl, Attributes: { VisibilityTimeout: "7" } }),
        },
        {
          sees: "delaySeconds",
          change: async ({ id: QueueUrl }) =>
            (await h.client("sqs")).setQueueAttributes({ QueueUrl, Attributes: { DelaySeconds: "7" } }),
        },
        {
          sees: "tags",
          change: async ({ id: QueueUrl }) => (await h.client("sqs")).tagQueue({ QueueUrl, Tags: { x: "y" } }),
        },
        { sees: "<gone>", change: async ({ id: QueueUrl }) => (await h.client("sqs")).deleteQueue({ QueueUrl }) },
      ],
    });
  });

  it("Queue, first in first out", async () => {
    const stated = { fifoQueue: true, name: "hf-it-queue.fifo", region };
    await live(h, {
      type: "aws:sqs/queue:Queue",
      inputs: { ...stated, contentBasedDeduplication: true },
      updates: [{ ...stated, deduplicationScope: "messageGroup", fifoThroughputLimit: "perMessageGroupId" }],
      outside: [],
    });
  });

  it("a queue without a name gets one that ends as its kind demands", async () => {
    const plain = await h.create("aws:sqs/queue:Queue", { region }, "auto");
    expect(plain.inputs.name).toMatch(/^auto-[0-9a-f]{7}$/);
    const fifo = await h.create("aws:sqs/queue:Queue", { region, fifoQueue: true }, "auto");
    expect(fifo.inputs.name).toMatch(/^auto-[0-9a-f]{7}\.fifo$/);
  });

  it("QueuePolicy", async () => {
    const queue = await h.create("aws:sqs/queue:Queue", { name: "hf-it-policed", region });
    const policy = (service: string) => ({
      queueUrl: queue.id,
      region,
      policy: allow(service, "sqs:SendMessage", queue.state.arn),
    });
    const set = async (Policy: string) =>
      (await h.client("sqs")).setQueueAttributes({ QueueUrl: queue.id, Attributes: { Policy } });
    await live(h, {
      type: "aws:sqs/queuePolicy:QueuePolicy",
      inputs: policy("events.amazonaws.com"),
      updates: [policy("s3.amazonaws.com")],
      outside: [
        { sees: "policy", change: () => set(allow("sns.amazonaws.com", "sqs:SendMessage", queue.state.arn)) },
        { sees: "<gone>", change: () => set("") },
      ],
    });
  });
});

describe("SNS rows", () => {
  it("Topic", async () => {
    const stated = { name: "hf-it-topic", region };
    await live(h, {
      type: "aws:sns/topic:Topic",
      inputs: { ...stated, displayName: "Alarms", kmsMasterKeyId: "alias/aws/sns", tags: { a: "1" } },
      updates: [
        { ...stated, displayName: "Other", signatureVersion: 2, tracingConfig: "Active", tags: { b: "1" } },
        { ...stated, displayName: "Alarms" },
      ],
      outside: [
        {
          sees: "displayName",
          change: async ({ id: TopicArn }) =>
            (await h.client("sns")).setTopicAttributes({ TopicArn, AttributeName: "DisplayName", AttributeValue: "x" }),
        },
        {
          sees: "tags",
          change: async ({ id: ResourceArn }) =>
            (await h.client("sns")).tagResource({ ResourceArn, Tags: [{ Key: "x", Value: "y" }] }),
        },
        { sees: "<gone>", change: async ({ id: TopicArn }) => (await h.client("sns")).deleteTopic({ TopicArn }) },
      ],
    });
  });

  it("TopicPolicy", async () => {
    const topic = await h.create("aws:sns/topic:Topic", { name: "hf-it-policed", region });
    const policy = (service: string) => ({
      arn: topic.id,
      region,
      policy: allow(service, "sns:Publish", topic.id),
    });
    await live(h, {
      type: "aws:sns/topicPolicy:TopicPolicy",
      inputs: policy("cloudwatch.amazonaws.com"),
      updates: [policy("events.amazonaws.com")],
      outside: [
        {
          sees: "policy",
          change: async () =>
            (await h.client("sns")).setTopicAttributes({
              TopicArn: topic.id,
              AttributeName: "Policy",
              AttributeValue: allow("s3.amazonaws.com", "sns:Publish", topic.id),
            }),
        },
      ],
      // A topic always has a policy.
      afterDelete: { arn: topic.id },
    });
  });

  it("TopicSubscription", async () => {
    const topic = await h.create("aws:sns/topic:Topic", { name: "hf-it-subscribed", region });
    const queue = await h.create("aws:sqs/queue:Queue", { name: "hf-it-subscriber", region });
    const stated = { topic: topic.id, protocol: "sqs", endpoint: queue.state.arn, region };
    await live(h, {
      type: "aws:sns/topicSubscription:TopicSubscription",
      inputs: { ...stated, rawMessageDelivery: true },
      updates: [{ ...stated, filterPolicy: JSON.stringify({ kind: ["alarm"] }), filterPolicyScope: "MessageBody" }],
      outside: [
        {
          sees: "rawMessageDelivery",
          change: async ({ id: SubscriptionArn }) =>
            (await h.client("sns")).setSubscriptionAttributes({
              SubscriptionArn,
              AttributeName: "RawMessageDelivery",
              AttributeValue: "true",
            }),
        },
        {
          sees: "<gone>",
          change: async ({ id: SubscriptionArn }) => (await h.client("sns")).unsubscribe({ SubscriptionArn }),
        },
      ],
    });
  });

  it("TopicSubscription by e-mail waits for its confirmation and can be deleted meanwhile", async () => {
    const topic = await h.create("aws:sns/topic:Topic", { name: "hf-it-mail", region });
    await live(h, {
      type: "aws:sns/topicSubscription:TopicSubscription",
      inputs: { topic: topic.id, protocol: "email", endpoint: "oncall@example.com", region },
      updates: [],
      outside: [],
    });
  });
});

describe("EventBridge rows", () => {
  const pattern = (bucket: string) =>
    JSON.stringify({ source: ["aws.s3"], "detail-type": ["Object Created"], detail: { bucket: { name: [bucket] } } });

  it("EventRule", async () => {
    const stated = { name: "hf-it-rule", region };
    await live(h, {
      type: "aws:cloudwatch/eventRule:EventRule",
      inputs: { ...stated, description: "Landed", eventPattern: pattern("a"), tags: { a: "1" } },
      updates: [
        { ...stated, description: "Other", eventPattern: pattern("b"), state: "DISABLED", tags: { b: "1" } },
        { ...stated, scheduleExpression: "rate(5 minutes)" },
        { ...stated, eventPattern: pattern("a") },
      ],
      outside: [
        {
          sees: "state",
          change: async ({ id: Name }) => (await h.client("events")).disableRule({ Name }),
        },
        {
          sees: "eventPattern",
          change: async ({ id: Name }) =>
            (await h.client("events")).putRule({ Name, EventPattern: pattern("x"), State: "ENABLED" }),
        },
        { sees: "<gone>", change: async ({ id: Name }) => (await h.client("events")).deleteRule({ Name }) },
      ],
    });
  });

  it("EventTarget", async () => {
    const rule = await h.create("aws:cloudwatch/eventRule:EventRule", {
      name: "hf-it-targeted",
      region,
      eventPattern: pattern("a"),
    });
    const queue = await h.create("aws:sqs/queue:Queue", { name: "hf-it-target", region });
    const dead = await h.create("aws:sqs/queue:Queue", { name: "hf-it-target-dead", region });
    const stated = { rule: rule.id, targetId: "intake", arn: queue.state.arn, region };
    const full = {
      ...stated,
      deadLetterConfig: { arn: dead.state.arn },
      retryPolicy: { maximumEventAgeInSeconds: 3600, maximumRetryAttempts: 10 },
    };
    await live(h, {
      type: "aws:cloudwatch/eventTarget:EventTarget",
      inputs: full,
      updates: [
        { ...full, retryPolicy: { maximumEventAgeInSeconds: 60, maximumRetryAttempts: 0 } },
        { ...stated, inputTransformer: { inputPaths: { k: "$.detail.object.key" }, inputTemplate: '{"key": <k>}' } },
        { ...stated, inputPath: "$.detail" },
        { ...stated, input: '{"a":1}' },
        full,
      ],
      outside: [
        {
          sees: "deadLetterConfig",
          change: async () =>
            (await h.client("events")).putTargets({
              Rule: rule.id,
              Targets: [{ Id: "intake", Arn: String(queue.state.arn) }],
            }),
        },
        {
          sees: "<gone>",
          change: async () => (await h.client("events")).removeTargets({ Rule: rule.id, Ids: ["intake"] }),
        },
      ],
    });
  });
});

describe("CloudWatch rows", () => {
  const alarm = {
    name: "hf-it-alarm",
    region,
    alarmDescription: "Replication is late",
    comparisonOperator: "GreaterThanThreshold",
    dimensions: { SourceBucket: "a", DestinationBucket: "b", RuleId: "normal" },
    evaluationPeriods: 5,
    metricName: "ReplicationLatency",
    namespace: "AWS/S3",
    period: 60,
    statistic: "Maximum",
    threshold: 900,
    treatMissingData: "ignore",
  };

  it("MetricAlarm", async () => {
    const topic = await h.create("aws:sns/topic:Topic", { name: "hf-it-alarms", region });
    const actions = { alarmActions: [topic.id], okActions: [topic.id], insufficientDataActions: [topic.id] };
    await live(h, {
      type: "aws:cloudwatch/metricAlarm:MetricAlarm",
      inputs: { ...alarm, ...actions, tags: { a: "1" } },
      updates: [
        { ...alarm, ...actions, threshold: 60.5, datapointsToAlarm: 3, unit: "Seconds", tags: { b: "1" } },
        { ...alarm, actionsEnabled: false, dimensions: { SourceBucket: "a" }, treatMissingData: "breaching" },
        { ...alarm, ...actions },
      ],
      outside: [
        {
          sees: "actionsEnabled",
          change: async ({ id }) => (await h.client("cloudwatch")).disableAlarmActions({ AlarmNames: [id] }),
        },
        {
          sees: "tags",
          change: async ({ state }) =>
            (await h.client("cloudwatch")).tagResource({
              ResourceARN: String(state.arn),
              Tags: [{ Key: "x", Value: "y" }],
            }),
        },
        {
          sees: "<gone>",
          change: async ({ id }) => (await h.client("cloudwatch")).deleteAlarms({ AlarmNames: [id] }),
        },
      ],
    });
  });

  it("LogGroup", async () => {
    const stated = { name: "/aws/lambda/hf-it", region };
    await live(h, {
      type: "aws:cloudwatch/logGroup:LogGroup",
      inputs: { ...stated, retentionInDays: 30, tags: { a: "1" } },
      updates: [{ ...stated, retentionInDays: 90, tags: { b: "1" } }, stated, { ...stated, retentionInDays: 14 }],
      outside: [
        {
          sees: "retentionInDays",
          change: async ({ id }) => (await h.client("logs")).deleteRetentionPolicy({ logGroupName: id }),
        },
        {
          sees: "tags",
          change: async ({ state }) =>
            (await h.client("logs")).tagResource({ resourceArn: String(state.arn), tags: { x: "y" } }),
        },
        { sees: "<gone>", change: async ({ id }) => (await h.client("logs")).deleteLogGroup({ logGroupName: id }) },
      ],
    });
  });
});
