/** The DynamoDB table, with replicas. Replacements: Terraform AWS provider, `aws_dynamodb_table`. */
import type { DynamoDB, ReplicationGroupUpdate } from "@aws-sdk/client-dynamodb";
import type { TableArgs } from "@pulumi/aws/dynamodb/table.js";
import { ProviderError } from "../../codes.ts";
import { isObject, type Props, same } from "../../engine/values.ts";
import { ifThere } from "../clients.ts";
import { type AwsJob, client, compact, row, surplus, tagList, tagMap } from "../row.ts";
import { indexFromCloud, indexUpdates, secondaryIndex } from "./dynamodb-indexes.ts";

type Job = AwsJob<TableArgs>;
type Replica = NonNullable<Job["inputs"]["replicas"]>[number];
const missing = "ResourceNotFoundException";

export const table = row<TableArgs>({
  type: "aws:dynamodb/table:Table",
  supports: [
    "attributes",
    "billingMode",
    "deletionProtectionEnabled",
    "globalSecondaryIndexes",
    "hashKey",
    "localSecondaryIndexes",
    "name",
    "pointInTimeRecovery",
    "rangeKey",
    "readCapacity",
    "region",
    "replicas",
    "serverSideEncryption",
    "streamEnabled",
    "streamViewType",
    "tableClass",
    "tags",
    "ttl",
    "writeCapacity",
  ],
  refuses: {
    "globalSecondaryIndexes[].onDemandThroughput": "no part of Holdfast uses it",
    "globalSecondaryIndexes[].warmThroughput": "no part of Holdfast uses it",
    "replicas[].arn": "it is an output",
    "replicas[].consistencyMode": "no part of Holdfast uses it",
    "replicas[].streamArn": "it is an output",
    "replicas[].streamLabel": "it is an output",
  },
  naming: { property: "name", max: 255 },
  identity: ["name"],
  replaceOn: ["hashKey", "localSecondaryIndexes", "name", "rangeKey"],
  // DynamoDB API Reference, CreateTable; the billing mode is the provider's own default.
  defaults: {
    billingMode: "PROVISIONED",
    deletionProtectionEnabled: false,
    "pointInTimeRecovery.recoveryPeriodInDays": 35,
    "replicas[].deletionProtectionEnabled": false,
    "replicas[].pointInTimeRecovery": false,
    "replicas[].propagateTags": false,
    streamEnabled: false,
    tableClass: "STANDARD",
  },
  computed: [
    "globalSecondaryIndexes[].hashKey",
    "globalSecondaryIndexes[].keySchemas",
    "globalSecondaryIndexes[].rangeKey",
    "globalSecondaryIndexes[].readCapacity",
    "globalSecondaryIndexes[].writeCapacity",
    "pointInTimeRecovery",
    "readCapacity",
    "replicas[].kmsKeyArn",
    "serverSideEncryption.kmsKeyArn",
    "streamViewType",
    "writeCapacity",
  ],
  sets: [
    "attributes",
    "globalSecondaryIndexes",
    "globalSecondaryIndexes[].nonKeyAttributes",
    "localSecondaryIndexes",
    "localSecondaryIndexes[].nonKeyAttributes",
    "replicas",
  ],
  normalise,
  volatile: ["streamArn", "streamLabel"],
  emulatorCannotRead: [
    {
      property: "replicas[].kmsKeyArn",
      reason: "the emulated DynamoDB drops the key of a replica and answers the key of the table",
    },
    { property: "replicas[].propagateTags", reason: "it is a choice of the provider, which no cloud stores" },
  ],
  tagged: true,

  async create(job) {
    const dynamodb = await client(job, "dynamodb");
    const { inputs } = job;
    const TableName = inputs.name ?? "";
    const Tags = tagList(job.tags);
    await dynamodb.createTable({
      TableName,
      AttributeDefinitions: attributeDefinitions(job),
      KeySchema: [
        { AttributeName: inputs.hashKey, KeyType: "HASH" },
        ...(inputs.rangeKey ? [{ AttributeName: inputs.rangeKey, KeyType: "RANGE" as const }] : []),
      ],
      BillingMode: inputs.billingMode as "PAY_PER_REQUEST",
      ...throughput(job),
      ...(inputs.globalSecondaryIndexes?.length
        ? { GlobalSecondaryIndexes: inputs.globalSecondaryIndexes.map((i) => secondaryIndex(i, inputs.billingMode)) }
        : {}),
      ...(inputs.localSecondaryIndexes?.length
        ? {
            LocalSecondaryIndexes: inputs.localSecondaryIndexes.map((i) => ({
              IndexName: i.name,
              KeySchema: [
                { AttributeName: inputs.hashKey, KeyType: "HASH" as const },
                { AttributeName: i.rangeKey, KeyType: "RANGE" as const },
              ],
              Projection: { ProjectionType: i.projectionType as "ALL", NonKeyAttributes: i.nonKeyAttributes },
            })),
          }
        : {}),
      ...(inputs.streamEnabled ? { StreamSpecification: stream(job) } : {}),
      ...(inputs.serverSideEncryption ? { SSESpecification: encryption(job) } : {}),
      TableClass: inputs.tableClass as "STANDARD",
      DeletionProtectionEnabled: inputs.deletionProtectionEnabled,
      ...(Tags.length > 0 ? { Tags } : {}),
    });
    job.created(TableName);
    await active(dynamodb, TableName);
    if (inputs.ttl?.enabled) await putTtl(dynamodb, TableName, job);
    if (inputs.pointInTimeRecovery?.enabled) await putRecovery(dynamodb, TableName, inputs.pointInTimeRecovery);
    for (const replica of inputs.replicas ?? []) {
      await replicate(dynamodb, TableName, { Create: newReplica(replica) });
      await settleReplica(job, TableName, replica);
    }
    return TableName;
  },

  async read(job) {
    const dynamodb = await client(job, "dynamodb");
    const TableName = job.id;
    const found = await ifThere(dynamodb.describeTable({ TableName }), missing);
    const has = found?.Table;
    if (!has || has.TableStatus === "DELETING") return undefined;
    const [ttl, backups, tags, replicas] = await Promise.all([
      dynamodb.describeTimeToLive({ TableName }),
      dynamodb.describeContinuousBackups({ TableName }),
      dynamodb.listTagsOfResource({ ResourceArn: has.TableArn }),
      Promise.all((has.Replicas ?? []).map((r) => readReplica(job, r.RegionName ?? "", r.KMSMasterKeyId))),
    ]);
    const recovery = backups.ContinuousBackupsDescription?.PointInTimeRecoveryDescription;
    const key = (type: string) => has.KeySchema?.find((k) => k.KeyType === type)?.AttributeName;
    return {
      arn: has.TableArn,
      attributes: has.AttributeDefinitions?.map((a) => ({ name: a.AttributeName, type: a.AttributeType })),
      billingMode: has.BillingModeSummary?.BillingMode ?? "PROVISIONED",
      deletionProtectionEnabled: has.DeletionProtectionEnabled ?? false,
      globalSecondaryIndexes: has.GlobalSecondaryIndexes?.map(indexFromCloud),
      hashKey: key("HASH"),
      localSecondaryIndexes: has.LocalSecondaryIndexes?.map((i) =>
        compact({
          name: i.IndexName,
          rangeKey: i.KeySchema?.find((k) => k.KeyType === "RANGE")?.AttributeName,
          projectionType: i.Projection?.ProjectionType,
          nonKeyAttributes: i.Projection?.NonKeyAttributes,
        }),
      ),
      name: has.TableName,
      pointInTimeRecovery: compact({
        enabled: recovery?.PointInTimeRecoveryStatus === "ENABLED",
        recoveryPeriodInDays: recovery?.RecoveryPeriodInDays,
      }),
      rangeKey: key("RANGE"),
      readCapacity: has.ProvisionedThroughput?.ReadCapacityUnits ?? 0,
      replicas: replicas.filter((r) => r !== undefined),
      serverSideEncryption:
        has.SSEDescription?.Status === "ENABLED"
          ? compact({ enabled: true, kmsKeyArn: has.SSEDescription.KMSMasterKeyArn })
          : undefined,
      streamArn: has.LatestStreamArn,
      streamEnabled: has.StreamSpecification?.StreamEnabled ?? false,
      streamLabel: has.LatestStreamLabel,
      streamViewType: has.StreamSpecification?.StreamViewType,
      tableClass: has.TableClassSummary?.TableClass ?? "STANDARD",
      tags: tagMap(tags.Tags),
      ttl:
        ttl.TimeToLiveDescription?.TimeToLiveStatus === "ENABLED"
          ? { attributeName: ttl.TimeToLiveDescription.AttributeName, enabled: true }
          : undefined,
      writeCapacity: has.ProvisionedThroughput?.WriteCapacityUnits ?? 0,
    };
  },

  async update(job, changed) {
    const dynamodb = await client(job, "dynamodb");
    const { inputs, id: TableName } = job;
    const update = async (change: Omit<Parameters<DynamoDB["updateTable"]>[0], "TableName">): Promise<void> => {
      await dynamodb.updateTable({ TableName, ...change });
      await active(dynamodb, TableName);
    };
    // DynamoDB takes one kind of change at a time (DynamoDB API Reference, UpdateTable).
    if (changed.has("deletionProtectionEnabled")) {
      await update({ DeletionProtectionEnabled: inputs.deletionProtectionEnabled });
    }
    if (changed.has("billingMode") || changed.has("readCapacity") || changed.has("writeCapacity")) {
      await update({ BillingMode: inputs.billingMode as "PROVISIONED", ...throughput(job) });
    }
    if (changed.has("tableClass")) await update({ TableClass: inputs.tableClass as "STANDARD" });
    if (changed.has("streamEnabled") || changed.has("streamViewType")) {
      if (job.state.streamEnabled) await update({ StreamSpecification: { StreamEnabled: false } });
      if (inputs.streamEnabled) await update({ StreamSpecification: stream(job) });
    }
    if (changed.has("serverSideEncryption")) await update({ SSESpecification: encryption(job) });
    if (changed.has("globalSecondaryIndexes")) {
      for (const one of indexUpdates(job)) {
        await update({ AttributeDefinitions: attributeDefinitions(job), GlobalSecondaryIndexUpdates: [one] });
      }
    }
    if (changed.has("ttl")) await putTtl(dynamodb, TableName, job);
    if (changed.has("pointInTimeRecovery") && inputs.pointInTimeRecovery) {
      await putRecovery(dynamodb, TableName, inputs.pointInTimeRecovery);
    }
    if (changed.has("tags")) {
      const ResourceArn = String(job.state.arn);
      const TagKeys = surplus(job);
      if (TagKeys.length > 0) await dynamodb.untagResource({ ResourceArn, TagKeys });
      const Tags = tagList(job.tags);
      if (Tags.length > 0) await dynamodb.tagResource({ ResourceArn, Tags });
    }
    if (changed.has("replicas") || changed.has("tags")) await updateReplicas(dynamodb, TableName, job);
  },

  async delete(job) {
    const dynamodb = await client(job, "dynamodb");
    const TableName = job.id;
    for (const replica of (job.state.replicas ?? job.inputs.replicas ?? []) as Replica[]) {
      const RegionName = replica.regionName;
      await ifThere(replicate(dynamodb, TableName, { Delete: { RegionName } }), missing, "ReplicaNotFoundException");
    }
    if (!(await ifThere(dynamodb.deleteTable({ TableName }), missing))) return;
    for (let attempt = 0; attempt < 300; attempt++) {
      if (!(await ifThere(dynamodb.describeTable({ TableName }), missing))) return;
      await pause(attempt);
    }
    throw new ProviderError("HF5524", `the table ${TableName} was not gone after five minutes`);
  },
});

/** A table's own settings that say "nothing" and leaving them out are the same. */
function normalise(inputs: Props): Props {
  const out = { ...inputs };
  if (isObject(out.serverSideEncryption) && out.serverSideEncryption.enabled !== true) delete out.serverSideEncryption;
  if (isObject(out.ttl) && out.ttl.enabled !== true) delete out.ttl;
  if (isObject(out.pointInTimeRecovery) && out.pointInTimeRecovery.enabled !== true) {
    out.pointInTimeRecovery = { enabled: false, recoveryPeriodInDays: 35 };
  }
  return out;
}

const attributeDefinitions = ({ inputs }: Job) =>
  (inputs.attributes ?? []).map((a) => ({ AttributeName: a.name, AttributeType: a.type as "S" }));

const throughput = ({ inputs }: Job) =>
  inputs.billingMode === "PAY_PER_REQUEST"
    ? {}
    : {
        ProvisionedThroughput: {
          ReadCapacityUnits: inputs.readCapacity ?? 1,
          WriteCapacityUnits: inputs.writeCapacity ?? 1,
        },
      };

const stream = ({ inputs }: Job) => ({
  StreamEnabled: true,
  StreamViewType: inputs.streamViewType as "NEW_IMAGE",
});

function encryption({ inputs }: Job) {
  const wanted = inputs.serverSideEncryption;
  if (!wanted?.enabled) return { Enabled: false };
  return { Enabled: true, SSEType: "KMS" as const, KMSMasterKeyId: wanted.kmsKeyArn };
}

async function putTtl(dynamodb: DynamoDB, TableName: string, { inputs, state }: Job): Promise<void> {
  const known = isObject(state.ttl) ? String(state.ttl.attributeName) : "";
  const AttributeName = inputs.ttl?.attributeName || known;
  await dynamodb.updateTimeToLive({
    TableName,
    TimeToLiveSpecification: { AttributeName, Enabled: inputs.ttl?.enabled ?? false },
  });
}

async function putRecovery(
  dynamodb: DynamoDB,
  TableName: string,
  wanted: { enabled: boolean; recoveryPeriodInDays?: number | undefined },
): Promise<void> {
  const { enabled, recoveryPeriodInDays } = wanted;
  await dynamodb.updateContinuousBackups({
    TableName,
    PointInTimeRecoverySpecification: {
      PointInTimeRecoveryEnabled: enabled,
      ...(enabled && recoveryPeriodInDays !== undefined ? { RecoveryPeriodInDays: recoveryPeriodInDays } : {}),
    },
  });
}

const newReplica = (replica: Replica) => ({ RegionName: replica.regionName, KMSMasterKeyId: replica.kmsKeyArn });

async function replicate(dynamodb: DynamoDB, TableName: string, update: ReplicationGroupUpdate): Promise<void> {
  await dynamodb.updateTable({ TableName, ReplicaUpdates: [update] });
  await active(dynamodb, TableName);
}

/** What is set on a replica's own side: recovery, deletion protection and tags are not replicated. */
async function settleReplica(job: Job, TableName: string, replica: Replica): Promise<void> {
  const dynamodb = await job.session.client("dynamodb", replica.regionName);
  await active(dynamodb, TableName);
  await putRecovery(dynamodb, TableName, { enabled: replica.pointInTimeRecovery ?? false });
  await dynamodb.updateTable({ TableName, DeletionProtectionEnabled: replica.deletionProtectionEnabled ?? false });
  await active(dynamodb, TableName);
  if (!replica.propagateTags) return;
  const { Table } = await dynamodb.describeTable({ TableName });
  const Tags = tagList(job.tags);
  if (Tags.length > 0) await dynamodb.tagResource({ ResourceArn: Table?.TableArn, Tags });
}

async function readReplica(job: Job, regionName: string, kmsKeyArn: string | undefined): Promise<Props | undefined> {
  const dynamodb = await job.session.client("dynamodb", regionName);
  const TableName = job.id;
  const found = await ifThere(dynamodb.describeTable({ TableName }), missing);
  if (!found?.Table) return undefined;
  const backups = await dynamodb.describeContinuousBackups({ TableName });
  const recovery = backups.ContinuousBackupsDescription?.PointInTimeRecoveryDescription;
  return compact({
    arn: found.Table.TableArn,
    deletionProtectionEnabled: found.Table.DeletionProtectionEnabled ?? false,
    kmsKeyArn: kmsKeyArn ?? found.Table.SSEDescription?.KMSMasterKeyArn,
    pointInTimeRecovery: recovery?.PointInTimeRecoveryStatus === "ENABLED",
    regionName,
    streamArn: found.Table.LatestStreamArn,
    streamLabel: found.Table.LatestStreamLabel,
  });
}

async function updateReplicas(dynamodb: DynamoDB, TableName: string, job: Job): Promise<void> {
  const has = (job.state.replicas ?? []) as Replica[];
  const wanted = job.inputs.replicas ?? [];
  for (const replica of has) {
    if (wanted.some((w) => w.regionName === replica.regionName)) continue;
    await replicate(dynamodb, TableName, { Delete: { RegionName: replica.regionName } });
  }
  for (const replica of wanted) {
    const before = has.find((h) => h.regionName === replica.regionName);
    if (!before) await replicate(dynamodb, TableName, { Create: newReplica(replica) });
    else if (!same(before.kmsKeyArn, replica.kmsKeyArn) && replica.kmsKeyArn !== undefined) {
      await replicate(dynamodb, TableName, { Update: newReplica(replica) });
    }
    await settleReplica(job, TableName, replica);
  }
}

/** Waits until the table, its indexes and its replicas are active. */
async function active(dynamodb: DynamoDB, TableName: string): Promise<void> {
  for (let attempt = 0; attempt < 300; attempt++) {
    const { Table } = await dynamodb.describeTable({ TableName });
    const states = [
      Table?.TableStatus,
      ...(Table?.GlobalSecondaryIndexes ?? []).map((i) => i.IndexStatus ?? "ACTIVE"),
      ...(Table?.Replicas ?? []).map((r) => r.ReplicaStatus ?? "ACTIVE"),
    ];
    if (states.every((s) => s === "ACTIVE")) return;
    await pause(attempt);
  }
  throw new ProviderError("HF5524", `the table ${TableName} did not become active within five minutes`);
}

const pause = (attempt: number): Promise<void> =>
  new Promise((resolve) => setTimeout(resolve, Math.min(25 * 2 ** attempt, 1000)));
