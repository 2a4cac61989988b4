/** Step 2: forty recordings are written as the platforms write them; the deployed function admits them. */
import { PutObjectCommand } from "@aws-sdk/client-s3";
import { assume, keysOf, type LocalStack, s3 } from "../aws.ts";
import { catalogRows, completeIds } from "../catalog.ts";
import type { Context, StepResult } from "../context.ts";
import { counts } from "../emulated.ts";
import { until } from "../poll.ts";
import type { Progress } from "../progress.ts";
import { type DemoObject, expected, organization, writesOf } from "../recordings.ts";

/** AWS account that Genesys Cloud writes from (Genesys help pages); its role here is made by the stack. */
const genesysAccount = "765628985471";

export async function writers(stack: LocalStack): Promise<Record<"genesys" | "plain", ReturnType<typeof s3>>> {
  const external = { accessKeyId: genesysAccount, secretAccessKey: "test" };
  const genesys = await assume(
    stack,
    external,
    `arn:aws:iam::${stack.accountId}:role/holdfast-embedded-genesys-${stack.accountId}`,
    organization,
  );
  const region = stack.regions.primary;
  return { genesys: s3(stack, region, genesys), plain: s3(stack, region, keysOf(stack, "uploader")) };
}

/** Writes one object into the landing, as its platform. */
export async function land(
  stack: LocalStack,
  clients: Record<"genesys" | "plain", ReturnType<typeof s3>>,
  layout: "genesys" | "plain",
  object: DemoObject,
): Promise<void> {
  await clients[layout].send(
    new PutObjectCommand({ Bucket: stack.outputs.locations.primary.landing, Key: object.key, Body: object.bytes }),
  );
}

export async function admit(context: Context, progress: Progress): Promise<StepResult> {
  const { stack, recordings } = context;
  const clients = await writers(stack);
  const writes = writesOf(recordings);
  const functionName = stack.outputs.functions.admit ?? "";
  const before = await counts(context.cloud, functionName);
  const started = Date.now();
  for (let i = 0; i < writes.length; i += 8)
    await Promise.all(writes.slice(i, i + 8).map((w) => land(stack, clients, w.recording.layout, w.object)));
  const written = Date.now();
  const rows = await until(
    "admission of the demo's recordings",
    60_000,
    () => catalogRows(stack),
    (all) =>
      completeIds(all, "primary", "admitted").size >= expected.admitted &&
      all.some((row) => row.status === "quarantined"),
    (all) => progress.tell(`${completeIds(all, "primary", "admitted").size} of ${expected.admitted} admitted`),
  );
  const seconds = (Date.now() - started) / 1_000;
  const quiet = await until(
    "an empty intake queue",
    60_000,
    () => counts(context.cloud, functionName),
    (seen) => seen.intakeWaiting === 0,
    (seen) => progress.tell(`${seen.intakeWaiting} events left in the intake queue`),
  );
  const admitted = completeIds(rows, "primary", "admitted");
  const quarantined = new Set(rows.filter((r) => r.status === "quarantined").map((r) => r.recordingId));
  const wrong = recordings.filter((r) => (r.expectation === "admitted") !== admitted.has(r.recordingId));
  const quarantinedRight = recordings.every(
    (r) => (r.expectation === "quarantined") === quarantined.has(r.recordingId),
  );
  const ok = wrong.length === 0 && quarantinedRight && quiet.deadLetters === 0;
  return {
    name: "admit",
    ok,
    figures: {
      recordings: recordings.length,
      writes: writes.length,
      writeSeconds: Number(((written - started) / 1_000).toFixed(1)),
      seconds: Number(seconds.toFixed(1)),
      admitted: admitted.size,
      quarantined: quarantined.size,
      waitingForMetadata: recordings.length - admitted.size - quarantined.size,
      invocations: quiet.invocations - before.invocations,
      deadLetters: quiet.deadLetters,
    },
    sentence: `${admitted.size} of ${recordings.length} recordings admitted in ${seconds.toFixed(1)} s; ${quarantined.size} truncated one quarantined, 1 waits for its metadata`,
  };
}
