/** Admission on one deployed stack: what lands, and what interrupts it. */
import { afterAll, beforeAll, describe } from "vitest";
import { interrupted } from "./suites/interrupted.ts";
import { landed } from "./suites/landed.ts";
import { type Instance, startInstance, startTimeoutMs } from "./support/instance.ts";
import { plainRecording, platformsOf } from "./support/recordings.ts";
import { settled } from "./support/store.ts";

let started: Instance;
const instance = () => started;

beforeAll(async () => {
  started = await startInstance("admission");
  // Where nothing is admitted at all, one failure says so; without this every test would wait for its own.
  const first = plainRecording("the very first");
  await (await platformsOf(started)).writeBoth(first);
  await settled(started, first.id, "admitted", "primary");
}, startTimeoutMs);
afterAll(() => started?.stop(), startTimeoutMs);

describe("what lands", () => landed(instance));
describe("what is interrupted", () => interrupted(instance));
