/** The stack is destroyed while recordings are held: what stays, why, and that the held recording is still readable. */
import { GetObjectCommand } from "@aws-sdk/client-s3";
import { runPulumi } from "../../local/pulumi.ts";
import { keysOf, s3 } from "../aws.ts";
import { catalogRows } from "../catalog.ts";
import type { Context, Row, StepResult } from "../context.ts";
import type { Progress } from "../progress.ts";

const stackArgs = ["--stack", "embedded", "--color", "never"];

/** The only types that may stay: the buckets with held versions, the keys they need, and what engine and provider are. */
const mayStay = /^(aws:s3\/bucket:Bucket|aws:kms\/key:Key|pulumi:|holdfast:)/;

interface Deployment {
  readonly deployment: { readonly resources?: readonly { readonly type: string; readonly urn: string }[] };
}

export async function destroysAllButHeld(context: Context, progress: Progress): Promise<StepResult> {
  const { stack, local } = context;
  const held = new Set(context.recordings.filter((r) => r.held).map((r) => r.recordingId));
  const rows: Row[] = (await catalogRows(stack)).filter((row) => held.has(row.recordingId));
  const destroy = await runPulumi(["destroy", "--yes", "--skip-preview", "--continue-on-error", ...stackArgs], {
    local,
    onLine: (line) => / deleted|deleting/.test(line) && progress.tell(line.trim()),
  });
  if (process.env.HOLDFAST_DEBUG) process.stderr.write(`${destroy.stdout}${destroy.stderr}\n`);
  const exported = await runPulumi(["stack", "export", ...stackArgs], { local });
  const left = ((JSON.parse(exported.stdout) as Deployment).deployment.resources ?? []).map(
    (resource) => resource.type,
  );
  const unexpected = left.filter((type) => !mayStay.test(type));
  const saysWhy = /legal hold/.test(destroy.stdout + destroy.stderr);
  let readable = 0;
  for (const row of rows) {
    const client = s3(stack, stack.regions[row.site], keysOf(stack, "admin"));
    const bucket = stack.outputs.locations[row.site][row.kind];
    const answer = await client.send(new GetObjectCommand({ Bucket: bucket, Key: row.key, VersionId: row.versionId }));
    if (((await answer.Body?.transformToByteArray())?.length ?? 0) > 0) readable += 1;
  }
  const buckets = left.filter((type) => type === "aws:s3/bucket:Bucket").length;
  const keys = left.filter((type) => type === "aws:kms/key:Key").length;
  return {
    name: "destroy",
    ok:
      destroy.code !== 0 &&
      saysWhy &&
      unexpected.length === 0 &&
      rows.length > 0 &&
      readable === rows.length &&
      buckets === 4 &&
      keys === 2,
    figures: {
      bucketsLeft: buckets,
      keysLeft: keys,
      otherResourcesLeft: unexpected.length,
      heldVersions: rows.length,
      readable,
    },
    sentence: `${buckets} buckets with held versions and the ${keys} keys they need stay, and nothing else; ${readable} of ${rows.length} held versions still readable`,
  };
}
