/** node_modules as package-lock.json says. */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setupEnv } from "./environment.mjs";
import { withLock } from "./lock.mjs";
import { sha256 } from "./paths.mjs";
import { BootstrapError } from "./problem.mjs";
import { capture, lastWords } from "./processes.mjs";
import { findNpm } from "./tools.mjs";

const stampName = ".holdfast-lock";

/** @param {string} project */
function lockHash(project) {
  return sha256(readFileSync(join(project, "package-lock.json")));
}

/** @param {string} project */
function stampMatches(project) {
  const stamp = join(project, "node_modules", stampName);
  return existsSync(stamp) && readFileSync(stamp, "utf8").trim() === lockHash(project);
}

/** @param {string} project */
function writeStamp(project) {
  writeFileSync(join(project, "node_modules", stampName), `${lockHash(project)}\n`);
}

/**
 * True when npm itself recorded the very packages of package-lock.json: somebody ran `npm ci` by hand.
 * @param {string} project
 */
export function npmInstalledTheSame(project) {
  const record = join(project, "node_modules", ".package-lock.json");
  if (!existsSync(record)) return false;
  /** @type {Record<string, {version?: string, link?: boolean, optional?: boolean, dev?: boolean, peer?: boolean}>} */
  const wanted = JSON.parse(readFileSync(join(project, "package-lock.json"), "utf8")).packages;
  /** @type {typeof wanted} */
  const have = JSON.parse(readFileSync(record, "utf8")).packages;
  for (const [path, entry] of Object.entries(wanted)) {
    if (!path.startsWith("node_modules/")) continue;
    const installed = have[path];
    if (installed === undefined && entry.optional === true) continue;
    if (installed?.version !== entry.version || !existsSync(join(project, path))) return false;
  }
  return Object.keys(have).every((path) => path in wanted);
}

/** @param {string} project @returns {boolean} whether nothing is to be done */
export function depsReady(project) {
  if (!existsSync(join(project, "node_modules"))) return false;
  if (stampMatches(project)) return true;
  if (!npmInstalledTheSame(project)) return false;
  writeStamp(project);
  return true;
}

/** npm follows some errors with a page of usage, which would push the error itself out of sight. @param {import("./processes.mjs").Outcome} outcome */
function withoutUsage(outcome) {
  const [told = ""] = outcome.stderr.split(/^npm error Clean install a project/m);
  return { ...outcome, stderr: told };
}

/**
 * Runs `npm ci`. Install scripts stay off: npm 11 does not run them either, and no dependency needs its own
 * (esbuild finds its binary in the platform package).
 * @param {string} project
 * @param {string} cache
 * @param {import("./progress.mjs").Line} line
 */
export async function installDeps(project, cache, line) {
  const npm = findNpm();
  if (!npm) throw new Error("npm was not found after the preflight had found it");
  mkdirSync(cache, { recursive: true });
  await withLock(
    join(cache, `deps-${sha256(project).slice(0, 12)}.lock`),
    async () => {
      if (depsReady(project)) return;
      line.say("npm ci (about 90 MB to download, 430 MB unpacked)");
      const args = ["ci", "--ignore-scripts", "--no-audit", "--no-fund"];
      const outcome = await capture(npm.command, [...npm.args, ...args], { cwd: project, env: setupEnv() });
      if (outcome.code !== 0) {
        throw new BootstrapError({
          code: "HF5022",
          path: "npm ci",
          reason: `npm ended with exit code ${outcome.code}:${lastWords(withoutUsage(outcome))}`,
          fix: "repair what npm names (network, registry setting, disk) and run the command again; it starts over cleanly",
        });
      }
      writeStamp(project);
    },
    { say: line.say },
  );
  line.done("node_modules matches package-lock.json");
}
