/** Who acts in the intake: the admission function's role, and the role that Genesys Cloud assumes to write. */
import { all, type CustomResourceOptions, type Output, output } from "@pulumi/pulumi";
import type { GenesysSource } from "../../model/settings.ts";
import { type LogGroup, Role, RolePolicy } from "../support/aws-resources.ts";
import { type GrantTargets, grantsFor, type Need } from "../support/grants.ts";
import { physicalName } from "../support/naming.ts";
import { type PolicyDocument, policy, policyJson } from "../support/policy.ts";
import type { RecordingIntakeArgs } from "./args.ts";
import type { QueueName } from "./plan.ts";
import type { QueuePair } from "./queues.ts";

const lambdaTrust = policy({
  Sid: "AllowLambda",
  Effect: "Allow",
  Principal: { Service: "lambda.amazonaws.com" },
  Action: "sts:AssumeRole",
});

/** The role alone: the store's policies name it, so it cannot wait for the store. */
export function createAdmitRole(name: string, args: RecordingIntakeArgs, opts: CustomResourceOptions): Role {
  return new Role(
    `${name}-admit-role`,
    {
      name: physicalName(args.scope, "role", "admit"),
      description: "Admits recordings from the landing into the store",
      assumeRolePolicy: policyJson("trust", "the admit role", lambdaTrust),
      tags: args.tags,
    },
    opts,
  );
}

/** What Lambda itself does under the function's role: read its queues, write its log. All ARNs. */
export function platformGrants(queues: readonly string[], logGroup: string): PolicyDocument {
  return policy(
    {
      Sid: "ReceiveMessages",
      Effect: "Allow",
      Action: ["sqs:DeleteMessage", "sqs:GetQueueAttributes", "sqs:ReceiveMessage"],
      Resource: queues,
    },
    {
      Sid: "WriteLog",
      Effect: "Allow",
      Action: ["logs:CreateLogStream", "logs:PutLogEvents"],
      Resource: `${logGroup}:*`,
    },
  );
}

export function createAdmitPolicy(
  name: string,
  role: Role,
  needs: readonly Need[],
  queues: Readonly<Record<QueueName, QueuePair>>,
  logGroup: LogGroup,
  args: RecordingIntakeArgs,
  opts: CustomResourceOptions,
): RolePolicy {
  const targets = grantTargets(args, queues);
  const document = all([targets, logGroup.arn]).apply(([to, log]) => {
    const own = platformGrants(Object.values(to.queues), log);
    return policyJson("role", "the admit role", policy(own.Statement, grantsFor(needs, to).Statement));
  });
  return new RolePolicy(`${name}-admit-role-policy`, { name: "admit", role: role.name, policy: document }, opts);
}

function grantTargets(
  { store, regions }: RecordingIntakeArgs,
  queues: Readonly<Record<QueueName, QueuePair>>,
): Output<GrantTargets> {
  const { buckets, keys, catalog } = store.native;
  return output({
    landing: buckets.primary.landing.bucket.arn,
    store: {
      primary: { metadata: buckets.primary.metadata.bucket.arn, media: buckets.primary.media.bucket.arn },
      dr: { metadata: buckets.dr.metadata.bucket.arn, media: buckets.dr.media.bucket.arn },
    },
    keys: { primary: keys.primary.arn, dr: keys.dr.arn },
    catalog: catalog.arn,
    queues: { intake: queues.intake.queue.arn, confirm: queues.confirm.queue.arn },
  }).apply((arns) => ({ ...arns, regions }));
}

/** Genesys Cloud proves with the organization id that it acts for this customer (its help page on the S3 integration). */
export function genesysTrust(source: GenesysSource, partition: string): PolicyDocument {
  return policy({
    Sid: "AllowGenesysCloud",
    Effect: "Allow",
    Principal: { AWS: `arn:${partition}:iam::${source.accountId}:root` },
    Action: "sts:AssumeRole",
    Condition: { StringEquals: { "sts:ExternalId": source.organization } },
  });
}

/** Write only: the platform can neither read nor list nor delete what landed. Decrypt is for its multipart uploads. */
export function genesysGrants(landingArn: string, keyArn: string, region: string): PolicyDocument {
  return policy(
    {
      Sid: "WriteRecordings",
      Effect: "Allow",
      Action: ["s3:PutObject", "s3:PutObjectAcl"],
      Resource: `${landingArn}/*`,
    },
    {
      Sid: "CheckBucket",
      Effect: "Allow",
      Action: ["s3:GetBucketLocation", "s3:GetEncryptionConfiguration"],
      Resource: landingArn,
    },
    {
      Sid: "EncryptThroughS3",
      Effect: "Allow",
      Action: ["kms:Decrypt", "kms:GenerateDataKey"],
      Resource: keyArn,
      Condition: { StringEquals: { "kms:ViaService": `s3.${region}.amazonaws.com` } },
    },
  );
}

export function createGenesysRole(
  name: string,
  source: GenesysSource,
  args: RecordingIntakeArgs,
  opts: CustomResourceOptions,
): Role {
  const trust = genesysTrust(source, args.aws.partition);
  return new Role(
    `${name}-genesys-role`,
    {
      name: physicalName(args.scope, "role", "genesys"),
      description: "Assumed by Genesys Cloud to write recordings into the landing",
      assumeRolePolicy: policyJson("trust", "the Genesys role", trust),
      tags: args.tags,
    },
    opts,
  );
}

export function createGenesysPolicy(
  name: string,
  role: Role,
  args: RecordingIntakeArgs,
  opts: CustomResourceOptions,
): RolePolicy {
  const { buckets, keys } = args.store.native;
  const document = all([buckets.primary.landing.bucket.arn, keys.primary.arn]).apply(([landing, key]) =>
    policyJson("role", "the Genesys role", genesysGrants(landing, key, args.regions.primary)),
  );
  return new RolePolicy(`${name}-genesys-role-policy`, { name: "write", role: role.name, policy: document }, opts);
}
