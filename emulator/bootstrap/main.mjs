/** Set-up first, then the task; see run.mjs. */
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { readDeployer, runningCloud } from "./cloud-state.mjs";
import { ignoredEndpoint, safeEnv } from "./environment.mjs";
import { cacheDir, localDir, nodeFlags, projectDir } from "./paths.mjs";
import { preflight } from "./preflight.mjs";
import { BootstrapError, explainFileError } from "./problem.mjs";
import { createProgress } from "./progress.mjs";
import { runForeground } from "./run-task.mjs";
import { installDeps } from "./step-deps.mjs";
import { installEngine } from "./step-engine.mjs";
import { installNode } from "./step-node.mjs";
import { installPython } from "./step-python.mjs";
import { pulumiTask } from "./task-pulumi.mjs";
import { tasks } from "./tasks.mjs";

/** All words of the bootstrap go to stderr: stdout belongs to the task (`--json`). @param {string} words */
const say = (words) => process.stderr.write(`${words}\n`);

/** @param {readonly string[]} argv */
export async function main(argv) {
  try {
    process.exitCode = await run(argv);
  } catch (error) {
    const told = explainFileError(error, "setting up");
    if (!(told instanceof BootstrapError)) throw told;
    say(told.message);
    process.exitCode = 1;
  }
}

/** @param {readonly string[]} argv @returns {Promise<number>} exit code */
async function run([name = "", ...args]) {
  const task = Object.hasOwn(tasks, name) ? tasks[name] : undefined;
  if (!task) {
    const lines = Object.entries(tasks).map(([key, { says }]) => `  ${key.padEnd(12)} ${says}`);
    say(`usage: node emulator/bootstrap/run.mjs <task> [arguments]\n${lines.join("\n")}`);
    return 2;
  }
  const cache = cacheDir();
  const local = localDir();
  const { node, python, engine } = await setUp(cache, local, task.parts);
  const ignored = ignoredEndpoint(process.env);
  if (ignored) say(ignored);
  // What a killed cloud left in its file is a port that nobody answers, or somebody else.
  const { cloud } = await runningCloud(local);
  const deployer = cloud && task.script === undefined ? readDeployer(local) : undefined;
  const env = safeEnv({ cloud, node, python, engine, deployer });
  if (task.script === undefined) {
    if (!engine) throw new Error(`task ${name} lists no engine among its parts`);
    return pulumiTask({ args, local, node, engine, env, say });
  }
  return runForeground(node, [...nodeFlags, join(projectDir, task.script), ...args], { env });
}

/**
 * Brings what is missing, side by side. All parts run to their end even when one fails, so that the next run finds
 * them; then the first failure is thrown.
 * @param {string} cache
 * @param {string} local
 * @param {readonly import("./preflight.mjs").Part[]} parts
 */
async function setUp(cache, local, parts) {
  const plan = await preflight({ cache, local, parts });
  if (plan.problems.length > 0) throw new BootstrapError(plan.problems);
  mkdirSync(cache, { recursive: true });
  const progress = createProgress();
  /**
   * @template T
   * @param {string} name  @param {(line: import("./progress.mjs").Line) => Promise<T>} work
   */
  const step = async (name, work) => {
    const line = progress.step(name);
    try {
      return await work(line);
    } catch (error) {
      line.failed();
      throw explainFileError(error, `setting up ${name}`);
    }
  };
  const needs = (/** @type {import("./preflight.mjs").Part} */ part) => parts.includes(part);
  if (!plan.node || !plan.deps || (needs("python") && !plan.python) || (needs("engine") && !plan.engine)) {
    say(`setting up once; tools go to ${cache}`);
  }
  const node = plan.node ? Promise.resolve(plan.node) : step("node", (line) => installNode(cache, line));
  const deps = plan.deps ? undefined : step("packages", (line) => installDeps(projectDir, cache, line));
  const python = plan.python ?? (needs("python") ? step("python", (line) => installPython(cache, line)) : undefined);
  const { engineWay: way, engineBytes: bytes, canBuild } = plan;
  const engine =
    plan.engine ??
    (way
      ? step("engine", (line) =>
          installEngine({ cache, node, way, canBuild, line, ...(bytes === undefined ? {} : { bytes }) }),
        )
      : undefined);
  const outcomes = await Promise.allSettled([node, deps, python, engine]);
  progress.end();
  const failures = outcomes.flatMap((outcome) => (outcome.status === "rejected" ? [outcome.reason] : []));
  const bug = failures.find((failure) => !(failure instanceof BootstrapError));
  if (bug !== undefined) throw bug;
  if (failures.length > 0) throw new BootstrapError(failures.flatMap((failure) => failure.problems));
  return { node: await node, python: await python, engine: await engine };
}
