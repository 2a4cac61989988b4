/** Step 6: the primary region stops answering; the recordings are read from DR. */
import { PutObjectCommand } from "@aws-sdk/client-s3";
import { keysOf, s3 } from "../aws.ts";
import { catalogRows } from "../catalog.ts";
import type { Context, StepResult } from "../context.ts";
import { cutRegion } from "../emulated.ts";
import type { Progress } from "../progress.ts";
import { sha256Of } from "./replicate.ts";

const wanted = 20;

async function answers(send: () => Promise<unknown>): Promise<boolean> {
  try {
    await send();
    return true;
  } catch (error) {
    const status = (error as { $metadata?: { httpStatusCode?: number } }).$metadata?.httpStatusCode;
    if (status === 503) return false;
    throw error;
  }
}

export async function outage(context: Context, progress: Progress): Promise<StepResult> {
  const { stack, recordings } = context;
  const open = new Set(
    recordings.filter((r) => r.expectation === "admitted" && !r.sensitive && !r.training).map((r) => r.recordingId),
  );
  const cut = await cutRegion(context.cloud, stack.regions.primary);
  try {
    // From here on only the DR region is asked, the catalog included.
    const rows = (await catalogRows(stack, "dr")).filter(
      (row) => row.site === "dr" && row.kind === "media" && open.has(row.recordingId),
    );
    const sample = rows.slice(0, wanted);
    const primary = s3(stack, stack.regions.primary, keysOf(stack, "reader"));
    const dr = s3(stack, stack.regions.dr, keysOf(stack, "drReader"));
    let primaryAnswers = 0;
    let read = 0;
    let intact = 0;
    const times: number[] = [];
    for (const row of sample) {
      const there = await answers(() => sha256Of(primary, stack.outputs.locations.primary.media, row.key));
      if (there) primaryAnswers += 1;
      const started = performance.now();
      const digest = await sha256Of(dr, stack.outputs.locations.dr.media, row.key, row.versionId);
      times.push(performance.now() - started);
      read += 1;
      if (digest === row.sha256) intact += 1;
      progress.tell(`${read} of ${sample.length} recordings read from ${stack.regions.dr}`);
    }
    const landing = s3(stack, stack.regions.primary, keysOf(stack, "uploader"));
    const ingest = await answers(() =>
      landing.send(
        new PutObjectCommand({
          Bucket: stack.outputs.locations.primary.landing,
          Key: "plain/session-outage/metadata.json",
          Body: "{}",
        }),
      ),
    );
    times.sort((a, b) => a - b);
    return {
      name: "outage",
      ok: sample.length === wanted && read === wanted && intact === wanted && primaryAnswers === 0 && !ingest,
      figures: {
        recordings: sample.length,
        readFromDr: read,
        checksumsMatch: intact,
        primaryAnswers,
        failedReads: sample.length - read,
        p50Ms: Number((times[Math.floor(times.length / 2)] ?? 0).toFixed(1)),
        faultsInjected: await cut.injected(),
      },
      sentence: `${intact} of ${sample.length} recordings read from ${stack.regions.dr} with matching checksum while ${stack.regions.primary} answered nothing`,
    };
  } finally {
    await cut.heal();
  }
}
