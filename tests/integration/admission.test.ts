/** Admission on one deployed stack: what lands, and what interrupts it. */
import { afterAll, beforeAll, describe } from "vitest";
import { interrupted } from "./suites/interrupted.ts";
import { landed } from "./suites/landed.ts";
import { type Instance, startInstance, startTimeoutMs } from "./support/instance.ts";

let started: Instance;
const instance = () => started;

beforeAll(async () => {
  started = await startInstance("admission");
}, startTimeoutMs);
afterAll(() => started?.stop(), startTimeoutMs);

describe("what lands", () => landed(instance));
describe("what is interrupted", () => interrupted(instance));
