/**
 * Step 5: the deployed lifecycle rules are carried out for the days to come. Unheld recordings of the class with the
 * shortest retention leave both regions; a held one of the same class stays current and readable.
 */
import { GetObjectCommand, HeadObjectCommand, ListObjectVersionsCommand } from "@aws-sdk/client-s3";
import { keysOf, s3 } from "../aws.ts";
import { catalogRows } from "../catalog.ts";
import type { Context, Row, StepResult } from "../context.ts";
import { passDays } from "../emulated.ts";
import type { Progress } from "../progress.ts";

/** Class `training` of the embedded stack: deleted after 20 days. Worked by hand from the S3 User Guide's arithmetic:
 * marker at the midnight after day 20, version gone at the midnight after one more day, marker swept after that. */
const days = { before: 19, after: 24 } as const;

export async function calendar(context: Context, progress: Progress): Promise<StepResult> {
  const { stack, recordings } = context;
  const training = recordings.filter((r) => r.training);
  const rows = await catalogRows(stack);
  const rowsOf = (ids: ReadonlySet<string>) => rows.filter((row) => ids.has(row.recordingId));
  const unheld = rowsOf(new Set(training.filter((r) => !r.held).map((r) => r.recordingId)));
  const held = rowsOf(new Set(training.filter((r) => r.held).map((r) => r.recordingId)));
  const others = rowsOf(new Set(recordings.filter((r) => !r.training).map((r) => r.recordingId)));

  const client = (row: Row) => s3(stack, stack.regions[row.site], keysOf(stack, "admin"));
  const bucket = (row: Row) => stack.outputs.locations[row.site][row.kind];
  const traces = async (row: Row) => {
    const list = await client(row).send(new ListObjectVersionsCommand({ Bucket: bucket(row), Prefix: row.key }));
    return [...(list.Versions ?? []), ...(list.DeleteMarkers ?? [])].filter((entry) => entry.Key === row.key).length;
  };
  const current = async (row: Row) => {
    const head = await client(row).send(new HeadObjectCommand({ Bucket: bucket(row), Key: row.key }));
    return head.VersionId === row.versionId;
  };
  const count = async (list: readonly Row[], test: (row: Row) => Promise<boolean>) =>
    (await Promise.all(list.map(test))).filter(Boolean).length;

  progress.tell(`${days.before} virtual days`);
  await passDays(context.cloud, context.local, days.before);
  const tooEarly = await count(unheld, async (row) => !(await current(row)));
  progress.tell(`${days.after} virtual days`);
  await passDays(context.cloud, context.local, days.after);
  const gone = await count(unheld, async (row) => (await traces(row)) === 0);
  const heldCurrent = await count(held, current);
  const heldReadable = await count(held, async (row) => {
    const answer = await client(row).send(new GetObjectCommand({ Bucket: bucket(row), Key: row.key }));
    return ((await answer.Body?.transformToByteArray())?.length ?? 0) > 0;
  });
  const othersCurrent = await count(others, current);
  const sites = new Set(unheld.map((row) => row.site)).size;
  return {
    name: "calendar",
    ok:
      unheld.length > 0 &&
      held.length > 0 &&
      sites === 2 &&
      tooEarly === 0 &&
      gone === unheld.length &&
      heldCurrent === held.length &&
      heldReadable === held.length &&
      othersCurrent === others.length,
    figures: {
      virtualDays: days.after,
      unheldObjects: unheld.length,
      goneTooEarly: tooEarly,
      gone,
      heldObjects: held.length,
      heldCurrent,
      heldReadable,
      otherObjectsCurrent: othersCurrent,
    },
    sentence: `after ${days.after} virtual days ${gone} of ${unheld.length} unheld training objects are gone from both regions; ${heldReadable} of ${held.length} held ones are current and readable`,
  };
}
