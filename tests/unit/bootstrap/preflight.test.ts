import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { goEngineBinary, npmEngineBinary, npmEngineDir, readyEngine } from "../../../emulator/bootstrap/engine.mjs";
import { preflight } from "../../../emulator/bootstrap/preflight.mjs";
import { oldestGo } from "../../../emulator/bootstrap/step-engine.mjs";
import { compareVersions } from "../../../emulator/bootstrap/tools.mjs";

let root: string;
let bin: string;
let cache: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "holdfast preflight "));
  bin = join(root, "bin");
  cache = join(root, "cache");
  mkdirSync(bin);
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

/** A stand-in program that prints `output`, whatever it is asked. */
function plant(name: string, output: string, dir = bin): void {
  mkdirSync(dir, { recursive: true });
  writeFileSync(join(dir, name), `#!/bin/sh\nprintf '%s\\n' '${output.replaceAll("\n", "'\nprintf '%s\\n' '")}'\n`);
  chmodSync(join(dir, name), 0o755);
}

const env = (more: NodeJS.ProcessEnv = {}): NodeJS.ProcessEnv => ({ PATH: bin, HOME: root, ...more });
const unreachable = async () => ({ reachable: false as const, reason: "ENOTFOUND" });
const reachable = async () => ({ reachable: true as const, bytes: 100e6 });
const plan = (options: Partial<Parameters<typeof preflight>[0]>) =>
  preflight({
    cache,
    local: join(root, "local"),
    parts: ["python", "engine"],
    env: env(),
    freeSpace: () => 1e12,
    probe: unreachable,
    ...options,
  });
const codes = (p: Awaited<ReturnType<typeof preflight>>): string[] => p.problems.map((problem) => problem.code);

describe("preflight", () => {
  it("lists everything that is missing at once, with what to install", async () => {
    const result = await plan({ freeSpace: () => 10e6 });
    expect(codes(result)).toEqual(["HF5002", "HF5003", "HF5004", "HF5005"]);
    const fixes = result.problems.map((problem) => problem.fix).join("\n");
    expect(fixes).toContain("`npm`");
    expect(fixes).toContain("`python3-venv`");
    expect(fixes).toContain("go.dev/dl");
    expect(result.problems.at(-1)).toMatchObject({ value: "10 MB free" });
  });

  it.each([
    [
      "too old a Python",
      "3.9.18 ",
      "install `python3` and `python3-venv` (Debian, Ubuntu), `python3` (Fedora), or `brew install python`",
    ],
    [
      "a Python without ensurepip",
      "3.12.1 ensurepip",
      "install the package `python3-venv` (Debian, Ubuntu; for this one `python3.12-venv`)",
    ],
  ])("%s", async (_, answer, fix) => {
    plant("python3", answer);
    plant("npm", "11");
    plant("go", "go1.99.0\nlocal");
    const result = await plan({});
    expect(result.problems).toMatchObject([{ code: "HF5003", path: join(bin, "python3"), fix }]);
  });

  it("takes a later Python on PATH where the first one will not do", async () => {
    plant("python3", "3.9.18 ");
    plant("python3.12", "3.12.1 ");
    plant("npm", "11");
    plant("go", "go1.99.0\nlocal");
    expect(codes(await plan({}))).toEqual([]);
  });

  it("asks for Go only where the engine cannot be downloaded", async () => {
    plant("python3", "3.12.1 ");
    for (const name of ["npm", "tar", "curl"]) plant(name, "1");
    expect(await plan({ probe: reachable })).toMatchObject({
      problems: [],
      engineWay: "npm",
      engineBytes: 100e6,
      canBuild: false,
    });
    expect(codes(await plan({}))).toEqual(["HF5004"]);
  });

  it.each([
    ["go1.24.9\nlocal", ["HF5004"]],
    ["go1.24.9\nauto", []],
    ["go1.20.1\nauto", ["HF5004"]],
    ["go1.99.1\nlocal", []],
  ])("Go answering %j", async (answer, expected) => {
    plant("python3", "3.12.1 ");
    plant("npm", "11");
    plant("go", answer);
    expect(codes(await plan({}))).toEqual(expected);
  });

  it("says what the installer of the engine needs", async () => {
    plant("python3", "3.12.1 ");
    plant("npm", "11");
    expect(codes(await plan({ probe: reachable }))).toEqual(["HF5008"]);
  });

  it("adds up what goes to the same disk", async () => {
    plant("python3", "3.12.1 ");
    for (const name of ["npm", "tar", "curl"]) plant(name, "1");
    // 150 MB for Python and 700 MB for the engine fit one by one, not together.
    expect(codes(await plan({ probe: reachable, freeSpace: () => 800e6 }))).toEqual(["HF5005"]);
    expect(codes(await plan({ probe: reachable, freeSpace: () => 860e6 }))).toEqual([]);
  });

  it("does not ask the network when nothing is missing", async () => {
    plantEngine(goEngineBinary(cache));
    const probe = () => Promise.reject(new Error("asked"));
    expect(await plan({ parts: ["engine"], probe })).toMatchObject({ problems: [], engine: { way: "go" } });
  });

  it("follows HOLDFAST_ENGINE", async () => {
    plant("python3", "3.12.1 ");
    plant("npm", "11");
    plant("go", "go1.99.0\nlocal");
    expect((await plan({ env: env({ HOLDFAST_ENGINE: "go" }), probe: reachable })).engineWay).toBe("go");
    await expect(plan({ env: env({ HOLDFAST_ENGINE: "path" }) })).rejects.toThrow("HF5024");
    await expect(plan({ env: env({ HOLDFAST_ENGINE: "docker" }) })).rejects.toThrow("HF5025 HOLDFAST_ENGINE = docker");
  });

  it("names a directory that cannot be made", async () => {
    writeFileSync(join(root, "file"), "");
    const result = await plan({ parts: [], cache: join(root, "file", "cache") });
    expect(result.problems).toMatchObject([{ code: "HF5007", path: join(root, "file", "cache") }]);
  });
});

function plantEngine(binary: string): void {
  plant("pulumi-language-nodejs", "1", join(binary, ".."));
  plant("pulumi", "v1", join(binary, ".."));
}

describe("readyEngine", () => {
  it("does not take a launcher script on PATH for an engine", async () => {
    plant("pulumi", "v3.300.0");
    expect(await readyEngine(cache, env())).toBeUndefined();
  });

  it("takes the official download before a built one, and what HOLDFAST_ENGINE says before both", async () => {
    plantEngine(goEngineBinary(cache));
    expect(await readyEngine(cache, env())).toMatchObject({ way: "go", languageHost: undefined });
    plantEngine(npmEngineBinary(npmEngineDir(cache)));
    expect(await readyEngine(cache, env())).toMatchObject({ way: "npm", languageHost: undefined });
    expect(await readyEngine(cache, env({ HOLDFAST_ENGINE: "go" }))).toMatchObject({ way: "go" });
  });

  it("does not take a binary that tells no version", async () => {
    // Node answers `node version` with an error.
    symlinkSync(process.execPath, join(bin, "pulumi"));
    expect(await readyEngine(cache, env())).toBeUndefined();
  });

  it("does not take a built engine whose language host is missing", async () => {
    plant("pulumi", "v1", join(goEngineBinary(cache), ".."));
    expect(await readyEngine(cache, env())).toBeUndefined();
  });
});

describe("versions", () => {
  it.each([
    ["3.225.0", "3.200.0", 1],
    ["3.9.0", "3.200.0", -1],
    ["1.26", "1.26.0", 0],
    ["1.25.6", "1.25.10", -1],
  ])("%s against %s is %s", (a, b, expected) => {
    expect(compareVersions(a, b)).toBe(expected);
  });

  it("the oldest Go is the one go.mod states", () => {
    expect(oldestGo()).toMatch(/^1\.25\.\d+$/);
  });
});
