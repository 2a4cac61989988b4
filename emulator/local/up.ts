/** `npm run local:up`: the emulated cloud with the embedded stack deployed, left running. Safe to repeat. */
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { dropState, isStale, markState, runningCloud } from "../bootstrap/cloud-state.mjs";
import { withLock } from "../bootstrap/lock.mjs";
import { BootstrapError, explainFileError } from "../bootstrap/problem.mjs";
import { clearDeadLocks, pendingOperations } from "../bootstrap/pulumi-locks.mjs";
import { seedPrincipals } from "../cloud/seed.ts";
import { type CloudDescription, readCloud, startCloud } from "../cloud/start.ts";
import { stopCloud } from "./down.ts";
import { type PulumiOutcome, runPulumi } from "./pulumi.ts";
import { embedded, resolveLocal, runMain, type StackDescription, writeDeployer, writeStack } from "./state.ts";

export interface LocalUpOptions {
  /** Directory of the instance; default `HOLDFAST_LOCAL`, else `<project>/.local`. */
  readonly local?: string;
  /** One line per step; default stderr. */
  readonly log?: (line: string) => void;
  /** Gets Pulumi's own lines; default nobody. A failed deployment reports them in its error anyway. */
  readonly onPulumiLine?: (line: string) => void;
}

export interface LocalUp {
  readonly cloud: CloudDescription;
  readonly stack: StackDescription;
}

/**
 * Starts what does not run, seeds the principals, deploys the embedded stack and writes `stack.json`.
 *
 * A second call at the same time waits for the first. What a killed run left behind is put aside in words: a dead
 * cloud takes its state with it, and an interrupted deployment starts afresh, because neither the state nor the
 * cloud alone tells what was made.
 *
 * @throws BootstrapError HF5037 while another command deploys the stack, HF5038 when the deployment fails.
 */
export async function localUp(options: LocalUpOptions = {}): Promise<LocalUp> {
  const local = resolveLocal(options.local);
  const log = options.log ?? ((line: string) => process.stderr.write(`${line}\n`));
  const work = async (): Promise<LocalUp> => {
    const cloud = await healthyCloud(local, log);
    const credentials = await seedPrincipals(cloud);
    writeDeployer(local, credentials.deployer);
    const outputs = await deploy(local, log, options.onPulumiLine);
    const { endpoint, regions, accountId } = cloud;
    const stack: StackDescription = {
      schemaVersion: 1,
      cloud: "aws",
      endpoint,
      regions,
      accountId,
      credentials,
      outputs,
    };
    writeStack(local, stack);
    return { cloud, stack };
  };
  try {
    return await withLock(join(local, "up.lock"), work, { say: log });
  } catch (error) {
    throw explainFileError(error, "starting the embedded default");
  }
}

async function healthyCloud(local: string, log: (line: string) => void): Promise<CloudDescription> {
  refuseWhileDeploying(local, log);
  const running = await runningCloud(local);
  if (running.cloud) {
    const reason = whyNotReusable(local, running.instance);
    if (reason === undefined) {
      log(`emulated AWS already runs at ${running.cloud.endpoint}`);
      markState(local, running.instance);
      return readCloud(local);
    }
    log(`${reason}: starting with an empty cloud`);
    await stopCloud(local, log);
  } else if (running.why !== "none was started here") {
    log(`the last emulated cloud cannot be used (${running.why}): starting with an empty one`);
    await stopCloud(local, log);
  }
  dropState(local);
  const { stop: _, ...description } = await startCloud({ dir: local, detached: true, log });
  const started = await runningCloud(local);
  if (!started.cloud) throw notRunning(started.why);
  markState(local, started.instance);
  return description;
}

function whyNotReusable(local: string, instance: string): string | undefined {
  const pending = pendingOperations(local, embedded);
  if (pending.length > 0) return `the last deployment was killed while ${pending.join(", ")}`;
  if (isStale(local, instance)) return "the recorded state belongs to an earlier run of the cloud";
  return undefined;
}

function refuseWhileDeploying(local: string, log: (line: string) => void): void {
  const lock = clearDeadLocks(local, embedded, log)[0];
  if (!lock) return;
  throw new BootstrapError({
    code: "HF5037",
    path: `--stack ${embedded}`,
    value: `in use by process ${lock.pid} since ${lock.since}`,
    reason: "another command is deploying this stack, perhaps in another terminal",
    fix: "wait until it ends; if it hangs, end that process, and the next command removes its lock",
  });
}

function notRunning(why: string): BootstrapError {
  return new BootstrapError({
    code: "HF5033",
    path: "emulated cloud",
    reason: `it was started, but ${why}`,
    fix: "read emulator.log and proxy.log in the .local directory, and run the command again",
  });
}

async function deploy(
  local: string,
  log: (line: string) => void,
  onPulumiLine: ((line: string) => void) | undefined,
): Promise<Record<string, unknown>> {
  const began = performance.now();
  const onLine = onPulumiLine ?? (() => {});
  const up = await runPulumi(["up", "--stack", embedded, "--yes", "--skip-preview"], { local, onLine });
  if (up.code !== 0) throw deployFailed("up", up, onPulumiLine !== undefined);
  log(`stack ${embedded} deployed after ${((performance.now() - began) / 1000).toFixed(1)} s`);
  const output = await runPulumi(["stack", "output", "--stack", embedded, "--json"], { local });
  if (output.code !== 0) throw deployFailed("stack output", output, false);
  return JSON.parse(output.stdout) as Record<string, unknown>;
}

function deployFailed(command: string, outcome: PulumiOutcome, shown: boolean): BootstrapError {
  const words = `${outcome.stdout}\n${outcome.stderr}`.trim().split("\n").slice(-40);
  return new BootstrapError({
    code: "HF5038",
    path: `pulumi ${command} --stack ${embedded}`,
    reason: `it ended with exit code ${outcome.code}${shown ? "; what it said is above" : `:\n    ${words.join("\n    ")}`}`,
    fix: "repair what it names; `npm run local:down` and a new start give an empty cloud",
  });
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) {
  await runMain(async () => {
    const { cloud } = await localUp({ onPulumiLine: (line) => process.stderr.write(`  ${line}\n`) });
    process.stdout.write(
      `running at ${cloud.endpoint}; names and keys are in ${join(resolveLocal(undefined), "stack.json")}\n` +
        "stop it with `npm run local:down`\n",
    );
  });
}
