import type { CloudWatch } from "@aws-sdk/client-cloudwatch";
import type { CloudWatchLogs } from "@aws-sdk/client-cloudwatch-logs";
import type { DynamoDB } from "@aws-sdk/client-dynamodb";
import type { EventBridge } from "@aws-sdk/client-eventbridge";
import type { IAM } from "@aws-sdk/client-iam";
import type { KMS } from "@aws-sdk/client-kms";
import type { Lambda } from "@aws-sdk/client-lambda";
import type { S3 } from "@aws-sdk/client-s3";
import type { SNS } from "@aws-sdk/client-sns";
import type { SQS } from "@aws-sdk/client-sqs";
import type { STS } from "@aws-sdk/client-sts";
import { ProviderError } from "../codes.ts";

export interface Services {
  readonly cloudwatch: CloudWatch;
  readonly logs: CloudWatchLogs;
  readonly dynamodb: DynamoDB;
  readonly events: EventBridge;
  readonly iam: IAM;
  readonly kms: KMS;
  readonly lambda: Lambda;
  readonly s3: S3;
  readonly sns: SNS;
  readonly sqs: SQS;
  readonly sts: STS;
}

export type Service = keyof Services;

// biome-ignore lint/suspicious/noExplicitAny: the clients share no base that a constructor type could name
type Make = (config: any) => { middlewareStack: { add(m: any, o: any): void } };

/** Loaded on first use: a provider is ready long before all clients are. */
const load: Readonly<Record<Service, () => Promise<Make>>> = {
  cloudwatch: () => import("@aws-sdk/client-cloudwatch").then((m) => (c) => new m.CloudWatch(c)),
  logs: () => import("@aws-sdk/client-cloudwatch-logs").then((m) => (c) => new m.CloudWatchLogs(c)),
  dynamodb: () => import("@aws-sdk/client-dynamodb").then((m) => (c) => new m.DynamoDB(c)),
  events: () => import("@aws-sdk/client-eventbridge").then((m) => (c) => new m.EventBridge(c)),
  iam: () => import("@aws-sdk/client-iam").then((m) => (c) => new m.IAM(c)),
  kms: () => import("@aws-sdk/client-kms").then((m) => (c) => new m.KMS(c)),
  lambda: () => import("@aws-sdk/client-lambda").then((m) => (c) => new m.Lambda(c)),
  s3: () => import("@aws-sdk/client-s3").then((m) => (c) => new m.S3({ ...c, forcePathStyle: true })),
  sns: () => import("@aws-sdk/client-sns").then((m) => (c) => new m.SNS(c)),
  sqs: () => import("@aws-sdk/client-sqs").then((m) => (c) => new m.SQS({ ...c, useQueueUrlAsEndpoint: false })),
  sts: () => import("@aws-sdk/client-sts").then((m) => (c) => new m.STS(c)),
};

/** Where the calls go and as whom. */
export interface Access {
  /** Endpoint of each service, `""` for all that have none of their own. Loopback only, see {@link loopback}. */
  readonly endpoints: Readonly<Record<string, string>>;
  readonly credentials: { accessKeyId: string; secretAccessKey: string; sessionToken?: string };
}

/** One client per service and region, made on first use and kept for all resources. */
export class Clients {
  readonly #access: Access;
  readonly #made = new Map<string, Promise<unknown>>();

  constructor(access: Access) {
    this.#access = access;
  }

  get<K extends Service>(service: K, region: string): Promise<Services[K]> {
    const key = `${service} ${region}`;
    let client = this.#made.get(key);
    if (!client) {
      client = this.#make(service, region);
      this.#made.set(key, client);
    }
    return client as Promise<Services[K]>;
  }

  async #make(service: Service, region: string): Promise<unknown> {
    const { endpoints, credentials } = this.#access;
    const endpoint = endpoints[service] ?? endpoints[""];
    const make = await load[service]();
    const client = make({ region: region || "us-east-1", endpoint, credentials, maxAttempts: 5 });
    client.middlewareStack.add(nameTheCall(service, region), { step: "initialize", name: "nameTheCall" });
    return client;
  }
}

/** An error answered by the cloud, with the call that it answers. */
export class CloudError extends ProviderError {
  /** The cloud's own name of the error, e.g. `NoSuchBucket`. */
  readonly reason: string;
  readonly httpStatus: number | undefined;

  constructor(reason: string, httpStatus: number | undefined, message: string, cause: unknown) {
    super("HF5520", message, { cause });
    this.name = "CloudError";
    this.reason = reason;
    this.httpStatus = httpStatus;
  }
}

interface SdkError extends Error {
  readonly $metadata?: { readonly httpStatusCode?: number };
}

const nameTheCall =
  (service: string, region: string) =>
  <A, R>(next: (args: A) => Promise<R>, context: { commandName?: string }) =>
  async (args: A): Promise<R> => {
    try {
      return await next(args);
    } catch (error) {
      if (!(error instanceof Error)) throw error;
      const status = (error as SdkError).$metadata?.httpStatusCode;
      const call = (context.commandName ?? "").replace(/Command$/, "");
      const where = region === "" ? service : `${service}, ${region}`;
      throw new CloudError(error.name, status, `${call} (${where}): ${error.name}: ${error.message}`, error);
    }
  };

/**
 * The result, or undefined when the cloud says that the thing is not there. Any other error goes on.
 *
 * @param missing the cloud's names for "not there", e.g. `NoSuchBucket`
 */
export async function ifThere<R>(call: Promise<R>, ...missing: readonly string[]): Promise<R | undefined> {
  try {
    return await call;
  } catch (error) {
    if (error instanceof CloudError && missing.includes(error.reason)) return undefined;
    throw error;
  }
}

/**
 * The address when it is on this machine.
 *
 * @throws HF5501 for any other: the offline provider would otherwise change a real account.
 */
export function loopback(address: string | undefined, setting: string): string {
  const allowed = "a http or https address on 127.0.0.0/8, [::1] or localhost";
  if (address === undefined || address === "") {
    throw new ProviderError("HF5501", `${setting} is not set; it must be ${allowed}`);
  }
  const url = URL.canParse(address) ? new URL(address) : undefined;
  const local = url && /^(127\.\d+\.\d+\.\d+|\[::1\]|localhost|.+\.localhost)$/.test(url.hostname);
  if (!local || !/^https?:$/.test(url.protocol) || url.username !== "") {
    throw new ProviderError("HF5501", `${setting} is "${address}"; it must be ${allowed}`);
  }
  return address;
}
