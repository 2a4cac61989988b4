/** The harness of the AWS adapters: the emulated AWS, resources like those of a stack, and users that are not root. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { CreateTableCommand, type DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { CreateAccessKeyCommand, CreateUserCommand, IAMClient, PutUserPolicyCommand } from "@aws-sdk/client-iam";
import {
  CreateBucketCommand,
  DeleteObjectCommand,
  GetObjectTaggingCommand,
  HeadObjectCommand,
  ListObjectVersionsCommand,
  PutBucketVersioningCommand,
  PutObjectCommand,
  type S3Client,
} from "@aws-sdk/client-s3";
import { CreateQueueCommand, DeleteMessageCommand, ReceiveMessageCommand, type SQSClient } from "@aws-sdk/client-sqs";
import { asPort } from "../../../adapters/aws/errors.ts";
import {
  awsCatalog,
  awsLanding,
  awsQueue,
  awsRecordingStore,
  conversationIndex,
  dynamodbClient,
  s3Client,
  s3TransferClient,
  sqsClient,
} from "../../../adapters/aws/index.ts";
import { startCloud } from "../../../emulator/cloud/start.ts";
import type { Kind } from "../../../model/cloud.ts";
import type { CatalogHarness, DuringOutage, LandingHarness, Platform, QueueHarness, StoreHarness } from "./harness.ts";

const region = "us-east-1";
const landingBucket = "conformance-landing";
const buckets: Readonly<Record<Kind, string>> = {
  metadata: "conformance-store-metadata",
  media: "conformance-store-media",
};
const table = "conformance-catalog";
const visibilitySeconds = 2;

/** The permissions that the docstrings of the adapters ask for, and nothing else. */
const functionPolicy = [
  {
    Action: ["s3:GetObject", "s3:GetObjectVersion", "s3:GetObjectVersionTagging", "s3:PutObjectVersionTagging"],
    Resource: [`arn:aws:s3:::${landingBucket}/*`],
  },
  {
    Action: ["s3:ListBucket", "s3:ListBucketVersions"],
    Resource: [`arn:aws:s3:::${landingBucket}`],
  },
  {
    Action: [
      "s3:GetObject",
      "s3:GetObjectVersion",
      "s3:GetObjectTagging",
      "s3:GetObjectVersionTagging",
      "s3:GetObjectLegalHold",
      "s3:PutObject",
      "s3:PutObjectTagging",
      "s3:PutObjectVersionTagging",
      "s3:PutObjectLegalHold",
    ],
    Resource: Object.values(buckets).map((bucket) => `arn:aws:s3:::${bucket}/*`),
  },
  { Action: ["s3:ListBucket"], Resource: Object.values(buckets).map((bucket) => `arn:aws:s3:::${bucket}`) },
  {
    Action: ["dynamodb:PutItem", "dynamodb:Query"],
    Resource: [
      `arn:aws:dynamodb:${region}:000000000000:table/${table}`,
      `arn:aws:dynamodb:${region}:000000000000:table/${table}/index/*`,
    ],
  },
  { Action: ["sqs:SendMessage"], Resource: ["*"] },
];

/** Someone who may delete versions, so that only the lock can refuse. */
const deleterPolicy = [
  { Action: ["s3:DeleteObject", "s3:DeleteObjectVersion"], Resource: ["arn:aws:s3:::conformance-*/*"] },
];

interface Credentials {
  readonly AWS_ACCESS_KEY_ID: string;
  readonly AWS_SECRET_ACCESS_KEY: string;
}

interface Clients {
  readonly s3: S3Client;
  readonly transfers: S3Client;
  readonly dynamodb: DynamoDBClient;
  readonly sqs: SQSClient;
}

/** The product's own clients for one identity; the SDK keeps credentials once it has read them from the environment. */
async function clientsOf(credentials: Credentials): Promise<Clients> {
  Object.assign(process.env, credentials);
  const clients = {
    s3: s3Client(region),
    transfers: s3TransferClient(region),
    dynamodb: dynamodbClient(region),
    sqs: sqsClient(region),
  };
  for (const client of Object.values(clients)) {
    const { accessKeyId } = await client.config.credentials();
    if (accessKeyId !== credentials.AWS_ACCESS_KEY_ID) throw new TypeError("credentials of another identity");
  }
  return clients;
}

async function createUser(iam: IAMClient, name: string, statements: readonly object[]): Promise<Credentials> {
  await iam.send(new CreateUserCommand({ UserName: name }));
  if (statements.length > 0) {
    const document = { Version: "2012-10-17", Statement: statements.map((s) => ({ Effect: "Allow", ...s })) };
    await iam.send(
      new PutUserPolicyCommand({ UserName: name, PolicyName: "conformance", PolicyDocument: JSON.stringify(document) }),
    );
  }
  const { AccessKey } = await iam.send(new CreateAccessKeyCommand({ UserName: name }));
  if (!AccessKey?.AccessKeyId || !AccessKey.SecretAccessKey) throw new TypeError(`no access key for ${name}`);
  return { AWS_ACCESS_KEY_ID: AccessKey.AccessKeyId, AWS_SECRET_ACCESS_KEY: AccessKey.SecretAccessKey };
}

async function createResources(root: Clients): Promise<void> {
  await root.s3.send(new CreateBucketCommand({ Bucket: landingBucket }));
  await root.s3.send(
    new PutBucketVersioningCommand({ Bucket: landingBucket, VersioningConfiguration: { Status: "Enabled" } }),
  );
  for (const bucket of Object.values(buckets)) {
    await root.s3.send(new CreateBucketCommand({ Bucket: bucket, ObjectLockEnabledForBucket: true }));
  }
  await root.dynamodb.send(
    new CreateTableCommand({
      TableName: table,
      BillingMode: "PAY_PER_REQUEST",
      AttributeDefinitions: ["recordingId", "sk", "conversationId", "recordedAt"].map((AttributeName) => ({
        AttributeName,
        AttributeType: "S",
      })),
      KeySchema: [
        { AttributeName: "recordingId", KeyType: "HASH" },
        { AttributeName: "sk", KeyType: "RANGE" },
      ],
      GlobalSecondaryIndexes: [
        {
          IndexName: conversationIndex,
          KeySchema: [
            { AttributeName: "conversationId", KeyType: "HASH" },
            { AttributeName: "recordedAt", KeyType: "RANGE" },
          ],
          Projection: { ProjectionType: "ALL" },
        },
      ],
    }),
  );
}

export interface AwsHarness {
  landing(): LandingHarness;
  store(): StoreHarness;
  catalog(): CatalogHarness;
  queue<T>(): QueueHarness<T>;
  stop(): Promise<void>;
}

/** Starts the emulated AWS and makes everything that the suites use. */
export async function startAws(): Promise<AwsHarness> {
  const dir = mkdtempSync(join(tmpdir(), "holdfast-conformance-"));
  const cloud = await startCloud({ dir });
  for (const name of Object.keys(process.env)) if (name.startsWith("AWS_")) delete process.env[name];
  Object.assign(process.env, {
    AWS_ENDPOINT_URL: cloud.endpoint,
    AWS_EC2_METADATA_DISABLED: "true",
    AWS_CONFIG_FILE: "/dev/null",
    AWS_SHARED_CREDENTIALS_FILE: "/dev/null",
  });
  const rootKeys = { AWS_ACCESS_KEY_ID: "test", AWS_SECRET_ACCESS_KEY: "test" };
  const root = await clientsOf(rootKeys);
  await createResources(root);
  const { QueueUrl: url } = await root.sqs.send(
    new CreateQueueCommand({
      QueueName: "conformance-queue",
      Attributes: { VisibilityTimeout: String(visibilitySeconds) },
    }),
  );
  if (url === undefined) throw new TypeError("no queue URL");
  const iam = new IAMClient({ region });
  const fn = await clientsOf(await createUser(iam, "conformance-function", functionPolicy));
  const deleter = await clientsOf(await createUser(iam, "conformance-deleter", deleterPolicy));
  const outsider = await clientsOf(await createUser(iam, "conformance-outsider", []));
  iam.destroy();

  const outageOf =
    (service: string): DuringOutage =>
    async (how, work) => {
      const faults = `${cloud.controlEndpoint}/faults`;
      const mode = how === "cut" ? "reset" : "503";
      const added = await fetch(faults, { method: "POST", body: JSON.stringify({ service, region, mode }) });
      if (added.status !== 201) throw new TypeError(`no fault was added: ${await added.text()}`);
      try {
        return await work();
      } finally {
        await fetch(faults, { method: "DELETE" });
      }
    };

  const hide = async (bucket: string, key: string) => {
    await root.s3.send(new DeleteObjectCommand({ Bucket: bucket, Key: key }));
  };
  const deleteVersion = async (bucket: string, key: string, versionId: string) => {
    const command = new DeleteObjectCommand({ Bucket: bucket, Key: key, VersionId: versionId });
    await asPort("deleteVersion", key, deleter.s3.send(command));
  };
  const platform: Platform = {
    async put(key, bytes, tags = {}) {
      const { VersionId } = await root.s3.send(
        new PutObjectCommand({
          Bucket: landingBucket,
          Key: key,
          Body: typeof bytes === "string" ? Buffer.from(bytes) : bytes,
          Metadata: { platform: "metadata" },
          ...(Object.keys(tags).length === 0 ? {} : { Tagging: new URLSearchParams(tags).toString() }),
        }),
      );
      if (VersionId === undefined) throw new TypeError("no version id");
      return { key, versionId: VersionId };
    },
    hide: (key) => hide(landingBucket, key),
    deleteVersion: (key, versionId) => deleteVersion(landingBucket, key, versionId),
    async tagsOf(key, versionId) {
      const { TagSet } = await root.s3.send(
        new GetObjectTaggingCommand({ Bucket: landingBucket, Key: key, VersionId: versionId }),
      );
      return Object.fromEntries((TagSet ?? []).map(({ Key, Value }) => [Key, Value]));
    },
  };
  const storeOf = ({ s3, transfers }: Clients) =>
    awsRecordingStore({ s3, transfers, site: "primary", buckets, landing: landingBucket });

  return {
    landing: () => ({
      landing: awsLanding({ s3: fn.s3, bucket: landingBucket }),
      forOutsider: awsLanding({ s3: outsider.s3, bucket: landingBucket }),
      platform,
      duringOutage: outageOf("s3"),
    }),
    store: () => ({
      store: storeOf(fn),
      forOutsider: storeOf(outsider),
      platform,
      async versionIds(kind, key) {
        const { Versions } = await root.s3.send(new ListObjectVersionsCommand({ Bucket: buckets[kind], Prefix: key }));
        return (Versions ?? []).flatMap((v) => (v.Key === key && v.VersionId ? [v.VersionId] : []));
      },
      deleteVersion: (kind, key, versionId) => deleteVersion(buckets[kind], key, versionId),
      hide: (kind, key) => hide(buckets[kind], key),
      async contentType(kind, key, versionId) {
        const command = new HeadObjectCommand({ Bucket: buckets[kind], Key: key, VersionId: versionId });
        return (await root.s3.send(command)).ContentType;
      },
      duringOutage: outageOf("s3"),
    }),
    catalog: () => ({
      catalog: awsCatalog({ dynamodb: fn.dynamodb, table }),
      forOutsider: awsCatalog({ dynamodb: outsider.dynamodb, table }),
      duringOutage: outageOf("dynamodb"),
    }),
    queue: <T>() => ({
      queue: awsQueue<T>({ sqs: fn.sqs, url }),
      forOutsider: awsQueue<T>({ sqs: outsider.sqs, url }),
      async receive() {
        const { Messages } = await root.sqs.send(
          new ReceiveMessageCommand({ QueueUrl: url, MaxNumberOfMessages: 10, WaitTimeSeconds: 0 }),
        );
        return (Messages ?? []).map(({ Body, ReceiptHandle }) => ({
          body: JSON.parse(Body ?? "") as T,
          delete: async () => {
            await root.sqs.send(new DeleteMessageCommand({ QueueUrl: url, ReceiptHandle }));
          },
        }));
      },
      visibilitySeconds,
      elapse: (seconds) => setTimeout(seconds * 1_000),
      duringOutage: outageOf("sqs"),
    }),
    async stop() {
      for (const clients of [root, fn, deleter, outsider]) {
        for (const client of Object.values(clients)) client.destroy();
      }
      await cloud.stop();
      rmSync(dir, { recursive: true, force: true });
    },
  };
}
