/** What a killed engine leaves in the file backend: locks, and operations it had begun. */
import { existsSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { hostname } from "node:os";
import { join } from "node:path";
import { projectName } from "./paths.mjs";
import { commandLine, isAlive } from "./processes.mjs";
import { checkpointFile } from "./pulumi-stacks.mjs";

/**
 * @typedef {object} StackLock
 * @property {string} file
 * @property {number} pid
 * @property {string} since
 * @property {boolean} dead  The engine that made it no longer runs on this machine.
 */

/** @param {string} local @param {string} stack @returns {StackLock[]} */
export function stackLocks(local, stack) {
  // `organization` is the constant first part of every stack of the file backend.
  const dir = join(local, "state", ".pulumi", "locks", "organization", projectName(), stack);
  if (!existsSync(dir)) return [];
  const locks = [];
  for (const name of readdirSync(dir)) {
    if (!name.endsWith(".json")) continue;
    const file = join(dir, name);
    /** @type {{pid?: number, hostname?: string, timestamp?: string}} */
    let content;
    try {
      content = JSON.parse(readFileSync(file, "utf8"));
    } catch {
      content = { pid: 0, hostname: hostname() }; // Torn: its writer was killed while writing, or ended just now.
    }
    const pid = content.pid ?? 0;
    const elsewhere = content.hostname !== undefined && content.hostname !== hostname();
    const dead = !elsewhere && !(isAlive(pid) && /pulumi/.test(commandLine(pid) ?? ""));
    locks.push({ file, pid, since: content.timestamp ?? "", dead });
  }
  return locks;
}

/**
 * Removes locks whose engine is dead.
 * @param {string} local @param {string} stack @param {(words: string) => void} say
 * @returns {StackLock[]} those that are alive
 */
export function clearDeadLocks(local, stack, say) {
  const locks = stackLocks(local, stack);
  for (const lock of locks) {
    if (!lock.dead) continue;
    rmSync(lock.file, { force: true });
    say(`removed the lock that a killed engine (process ${lock.pid}) left on stack ${stack}`);
  }
  return locks.filter((lock) => !lock.dead);
}

/**
 * Operations begun by an engine that did not live to record their end.
 * @param {string} local @param {string} stack
 * @returns {string[]} e.g. `creating aws:s3/bucket:Bucket`
 */
export function pendingOperations(local, stack) {
  const file = checkpointFile(local, stack);
  if (!existsSync(file)) return [];
  const latest = JSON.parse(readFileSync(file, "utf8")).checkpoint?.latest;
  /** @type {{type: string, resource: {type: string}}[]} */
  const operations = latest?.pending_operations ?? [];
  return operations.map((operation) => `${operation.type} ${operation.resource.type}`);
}
