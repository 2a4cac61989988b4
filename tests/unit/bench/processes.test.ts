/** How a run is measured, and what a bare machine is. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { bareEnv } from "../../../bench/bare.ts";
import { memoryIsMeasured } from "../../../bench/memory.ts";
import { measure, root } from "../../../bench/processes.ts";

const folder = mkdtempSync(join(tmpdir(), "holdfast-bench-"));
afterAll(() => rmSync(folder, { recursive: true }));

describe("a run", () => {
  it("tells its end and all that it said", async () => {
    const script = "console.log('out'); console.error('err'); process.exitCode = 3;";
    const run = await measure(process.execPath, ["-e", script], { env: { PATH: process.env.PATH } });
    expect(run).toMatchObject({ code: 3, peakMb: undefined });
    expect(run.output).toContain("out\n");
    expect(run.output).toContain("err\n");
  });

  it("counts the memory of processes that it started and left behind", async () => {
    // 200 MB in a grandchild that is on its own as soon as its parent has ended.
    const heavy = "const held = Buffer.alloc(200e6, 1); setTimeout(() => held.length, 2_000);";
    const script = `
      const { spawn } = require("node:child_process");
      const leave = \`require("node:child_process").spawn(process.execPath, ["-e", ${JSON.stringify(heavy)}], { detached: true, stdio: "ignore" }).unref()\`;
      spawn(process.execPath, ["-e", leave], { stdio: "ignore" }).on("close", () => setTimeout(() => {}, 2_000));`;
    const { code, peakMb } = await measure(process.execPath, ["-e", script], { memory: true });
    expect(code).toBe(0);
    if (memoryIsMeasured) expect(peakMb).toBeGreaterThan(200);
    else expect(peakMb).toBeUndefined();
  });
});

describe("a bare machine", () => {
  const cache = join(folder, "tools");
  const withPulumi = join(folder, "with-pulumi");
  mkdirSync(withPulumi);
  writeFileSync(join(withPulumi, "pulumi"), "");
  const path = [join(cache, "node/bin"), join(root, "node_modules/.bin"), withPulumi, "/usr/bin"].join(delimiter);
  const env = bareEnv(join(folder, "bare"), {
    PATH: path,
    HOLDFAST_CACHE: cache,
    HOLDFAST_LOCAL: "/somewhere",
    HOLDFAST_PYTHON: "/somewhere/python",
    HOLDFAST_ENGINE: "go",
    npm_config_cache: "/warm",
    npm_config_registry: "http://127.0.0.1:9/",
    npm_lifecycle_event: "bench",
    GOFLAGS: "-trimpath",
    HOME: "/home/somebody",
  });

  it("has the machine's own programs, and neither our tools nor Pulumi", () => {
    expect(env.PATH).toBe("/usr/bin");
  });

  it("has empty caches and no state of ours, and the user's own choices", () => {
    const bare = join(folder, "bare");
    expect(env).toEqual({
      PATH: "/usr/bin",
      PWD: join(bare, "checkout"),
      HOME: "/home/somebody",
      HOLDFAST_CACHE: join(bare, "cache"),
      HOLDFAST_ENGINE: "go",
      npm_config_cache: join(bare, "caches/npm"),
      npm_config_registry: "http://127.0.0.1:9/",
      PIP_CACHE_DIR: join(bare, "caches/pip"),
      GOMODCACHE: join(bare, "caches/go-modules"),
      GOCACHE: join(bare, "caches/go-build"),
      GOFLAGS: "-trimpath -modcacherw",
    });
  });
});
