/** `node emulator/cloud/calendar/main.ts --until 2027-12-01 [--dir .local] [--bucket name]… [--json]` */
import { join } from "node:path";
import { parseArgs } from "node:util";
import { EmulatedCloudError } from "../codes.ts";
import { readCloud } from "../start.ts";
import type { BucketReport } from "./bucket.ts";
import { runCalendar } from "./run.ts";

const columns: readonly (keyof BucketReport)[] = [
  "transitioned",
  "markers",
  "permanentlyDeleted",
  "orphanMarkersRemoved",
  "uploadsAborted",
  "keptLocked",
  "leftUnreplicated",
];

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      until: { type: "string" },
      dir: { type: "string", default: ".local" },
      bucket: { type: "string", multiple: true },
      json: { type: "boolean", default: false },
    },
  });
  const until = new Date(values.until ?? "");
  if (Number.isNaN(until.getTime())) {
    throw new EmulatedCloudError("HF5401", {
      subject: "--until",
      value: values.until ?? "(nothing)",
      allowed: "a date such as 2027-12-01",
      why: "it is not a date",
    });
  }
  const cloud = readCloud(values.dir);
  const report = await runCalendar({
    plainEndpoint: cloud.plainEndpoint,
    stateFile: join(values.dir, "calendar.json"),
    to: until,
    ...(values.bucket === undefined ? {} : { buckets: values.bucket }),
  });
  if (values.json) {
    process.stdout.write(`${JSON.stringify(report, null, 2)}\n`);
    return;
  }
  process.stdout.write(`lifecycle from ${report.from.slice(0, 10)} to ${report.to.slice(0, 10)}\n`);
  for (const [name, bucket] of Object.entries(report.buckets)) {
    const counts = columns.map((column) => `${column} ${bucket[column].length}`).join(", ");
    process.stdout.write(`  ${name}: ${counts}\n`);
  }
}

try {
  await main();
} catch (error) {
  if (!(error instanceof EmulatedCloudError)) throw error;
  process.stderr.write(`${error.message}\n`);
  process.exitCode = 1;
}
