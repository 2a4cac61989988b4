/**
 * The customer's own IAM principals, which exist before Holdfast is deployed: roles of people and programs, and the
 * users who assume them. Holdfast creates none of them; its policies name them.
 */
import {
  CreateAccessKeyCommand,
  CreateRoleCommand,
  CreateUserCommand,
  DeleteAccessKeyCommand,
  EntityAlreadyExistsException,
  IAMClient,
  ListAccessKeysCommand,
  PutRolePolicyCommand,
  PutUserPolicyCommand,
  UpdateAssumeRolePolicyCommand,
} from "@aws-sdk/client-iam";
import { AssumeRoleCommand, STSClient } from "@aws-sdk/client-sts";
import { EmulatedCloudError } from "./codes.ts";

export interface Credentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  /** Present for a role session; it ends after twelve hours, the longest AWS allows. Seed again for new ones. */
  readonly sessionToken?: string;
}

/** Who can act on the emulated cloud. Only `admin` is the root key; all others are sessions of roles. */
export interface SeededCredentials {
  readonly admin: Credentials;
  readonly deployer: Credentials;
  readonly officer: Credentials;
  /** The same role as `officer`, assumed by another person. */
  readonly officer2: Credentials;
  readonly drReader: Credentials;
  readonly sensitiveReader: Credentials;
  readonly reader: Credentials;
  readonly uploader: Credentials;
  readonly drAdmin: Credentials;
  readonly outsider: Credentials;
  readonly breakGlass: Credentials;
}

interface Statement {
  readonly Effect: "Allow";
  readonly Action: string | readonly string[];
  readonly Resource: string;
  readonly Condition?: Record<string, Record<string, string>>;
}

const allow = (Action: string | readonly string[], Resource = "*"): Statement => ({
  Effect: "Allow",
  Action,
  Resource,
});

const throughS3 = (Action: readonly string[]): Statement => ({
  ...allow(Action),
  Condition: { StringLike: { "kms:ViaService": "s3.*.amazonaws.com" } },
});

const whoAmI = allow("sts:GetCallerIdentity");

/** Identity policies of the roles: what such a role has in a customer's account before Holdfast is there. */
const roles: Readonly<Record<string, readonly Statement[]>> = {
  HoldfastDeployer: [
    allow(
      "s3 kms iam lambda sqs sns events scheduler dynamodb cloudwatch logs ssm sts tag"
        .split(" ")
        .map((service) => `${service}:*`),
    ),
  ],
  ComplianceOfficer: [whoAmI],
  QaPortal: [whoAmI],
  ComplianceAuditor: [whoAmI],
  PciAuditor: [whoAmI],
  DRAdmin: [whoAmI, allow(["s3:ListAllMyBuckets", "cloudwatch:Describe*", "cloudwatch:Get*", "cloudwatch:List*"])],
  BreakGlass: [whoAmI, allow(["s3:*", "kms:*"])],
  PlainUploader: [
    whoAmI,
    allow("s3:PutObject", "arn:aws:s3:::*landing*/*"),
    throughS3(["kms:GenerateDataKey", "kms:Decrypt"]),
  ],
  // Broad rights on S3 from elsewhere in the account, and none on keys: only Holdfast's own policies keep it out.
  Outsider: [whoAmI, allow("s3:*")],
};

/** Users, and the roles each may assume. Two officers, because a second person approves releases. */
const users: Readonly<Record<string, readonly string[]>> = {
  "officer-one": ["ComplianceOfficer"],
  "officer-two": ["ComplianceOfficer"],
  operator: Object.keys(roles).filter((name) => name !== "ComplianceOfficer"),
};

const sessions: Readonly<Record<Exclude<keyof SeededCredentials, "admin">, readonly [role: string, user: string]>> = {
  deployer: ["HoldfastDeployer", "operator"],
  officer: ["ComplianceOfficer", "officer-one"],
  officer2: ["ComplianceOfficer", "officer-two"],
  drReader: ["ComplianceAuditor", "operator"],
  sensitiveReader: ["PciAuditor", "operator"],
  reader: ["QaPortal", "operator"],
  uploader: ["PlainUploader", "operator"],
  drAdmin: ["DRAdmin", "operator"],
  outsider: ["Outsider", "operator"],
  breakGlass: ["BreakGlass", "operator"],
};

const sessionSeconds = 43_200;
const policyName = "customer";
const root: Credentials = { accessKeyId: "test", secretAccessKey: "test" };

const policy = (statements: readonly object[]): string =>
  JSON.stringify({ Version: "2012-10-17", Statement: statements });

/** Creates, or leaves what is there already. */
async function ensure(create: Promise<unknown>): Promise<void> {
  try {
    await create;
  } catch (error) {
    if (!(error instanceof EntityAlreadyExistsException)) throw error;
  }
}

async function seedUser(iam: IAMClient, accountId: string, UserName: string): Promise<Credentials> {
  await ensure(iam.send(new CreateUserCommand({ UserName })));
  const mayAssume = (users[UserName] ?? []).map((role) => `arn:aws:iam::${accountId}:role/${role}`);
  const statement = { Effect: "Allow", Action: "sts:AssumeRole", Resource: mayAssume };
  await iam.send(new PutUserPolicyCommand({ UserName, PolicyName: policyName, PolicyDocument: policy([statement]) }));
  const { AccessKeyMetadata: old = [] } = await iam.send(new ListAccessKeysCommand({ UserName }));
  for (const { AccessKeyId } of old) await iam.send(new DeleteAccessKeyCommand({ UserName, AccessKeyId }));
  const { AccessKey } = await iam.send(new CreateAccessKeyCommand({ UserName }));
  return { accessKeyId: AccessKey?.AccessKeyId ?? "", secretAccessKey: AccessKey?.SecretAccessKey ?? "" };
}

async function seedRole(iam: IAMClient, accountId: string, RoleName: string): Promise<void> {
  const trusted = Object.keys(users).filter((user) => users[user]?.includes(RoleName));
  const trust = policy([
    {
      Effect: "Allow",
      Action: "sts:AssumeRole",
      Principal: { AWS: trusted.map((user) => `arn:aws:iam::${accountId}:user/${user}`) },
    },
  ]);
  await ensure(
    iam.send(new CreateRoleCommand({ RoleName, AssumeRolePolicyDocument: trust, MaxSessionDuration: sessionSeconds })),
  );
  await iam.send(new UpdateAssumeRolePolicyCommand({ RoleName, PolicyDocument: trust }));
  const document = policy(roles[RoleName] ?? []);
  await iam.send(new PutRolePolicyCommand({ RoleName, PolicyName: policyName, PolicyDocument: document }));
}

/**
 * Makes sure that the principals exist with exactly their seeded policies, and opens a session for each.
 * Safe to repeat: earlier sessions stay valid, the users' keys are replaced.
 *
 * @throws EmulatedCloudError HF5305 when the emulated cloud refuses a call.
 */
export async function seedPrincipals(cloud: { endpoint: string; accountId: string }): Promise<SeededCredentials> {
  const common = { endpoint: cloud.endpoint, region: "us-east-1" };
  try {
    const iam = new IAMClient({ ...common, credentials: root });
    const keys: Record<string, Credentials> = {};
    for (const name of Object.keys(users)) keys[name] = await seedUser(iam, cloud.accountId, name);
    for (const name of Object.keys(roles)) await seedRole(iam, cloud.accountId, name);
    const open = async ([role, user]: readonly [string, string]): Promise<Credentials> => {
      const sts = new STSClient({ ...common, credentials: keys[user] ?? root });
      const { Credentials: given } = await sts.send(
        new AssumeRoleCommand({
          RoleArn: `arn:aws:iam::${cloud.accountId}:role/${role}`,
          RoleSessionName: user,
          DurationSeconds: sessionSeconds,
        }),
      );
      return {
        accessKeyId: given?.AccessKeyId ?? "",
        secretAccessKey: given?.SecretAccessKey ?? "",
        sessionToken: given?.SessionToken ?? "",
      };
    };
    const opened = await Promise.all(
      Object.entries(sessions).map(async ([name, session]) => [name, await open(session)] as const),
    );
    return { admin: root, ...Object.fromEntries(opened) } as unknown as SeededCredentials;
  } catch (error) {
    const why = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
    throw new EmulatedCloudError(
      "HF5305",
      { subject: "seeding principals", value: cloud.endpoint, why },
      { cause: error },
    );
  }
}
