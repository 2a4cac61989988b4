/** Finds the programs of the user's machine that the set-up needs. */
import { accessSync, constants, readFileSync, statSync } from "node:fs";
import { delimiter, join } from "node:path";
import { setupEnv } from "./environment.mjs";
import { capture } from "./processes.mjs";

/** @param {string} file */
export function isExecutable(file) {
  try {
    accessSync(file, constants.X_OK);
    return statSync(file).isFile();
  } catch {
    return false;
  }
}

/**
 * All programs of that name, in the order of PATH.
 * @param {string} name  @param {NodeJS.ProcessEnv} [env]
 */
export function findAll(name, env = process.env) {
  const dirs = (env.PATH ?? "").split(delimiter).filter((dir) => dir !== "");
  return [...new Set(dirs.map((dir) => join(dir, name)))].filter(isExecutable);
}

/** Compares dotted versions; a missing part counts as 0. @param {string} a @param {string} b */
export function compareVersions(a, b) {
  const [x, y] = [a, b].map((text) => (text.match(/\d+/g) ?? []).map(Number));
  for (let i = 0; i < 3; i++) {
    const difference = (x?.[i] ?? 0) - (y?.[i] ?? 0);
    if (difference !== 0) return Math.sign(difference);
  }
  return 0;
}

/**
 * @typedef {object} Found
 * @property {string} command
 * @property {string} version
 * @property {string} [lacks]  What is missing in it, e.g. `venv`.
 */

/**
 * The first Python ≥ 3.10 that can make virtual environments; else the best one found and what it lacks.
 * @param {NodeJS.ProcessEnv} [env]
 * @returns {Promise<Found | undefined>}
 */
export async function findPython(env = process.env) {
  const script = [
    "import sys, importlib.util as u",
    "m = [n for n in ('venv', 'ensurepip') if u.find_spec(n) is None]",
    "print('%d.%d.%d' % sys.version_info[:3], ','.join(m))",
  ].join("\n");
  /** @type {Found | undefined} */
  let best;
  const names = ["python3", "python3.14", "python3.13", "python3.12", "python3.11", "python3.10", "python"];
  for (const command of names.flatMap((name) => findAll(name, env))) {
    const outcome = await capture(command, ["-I", "-c", script], { env: setupEnv(env), timeoutMs: 10_000 });
    const [version, missing = ""] = outcome.stdout.trim().split(" ");
    if (outcome.code !== 0 || !version) continue;
    const lacks = compareVersions(version, "3.10") < 0 ? "version" : missing;
    if (lacks === "") return { command, version };
    if (!best || best.lacks === "version") best = { command, version, lacks };
  }
  return best;
}

/**
 * Go, and whether it can build the engine: either new enough, or allowed to fetch a newer toolchain by itself.
 * @param {string} oldest  The `go` line of go.mod.
 * @param {NodeJS.ProcessEnv} [env]
 * @returns {Promise<Found | undefined>}
 */
export async function findGo(oldest, env = process.env) {
  const command = findAll("go", env)[0];
  if (!command) return undefined;
  const outcome = await capture(command, ["env", "GOVERSION", "GOTOOLCHAIN"], {
    env: setupEnv(env),
    timeoutMs: 10_000,
  });
  const [version = "", toolchain = ""] = outcome.stdout.trim().split("\n");
  const number = version.replace(/^go/, "");
  const switches = /^(auto|.*\+auto|path|.*\+path)?$/.test(toolchain) && compareVersions(number, "1.21") >= 0;
  if (compareVersions(number, oldest) >= 0 || switches) return { command, version: number };
  return { command, version: number, lacks: "version" };
}

/**
 * How to start npm: the one that runs us, else the one on PATH.
 * @param {NodeJS.ProcessEnv} [env]
 * @returns {{command: string, args: string[]} | undefined}
 */
export function findNpm(env = process.env) {
  const script = env.npm_execpath;
  if (script && /npm-cli\.c?js$/.test(script) && isReadable(script))
    return { command: process.execPath, args: [script] };
  const command = findAll("npm", env)[0];
  return command ? { command, args: [] } : undefined;
}

/** @param {string} file */
function isReadable(file) {
  try {
    accessSync(file, constants.R_OK);
    return true;
  } catch {
    return false;
  }
}

/** True for a small script that starts something else, such as the launcher of the npm package `pulumi`. @param {string} file */
export function isScript(file) {
  return readFileSync(file).subarray(0, 2).toString("latin1") === "#!";
}
