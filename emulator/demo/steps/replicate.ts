/** Step 3: every admitted object is in the DR region, byte for byte, and the deployed function saw it there. */
import { createHash } from "node:crypto";
import { GetObjectCommand, type S3Client } from "@aws-sdk/client-s3";
import { keysOf, s3 } from "../aws.ts";
import { catalogRows } from "../catalog.ts";
import type { Context, Row, StepResult } from "../context.ts";
import { until } from "../poll.ts";
import type { Progress } from "../progress.ts";

export async function sha256Of(client: S3Client, bucket: string, key: string, versionId?: string): Promise<string> {
  const answer = await client.send(
    new GetObjectCommand({ Bucket: bucket, Key: key, ...(versionId ? { VersionId: versionId } : {}) }),
  );
  const bytes = await answer.Body?.transformToByteArray();
  return createHash("sha256")
    .update(bytes ?? new Uint8Array())
    .digest("hex");
}

const of = (rows: readonly Row[], site: Row["site"]) => rows.filter((row) => row.site === site);

export async function replicate(context: Context, progress: Progress): Promise<StepResult> {
  const { stack } = context;
  const started = Date.now();
  const rows = await until(
    "confirmation of every replica",
    60_000,
    () => catalogRows(stack),
    (all) => of(all, "dr").length >= of(all, "primary").length,
    (all) => progress.tell(`${of(all, "dr").length} of ${of(all, "primary").length} objects confirmed in DR`),
  );
  const seconds = (Date.now() - started) / 1_000;
  const reader = s3(stack, stack.regions.dr, keysOf(stack, "admin"));
  let bytesMatch = 0;
  const replicas = of(rows, "dr");
  for (const row of replicas) {
    const digest = await sha256Of(reader, stack.outputs.locations.dr[row.kind], row.key, row.versionId);
    if (digest === row.sha256) bytesMatch += 1;
    progress.tell(`${bytesMatch} of ${replicas.length} replicas read back from ${stack.regions.dr}`);
  }
  const drTable = await catalogRows(stack, "dr");
  return {
    name: "replicate",
    ok:
      bytesMatch === replicas.length &&
      replicas.length === of(rows, "primary").length &&
      drTable.length === rows.length,
    figures: {
      objects: of(rows, "primary").length,
      inDr: replicas.length,
      bytesMatch,
      confirmSeconds: Number(seconds.toFixed(1)),
      catalogRowsInDr: drTable.length,
    },
    sentence: `${bytesMatch} of ${replicas.length} objects are in ${stack.regions.dr} with the same SHA-256`,
  };
}
