/** `npm run local:down`: stops what `local:up` started, and forgets what was deployed there. Safe to repeat. */
import { rmSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { pathToFileURL } from "node:url";
import { deployerFile, dropState, isOurs, readCloudFile } from "../bootstrap/cloud-state.mjs";
import { isAlive } from "../bootstrap/processes.mjs";
import { resolveLocal, runMain } from "./state.ts";

/** Time between asking a process to end and ending it. */
const patienceMs = 3_000;

/**
 * Ends the recorded processes, after making sure that they are the ones recorded: a number alone may meanwhile belong
 * to somebody else's process, which is left alone.
 */
export async function stopCloud(local: string, log: (line: string) => void): Promise<void> {
  const cloud = readCloudFile(local);
  const ours: number[] = [];
  for (const [name, pid] of Object.entries(cloud?.pids ?? {})) {
    if (!isAlive(pid)) log(`${name} (process ${pid}) had ended before`);
    else if (isOurs(name, pid)) ours.push(pid);
    else log(`process ${pid} is not the ${name} any more and is left alone`);
  }
  for (const pid of ours) process.kill(pid, "SIGTERM");
  const deadline = performance.now() + patienceMs;
  while (ours.some(isAlive) && performance.now() < deadline) await sleep(25);
  for (const pid of ours) if (isAlive(pid)) process.kill(pid, "SIGKILL");
  while (ours.some(isAlive)) await sleep(25);
  for (const name of ["cloud.json", deployerFile, "emulator-data"])
    rmSync(join(local, name), { recursive: true, force: true });
}

/** Stops the emulated cloud of an instance and removes the state of its stacks; logs and reports stay. */
export async function localDown(options: { local?: string; log?: (line: string) => void } = {}): Promise<void> {
  const local = resolveLocal(options.local);
  const log = options.log ?? ((line: string) => process.stderr.write(`${line}\n`));
  const ran = readCloudFile(local) !== undefined;
  await stopCloud(local, log);
  dropState(local);
  log(ran ? "stopped" : "nothing was running");
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) await runMain(() => localDown());
