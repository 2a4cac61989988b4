/** One emulated cloud per test file, and clients that are not root where a test is about permissions. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  CreateAccessKeyCommand,
  CreateRoleCommand,
  CreateUserCommand,
  IAMClient,
  PutRolePolicyCommand,
  PutUserPolicyCommand,
} from "@aws-sdk/client-iam";
import { CreateKeyCommand, KMSClient } from "@aws-sdk/client-kms";
import {
  CreateBucketCommand,
  PutBucketEncryptionCommand,
  PutBucketPolicyCommand,
  PutBucketVersioningCommand,
  S3Client,
  type S3ServiceException,
} from "@aws-sdk/client-s3";
import { AssumeRoleCommand, STSClient } from "@aws-sdk/client-sts";
import { type Cloud, startCloud } from "../../../emulator/cloud/start.ts";

export interface Credentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
}

export const root: Credentials = { accessKeyId: "test", secretAccessKey: "test" };
export const primary = "us-east-1";
export const dr = "us-west-2";
export const account = "000000000000";

export interface TestCloud extends Cloud {
  client<T>(make: new (config: object) => T, region?: string, credentials?: Credentials): T;
  s3(region?: string, credentials?: Credentials): S3Client;
  control<T>(method: string, path: string, body?: unknown): Promise<T>;
  dispose(): Promise<void>;
}

export async function startTestCloud(): Promise<TestCloud> {
  const dir = mkdtempSync(join(tmpdir(), "holdfast-cloud-"));
  const cloud = await startCloud({ dir });
  const client = <T>(make: new (config: object) => T, region = primary, credentials = root): T =>
    new make({ region, credentials, endpoint: cloud.endpoint, forcePathStyle: true, maxAttempts: 1 });
  return {
    ...cloud,
    client,
    s3: (region, credentials) => client(S3Client as new (config: object) => S3Client, region, credentials),
    control: async <T>(method: string, path: string, body?: unknown) => {
      const answer = await fetch(`${cloud.plainEndpoint}/_holdfast/${path}`, {
        method,
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
      if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${await answer.text()}`);
      return (await answer.json()) as T;
    },
    dispose: async () => {
      await cloud.stop();
      rmSync(dir, { recursive: true, force: true });
    },
  };
}

export const statement = (
  effect: "Allow" | "Deny",
  action: string | string[],
  resource: string | string[],
  more = {},
) => ({
  Effect: effect,
  Action: action,
  Resource: resource,
  ...more,
});

export const document = (...statements: object[]) => JSON.stringify({ Version: "2012-10-17", Statement: statements });

/** An IAM user with one inline policy and a key: never root, so every Deny counts. */
export async function user(cloud: TestCloud, name: string, ...statements: object[]): Promise<Credentials> {
  const iam = cloud.client(IAMClient as new (config: object) => IAMClient);
  await iam.send(new CreateUserCommand({ UserName: name }));
  if (statements.length > 0) {
    await iam.send(
      new PutUserPolicyCommand({ UserName: name, PolicyName: "p", PolicyDocument: document(...statements) }),
    );
  }
  const { AccessKey } = await iam.send(new CreateAccessKeyCommand({ UserName: name }));
  return { accessKeyId: AccessKey?.AccessKeyId ?? "", secretAccessKey: AccessKey?.SecretAccessKey ?? "" };
}

/** A role; `trusted` is a Principal element. */
export async function role(cloud: TestCloud, name: string, trusted: object, ...statements: object[]): Promise<string> {
  const iam = cloud.client(IAMClient as new (config: object) => IAMClient);
  const trust = JSON.stringify({
    Version: "2012-10-17",
    Statement: [{ Effect: "Allow", Principal: trusted, Action: "sts:AssumeRole" }],
  });
  const { Role } = await iam.send(new CreateRoleCommand({ RoleName: name, AssumeRolePolicyDocument: trust }));
  if (statements.length > 0) await setRolePolicy(cloud, name, ...statements);
  return Role?.Arn ?? "";
}

export async function setRolePolicy(cloud: TestCloud, name: string, ...statements: object[]): Promise<void> {
  const iam = cloud.client(IAMClient as new (config: object) => IAMClient);
  await iam.send(
    new PutRolePolicyCommand({ RoleName: name, PolicyName: "p", PolicyDocument: document(...statements) }),
  );
}

export async function session(cloud: TestCloud, roleArn: string, by: Credentials): Promise<Credentials> {
  const sts = cloud.client(STSClient as new (config: object) => STSClient, primary, by);
  const { Credentials: c } = await sts.send(new AssumeRoleCommand({ RoleArn: roleArn, RoleSessionName: "session" }));
  return {
    accessKeyId: c?.AccessKeyId ?? "",
    secretAccessKey: c?.SecretAccessKey ?? "",
    sessionToken: c?.SessionToken ?? "",
  };
}

export async function key(cloud: TestCloud, region = primary, policy?: string): Promise<string> {
  const kms = cloud.client(KMSClient as new (config: object) => KMSClient, region);
  const { KeyMetadata } = await kms.send(new CreateKeyCommand(policy === undefined ? {} : { Policy: policy }));
  return KeyMetadata?.Arn ?? "";
}

/** A versioned bucket, with Object Lock unless told otherwise, and default SSE-KMS when a key is given. */
export async function bucket(
  cloud: TestCloud,
  name: string,
  options: { region?: string; lock?: boolean; key?: string; bucketKey?: boolean } = {},
): Promise<string> {
  const region = options.region ?? primary;
  const s3 = cloud.s3(region);
  await s3.send(
    new CreateBucketCommand({
      Bucket: name,
      ObjectLockEnabledForBucket: options.lock ?? true,
      ...(region === "us-east-1" ? {} : { CreateBucketConfiguration: { LocationConstraint: region as "us-west-2" } }),
    }),
  );
  if (options.lock === false) {
    await s3.send(new PutBucketVersioningCommand({ Bucket: name, VersioningConfiguration: { Status: "Enabled" } }));
  }
  if (options.key !== undefined) {
    await s3.send(
      new PutBucketEncryptionCommand({
        Bucket: name,
        ServerSideEncryptionConfiguration: {
          Rules: [
            {
              ApplyServerSideEncryptionByDefault: { SSEAlgorithm: "aws:kms", KMSMasterKeyID: options.key },
              BucketKeyEnabled: options.bucketKey ?? true,
            },
          ],
        },
      }),
    );
  }
  return name;
}

export async function bucketPolicy(
  cloud: TestCloud,
  name: string,
  region: string,
  ...statements: object[]
): Promise<void> {
  await cloud.s3(region).send(new PutBucketPolicyCommand({ Bucket: name, Policy: document(...statements) }));
}

/** `"<status> <code>"` of a refused call; throws when the call was accepted. */
export async function refusal(call: Promise<unknown>): Promise<string> {
  try {
    await call;
  } catch (error) {
    if (error instanceof Error && "$metadata" in error) {
      const status = (error as S3ServiceException).$metadata.httpStatusCode;
      return `${status} ${error.name}`;
    }
    throw error;
  }
  throw new Error("the call was accepted");
}
