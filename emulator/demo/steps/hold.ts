/** Step 4: a held recording cannot be deleted by anyone, in either region. */
import {
  DeleteObjectCommand,
  GetObjectLegalHoldCommand,
  ListObjectVersionsCommand,
  PutObjectLegalHoldCommand,
  type S3Client,
} from "@aws-sdk/client-s3";
import { keysOf, s3 } from "../aws.ts";
import { catalogRows } from "../catalog.ts";
import type { Context, StepResult } from "../context.ts";
import type { Progress } from "../progress.ts";

/** Who tries: among them the account's root key and the break-glass role with the governance bypass. */
const actors = ["reader", "drReader", "officer", "outsider", "breakGlass", "admin"] as const;

type Attempt = "refused" | "deleted";

async function refused(send: () => Promise<unknown>): Promise<Attempt> {
  try {
    await send();
    return "deleted";
  } catch (error) {
    const status = (error as { $metadata?: { httpStatusCode?: number } }).$metadata?.httpStatusCode;
    if (status === 403) return "refused";
    throw error;
  }
}

async function stillThere(client: S3Client, bucket: string, key: string, versionId: string): Promise<boolean> {
  const list = await client.send(new ListObjectVersionsCommand({ Bucket: bucket, Prefix: key }));
  return (list.Versions ?? []).some((v) => v.Key === key && v.VersionId === versionId);
}

export async function hold(context: Context, progress: Progress): Promise<StepResult> {
  const { stack, recordings } = context;
  const heldIds = new Set(recordings.filter((r) => r.held).map((r) => r.recordingId));
  const rows = (await catalogRows(stack)).filter((row) => heldIds.has(row.recordingId));
  let attempts = 0;
  let deletesRefused = 0;
  let clearsRefused = 0;
  let clears = 0;
  let locked = 0;
  let present = 0;
  for (const row of rows) {
    const region = stack.regions[row.site];
    const bucket = stack.outputs.locations[row.site][row.kind];
    const target = { Bucket: bucket, Key: row.key, VersionId: row.versionId };
    const admin = s3(stack, region, keysOf(stack, "admin"));
    const state = await admin.send(new GetObjectLegalHoldCommand(target));
    if (state.LegalHold?.Status === "ON") locked += 1;
    for (const actor of actors) {
      const client = s3(stack, region, keysOf(stack, actor));
      attempts += 1;
      const bypass = actor === "breakGlass" || actor === "admin" ? { BypassGovernanceRetention: true } : {};
      if ((await refused(() => client.send(new DeleteObjectCommand({ ...target, ...bypass })))) === "refused")
        deletesRefused += 1;
      // Break-glass and the root key may clear a lock by design; the others may not.
      if (actor !== "breakGlass" && actor !== "admin") {
        clears += 1;
        const clear = new PutObjectLegalHoldCommand({ ...target, LegalHold: { Status: "OFF" } });
        if ((await refused(() => client.send(clear))) === "refused") clearsRefused += 1;
      }
    }
    if (await stillThere(admin, bucket, row.key, row.versionId)) present += 1;
    progress.tell(`${deletesRefused} of ${attempts} deletions refused`);
  }
  const sites = new Set(rows.map((row) => row.site));
  return {
    name: "hold",
    ok:
      rows.length > 0 &&
      sites.size === 2 &&
      locked === rows.length &&
      present === rows.length &&
      deletesRefused === attempts &&
      clearsRefused === clears,
    figures: {
      heldRecordings: heldIds.size,
      versions: rows.length,
      locked,
      deletions: attempts,
      deletionsRefused: deletesRefused,
      lockClears: clears,
      lockClearsRefused: clearsRefused,
      stillThere: present,
    },
    sentence: `${deletesRefused} of ${attempts} attempts to delete a held version refused in both regions, the root key's among them`,
  };
}
