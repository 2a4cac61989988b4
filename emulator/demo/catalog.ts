/** Reads the deployed catalog table as an operator would, with the emulated account's own API. */
import { ScanCommand } from "@aws-sdk/client-dynamodb";
import { dynamodb, keysOf, type LocalStack } from "./aws.ts";
import type { Row } from "./context.ts";

export async function catalogRows(stack: LocalStack, site: "primary" | "dr" = "primary"): Promise<Row[]> {
  const client = dynamodb(stack, stack.regions[site], keysOf(stack, "admin"));
  const rows: Row[] = [];
  let start: Record<string, unknown> | undefined;
  do {
    const page = await client.send(
      new ScanCommand({
        TableName: stack.outputs.catalog,
        ConsistentRead: true,
        ...(start ? { ExclusiveStartKey: start as never } : {}),
      }),
    );
    for (const item of page.Items ?? []) {
      const text = (name: string) => item[name]?.S ?? "";
      rows.push({
        recordingId: text("recordingId"),
        site: text("site") as Row["site"],
        kind: text("kind") as Row["kind"],
        key: text("key"),
        versionId: text("versionId"),
        sha256: text("sha256"),
        status: text("status") as Row["status"],
      });
    }
    start = page.LastEvaluatedKey;
  } while (start);
  client.destroy();
  return rows;
}

/** Recording ids that have a media and a metadata row with this status at this site. */
export function completeIds(rows: readonly Row[], site: Row["site"], status: Row["status"]): Set<string> {
  const of = (kind: Row["kind"]) =>
    new Set(rows.filter((r) => r.site === site && r.status === status && r.kind === kind).map((r) => r.recordingId));
  const metadata = of("metadata");
  return new Set([...of("media")].filter((id) => metadata.has(id)));
}
