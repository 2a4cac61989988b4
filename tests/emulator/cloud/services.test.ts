/** The other services as far as Holdfast relies on them: what is put is read back, and functions live behind the proxy. */

import {
  CloudWatchClient,
  DescribeAlarmsCommand,
  GetMetricStatisticsCommand,
  PutMetricAlarmCommand,
  PutMetricDataCommand,
} from "@aws-sdk/client-cloudwatch";
import {
  CreateTableCommand,
  DescribeContinuousBackupsCommand,
  DescribeTableCommand,
  DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
  UpdateContinuousBackupsCommand,
  UpdateTableCommand,
} from "@aws-sdk/client-dynamodb";
import { EventBridgeClient, TestEventPatternCommand } from "@aws-sdk/client-eventbridge";
import {
  CreateFunctionCommand,
  GetFunctionConcurrencyCommand,
  InvokeCommand,
  LambdaClient,
  PutFunctionConcurrencyCommand,
} from "@aws-sdk/client-lambda";
import { CreateTopicCommand, ListSubscriptionsByTopicCommand, SNSClient, SubscribeCommand } from "@aws-sdk/client-sns";
import { CreateQueueCommand, GetQueueAttributesCommand, SQSClient } from "@aws-sdk/client-sqs";
import { afterAll, beforeAll, expect, test } from "vitest";
import { document, dr, primary, role, startTestCloud, statement, type TestCloud } from "./support.ts";
import { zipSync } from "./zip.ts";

let cloud: TestCloud;
beforeAll(async () => {
  cloud = await startTestCloud();
});
afterAll(() => cloud.dispose());

type Make<T> = new (config: object) => T;

test("a metric alarm is read back exactly as it was put, also with metric math", async () => {
  const cw = cloud.client(CloudWatchClient as Make<CloudWatchClient>);
  const plain = {
    AlarmName: "plain",
    AlarmDescription: "replication is late",
    Namespace: "AWS/S3",
    MetricName: "ReplicationLatency",
    Dimensions: [
      { Name: "SourceBucket", Value: "src" },
      { Name: "RuleId", Value: "all" },
    ],
    Statistic: "Maximum",
    Period: 300,
    EvaluationPeriods: 3,
    DatapointsToAlarm: 2,
    Threshold: 900,
    ComparisonOperator: "GreaterThanThreshold",
    TreatMissingData: "ignore",
    ActionsEnabled: true,
    AlarmActions: ["arn:aws:sns:us-east-1:000000000000:alerts"],
    OKActions: [],
    InsufficientDataActions: [],
  } as const;
  const math = {
    AlarmName: "math",
    EvaluationPeriods: 1,
    Threshold: 0.5,
    ComparisonOperator: "LessThanThreshold",
    TreatMissingData: "breaching",
    ActionsEnabled: true,
    AlarmActions: [],
    OKActions: [],
    InsufficientDataActions: [],
    Metrics: [
      { Id: "e", Expression: "FILL(m, 0)", Label: "seen", ReturnData: true },
      {
        Id: "m",
        MetricStat: { Metric: { Namespace: "N", MetricName: "M", Dimensions: [] }, Period: 60, Stat: "Sum" },
        ReturnData: false,
      },
    ],
  } as const;
  for (const alarm of [plain, math]) await cw.send(new PutMetricAlarmCommand(alarm as never));
  const { MetricAlarms = [] } = await cw.send(new DescribeAlarmsCommand({ AlarmNames: ["plain", "math"] }));
  const state = [
    "AlarmArn",
    "StateValue",
    "StateReason",
    "StateUpdatedTimestamp",
    "AlarmConfigurationUpdatedTimestamp",
  ];
  const settings = MetricAlarms.map((alarm) =>
    Object.fromEntries(Object.entries(alarm).filter(([name]) => !state.includes(name))),
  );
  expect(settings).toEqual([{ ...math, Dimensions: [] }, plain]);
});

test("an alarm counts its own dimensions only, and missing data by its setting", async () => {
  const cw = cloud.client(CloudWatchClient as Make<CloudWatchClient>);
  const alarm = {
    Namespace: "T",
    MetricName: "Failed",
    Statistic: "Sum",
    Threshold: 0,
    ComparisonOperator: "GreaterThanThreshold",
  } as const;
  const of = (name: string) => [{ Name: "Stack", Value: name }];
  for (const [name, missing] of [
    ["mine", "notBreaching"],
    ["silent", "breaching"],
    ["unknown", "missing"],
  ] as const) {
    await cw.send(
      new PutMetricAlarmCommand({
        ...alarm,
        AlarmName: name,
        Dimensions: of(name),
        Period: 2,
        EvaluationPeriods: 1,
        TreatMissingData: missing,
      }),
    );
  }
  const states = async () => {
    const { MetricAlarms = [] } = await cw.send(
      new DescribeAlarmsCommand({ AlarmNames: ["mine", "silent", "unknown"] }),
    );
    return MetricAlarms.map(({ StateValue }) => StateValue);
  };
  const put = (name: string) =>
    cw.send(
      new PutMetricDataCommand({
        Namespace: "T",
        MetricData: [{ MetricName: "Failed", Dimensions: of(name), Value: 1 }],
      }),
    );
  await put("other");
  expect(await states()).toEqual(["OK", "ALARM", "INSUFFICIENT_DATA"]);
  await put("mine");
  expect((await states())[0]).toBe("ALARM");
  await expect.poll(async () => (await states())[0], { timeout: 12_000, interval: 500 }).toBe("OK");
});

test("queue attributes are read back", async () => {
  const sqs = cloud.client(SQSClient as Make<SQSClient>);
  const Attributes = {
    VisibilityTimeout: "360",
    MessageRetentionPeriod: "1209600",
    SqsManagedSseEnabled: "true",
    RedrivePolicy: JSON.stringify({
      deadLetterTargetArn: "arn:aws:sqs:us-east-1:000000000000:dead",
      maxReceiveCount: 5,
    }),
    Policy: document(statement("Allow", "sqs:SendMessage", "*", { Principal: { Service: "events.amazonaws.com" } })),
  };
  await sqs.send(new CreateQueueCommand({ QueueName: "dead" }));
  const { QueueUrl } = await sqs.send(new CreateQueueCommand({ QueueName: "q", Attributes }));
  expect(QueueUrl?.startsWith(`${cloud.endpoint}/`)).toBe(true);
  const read = await sqs.send(new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ["All"] }));
  expect(read.Attributes).toMatchObject(Attributes);
});

test("an e-mail subscription waits for its confirmation", async () => {
  const sns = cloud.client(SNSClient as Make<SNSClient>);
  const { TopicArn } = await sns.send(new CreateTopicCommand({ Name: "alerts" }));
  const { SubscriptionArn } = await sns.send(
    new SubscribeCommand({ TopicArn, Protocol: "email", Endpoint: "oncall@example.com" }),
  );
  expect(SubscriptionArn).toBe("pending confirmation");
  const { Subscriptions } = await sns.send(new ListSubscriptionsByTopicCommand({ TopicArn }));
  expect(Subscriptions?.[0]).toMatchObject({
    Protocol: "email",
    Endpoint: "oncall@example.com",
    SubscriptionArn: "PendingConfirmation",
  });
});

test("a global table written in one region is read in the other, and a condition holds in both", async () => {
  const here = cloud.client(DynamoDBClient as Make<DynamoDBClient>, primary);
  const there = cloud.client(DynamoDBClient as Make<DynamoDBClient>, dr);
  await here.send(
    new CreateTableCommand({
      TableName: "catalog",
      BillingMode: "PAY_PER_REQUEST",
      KeySchema: [{ AttributeName: "pk", KeyType: "HASH" }],
      AttributeDefinitions: [{ AttributeName: "pk", AttributeType: "S" }],
      StreamSpecification: { StreamEnabled: true, StreamViewType: "NEW_AND_OLD_IMAGES" },
    }),
  );
  await here.send(new UpdateTableCommand({ TableName: "catalog", ReplicaUpdates: [{ Create: { RegionName: dr } }] }));
  await here.send(new PutItemCommand({ TableName: "catalog", Item: { pk: { S: "r1" } } }));
  const { Item } = await there.send(new GetItemCommand({ TableName: "catalog", Key: { pk: { S: "r1" } } }));
  expect(Item).toEqual({ pk: { S: "r1" } });
  const again = there.send(
    new PutItemCommand({
      TableName: "catalog",
      Item: { pk: { S: "r1" } },
      ConditionExpression: "attribute_not_exists(pk)",
    }),
  );
  await expect(again).rejects.toThrow(/ConditionalCheckFailed|conditional request failed/);
  const { Table } = await here.send(new DescribeTableCommand({ TableName: "catalog" }));
  expect(Table?.Replicas?.map((replica) => [replica.RegionName, replica.ReplicaStatus])).toEqual([[dr, "ACTIVE"]]);
  const on = { PointInTimeRecoveryEnabled: true };
  await here.send(new UpdateContinuousBackupsCommand({ TableName: "catalog", PointInTimeRecoverySpecification: on }));
  const backups = await here.send(new DescribeContinuousBackupsCommand({ TableName: "catalog" }));
  expect(backups.ContinuousBackupsDescription?.PointInTimeRecoveryDescription?.PointInTimeRecoveryStatus).toBe(
    "ENABLED",
  );
});

test("event patterns compare numbers and prefixes", async () => {
  const events = cloud.client(EventBridgeClient as Make<EventBridgeClient>);
  const pattern = JSON.stringify({
    source: ["aws.s3"],
    detail: { object: { key: [{ prefix: "in/" }], size: [{ numeric: [">", 0, "<=", 10] }] } },
  });
  const matches = async (key: string, size: number) => {
    const event = {
      id: "1",
      account: "0",
      source: "aws.s3",
      time: "2026-01-01T00:00:00Z",
      region: primary,
      resources: [],
      "detail-type": "x",
      detail: { object: { key, size } },
    };
    return (await events.send(new TestEventPatternCommand({ EventPattern: pattern, Event: JSON.stringify(event) })))
      .Result;
  };
  expect([await matches("in/a", 10), await matches("in/a", 11), await matches("out/a", 5)]).toEqual([
    true,
    false,
    false,
  ]);
});

const code = `
exports.handler = async (event) => {
  process.stdout.write(JSON.stringify({
    _aws: { Timestamp: Date.now(), CloudWatchMetrics: [{ Namespace: "Holdfast", Dimensions: [["Stack"]], Metrics: [{ Name: "Admitted", Unit: "Count" }] }] },
    Stack: "dev", Admitted: 3 }) + "\\n");
  const answer = await fetch(process.env.AWS_ENDPOINT_URL + "/", { headers: { authorization: "AWS4-HMAC-SHA256 Credential=x/20260101/" + event.region + "/s3/aws4_request" } });
  return { endpoint: process.env.AWS_ENDPOINT_URL, status: answer.status };
};`;

test("functions go through the proxy, so a cut region is cut for them; their embedded metrics and invocations are counted", async () => {
  const lambda = cloud.client(LambdaClient as Make<LambdaClient>);
  const Role = await role(cloud, "fn", { Service: "lambda.amazonaws.com" });
  await lambda.send(
    new CreateFunctionCommand({
      FunctionName: "fn",
      Role,
      Runtime: "nodejs22.x",
      Handler: "index.handler",
      Code: { ZipFile: zipSync("index.js", code) },
    }),
  );
  const invoke = async (region: string) => {
    const { Payload } = await lambda.send(
      new InvokeCommand({ FunctionName: "fn", Payload: JSON.stringify({ region }) }),
    );
    return JSON.parse(new TextDecoder().decode(Payload));
  };
  await fetch(`${cloud.controlEndpoint}/faults`, {
    method: "POST",
    body: JSON.stringify({ service: "s3", region: primary, mode: "503" }),
  });
  expect(await invoke(primary)).toEqual({ endpoint: cloud.endpoint, status: 503 });
  expect((await invoke(dr)).status).not.toBe(503);
  await fetch(`${cloud.controlEndpoint}/faults`, { method: "DELETE" });

  const cw = cloud.client(CloudWatchClient as Make<CloudWatchClient>);
  const sum = async () => {
    const [StartTime, EndTime] = [new Date(Date.now() - 600_000), new Date(Date.now() + 60_000)];
    const { Datapoints = [] } = await cw.send(
      new GetMetricStatisticsCommand({
        Namespace: "Holdfast",
        MetricName: "Admitted",
        Dimensions: [{ Name: "Stack", Value: "dev" }],
        StartTime,
        EndTime,
        Period: 3_600,
        Statistics: ["Sum"],
      }),
    );
    return Datapoints.reduce((total, point) => total + (point.Sum ?? 0), 0);
  };
  await expect.poll(sum).toBe(6);
  const invocations = await cloud.control<Record<string, number>>("GET", "invocations");
  expect(invocations).toEqual({ "arn:aws:lambda:us-east-1:000000000000:function:fn": 2 });
  await lambda.send(new PutFunctionConcurrencyCommand({ FunctionName: "fn", ReservedConcurrentExecutions: 4 }));
  const concurrency = await lambda.send(new GetFunctionConcurrencyCommand({ FunctionName: "fn" }));
  expect(concurrency.ReservedConcurrentExecutions).toBe(4);
});

test("queue depths are told by region and name", async () => {
  const queues = await cloud.control<Record<string, object>>("GET", "queues");
  expect(queues["us-east-1 q"]).toEqual({ visible: 0, inFlight: 0, delayed: 0 });
});
