/** One run at a time per thing: a second one waits, says for whom, and takes over from a dead one. */
import { randomUUID } from "node:crypto";
import { closeSync, mkdirSync, openSync, readdirSync, readFileSync, rmSync, writeSync } from "node:fs";
import { hostname } from "node:os";
import { dirname, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { isAlive, startMark } from "./processes.mjs";

/**
 * @typedef {object} Holder
 * @property {number} pid
 * @property {string} [mark]  startMark of the pid, so that a reused id is not taken for the holder
 * @property {string} host
 * @property {string} token
 */

/** @param {string} file  @returns {Holder | undefined} undefined when there is none, or it is half written */
function readHolder(file) {
  try {
    return JSON.parse(readFileSync(file, "utf8"));
  } catch {
    return undefined;
  }
}

/** @param {string} file  @param {string} token  @returns {boolean} false when somebody else has it */
function tryCreate(file, token) {
  let descriptor;
  try {
    descriptor = openSync(file, "wx");
  } catch (error) {
    if (/** @type {NodeJS.ErrnoException} */ (error).code === "EEXIST") return false;
    throw error;
  }
  writeSync(descriptor, JSON.stringify({ pid: process.pid, mark: startMark(process.pid), host: hostname(), token }));
  closeSync(descriptor);
  return true;
}

/** @param {Holder} holder */
function isDead(holder) {
  if (holder.host !== hostname()) return false;
  if (!isAlive(holder.pid)) return true;
  return holder.mark !== undefined && startMark(holder.pid) !== holder.mark;
}

/**
 * Runs `work` while holding the lock file.
 * @template T
 * @param {string} file
 * @param {() => Promise<T>} work
 * @param {{say?: (words: string) => void, everyMs?: number, pollMs?: number}} [options]
 *   `say` is told whom we wait for, at once and then every `everyMs` (10 s).
 * @returns {Promise<T>}
 */
export async function withLock(file, work, options = {}) {
  const { say = () => {}, everyMs = 10_000, pollMs = 200 } = options;
  mkdirSync(dirname(file), { recursive: true });
  const token = randomUUID();
  const began = Date.now();
  let nextWords = 0;
  let unreadable = 0;
  for (;;) {
    let brokeOne = false;
    if (!tryCreate(file, token)) {
      const holder = readHolder(file);
      // Half-written for longer than a moment: its writer was killed between creating and writing.
      unreadable = holder ? 0 : unreadable + 1;
      if (holder ? isDead(holder) : unreadable > 10) {
        say(`taking over from a run that was killed (process ${holder?.pid ?? "unknown"})`);
        rmSync(file, { force: true });
        brokeOne = true;
        if (!tryCreate(file, token)) continue;
      } else {
        const waited = Date.now() - began;
        if (waited >= nextWords) {
          const seconds = waited < 1000 ? "" : `, ${Math.round(waited / 1000)} s so far`;
          say(`waiting for another run (process ${holder?.pid ?? "unknown"})${seconds}`);
          nextWords = waited + everyMs;
        }
        await sleep(pollMs);
        continue;
      }
    }
    // Two waiters may break the same dead lock, the slower one removing the faster one's new file: look again.
    if (brokeOne) await sleep(100);
    if (readHolder(file)?.token === token) break;
  }
  try {
    return await work();
  } finally {
    if (readHolder(file)?.token === token) rmSync(file, { force: true });
  }
}

/**
 * A name for half-finished work inside `dir`; leftovers of killed runs are told by the process id in it.
 * @param {string} dir  @param {string} what
 */
export function temporaryName(dir, what) {
  return join(dir, `tmp-${process.pid}-${what}`);
}

/** Removes what killed runs left in `dir`. @param {string} dir @returns {string[]} names removed */
export function removeLeftovers(dir) {
  const removed = [];
  for (const name of readdirSync(dir)) {
    const pid = /^tmp-(\d+)-/.exec(name)?.[1];
    if (pid === undefined || (Number(pid) !== process.pid && isAlive(Number(pid)))) continue;
    rmSync(join(dir, name), { recursive: true, force: true });
    removed.push(name);
  }
  return removed;
}
