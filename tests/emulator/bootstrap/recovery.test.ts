/** `local:up` and `local:down` with the real engine and emulated cloud: repeated, killed, started twice. */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { isAlive } from "../../../emulator/bootstrap/processes.mjs";
import { type Checkout, makeCheckout } from "./checkout.ts";

let checkout: Checkout;
beforeAll(() => {
  checkout = makeCheckout();
});
afterAll(async () => {
  await checkout.run(["local:down"]);
  checkout.remove();
});

const json = (name: string) => JSON.parse(readFileSync(join(checkout.local, name), "utf8"));
const resources = async (): Promise<string> => {
  const up = await checkout.run(["pulumi", "up", "--stack", "embedded", "--yes", "--skip-preview"]);
  return /Resources:\n\s+(.*)\n/.exec(up.stdout)?.[1] ?? up.stderr;
};

describe("npm run local:up", () => {
  it("writes stack.json, waits for a second run, and changes nothing when repeated", async () => {
    const runs = await Promise.all([checkout.run(["local:up"]), checkout.run(["local:up"])]);
    expect(runs.map((run) => run.code)).toEqual([0, 0]);
    expect(runs.filter((run) => run.stderr.includes("waiting for another run"))).toHaveLength(1);
    const stack = json("stack.json");
    expect(stack).toMatchObject({
      schemaVersion: 1,
      cloud: "aws",
      endpoint: json("cloud.json").endpoint,
      regions: { primary: "us-east-1", dr: "us-west-2" },
      accountId: "000000000000",
      outputs: { bucket: "holdfast-dev" },
    });
    const names = ["admin", "officer", "officer2", "drReader", "sensitiveReader", "reader", "outsider", "breakGlass"];
    expect(Object.keys(stack.credentials)).toEqual(expect.arrayContaining(names));
    for (const keys of Object.values<Record<string, string>>(stack.credentials)) {
      expect(keys.accessKeyId).toMatch(/\w/);
      expect(
        Object.keys(keys).filter((name) => !["accessKeyId", "secretAccessKey", "sessionToken"].includes(name)),
      ).toEqual([]);
    }
    expect(await resources()).toBe("3 unchanged");
  }, 90_000);

  it("recovers from a killed emulator: its state goes with it", async () => {
    const { pids } = json("cloud.json");
    process.kill(pids.emulator, "SIGKILL");
    await expect.poll(() => isAlive(pids.emulator)).toBe(false);
    expect(await resources()).toContain("HF5033");
    const again = await checkout.run(["local:up"]);
    expect(again.code).toBe(0);
    expect(again.stderr).toContain("starting with an empty one");
    expect(again.stderr).toContain("+ 3 created");
    expect(isAlive(pids.proxy)).toBe(false);
  }, 90_000);

  it("recovers from a killed engine: its lock and what it had begun", async () => {
    await checkout.run(["local:down"]);
    const first = checkout.run(["local:up"], { CREATE_MS: "60000" });
    const lockDir = join(checkout.local, "state", ".pulumi", "locks", "organization", "holdfast", "embedded");
    const begun = () => existsSync(lockDir) && readdirSync(lockDir).length > 0 && pendingCount() > 0;
    for (let waited = 0; !begun() && waited < 30_000; waited += 100) await sleep(100);
    const [lock = ""] = readdirSync(lockDir);
    const { pid } = JSON.parse(readFileSync(join(lockDir, lock), "utf8"));
    expect((await checkout.run(["pulumi", "up", "--stack", "embedded", "--yes"])).stderr).toMatch(/^HF5037 /);
    process.kill(pid, "SIGKILL");
    expect((await first).code).toBe(1);
    const again = await checkout.run(["local:up"]);
    expect(again.stderr).toContain(`removed the lock that a killed engine (process ${pid}) left on stack embedded`);
    expect(again.stderr).toContain("the last deployment was killed while creating aws:s3/bucket:Bucket");
    expect(again.stderr).toContain("+ 3 created");
    expect(again.code).toBe(0);
  }, 120_000);

  it("local:down leaves no process and no state, and may be repeated", async () => {
    const { pids } = json("cloud.json");
    expect((await checkout.run(["local:down"])).stderr).toBe("stopped\n");
    expect(Object.values<number>(pids).filter(isAlive)).toEqual([]);
    for (const name of ["cloud.json", "stack.json", "state"])
      expect(existsSync(join(checkout.local, name))).toBe(false);
    expect((await checkout.run(["local:down"])).stderr).toBe("nothing was running\n");
  }, 60_000);
});

function pendingCount(): number {
  const file = join(checkout.local, "state", ".pulumi", "stacks", "holdfast", "embedded.json");
  return JSON.parse(readFileSync(file, "utf8")).checkpoint?.latest?.pending_operations?.length ?? 0;
}
