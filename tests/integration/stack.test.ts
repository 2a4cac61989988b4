/** One deployed stack, looked at from outside: its contract, what small changes do to it, and who may do what. */
import { afterAll, beforeAll, describe } from "vitest";
import { access } from "./suites/access.ts";
import { change } from "./suites/change.ts";
import { contract } from "./suites/contract.ts";
import { type Instance, startInstance, startTimeoutMs } from "./support/instance.ts";

let started: Instance;
const instance = () => started;

beforeAll(async () => {
  started = await startInstance("stack");
}, startTimeoutMs);
afterAll(() => started?.stop(), startTimeoutMs);

describe("contract", () => contract(instance));
describe("access", () => access(instance));
describe("change", () => change(instance));
