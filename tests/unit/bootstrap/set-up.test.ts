import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { hostname, tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { bootstrapCodes } from "../../../emulator/bootstrap/codes.mjs";
import { projectDir, projectName } from "../../../emulator/bootstrap/paths.mjs";
import { BootstrapError, explainFileError } from "../../../emulator/bootstrap/problem.mjs";
import { createProgress } from "../../../emulator/bootstrap/progress.mjs";
import { clearDeadLocks, pendingOperations } from "../../../emulator/bootstrap/pulumi-locks.mjs";
import { checkpointFile, copySettings } from "../../../emulator/bootstrap/pulumi-stacks.mjs";
import { npmInstalledTheSame } from "../../../emulator/bootstrap/step-deps.mjs";
import { tasks } from "../../../emulator/bootstrap/tasks.mjs";

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), "holdfast set-up "));
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

const sources = ["bootstrap", "local"].flatMap((folder) =>
  readdirSync(join(projectDir, "emulator", folder)).map((name) => join(projectDir, "emulator", folder, name)),
);

describe("codes", () => {
  it("each code that is raised has its paragraph, and no paragraph is about nothing", () => {
    const text = sources.filter((file) => !file.endsWith("codes.mjs")).map((file) => readFileSync(file, "utf8"));
    const raised = new Set(text.join("\n").match(/(?<=code: "|write\(\s*`)HF\d{4}/g));
    expect([...raised].sort()).toEqual(Object.keys(bootstrapCodes).sort());
  });

  it("each stays in the bootstrap's range", () => {
    for (const code of Object.keys(bootstrapCodes)) expect(code).toMatch(/^HF5[0-2]\d\d$/);
  });
});

describe("run.mjs", () => {
  const run = join(projectDir, "emulator", "bootstrap", "run.mjs");

  it("answers an old Node in words", () => {
    const pretend = `Object.defineProperty(process, "versions", { value: { node: "18.20.4" } }); await import(${JSON.stringify(run)});`;
    const child = spawnSync(process.execPath, ["--input-type=module", "-e", pretend], { encoding: "utf8" });
    expect(child.status).toBe(1);
    expect(child.stderr).toMatch(/^HF5001 node 18\.20\.4\n.*Node 20 or newer/);
  });

  it.each([[[]], [["nonsense"]], [["constructor"]]])("lists the tasks for %j", (args) => {
    const child = spawnSync(process.execPath, [run, ...args], { encoding: "utf8" });
    expect(child.status).toBe(2);
    for (const name of Object.keys(tasks)) expect(child.stderr).toContain(`  ${name} `);
    expect(child.stdout).toBe("");
  });
});

describe("npmInstalledTheSame", () => {
  const entry = (version: string, more = {}) => ({ version, ...more });
  const write = (wanted: object, have: object, folders: string[]) => {
    for (const folder of ["node_modules", ...folders]) mkdirSync(join(dir, folder), { recursive: true });
    writeFileSync(join(dir, "package-lock.json"), JSON.stringify({ packages: { "": {}, ...wanted } }));
    writeFileSync(join(dir, "node_modules", ".package-lock.json"), JSON.stringify({ packages: have }));
  };
  const a = "node_modules/a";
  const b = "node_modules/b";

  it.each([
    ["the same", { [a]: entry("1") }, { [a]: entry("1") }, [a], true],
    [
      "an optional package of another platform is absent",
      { [a]: entry("1"), [b]: entry("1", { optional: true }) },
      { [a]: entry("1") },
      [a],
      true,
    ],
    ["another version", { [a]: entry("2") }, { [a]: entry("1") }, [a], false],
    ["a package too few", { [a]: entry("1"), [b]: entry("1") }, { [a]: entry("1") }, [a], false],
    ["a package too many", { [a]: entry("1") }, { [a]: entry("1"), [b]: entry("1") }, [a, b], false],
    ["recorded, but its folder is gone", { [a]: entry("1") }, { [a]: entry("1") }, [], false],
  ])("%s", (_, wanted, have, folders, expected) => {
    write(wanted, have, folders);
    expect(npmInstalledTheSame(dir)).toBe(expected);
  });

  it("is false without npm's record", () => {
    writeFileSync(join(dir, "package-lock.json"), "{}");
    expect(npmInstalledTheSame(dir)).toBe(false);
  });
});

describe("copySettings", () => {
  const write = (text: string): string => {
    const from = join(dir, "Pulumi.x.yaml");
    writeFileSync(from, text);
    return from;
  };
  const copy = (from: string) => readFileSync(copySettings({ local: join(dir, "local"), stack: "x", from }), "utf8");

  it("leaves the user's file alone and keeps the salt that Pulumi wrote into the copy", () => {
    const from = write("config:\n  a: 1 # why\n");
    expect(copy(from)).toBe("config:\n  a: 1 # why\n");
    writeFileSync(join(dir, "local", "config", "Pulumi.x.yaml"), "encryptionsalt: v1:s\nconfig:\n  a: 1\n");
    write("config:\n  a: 2 # why\n");
    expect(copy(from)).toBe("encryptionsalt: v1:s\nconfig:\n  a: 2 # why\n");
    expect(readFileSync(from, "utf8")).toBe("config:\n  a: 2 # why\n");
  });

  it("prefers the salt of the user's file, which his secrets were encrypted with", () => {
    const from = write("encryptionsalt: v1:mine\nconfig:\n  p:\n    secure: v1:abc\n");
    expect(copy(from)).toBe("encryptionsalt: v1:mine\nconfig:\n  p:\n    secure: v1:abc\n");
  });

  it("drops a key service of a real cloud, and refuses secrets that need it", () => {
    expect(copy(write("secretsprovider: awskms://alias/x\nencryptedkey: abc\nconfig:\n  a: 1\n"))).toBe(
      "config:\n  a: 1\n",
    );
    const from = write("secretsprovider: awskms://alias/x\nconfig:\n  p:\n    secure: v1:abc\n");
    expect(() => copy(from)).toThrow(`HF5034 ${from}`);
  });

  it("refuses a --config-file that is not there", () => {
    expect(() => copy(join(dir, "absent.yaml"))).toThrow("HF5035");
  });
});

describe("what a killed engine leaves", () => {
  const lockDir = () => join(dir, "state", ".pulumi", "locks", "organization", projectName(), "dev");
  const lock = (name: string, content: string) => {
    mkdirSync(lockDir(), { recursive: true });
    writeFileSync(join(lockDir(), name), content);
  };

  it("a dead engine's lock goes with words, another machine's and a torn one's as they deserve", () => {
    const dead = spawnSync(process.execPath, ["-e", ""]).pid;
    lock("dead.json", JSON.stringify({ pid: dead, hostname: hostname(), timestamp: "t" }));
    lock("reused.json", JSON.stringify({ pid: process.pid, hostname: hostname() }));
    lock("torn.json", "{");
    lock("elsewhere.json", JSON.stringify({ pid: 4, hostname: "another-machine", timestamp: "t" }));
    const words: string[] = [];
    expect(clearDeadLocks(dir, "dev", (text) => words.push(text)).map(({ pid }) => pid)).toEqual([4]);
    expect(readdirSync(lockDir())).toEqual(["elsewhere.json"]);
    expect(words).toContain(`removed the lock that a killed engine (process ${dead}) left on stack dev`);
  });

  it("names operations that were begun and not ended", () => {
    expect(pendingOperations(dir, "dev")).toEqual([]);
    const file = checkpointFile(dir, "dev");
    mkdirSync(join(file, ".."), { recursive: true });
    const pending = [{ type: "creating", resource: { type: "aws:s3/bucket:Bucket" } }];
    writeFileSync(file, JSON.stringify({ version: 3, checkpoint: { latest: { pending_operations: pending } } }));
    expect(pendingOperations(dir, "dev")).toEqual(["creating aws:s3/bucket:Bucket"]);
  });
});

describe("progress", () => {
  const collect = (isTTY: boolean) => {
    const lines: string[] = [];
    let time = 0;
    const progress = createProgress({
      stream: { write: (text: string) => lines.push(text), isTTY, columns: 60 },
      heartbeatMs: 20,
      now: () => time,
    });
    return { lines, progress, at: (ms: number) => (time = ms) };
  };

  it("writes plain lines: one per sentence, not per counter, and the time at the end", () => {
    const { lines, progress, at } = collect(false);
    const step = progress.step("engine");
    step.say("building: 1 of 1444 packages");
    step.say("building: 2 of 1444 packages");
    at(65_000);
    step.done("built");
    progress.end();
    expect(lines).toEqual(["… engine   building: 1 of 1444 packages (0 s)\n", "✓ engine   built (1 min 5 s)\n"]);
  });

  it("is never silent for long", async () => {
    const { lines, progress, at } = collect(false);
    progress.step("python").say("installing");
    at(10_000);
    await expect.poll(() => lines.at(-1)).toBe("… python   installing (10 s)\n");
    progress.end();
  });

  it("redraws in place on a terminal", () => {
    const { lines, progress } = collect(true);
    const step = progress.step("engine");
    step.say("a");
    step.done("b");
    progress.end();
    expect(lines.at(-1)).toBe("\u001b[1A\u001b[2K✓ engine   b (0 s)\n");
  });
});

describe("file errors", () => {
  it.each([
    ["ENOSPC", "HF5006", "the disk became full while installing"],
    ["EACCES", "HF5007", "writing is not permitted (EACCES) while installing"],
  ])("%s", (code, expected, reason) => {
    const told = explainFileError(Object.assign(new Error("x"), { code, path: "/p" }), "installing");
    expect(told).toBeInstanceOf(BootstrapError);
    expect((told as BootstrapError).problems).toMatchObject([{ code: expected, path: "/p", reason }]);
  });

  it("leaves others alone", () => {
    const bug = new TypeError("x");
    expect(explainFileError(bug, "installing")).toBe(bug);
  });
});
