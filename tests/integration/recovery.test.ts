/** A demo that was killed at its worst moments: the next one clears up what it finds and tells the whole story. */
import { execFileSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { isAlive } from "../../emulator/bootstrap/processes.mjs";
import { pendingOperations } from "../../emulator/bootstrap/pulumi-locks.mjs";
import { type DemoPlace, demoPlace } from "./support/demo.ts";
import { eventually } from "./support/eventually.ts";
import { startTimeoutMs } from "./support/instance.ts";

let place: DemoPlace;
beforeAll(async () => {
  place = await demoPlace("recovery");
});
afterAll(() => place?.remove(), startTimeoutMs);

interface CloudFile {
  readonly plainEndpoint: string;
  readonly pids: { readonly emulator: number; readonly proxy: number };
}

const cloud = () => JSON.parse(readFileSync(join(place.instance, "cloud.json"), "utf8")) as CloudFile;

/** Process ids of the engines that hold, or held when they died, a lock on the stack. */
function engines(): readonly number[] {
  const locks = join(place.instance, "state", ".pulumi", "locks", "organization", "holdfast", "embedded");
  if (!existsSync(locks)) return [];
  // Beside each lock the backend keeps a file of its attributes.
  const names = readdirSync(locks).filter((name) => name.endsWith(".json"));
  return names.map((lock) => (JSON.parse(readFileSync(join(locks, lock), "utf8")) as { pid: number }).pid);
}

const childrenOf = (pid: number): readonly number[] =>
  execFileSync("ps", ["-A", "-o", "pid=,ppid="], { encoding: "utf8" })
    .split("\n")
    .map((line) => line.trim().split(/\s+/).map(Number))
    .filter(([, parent]) => parent === pid)
    .map(([child = 0]) => child);

async function kill(pids: readonly number[]): Promise<void> {
  for (const pid of pids) process.kill(pid, "SIGKILL");
  await eventually(
    "their end",
    async () => pids.filter(isAlive),
    (alive) => alive.length === 0,
  );
}

/** Invocations of functions so far; none while the emulated cloud is starting. */
async function invocations(): Promise<number> {
  if (!existsSync(join(place.instance, "cloud.json"))) return 0;
  const answer = await fetch(`${cloud().plainEndpoint}/_holdfast/invocations`);
  const counts = (await answer.json()) as Readonly<Record<string, number>>;
  return Object.values(counts).reduce((sum, count) => sum + count, 0);
}

it("recovers by itself from an engine killed in the middle of `up` and an emulator killed during admission", async () => {
  // The whole run dies with its engine, so that nothing is left to clear up: a lock, half a stack, a running cloud.
  const first = place.start();
  await eventually(
    "an engine that creates",
    async () => [engines().length, pendingOperations(place.instance, "embedded").length],
    (found) => found.every((count) => count > 0),
  );
  const abandoned = cloud().pids;
  const locked = engines();
  await kill([first.child.pid ?? 0, ...childrenOf(first.child.pid ?? 0), ...locked]);
  expect((await first.ended).code).toBe(undefined);
  expect(isAlive(abandoned.emulator)).toBe(true);
  expect(engines()).toEqual(locked);

  const second = place.start();
  await eventually(
    "another cloud",
    async () => isAlive(abandoned.emulator),
    (alive) => !alive,
  );
  await eventually("admission under way", invocations, (count) => count >= 2, startTimeoutMs);
  const { pids } = cloud();
  await kill([pids.emulator]);
  const failed = await second.ended;
  expect(failed.code, failed.said).toBe(1);
  expect(failed.said).toContain("✔ up: deploy the embedded stack");
  expect(failed.said).toContain("✘ admit 40 recordings");
  expect(Object.values(pids).filter(isAlive)).toEqual([]);

  const third = await place.start().ended;
  expect(third.code, third.said).toBe(0);
  const report = place.report("demo.json");
  expect(report.steps.map(({ name, ok }) => [name, ok])).toEqual([
    ["up", true],
    ["admit", true],
    ["replicate", true],
    ["hold", true],
    ["calendar", true],
    ["outage", true],
  ]);
  // Of forty, one is truncated and one has no metadata (emulator/demo/recordings.ts).
  expect(report.steps[1]?.figures).toMatchObject({ recordings: 40, admitted: 38, quarantined: 1, deadLetters: 0 });
  expect(report.unproven.length).toBeGreaterThan(0);
  expect(existsSync(join(place.instance, "cloud.json"))).toBe(false);
});
