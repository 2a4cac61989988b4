/** Global secondary indexes of a DynamoDB table (DynamoDB API Reference, GlobalSecondaryIndexUpdate). */
import type {
  GlobalSecondaryIndexDescription,
  GlobalSecondaryIndexUpdate,
  KeySchemaElement,
} from "@aws-sdk/client-dynamodb";
import type { TableArgs } from "@pulumi/aws/dynamodb/table.js";
import { type Props, same } from "../../engine/values.ts";
import { type AwsJob, compact } from "../row.ts";

type Job = AwsJob<TableArgs>;
type Index = NonNullable<Job["inputs"]["globalSecondaryIndexes"]>[number];

/** Keys are stated as a list, or by the older pair of names. */
function keySchema(index: Index): KeySchemaElement[] {
  if (index.keySchemas?.length) {
    return index.keySchemas.map((k) => ({ AttributeName: k.attributeName, KeyType: k.keyType as "HASH" }));
  }
  return [
    { AttributeName: index.hashKey, KeyType: "HASH" },
    ...(index.rangeKey ? [{ AttributeName: index.rangeKey, KeyType: "RANGE" as const }] : []),
  ];
}

export const secondaryIndex = (index: Index, billingMode: string | undefined) => ({
  IndexName: index.name,
  KeySchema: keySchema(index),
  Projection: { ProjectionType: index.projectionType as "ALL", NonKeyAttributes: index.nonKeyAttributes },
  ...(billingMode === "PAY_PER_REQUEST"
    ? {}
    : {
        ProvisionedThroughput: {
          ReadCapacityUnits: index.readCapacity ?? 1,
          WriteCapacityUnits: index.writeCapacity ?? 1,
        },
      }),
});

export function indexFromCloud(i: GlobalSecondaryIndexDescription): Props {
  const key = (type: string) => i.KeySchema?.find((k) => k.KeyType === type)?.AttributeName;
  return compact({
    name: i.IndexName,
    keySchemas: i.KeySchema?.map((k) => ({ attributeName: k.AttributeName, keyType: k.KeyType })),
    hashKey: key("HASH"),
    rangeKey: key("RANGE"),
    projectionType: i.Projection?.ProjectionType,
    nonKeyAttributes: i.Projection?.NonKeyAttributes?.length ? i.Projection.NonKeyAttributes : undefined,
    readCapacity: i.ProvisionedThroughput?.ReadCapacityUnits,
    writeCapacity: i.ProvisionedThroughput?.WriteCapacityUnits,
  });
}

/** One call per change. Keys and projection of an index are fixed: another one means deleting and creating it. */
export function indexUpdates(job: Job): GlobalSecondaryIndexUpdate[] {
  const { inputs, state } = job;
  const has = (state.globalSecondaryIndexes ?? []) as Index[];
  const wanted = inputs.globalSecondaryIndexes ?? [];
  const shape = (i: Index) => {
    const { IndexName, KeySchema, Projection } = secondaryIndex(i, "PAY_PER_REQUEST");
    return JSON.parse(JSON.stringify({ IndexName, KeySchema, Projection })) as unknown;
  };
  const kept = (i: Index, among: readonly Index[]) => among.find((o) => same(shape(o), shape(i)));
  const capacity = (i: Index) => [i.readCapacity ?? 1, i.writeCapacity ?? 1];
  return [
    ...has.filter((i) => !kept(i, wanted)).map((i) => ({ Delete: { IndexName: i.name } })),
    ...wanted.filter((i) => !kept(i, has)).map((i) => ({ Create: secondaryIndex(i, inputs.billingMode) })),
    ...(inputs.billingMode === "PAY_PER_REQUEST" ? [] : wanted)
      .filter((i) => {
        const before = kept(i, has);
        return before !== undefined && !same(capacity(before), capacity(i));
      })
      .map((i) => ({
        Update: {
          IndexName: i.name,
          ProvisionedThroughput: {
            ReadCapacityUnits: i.readCapacity ?? 1,
            WriteCapacityUnits: i.writeCapacity ?? 1,
          },
        },
      })),
  ];
}
