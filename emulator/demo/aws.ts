/** Clients of the demo: every call is signed, and only `admin` is a root key. */
import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { S3Client } from "@aws-sdk/client-s3";
import { SQSClient } from "@aws-sdk/client-sqs";
import { AssumeRoleCommand, STSClient } from "@aws-sdk/client-sts";

export interface Keys {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
}

/** `.local/stack.json`, as far as the demo reads it. */
export interface LocalStack {
  readonly endpoint: string;
  readonly regions: { readonly primary: string; readonly dr: string };
  readonly accountId: string;
  readonly credentials: Readonly<Record<string, Keys>>;
  readonly outputs: {
    readonly locations: Readonly<Record<"primary" | "dr", Readonly<Record<"metadata" | "media" | "landing", string>>>>;
    readonly catalog: string;
    readonly functions: Readonly<Record<string, string>>;
  };
}

const common = (stack: LocalStack, region: string, credentials: Keys) => ({
  endpoint: stack.endpoint,
  region,
  credentials: { ...credentials },
  maxAttempts: 1,
});

export const s3 = (stack: LocalStack, region: string, keys: Keys): S3Client =>
  new S3Client({ ...common(stack, region, keys), forcePathStyle: true });
export const dynamodb = (stack: LocalStack, region: string, keys: Keys): DynamoDBClient =>
  new DynamoDBClient(common(stack, region, keys));
export const sqs = (stack: LocalStack, region: string, keys: Keys): SQSClient =>
  new SQSClient(common(stack, region, keys));

/** A named credential of the stack file. */
export function keysOf(stack: LocalStack, name: string): Keys {
  const keys = stack.credentials[name];
  if (!keys) throw new Error(`.local/stack.json has no credentials for "${name}"`);
  return keys;
}

/** Assumes a role of the emulated account, as the caller given. */
export async function assume(stack: LocalStack, by: Keys, roleArn: string, externalId?: string): Promise<Keys> {
  const sts = new STSClient(common(stack, stack.regions.primary, by));
  const answer = await sts.send(
    new AssumeRoleCommand({
      RoleArn: roleArn,
      RoleSessionName: "demo",
      ...(externalId === undefined ? {} : { ExternalId: externalId }),
    }),
  );
  const session = answer.Credentials;
  if (!session?.AccessKeyId || !session.SecretAccessKey || !session.SessionToken)
    throw new Error(`no session for ${roleArn}`);
  return {
    accessKeyId: session.AccessKeyId,
    secretAccessKey: session.SecretAccessKey,
    sessionToken: session.SessionToken,
  };
}
