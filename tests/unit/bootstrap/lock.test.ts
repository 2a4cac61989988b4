import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { hostname, tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { removeLeftovers, temporaryName, withLock } from "../../../emulator/bootstrap/lock.mjs";
import { isAlive, startMark } from "../../../emulator/bootstrap/processes.mjs";

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), "holdfast lock "));
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

/** A process id that was ours a moment ago and now is nobody's. */
const deadPid = (): number => spawnSync(process.execPath, ["-e", ""]).pid;

describe("withLock", () => {
  it("lets one in at a time and tells the others whom they wait for", async () => {
    const file = join(dir, "a.lock");
    let inside = 0;
    let most = 0;
    const words: string[] = [];
    const work = async () => {
      most = Math.max(most, ++inside);
      await sleep(30);
      inside--;
    };
    const options = { say: (text: string) => words.push(text), pollMs: 5 };
    await Promise.all([withLock(file, work, options), withLock(file, work, options), withLock(file, work, options)]);
    expect(most).toBe(1);
    expect(words).toContain(`waiting for another run (process ${process.pid})`);
    expect(existsSync(file)).toBe(false);
  });

  it("goes on saying so", async () => {
    const file = join(dir, "a.lock");
    const words: string[] = [];
    const first = withLock(file, () => sleep(200));
    await withLock(file, async () => {}, { say: (text) => words.push(text), pollMs: 5, everyMs: 50 });
    await first;
    expect(words.length).toBeGreaterThanOrEqual(3);
  });

  it.each([
    ["of a killed run", () => ({ pid: deadPid(), host: hostname(), token: "x" })],
    [
      "whose process id now belongs to another process",
      () => ({ pid: process.pid, mark: "another start", host: hostname(), token: "x" }),
    ],
  ])("takes over a lock %s", async (_, holder) => {
    const file = join(dir, "a.lock");
    const left = holder();
    writeFileSync(file, JSON.stringify(left));
    const words: string[] = [];
    expect(await withLock(file, async () => 7, { say: (text) => words.push(text) })).toBe(7);
    expect(words).toEqual([`taking over from a run that was killed (process ${left.pid})`]);
  });

  it("lets exactly one of many take over", async () => {
    const file = join(dir, "a.lock");
    writeFileSync(file, JSON.stringify({ pid: deadPid(), host: hostname(), token: "x" }));
    let inside = 0;
    let most = 0;
    const work = async () => {
      most = Math.max(most, ++inside);
      await sleep(10);
      inside--;
    };
    await Promise.all(Array.from({ length: 6 }, () => withLock(file, work, { pollMs: 5 })));
    expect(most).toBe(1);
  });

  it("takes over a lock that was only half written", async () => {
    const file = join(dir, "a.lock");
    writeFileSync(file, '{"pid": 1');
    expect(await withLock(file, async () => 7, { pollMs: 5 })).toBe(7);
  });

  it("is released when the work fails", async () => {
    const file = join(dir, "a.lock");
    await expect(withLock(file, () => Promise.reject(new Error("no")))).rejects.toThrow("no");
    expect(existsSync(file)).toBe(false);
  });

  it("records who holds it", async () => {
    const file = join(dir, "a.lock");
    await withLock(file, async () => {
      const { pid, mark, host } = JSON.parse(readFileSync(file, "utf8"));
      expect({ pid, mark, host }).toEqual({ pid: process.pid, mark: startMark(process.pid), host: hostname() });
    });
  });
});

describe("leftovers", () => {
  it("are removed when their process is dead, and only then", () => {
    mkdirSync(join(dir, `tmp-${deadPid()}-engine`));
    mkdirSync(join(dir, `tmp-${process.ppid}-python`));
    mkdirSync(join(dir, "engine-1"));
    expect(removeLeftovers(dir)).toHaveLength(1);
    expect(existsSync(join(dir, `tmp-${process.ppid}-python`))).toBe(true);
    expect(existsSync(join(dir, "engine-1"))).toBe(true);
    expect(temporaryName(dir, "x")).toBe(join(dir, `tmp-${process.pid}-x`));
  });
});

describe("isAlive", () => {
  it.each([
    [process.pid, true],
    [0, false],
    [-1, false],
    [Number.NaN, false],
  ])("%s → %s", (pid, expected) => {
    expect(isAlive(pid)).toBe(expected);
  });
  it("is false for a process that ended", () => {
    expect(isAlive(deadPid())).toBe(false);
  });
});
