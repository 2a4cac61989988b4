/** What the machine lacks, all of it at once, before anything is downloaded. */
import { accessSync, constants, existsSync, mkdirSync, statfsSync, statSync } from "node:fs";
import { dirname, join } from "node:path";
import { probeDownload, readyEngine, wantedWay } from "./engine.mjs";
import { nodePackages, oldestNode, projectDir, requirementsFile } from "./paths.mjs";
import { megabytes } from "./progress.mjs";
import { depsReady } from "./step-deps.mjs";
import { oldestGo } from "./step-engine.mjs";
import { readyNode } from "./step-node.mjs";
import { readyPython } from "./step-python.mjs";
import { findAll, findGo, findNpm, findPython } from "./tools.mjs";

/** @typedef {"deps" | "python" | "engine"} Part  What a task needs beside Node. */

/** Disk each part takes, unpacked and with what its making needs on the way (measured on Linux x86-64, rounded up). */
const diskNeeds = {
  node: 250e6,
  deps: 450e6,
  python: 150e6,
  npmEngine: 700e6,
  goEngine: 200e6,
  /** Module and build caches of Go, in the user's home. */
  goCaches: 2500e6,
};

/**
 * What is there and what must be brought.
 * @typedef {object} Plan
 * @property {string | undefined} node
 * @property {boolean} deps
 * @property {string | undefined} python
 * @property {import("./engine.mjs").Engine | undefined} engine
 * @property {"npm" | "go"} [engineWay]  How the engine is to be brought.
 * @property {number} [engineBytes]
 * @property {boolean} canBuild
 * @property {import("./problem.mjs").Problem[]} problems
 */

/**
 * @param {object} options
 * @param {string} options.cache
 * @param {string} options.local
 * @param {readonly Part[]} options.parts
 * @param {NodeJS.ProcessEnv} [options.env]
 * @param {(dir: string) => number} [options.freeSpace]  Bytes free where a directory is or will be.
 * @param {typeof probeDownload} [options.probe]
 * @returns {Promise<Plan>}
 */
export async function preflight({ cache, local, parts, env = process.env, freeSpace = free, probe = probeDownload }) {
  const needs = new Set(parts);
  const node = readyNode(cache);
  const deps = !needs.has("deps") || depsReady(projectDir);
  const python = needs.has("python") && existsSync(requirementsFile) ? readyPython(cache) : undefined;
  const engine = needs.has("engine") ? await readyEngine(cache, env) : undefined;
  /** @type {Plan} */
  const plan = { node, deps, python, engine, canBuild: false, problems: [] };
  const problems = plan.problems;
  const missing = {
    node: node === undefined,
    deps: !deps,
    python: needs.has("python") && python === undefined,
    engine: needs.has("engine") && engine === undefined,
  };
  if (process.platform !== "linux" && process.platform !== "darwin") problems.push(platformProblem());
  for (const dir of [cache, local]) problems.push(...writeProblem(dir));
  if (!missing.node && !missing.deps && !missing.python && !missing.engine) return plan;

  if (missing.deps) problems.push(...writeProblem(join(projectDir, "node_modules")));
  if (missing.node && !nodePackages[`${process.platform}-${process.arch}`]) problems.push(nodeProblem());
  if ((missing.node || missing.deps || missing.engine) && !findNpm(env)) problems.push(npmProblem());
  if (missing.python) problems.push(...pythonProblems(await findPython(env)));
  if (missing.engine) await planEngine(plan, env, probe);
  const enginePart = { npm: diskNeeds.npmEngine, go: diskNeeds.goEngine }[plan.engineWay ?? "npm"];
  const home = env.HOME ?? cache;
  problems.push(
    ...diskProblems(
      [
        [
          cache,
          (missing.node ? diskNeeds.node : 0) +
            (missing.python ? diskNeeds.python : 0) +
            (missing.engine ? enginePart : 0),
        ],
        [projectDir, missing.deps ? diskNeeds.deps : 0],
        [home, missing.engine && plan.engineWay === "go" ? diskNeeds.goCaches : 0],
      ],
      freeSpace,
    ),
  );
  return plan;
}

/** @param {Plan} plan @param {NodeJS.ProcessEnv} env @param {typeof probeDownload} probe */
async function planEngine(plan, env, probe) {
  const way = wantedWay(env);
  const [reach, go] = await Promise.all([
    way === "go" ? { reachable: /** @type {const} */ (false), reason: "HOLDFAST_ENGINE=go" } : probe(process.execPath),
    findGo(oldestGo(), env),
  ]);
  plan.canBuild = way !== "npm" && go !== undefined && go.lacks === undefined;
  if (way === "npm" || reach.reachable) {
    plan.engineWay = "npm";
    if (reach.reachable && reach.bytes !== undefined) plan.engineBytes = reach.bytes;
    const tools = ["tar", ["curl", "wget"]].flat().filter((name) => findAll(name, env).length > 0);
    if (!plan.canBuild && (!tools.includes("tar") || tools.length < 2)) {
      plan.problems.push({
        code: "HF5008",
        path: "tar and curl",
        allowed: "tar, and curl or wget",
        reason: "Pulumi's own installer unpacks the engine with them",
        fix: "install the packages `tar` and `curl`",
      });
    }
    return;
  }
  plan.engineWay = "go";
  if (plan.canBuild) return;
  plan.problems.push({
    code: "HF5004",
    path: "go",
    value: go?.version ?? "not found",
    allowed: `Go ${oldestGo()} or newer`,
    reason: `Pulumi's download site cannot be reached (${reach.reason}) and no pulumi 3.200 or newer is on PATH, so the engine must be built`,
    fix: "install Go (go.dev/dl, `brew install go`, or a `golang` package that is new enough), or install Pulumi, or allow access to get.pulumi.com",
  });
}

/** @returns {import("./problem.mjs").Problem} */
function platformProblem() {
  return {
    code: "HF5009",
    path: process.platform,
    allowed: "Linux or macOS",
    reason: "the emulated cloud and the engine are started in ways that only these have",
    fix: "on Windows, use the Windows Subsystem for Linux",
  };
}

/** @returns {import("./problem.mjs").Problem} */
function nodeProblem() {
  return {
    code: "HF5001",
    path: "node",
    value: process.versions.node,
    allowed: `Node ${oldestNode} or newer`,
    reason: `for ${process.platform}-${process.arch} the bootstrap knows no npm package that carries Node`,
    fix: "install Node 24 (nodejs.org, nvm, or your system's package `nodejs`)",
  };
}

/** @returns {import("./problem.mjs").Problem} */
function npmProblem() {
  return {
    code: "HF5002",
    path: "npm",
    value: "not found",
    reason: "dependencies come through npm",
    fix: "install the package `npm` (Debian, Ubuntu, Fedora), or Node from nodejs.org, which brings npm",
  };
}

/** @param {import("./tools.mjs").Found | undefined} python @returns {import("./problem.mjs").Problem[]} */
function pythonProblems(python) {
  if (python && !python.lacks) return [];
  const venv = python !== undefined && python.lacks !== "version";
  const minor = python?.version.split(".").slice(0, 2).join(".");
  return [
    {
      code: "HF5003",
      path: python?.command ?? "python3",
      value: python ? `${python.version}${venv ? `, without ${python.lacks}` : ""}` : "not found",
      allowed: "Python 3.10 or newer with the modules venv and ensurepip",
      reason: "the emulated cloud runs in a Python virtual environment of its own",
      fix: venv
        ? `install the package \`python3-venv\` (Debian, Ubuntu; for this one \`python${minor}-venv\`)`
        : "install `python3` and `python3-venv` (Debian, Ubuntu), `python3` (Fedora), or `brew install python`",
    },
  ];
}

/** The nearest directory that exists. @param {string} dir @returns {string} */
function existing(dir) {
  return existsSync(dir) || dirname(dir) === dir ? dir : existing(dirname(dir));
}

/** @param {string} dir */
function free(dir) {
  const { bavail, bsize } = statfsSync(existing(dir));
  return bavail * bsize;
}

/** @param {string} dir @returns {import("./problem.mjs").Problem[]} */
function writeProblem(dir) {
  const place = existing(dir);
  try {
    accessSync(place, constants.W_OK | constants.X_OK);
    mkdirSync(dir.endsWith("node_modules") ? place : dir, { recursive: true });
    return [];
  } catch (error) {
    return [
      {
        code: "HF5007",
        path: dir,
        reason: `${place} is not writable (${/** @type {NodeJS.ErrnoException} */ (error).code})`,
        fix: "make it writable for your user, or set HOLDFAST_CACHE / HOLDFAST_LOCAL to directories that are",
      },
    ];
  }
}

/**
 * Needs on the same file system are added up.
 * @param {[dir: string, bytes: number][]} needs
 * @param {(dir: string) => number} freeSpace
 * @returns {import("./problem.mjs").Problem[]}
 */
function diskProblems(needs, freeSpace) {
  /** @type {Map<number, {dirs: string[], bytes: number, free: number}>} */
  const byDevice = new Map();
  for (const [dir, bytes] of needs) {
    if (bytes === 0) continue;
    const device = statSync(existing(dir)).dev;
    const entry = byDevice.get(device) ?? { dirs: [], bytes: 0, free: freeSpace(dir) };
    entry.dirs.push(dir);
    entry.bytes += bytes;
    byDevice.set(device, entry);
  }
  return [...byDevice.values()]
    .filter((entry) => entry.free < entry.bytes)
    .map((entry) => ({
      code: "HF5005",
      path: entry.dirs.join(", "),
      value: `${megabytes(entry.free)} free`,
      allowed: `${megabytes(entry.bytes)} or more`,
      reason: "what has to be installed does not fit",
      fix: "free some space, or set HOLDFAST_CACHE to a directory on a larger disk",
    }));
}
