/** Node for everything that is run: the running one where it is new enough, else one of the tool cache. */
import { renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import { setupEnv } from "./environment.mjs";
import { removeLeftovers, temporaryName, withLock } from "./lock.mjs";
import { nodePackages } from "./paths.mjs";
import { BootstrapError } from "./problem.mjs";
import { capture, lastWords } from "./processes.mjs";
import { findNpm, isExecutable } from "./tools.mjs";

/** @param {string} cache @returns {{name: string, version: string, dir: string, binary: string} | undefined} */
export function cachedNode(cache) {
  const pin = nodePackages[`${process.platform}-${process.arch}`];
  if (!pin) return undefined;
  const [name, version] = pin;
  const dir = join(cache, `${name}-${version}`);
  return { name, version, dir, binary: join(dir, "node_modules", name, "bin", "node") };
}

/**
 * The Node binary that is ready now.
 * @param {string} cache
 * @returns {string | undefined}
 */
export function readyNode(cache) {
  if (process.features.typescript) return process.execPath;
  const cached = cachedNode(cache);
  return cached && isExecutable(cached.binary) ? cached.binary : undefined;
}

/**
 * Brings Node into the tool cache from the npm package of this platform.
 * @param {string} cache
 * @param {import("./progress.mjs").Line} line
 * @returns {Promise<string>} the binary
 */
export async function installNode(cache, line) {
  const wanted = cachedNode(cache);
  if (!wanted) throw new Error(`no Node package is known for ${process.platform}-${process.arch}`);
  const npm = findNpm();
  if (!npm) throw new Error("npm was not found after the preflight had found it");
  await withLock(
    `${wanted.dir}.lock`,
    async () => {
      if (isExecutable(wanted.binary)) return;
      removeLeftovers(cache);
      line.say(`downloading Node ${wanted.version} (package ${wanted.name}, about 50 MB, 190 MB unpacked)`);
      const temporary = temporaryName(cache, wanted.name);
      const args = ["install", "--prefix", temporary, "--no-save", "--no-audit", "--no-fund", "--ignore-scripts"];
      const spec = `${wanted.name}@${wanted.version}`;
      const outcome = await capture(npm.command, [...npm.args, ...args, spec], { cwd: cache, env: setupEnv() });
      const binary = join(temporary, "node_modules", wanted.name, "bin", "node");
      if (outcome.code !== 0 || !isExecutable(binary)) {
        throw new BootstrapError({
          code: "HF5021",
          path: `npm install ${spec}`,
          reason: `npm ended with exit code ${outcome.code}:${lastWords(outcome)}`,
          fix: "check the network and npm's registry setting, or install Node 24 yourself; then run the command again",
        });
      }
      rmSync(wanted.dir, { recursive: true, force: true });
      renameSync(temporary, wanted.dir);
    },
    { say: line.say },
  );
  line.done(`Node ${wanted.version} from the tool cache`);
  return wanted.binary;
}
