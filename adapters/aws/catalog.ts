import { setTimeout } from "node:timers/promises";
import type { AttributeValue, DynamoDBClient, QueryCommandInput, QueryCommandOutput } from "@aws-sdk/client-dynamodb";
import { QueryCommand, TransactionCanceledException, TransactWriteItemsCommand } from "@aws-sdk/client-dynamodb";
import type { Kind, Site } from "../../model/cloud.ts";
import { kinds, sites } from "../../model/cloud.ts";
import type { Catalog, CatalogRow } from "../../ports/catalog.ts";
import { PortUnavailable } from "../../ports/errors.ts";
import { checkRowCount } from "../checks.ts";
import { asPort, portError, UnexpectedAnswer } from "./errors.ts";

type Item = Record<string, AttributeValue>;

/** Index that finds rows by conversation: hash `conversationId`, range `recordedAt`, all attributes projected. */
export const conversationIndex = "byConversation";

/** Colliding transactions end within moments; after this many rounds the table is busy, not colliding. */
const addRounds = 6;

/** Range key of a row; with the recording id it names one object version. */
export const sortKey = (row: Pick<CatalogRow, "site" | "kind" | "key" | "versionId">): string =>
  `${row.site}#${row.kind}#${row.key}#${row.versionId}`;

/** A row as a DynamoDB item; a missing conversation is a missing attribute, so the row stays out of the index. */
export function toItem(row: CatalogRow): Item {
  const item: Item = {
    recordingId: { S: row.recordingId },
    sk: { S: sortKey(row) },
    site: { S: row.site },
    kind: { S: row.kind },
    key: { S: row.key },
    versionId: { S: row.versionId },
    sha256: { S: row.sha256 },
    size: { N: String(row.size) },
    source: { S: row.source },
    retentionClass: { S: row.retentionClass },
    sensitivity: { S: row.sensitivity },
    status: { S: row.status },
    integrity: { S: row.integrity },
    matters: { L: row.matters.map((matter) => ({ S: matter })) },
    recordedAt: { S: row.recordedAt },
  };
  if (row.conversationId !== undefined) item.conversationId = { S: row.conversationId };
  return item;
}

/** @throws UnexpectedAnswer when the item is not one that `toItem` wrote. */
export function fromItem(item: Item): CatalogRow {
  const bad = (name: string) =>
    new UnexpectedAnswer("catalog", `row ${item.sk?.S ?? "without sk"} has no valid ${name}`);
  const text = (name: string): string => {
    const value = item[name]?.S;
    if (value === undefined) throw bad(name);
    return value;
  };
  const oneOf = <V extends string>(name: string, allowed: readonly V[]): V => {
    const value = allowed.find((v) => v === text(name));
    if (value === undefined) throw bad(name);
    return value;
  };
  const size = Number(item.size?.N);
  if (!Number.isSafeInteger(size) || size < 0) throw bad("size");
  const matters = item.matters?.L?.map((value) => {
    if (value.S === undefined) throw bad("matters");
    return value.S;
  });
  if (!matters) throw bad("matters");
  const conversationId = item.conversationId?.S;
  return {
    recordingId: text("recordingId"),
    site: oneOf<Site>("site", sites),
    kind: oneOf<Kind>("kind", kinds),
    key: text("key"),
    versionId: text("versionId"),
    sha256: text("sha256"),
    size,
    source: text("source"),
    ...(conversationId === undefined ? {} : { conversationId }),
    retentionClass: text("retentionClass"),
    sensitivity: oneOf("sensitivity", ["normal", "sensitive"] as const),
    status: oneOf("status", ["admitted", "quarantined"] as const),
    integrity: text("integrity"),
    matters,
    recordedAt: text("recordedAt"),
  };
}

/** Reasons of a cancelled transaction that end by themselves (DynamoDB API Reference, TransactWriteItems). */
const passing = new Set(["TransactionConflict", "ProvisionedThroughputExceeded", "ThrottlingError"]);

/** The catalog in a DynamoDB table: hash `recordingId`, range `sk`, index `byConversation`. */
export function awsCatalog({
  dynamodb,
  table,
}: {
  readonly dynamodb: DynamoDBClient;
  readonly table: string;
}): Catalog {
  const query = async (operation: string, input: Omit<QueryCommandInput, "TableName">) => {
    const rows: CatalogRow[] = [];
    let from: Item | undefined;
    do {
      const page: QueryCommandOutput = await asPort(
        operation,
        `table ${table}`,
        dynamodb.send(new QueryCommand({ TableName: table, ...input, ...(from ? { ExclusiveStartKey: from } : {}) })),
      );
      rows.push(...(page.Items ?? []).map(fromItem));
      from = page.LastEvaluatedKey;
    } while (from);
    return rows;
  };

  return {
    rowsOf: (recordingId) =>
      query("catalog.rowsOf", {
        ConsistentRead: true,
        KeyConditionExpression: "recordingId = :id",
        ExpressionAttributeValues: { ":id": { S: recordingId } },
      }),

    rowsOfConversation: (conversationId) =>
      query("catalog.rowsOfConversation", {
        IndexName: conversationIndex,
        KeyConditionExpression: "conversationId = :id",
        ExpressionAttributeValues: { ":id": { S: conversationId } },
      }),

    async add(rows) {
      const operation = "catalog.add";
      checkRowCount(operation, rows.length);
      // A transaction must not name an item twice; the first row of a name stays, as it would in the table.
      const unique = new Map<string, CatalogRow>();
      for (const row of rows) {
        const name = JSON.stringify([row.recordingId, sortKey(row)]);
        if (!unique.has(name)) unique.set(name, row);
      }
      let rest = [...unique.values()];
      for (let round = 1; round <= addRounds && rest.length > 0; round += 1) {
        const reasons = await cancellation(operation, dynamodb, table, rest);
        if (!reasons) return;
        // Nothing was written. Rows that exist stay as they are; the others are tried again without them.
        rest = rest.filter((_, index) => reasons[index] !== "ConditionalCheckFailed");
        if (reasons.some((reason) => passing.has(reason))) await setTimeout(20 * 2 ** round);
      }
      if (rest.length > 0) throw new PortUnavailable(`${operation}: ${addRounds} transactions on ${table} collided`);
    },
  };
}

/** Writes rows in one transaction; the reason per row when it was cancelled for reasons that can be dealt with. */
async function cancellation(operation: string, dynamodb: DynamoDBClient, table: string, rows: readonly CatalogRow[]) {
  try {
    await dynamodb.send(
      new TransactWriteItemsCommand({
        TransactItems: rows.map((row) => ({
          Put: { TableName: table, Item: toItem(row), ConditionExpression: "attribute_not_exists(recordingId)" },
        })),
      }),
    );
    return undefined;
  } catch (error) {
    if (error instanceof TransactionCanceledException) {
      const reasons = (error.CancellationReasons ?? []).map(({ Code }) => Code ?? "None");
      const understood = reasons.every((r) => r === "None" || r === "ConditionalCheckFailed" || passing.has(r));
      if (reasons.length === rows.length && understood) return reasons;
    }
    throw portError(operation, `table ${table}`, error);
  }
}
