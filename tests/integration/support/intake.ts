/** Takes hold of the deployed intake from outside: its event source, its faults, its workers. */
import { execFileSync } from "node:child_process";
import { CloudWatchClient, DescribeAlarmsCommand, GetMetricStatisticsCommand } from "@aws-sdk/client-cloudwatch";
import { LambdaClient, ListEventSourceMappingsCommand, UpdateEventSourceMappingCommand } from "@aws-sdk/client-lambda";
import { PurgeQueueCommand, ReceiveMessageCommand, SendMessageCommand } from "@aws-sdk/client-sqs";
import type { FaultRequest } from "../../../emulator/cloud/faults.ts";
import { keysOf } from "../../../emulator/demo/aws.ts";
import type { Instance, QueueName } from "./instance.ts";

const asAdmin = ({ stack }: Instance) => ({
  endpoint: stack.endpoint,
  region: stack.regions.primary,
  credentials: { ...keysOf(stack, "admin") },
});

/** While `work` runs nothing is delivered to the function; what landed meanwhile is delivered at once afterwards. */
export async function whilePaused(instance: Instance, work: () => Promise<void>): Promise<void> {
  const lambda = new LambdaClient(asAdmin(instance));
  const FunctionName = instance.stack.outputs.functions.admit;
  const { EventSourceMappings = [] } = await lambda.send(new ListEventSourceMappingsCommand({ FunctionName }));
  const enable = async (Enabled: boolean) => {
    for (const { UUID } of EventSourceMappings)
      await lambda.send(new UpdateEventSourceMappingCommand({ UUID, Enabled }));
  };
  await enable(false);
  try {
    await work();
  } finally {
    await enable(true);
  }
}

/** Faults of the proxy, which every client of the emulated cloud goes through, the deployed function included. */
export function faultsOf({ cloud }: Instance) {
  const call = async <T>(method: string, path: string, body?: unknown): Promise<T> => {
    const init = { method, ...(body === undefined ? {} : { body: JSON.stringify(body) }) };
    const answer = await fetch(`${cloud.controlEndpoint}${path}`, init);
    if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${await answer.text()}`);
    return (await answer.json()) as T;
  };
  return {
    async inject(...faults: readonly FaultRequest[]): Promise<void> {
      await call("DELETE", "/stats");
      for (const fault of faults) await call("POST", "/faults", fault);
    },
    clear: () => call("DELETE", "/faults"),
    /** Requests broken since the last `inject`. */
    async injected(): Promise<number> {
      const { injected } = await call<{ injected: Readonly<Record<string, number>> }>("GET", "/stats");
      return Object.values(injected).reduce((sum, count) => sum + count, 0);
    },
  };
}

/** Processes that the emulator started: the workers of its functions. */
export function workersOf({ cloud }: Instance): readonly number[] {
  const table = execFileSync("ps", ["-A", "-o", "pid=,ppid=,args="], { encoding: "utf8" });
  return table
    .split("\n")
    .map((line) => /^\s*(\d+)\s+(\d+)\s+(.*)$/.exec(line))
    .filter((match) => Number(match?.[2]) === cloud.pids.emulator && /\bnode\b/.test(match?.[3] ?? ""))
    .map((match) => Number(match?.[1]));
}

export async function sendTo({ queues }: Instance, queue: QueueName, message: unknown): Promise<void> {
  const MessageBody = typeof message === "string" ? message : JSON.stringify(message);
  await queues.client.send(new SendMessageCommand({ QueueUrl: await queues.url(queue), MessageBody }));
}

interface QueueCounts {
  readonly visible: number;
  readonly inFlight: number;
  readonly delayed: number;
}

/** Messages of one queue by their state, as the emulator has them. */
export async function queueCounts({ cloud, stack }: Instance, queue: QueueName): Promise<QueueCounts> {
  const answer = await fetch(`${cloud.plainEndpoint}/_holdfast/queues`);
  const all = (await answer.json()) as Readonly<Record<string, QueueCounts>>;
  const found = all[`${stack.regions.primary} holdfast-embedded-${queue}-${stack.accountId}`];
  if (!found) throw new Error(`no queue ${queue} among ${Object.keys(all).join(", ")}`);
  return found;
}

/** Bodies of the messages that a queue holds; they stay where they are. */
export async function bodiesIn({ queues }: Instance, queue: QueueName): Promise<readonly string[]> {
  const { Messages = [] } = await queues.client.send(
    new ReceiveMessageCommand({ QueueUrl: await queues.url(queue), MaxNumberOfMessages: 10, VisibilityTimeout: 0 }),
  );
  return Messages.map(({ Body = "" }) => Body);
}

export async function purge({ queues }: Instance, queue: QueueName): Promise<void> {
  await queues.client.send(new PurgeQueueCommand({ QueueUrl: await queues.url(queue) }));
}

/** Sum of one of the function's own metrics over the last hour. */
export async function metricSum(instance: Instance, MetricName: string): Promise<number> {
  const { Datapoints = [] } = await new CloudWatchClient(asAdmin(instance)).send(
    new GetMetricStatisticsCommand({
      Namespace: "Holdfast",
      MetricName,
      Dimensions: [{ Name: "Stack", Value: "embedded" }],
      StartTime: new Date(Date.now() - 3_600_000),
      EndTime: new Date(Date.now() + 60_000),
      Period: 60,
      Statistics: ["Sum"],
    }),
  );
  return Datapoints.reduce((sum, { Sum = 0 }) => sum + Sum, 0);
}

/** State of the one alarm on a metric of the function, and whether it tells anybody. */
export async function alarmOn(instance: Instance, metric: string): Promise<{ state: string; actions: number }> {
  const { MetricAlarms = [] } = await new CloudWatchClient(asAdmin(instance)).send(new DescribeAlarmsCommand({}));
  const [alarm, ...others] = MetricAlarms.filter(
    ({ Namespace, MetricName }) => Namespace === "Holdfast" && MetricName === metric,
  );
  if (!alarm || others.length > 0) throw new Error(`not one alarm on ${metric}`);
  return { state: alarm.StateValue ?? "", actions: alarm.AlarmActions?.length ?? 0 };
}
