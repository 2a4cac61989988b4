import { closedEndpoint } from "../../bootstrap/environment.mjs";
import { ProviderError } from "../codes.ts";
import { parseJson } from "../engine/canonical.ts";
import { checkArguments, type Failure } from "../engine/check.ts";
import type { Declarations } from "../engine/declarations.ts";
import type { Session } from "../engine/operations.ts";
import { isObject, isUnknown, type Props } from "../engine/values.ts";
import { type Access, Clients, loopback, type Service, type Services } from "./clients.ts";

/** A configured provider: where it works, as whom, and the clients for it. */
export class AwsSession implements Session {
  readonly region: string | undefined;
  readonly defaultTags: Readonly<Record<string, string>>;
  readonly #clients: Clients;
  #identity: Promise<Identity> | undefined;

  constructor(access: Access, region: string | undefined, defaultTags: Readonly<Record<string, string>>) {
    this.region = region;
    this.defaultTags = defaultTags;
    this.#clients = new Clients(access);
  }

  client<K extends Service>(service: K, region: string): Promise<Services[K]> {
    return this.#clients.get(service, region);
  }

  /** True while no emulated cloud runs, so that nobody can be asked: enough for a preview of what does not exist yet. */
  get offline(): boolean {
    return process.env.AWS_ENDPOINT_URL === closedEndpoint;
  }

  /** Who the credentials are; asked once. */
  identity(): Promise<Identity> {
    if (this.offline) return Promise.resolve(offlineIdentity);
    this.#identity ??= this.client("sts", this.region ?? "us-east-1")
      .then((sts) => sts.getCallerIdentity({}))
      .then(({ Account = "", Arn = "", UserId = "" }) => ({ accountId: Account, arn: Arn, userId: UserId }));
    return this.#identity;
  }

  async accountId(): Promise<string> {
    return (await this.identity()).accountId;
  }
}

export interface Identity {
  readonly accountId: string;
  readonly arn: string;
  readonly userId: string;
}

/** Whom a preview without a cloud runs as: the account and the deployer of the emulated cloud. */
const offlineIdentity: Identity = {
  accountId: "000000000000",
  arn: "arn:aws:sts::000000000000:assumed-role/HoldfastDeployer/offline",
  userId: "AROAOFFLINE:offline",
};

/** The partition that a region belongs to (IAM User Guide, ARN format). */
export function partitionOf(region: string): { partition: string; dnsSuffix: string } {
  if (region.startsWith("cn-")) return { partition: "aws-cn", dnsSuffix: "amazonaws.com.cn" };
  if (region.startsWith("us-gov-")) return { partition: "aws-us-gov", dnsSuffix: "amazonaws.com" };
  return { partition: "aws", dnsSuffix: "amazonaws.com" };
}

/** Settings that change nothing on an emulated cloud, and those that are carried out. Any other is refused. */
const honoured = ["region", "endpoints", "defaultTags", "allowedAccountIds", "forbiddenAccountIds"];
const harmless = [
  "insecure",
  "maxRetries",
  "retryMode",
  "s3UsePathStyle",
  "s3UsEast1RegionalEndpoint",
  "skipCredentialsValidation",
  "skipMetadataApiCheck",
  "skipRegionValidation",
  "skipRequestingAccountId",
  "stsRegion",
  "tokenBucketRateLimiterCapacity",
  "userAgents",
];
const fromTheEngine = ["version", "pluginDownloadURL", "__internal"];

/** Names that the `endpoints` setting of the official provider gives to a service, beside our own. */
const endpointNames: Readonly<Record<string, Service>> = {
  cloudwatchlogs: "logs",
  cloudwatchlog: "logs",
  cloudwatchevents: "events",
  eventbridge: "events",
};

/** Settings arrive as texts; those that are not texts by declaration hold JSON. */
function parsed(settings: Props, declarations: Declarations): Props {
  const declared = declarations.settings();
  const out: Props = {};
  for (const [key, value] of Object.entries(settings)) {
    if (fromTheEngine.includes(key)) continue;
    const type = declared.get(key)?.type;
    const json = type && type.kind !== "string" && typeof value === "string" && !isUnknown(value);
    const meant = json ? parseJson(value) : value;
    // Text that does not parse stays as it is: the check of types then names it.
    if (meant !== null) out[key] = meant === undefined ? value : meant;
  }
  return out;
}

/** Checks the settings of a provider resource. */
export function checkSettings(settings: Props, declarations: Declarations): Failure[] {
  const values = parsed(settings, declarations);
  const failures = checkArguments(declarations.settings(), declarations, "pulumi:providers:aws", values);
  for (const key of Object.keys(values)) {
    if (!declarations.settings().has(key) || honoured.includes(key) || harmless.includes(key)) continue;
    if (values[key] === false || values[key] === "") continue;
    const reason = `HF5504 the offline provider refuses ${key}: its credentials and endpoints come from its own environment`;
    failures.push({ property: key, reason });
  }
  if (failures.length > 0) return failures;
  try {
    endpointsOf(values);
  } catch (error) {
    if (!(error instanceof ProviderError)) throw error;
    failures.push({ property: "endpoints", reason: error.message });
  }
  return failures;
}

function endpointsOf(values: Props): Record<string, string> {
  const out: Record<string, string> = {};
  for (const entry of (values.endpoints ?? []) as Props[]) {
    for (const [service, address] of Object.entries(entry)) {
      if (isUnknown(address)) continue;
      out[endpointNames[service] ?? service] = loopback(String(address), `aws.Provider endpoints.${service}`);
    }
  }
  return out;
}

/**
 * Makes the session that a provider resource stands for.
 *
 * @param env where AWS_ENDPOINT_URL, AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY are
 */
export async function configure(
  settings: Props,
  declarations: Declarations,
  env: Readonly<Record<string, string | undefined>>,
): Promise<AwsSession> {
  const values = parsed(settings, declarations);
  const endpoints = { ...endpointsOf(values), "": loopback(env.AWS_ENDPOINT_URL, "AWS_ENDPOINT_URL") };
  const credentials = {
    accessKeyId: env.AWS_ACCESS_KEY_ID ?? "test",
    secretAccessKey: env.AWS_SECRET_ACCESS_KEY ?? "test",
    ...(env.AWS_SESSION_TOKEN ? { sessionToken: env.AWS_SESSION_TOKEN } : {}),
  };
  const region = typeof values.region === "string" && values.region !== "" ? values.region : env.AWS_REGION;
  const tags = isObject(values.defaultTags) && isObject(values.defaultTags.tags) ? values.defaultTags.tags : {};
  const session = new AwsSession({ endpoints, credentials }, region, tags as Record<string, string>);
  await checkAccount(session, values);
  return session;
}

async function checkAccount(session: AwsSession, values: Props): Promise<void> {
  const allowed = (values.allowedAccountIds ?? []) as string[];
  const forbidden = (values.forbiddenAccountIds ?? []) as string[];
  if (allowed.length + forbidden.length === 0) return;
  const account = await session.accountId();
  if (forbidden.includes(account)) {
    throw new ProviderError("HF5505", `the credentials belong to account ${account}, which forbiddenAccountIds names`);
  }
  if (allowed.length > 0 && !allowed.includes(account)) {
    const list = allowed.join(", ");
    throw new ProviderError("HF5505", `the credentials belong to account ${account}; allowedAccountIds has ${list}`);
  }
}
