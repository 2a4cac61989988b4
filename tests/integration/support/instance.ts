/** One instance of the embedded default per test file: real engine, emulated cloud with IAM enforced, signed requests. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { KMSClient } from "@aws-sdk/client-kms";
import type { S3Client } from "@aws-sdk/client-s3";
import { GetQueueUrlCommand, SetQueueAttributesCommand, type SQSClient } from "@aws-sdk/client-sqs";
import { localDir } from "../../../emulator/bootstrap/paths.mjs";
import type { CloudDescription } from "../../../emulator/cloud/start.ts";
import { keysOf, type LocalStack, s3, sqs } from "../../../emulator/demo/aws.ts";
import { localDown } from "../../../emulator/local/down.ts";
import { type PulumiOutcome, runPulumi } from "../../../emulator/local/pulumi.ts";
import { localUp } from "../../../emulator/local/up.ts";

export type Site = "primary" | "dr";
export const sites = ["primary", "dr"] as const;
export const bucketRoles = ["metadata", "media", "landing"] as const;

/** Long enough for an instance on a machine that does other things, too; nothing waits for it to pass. */
export const startTimeoutMs = 180_000;

export interface Instance {
  /** Its `.local` directory. */
  readonly local: string;
  readonly cloud: CloudDescription;
  /** `stack.json` as it was written. */
  readonly stack: LocalStack;
  /** A client of one of the credentials in `stack.json`, in a site's region. */
  s3(who: string, site?: Site): S3Client;
  kms(who: string, site: Site): KMSClient;
  /** The same requests without TLS, as far as policies can tell: past the proxy, which adds it. */
  plainS3(who: string, site: Site): S3Client;
  readonly queues: Queues;
  pulumi(args: readonly string[]): Promise<PulumiOutcome>;
  stop(): Promise<void>;
}

export interface Queues {
  readonly client: SQSClient;
  /** Address of `intake`, `confirm` or their `-dead` queues. */
  url(queue: QueueName): Promise<string>;
  /** Seconds until a message whose handling failed is delivered again; half an hour as deployed. */
  redeliverAfter(seconds: number): Promise<void>;
}

export type QueueName = "intake" | "confirm" | "intake-dead" | "confirm-dead";

/** Directory of a named instance, below the run-time state of whoever runs the tests. */
export const instanceDir = (name: string): string => join(localDir(), `test-${name}`);

/** Starts an instance from nothing; what a killed run left in its place goes first. */
export async function startInstance(name: string): Promise<Instance> {
  const local = instanceDir(name);
  await localDown({ local, log: () => {} });
  const { cloud } = await localUp({ local, log: () => {} });
  const stack = JSON.parse(readFileSync(join(local, "stack.json"), "utf8")) as LocalStack;
  const region = (site: Site) => stack.regions[site];
  return {
    local,
    cloud,
    stack,
    s3: (who, site = "primary") => s3(stack, region(site), keysOf(stack, who)),
    kms: (who, site) =>
      new KMSClient({
        endpoint: stack.endpoint,
        region: region(site),
        credentials: { ...keysOf(stack, who) },
        maxAttempts: 1,
      }),
    plainS3: (who, site) => s3({ ...stack, endpoint: cloud.plainEndpoint }, region(site), keysOf(stack, who)),
    queues: queuesOf(stack),
    pulumi: (args) => runPulumi([...args, "--stack", "embedded", "--color", "never"], { local }),
    stop: () => localDown({ local, log: () => {} }),
  };
}

function queuesOf(stack: LocalStack): Queues {
  const client = sqs(stack, stack.regions.primary, keysOf(stack, "admin"));
  const url = async (queue: QueueName): Promise<string> => {
    const QueueName = `holdfast-embedded-${queue}-${stack.accountId}`;
    const { QueueUrl } = await client.send(new GetQueueUrlCommand({ QueueName }));
    if (QueueUrl === undefined) throw new Error(`no queue ${QueueName}`);
    return QueueUrl;
  };
  return {
    client,
    url,
    async redeliverAfter(seconds) {
      const Attributes = { VisibilityTimeout: String(seconds) };
      for (const queue of ["intake", "confirm"] as const)
        await client.send(new SetQueueAttributesCommand({ QueueUrl: await url(queue), Attributes }));
    },
  };
}
