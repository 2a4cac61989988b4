/** Which Pulumi engine is used, and what is there already. Looks only; step-engine.mjs brings what is missing. */
import { existsSync, mkdirSync, readFileSync, realpathSync, statSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { setupEnv } from "./environment.mjs";
import { goEngineVersion, languageHostDir, npmEngineVersion, oldestEngine, projectDir } from "./paths.mjs";
import { BootstrapError } from "./problem.mjs";
import { capture } from "./processes.mjs";
import { compareVersions, findAll, isExecutable, isScript } from "./tools.mjs";

/** @typedef {"path" | "npm" | "go"} Way  The user's own, the official download, built from the Go module. */

/**
 * @typedef {object} Engine
 * @property {Way} way
 * @property {string} binary
 * @property {string} version
 * @property {string | undefined} languageHost  Folder to put on PATH; undefined where the engine finds a host anyway.
 */

/** What the official download of this platform is called. */
const downloadPlatform = `${process.platform}-${process.arch === "x64" ? "x64" : process.arch}`;
export const engineDownload = `https://get.pulumi.com/releases/sdk/pulumi-v${npmEngineVersion}-${downloadPlatform}.tar.gz`;

/** @param {string} cache */
export function npmEngineDir(cache) {
  return join(cache, `engine-npm-${npmEngineVersion}`);
}

/** Engine inside a PULUMI_HOME, where the npm package `pulumi` puts it. @param {string} home */
export function npmEngineBinary(home) {
  return join(home, "versions", npmEngineVersion, "bin", "pulumi");
}

/** Name of the language host, which the engine looks for beside itself and on PATH. */
export const languageHostName = "pulumi-language-nodejs";

/** @param {string} cache */
export function goEngineBinary(cache) {
  return join(cache, `engine-${goEngineVersion}-${process.platform}-${process.arch}`, "pulumi");
}

/**
 * The way that `HOLDFAST_ENGINE` asks for.
 * @param {NodeJS.ProcessEnv} env
 * @returns {Way | undefined}
 */
export function wantedWay(env) {
  const value = env.HOLDFAST_ENGINE;
  if (value === undefined || value === "") return undefined;
  if (value === "path" || value === "npm" || value === "go") return value;
  throw new BootstrapError({
    code: "HF5025",
    path: "HOLDFAST_ENGINE",
    value,
    allowed: "path, npm or go",
    reason: "it chooses where the Pulumi engine comes from",
    fix: "unset it to let the bootstrap choose",
  });
}

/** @param {Way} way @param {string} binary @param {string} version @param {NodeJS.ProcessEnv} env @returns {Engine} */
function describe(way, binary, version, env) {
  const beside = isExecutable(join(dirname(realpathSync(binary)), languageHostName));
  const elsewhere = way === "path" && findAll(languageHostName, env).some((file) => dirname(file) !== languageHostDir);
  return { way, binary, version, languageHost: beside || elsewhere ? undefined : languageHostDir };
}

/** Asks a binary for its version once per build of it. @param {string} binary @param {string} cache */
async function versionOf(binary, cache) {
  const memo = join(cache, "engines-on-path.json");
  const real = realpathSync(binary);
  const { mtimeMs, size } = statSync(real);
  /** @type {Record<string, {mtimeMs: number, size: number, version: string}>} */
  let known = {};
  if (existsSync(memo)) {
    try {
      known = JSON.parse(readFileSync(memo, "utf8"));
    } catch {
      known = {}; // Only a memo: a torn one is asked again.
    }
  }
  const entry = known[real];
  if (entry && entry.mtimeMs === mtimeMs && entry.size === size) return entry.version;
  const env = { ...setupEnv(), PULUMI_SKIP_UPDATE_CHECK: "true" };
  const outcome = await capture(binary, ["version"], { env, timeoutMs: 10_000 });
  const version = outcome.code === 0 ? outcome.stdout.trim().replace(/^v/, "") : "";
  mkdirSync(cache, { recursive: true });
  writeFileSync(memo, JSON.stringify({ ...known, [real]: { mtimeMs, size, version } }));
  return version;
}

/** @param {string} cache @param {NodeJS.ProcessEnv} env @returns {Promise<Engine | undefined>} */
async function onPath(cache, env) {
  for (const binary of findAll("pulumi", env)) {
    // Launchers (the npm package's, a version manager's) may download before they answer.
    if (binary.startsWith(projectDir) || binary.startsWith(cache) || isScript(binary)) continue;
    const version = await versionOf(binary, cache);
    if (version !== "" && compareVersions(version, oldestEngine) >= 0) return describe("path", binary, version, env);
  }
  return undefined;
}

/**
 * The engine that can be used now, without any set-up.
 * @param {string} cache
 * @param {NodeJS.ProcessEnv} [env]
 * @returns {Promise<Engine | undefined>}
 * @throws {BootstrapError} HF5024, HF5025
 */
export async function readyEngine(cache, env = process.env) {
  const way = wantedWay(env);
  if (way === undefined || way === "path") {
    const found = await onPath(cache, env);
    if (found) return found;
    if (way === "path") {
      throw new BootstrapError({
        code: "HF5024",
        path: "HOLDFAST_ENGINE",
        value: "path",
        allowed: `a pulumi program of version ${oldestEngine} or newer on PATH`,
        reason: "none was found",
        fix: "install Pulumi, or unset HOLDFAST_ENGINE and let the bootstrap bring an engine",
      });
    }
  }
  const npm = npmEngineBinary(npmEngineDir(cache));
  if (way !== "go" && isExecutable(npm)) return describe("npm", npm, npmEngineVersion, env);
  const go = goEngineBinary(cache);
  if (way !== "npm" && isExecutable(go) && isExecutable(join(dirname(go), languageHostName))) {
    return describe("go", go, goEngineVersion, env);
  }
  return undefined;
}

/**
 * Asks, within seconds, whether the engine can be downloaded. A child process asks, with the same means as the npm
 * package `pulumi` itself (its proxy settings included), so that a "yes" means the download will work.
 * @param {string} node
 * @param {{url?: string, timeoutMs?: number}} [options]
 * @returns {Promise<{reachable: true, bytes: number | undefined} | {reachable: false, reason: string}>}
 */
export async function probeDownload(node, { url = engineDownload, timeoutMs = 4000 } = {}) {
  const script = `fetch(${JSON.stringify(url)}, { method: "HEAD", signal: AbortSignal.timeout(${timeoutMs}) }).then(
    (r) => { console.log(JSON.stringify({ status: r.status, bytes: r.headers.get("content-length") })); process.exit(0); },
    (e) => { console.log(JSON.stringify({ reason: e.cause?.code ?? e.cause?.message ?? e.message })); process.exit(0); })`;
  const outcome = await capture(node, ["-e", script], { env: downloadEnv(), timeoutMs: timeoutMs + 3000 });
  const line = outcome.stdout.trim();
  if (line === "") return { reachable: false, reason: outcome.signal ? "no answer in time" : outcome.stderr.trim() };
  const answer = JSON.parse(line);
  if (answer.status === 200) return { reachable: true, bytes: answer.bytes ? Number(answer.bytes) : undefined };
  return { reachable: false, reason: answer.reason ?? `HTTP ${answer.status}` };
}

/** Node's fetch follows the user's proxy variables only when told so. */
export function downloadEnv() {
  return { ...setupEnv(), NODE_USE_ENV_PROXY: "1" };
}
