/** The longer stories of the demo, each on a stack of its own: what is changed from outside, and what a destroy leaves. */
import { afterAll, beforeAll, expect, it } from "vitest";
import { type DemoPlace, demoPlace } from "./support/demo.ts";
import { startTimeoutMs } from "./support/instance.ts";

const places: DemoPlace[] = [];
beforeAll(async () => {
  for (const chapter of ["drift", "destroy"]) places.push(await demoPlace(chapter));
});
afterAll(async () => {
  for (const place of places) await place.remove();
}, startTimeoutMs);

async function tell(place: DemoPlace | undefined, chapter: string) {
  if (!place) throw new Error("no place for the chapter");
  const { code, said } = await place.start("--chapter", chapter).ended;
  // The figures come first: they say more about a failure than an exit code.
  return { report: place.report(`demo-${chapter}.json`), code, said };
}

it.concurrent("drift: each of four outside changes is reported, put back, and gone", async () => {
  const { report, code, said } = await tell(places[0], "drift");
  expect(report).toMatchObject({ schemaVersion: 1, cloud: "aws" });
  expect(report.steps, said).toEqual([
    { name: "up", ok: true, figures: { resources: expect.any(Number), seconds: expect.any(Number) } },
    { name: "refresh", ok: true, figures: { changes: 4, reported: 4 } },
    { name: "up", ok: true, figures: { putBack: 4, leftOver: 0 } },
  ]);
  expect(code, said).toBe(0);
});

it.concurrent("destroy: what is held stays readable, with the buckets and keys it needs, and nothing else (promise 1)", async () => {
  const { report, code, said } = await tell(places[1], "destroy");
  // Three held recordings of one media and one metadata object, in two sites; a bucket per kind and site, a key per site.
  expect(report.steps.at(-1), said).toEqual({
    name: "destroy",
    ok: true,
    figures: { bucketsLeft: 4, keysLeft: 2, otherResourcesLeft: 0, heldVersions: 12, readable: 12 },
  });
  expect(report.steps.map(({ name }) => name)).toEqual(["up", "admit", "replicate", "destroy"]);
  expect(code, said).toBe(0);
});
