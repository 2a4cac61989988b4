/** The plain command line on a fresh clone, with the real engine and no emulated cloud. */
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { hostname } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Checkout, makeCheckout } from "./checkout.ts";

const committed = ["Pulumi.yaml", "Pulumi.dev.yaml", "Pulumi.prod.yaml", "emulator/stacks/Pulumi.embedded.yaml"];

let checkout: Checkout;
let before: string[];
beforeAll(() => {
  checkout = makeCheckout();
  before = committed.map(checkout.read);
});
afterAll(() => checkout.remove());

const pulumi = (line: string, env?: NodeJS.ProcessEnv) => checkout.run(["pulumi", ...line.split(" ")], env);
const expectUntouched = () => expect(committed.map(checkout.read)).toEqual(before);

describe("npm run pulumi", () => {
  it("previews a stack at once, with nothing on stdout but Pulumi's words, and no cloud of the user's in sight", async () => {
    const poisoned = {
      AWS_PROFILE: "POISON",
      AWS_ACCESS_KEY_ID: "POISON",
      AWS_ENDPOINT_URL: "https://POISON.example",
      PULUMI_ACCESS_TOKEN: "POISON",
      PULUMI_BACKEND_URL: "s3://POISON",
      AZURE_CLIENT_SECRET: "POISON",
      https_proxy: "POISON",
    };
    const file = join(checkout.dir, "environment.json");
    const preview = await pulumi("preview --stack prod --json", { ...poisoned, ENVIRONMENT_FILE: file });
    expect(preview.code).toBe(0);
    expect(preview.stderr).toContain("AWS_ENDPOINT_URL=https://POISON.example is ignored");
    expect(JSON.parse(preview.stdout).changeSummary).toEqual({ create: 3 });
    for (const text of [readFileSync(file, "utf8"), readFileSync(`${file}.provider`, "utf8")]) {
      expect(text).not.toContain("POISON");
      expect(JSON.parse(text)).toMatchObject({ AWS_ENDPOINT_URL: "http://127.0.0.1:9", AWS_CONFIG_FILE: "/dev/null" });
    }
    expectUntouched();
  });

  it("works the same for a stack file of the user's own, and lists the stacks for an unknown name", async () => {
    checkout.write("Pulumi.mine.yaml", "config:\n  holdfast:cloud: aws\n");
    expect((await pulumi("preview --stack mine")).code).toBe(0);
    expect(checkout.read("Pulumi.mine.yaml")).toBe("config:\n  holdfast:cloud: aws\n");
    const unknown = await pulumi("preview --stack staging");
    expect(unknown.code).toBe(1);
    expect(unknown.stderr).toMatch(/^HF5030 --stack staging\n.*\n {2}allowed: dev, embedded, mine, prod\n/);
    expect((await pulumi("preview")).stderr).toMatch(/^HF5031 /);
  });

  it("reads settings without touching the file, and writes them into it when told to", async () => {
    expect((await pulumi("config get cloud --stack prod")).stdout).toBe("aws\n");
    expectUntouched();
    expect((await pulumi("config set note here --stack dev")).code).toBe(0);
    expect(checkout.read("Pulumi.dev.yaml")).toContain("holdfast:note: here");
    expect(checkout.read("Pulumi.dev.yaml")).not.toContain("encryptionsalt");
    expect((await pulumi("config rm note --stack dev")).code).toBe(0);
    checkout.write("Pulumi.dev.yaml", before[1] ?? "");
  });

  it("follows `stack select`, and removes a stack without its file", async () => {
    expect((await pulumi("stack select dev")).code).toBe(0);
    expect((await pulumi("stack output --json")).stdout).toBe("{}\n");
    expect((await pulumi("stack rm dev --yes")).code).toBe(0);
    expectUntouched();
  });

  it("reports an error of the program once and passes the exit code on", async () => {
    const failed = await pulumi("preview --stack prod", { FAIL: "1" });
    expect(failed.code).toBe(255);
    expect(failed.stdout.match(/Error: the program says no/g)).toHaveLength(1);
    expect(failed.stdout).not.toContain("using pulumi-language-nodejs from $PATH");
  });

  it.each(["up --yes", "refresh --yes", "destroy --yes"])("%s asks for the emulated cloud", async (line) => {
    const refused = await pulumi(`${line} --stack prod`);
    expect(refused.code).toBe(1);
    expect(refused.stderr).toMatch(/^HF5033 emulated cloud = not running\n(.*\n)+.*npm run local:up/);
  });

  it("clears the lock of a dead engine", async () => {
    const dir = join(checkout.local, "state", ".pulumi", "locks", "organization", "holdfast", "prod");
    const file = join(dir, "0.json");
    mkdirSync(dir, { recursive: true });
    writeFileSync(file, JSON.stringify({ pid: spawnSync(process.execPath, ["-e", ""]).pid, hostname: hostname() }));
    expect((await pulumi("stack --stack prod")).stderr).toContain("removed the lock that a killed engine");
    expect(existsSync(file)).toBe(false);
  });
});
