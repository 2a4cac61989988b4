/** The virtual environment of the emulated cloud. */
import { existsSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setupEnv } from "./environment.mjs";
import { withLock } from "./lock.mjs";
import { pythonDir, requirementsFile } from "./paths.mjs";
import { BootstrapError } from "./problem.mjs";
import { capture, lastWords } from "./processes.mjs";
import { findPython } from "./tools.mjs";

/** Written last: an environment without it was interrupted. Virtual environments cannot be renamed into place. */
const complete = "holdfast-complete";

/** @param {string} cache @returns {string | undefined} its Python, when complete */
export function readyPython(cache) {
  const dir = pythonDir(cache);
  const python = join(dir, "bin", "python");
  // The link ends in the system's Python, which may have been upgraded away since.
  return existsSync(join(dir, complete)) && existsSync(python) ? python : undefined;
}

/**
 * @param {string} cache
 * @param {import("./progress.mjs").Line} line
 * @returns {Promise<string>} its Python
 */
export async function installPython(cache, line) {
  const dir = pythonDir(cache);
  const python = join(dir, "bin", "python");
  await withLock(
    `${dir}.lock`,
    async () => {
      if (readyPython(cache)) return;
      const system = await findPython();
      if (!system) throw new Error("Python was not found after the preflight had found it");
      rmSync(dir, { recursive: true, force: true });
      line.say(`Python ${system.version}: making a virtual environment`);
      // PIP_USER would install beside the environment, PYTHON* would let foreign modules in.
      const env = Object.fromEntries(
        Object.entries(setupEnv()).filter(([name]) => name !== "PIP_USER" && !/^PYTHON(HOME|PATH)$/.test(name)),
      );
      await run(system.command, ["-m", "venv", dir], env, "python3 -m venv");
      line.say("installing the emulated cloud (about 20 MB to download, 90 MB unpacked)");
      const args = ["-m", "pip", "install", "--disable-pip-version-check", "--no-input", "-r", requirementsFile];
      await run(python, args, env, "pip install -r emulator/cloud/requirements.txt");
      writeFileSync(join(dir, complete), "");
    },
    { say: line.say },
  );
  line.done("the emulated cloud is installed");
  return python;
}

/** @param {string} command @param {string[]} args @param {NodeJS.ProcessEnv} env @param {string} name */
async function run(command, args, env, name) {
  const outcome = await capture(command, args, { env });
  if (outcome.code === 0) return;
  throw new BootstrapError({
    code: "HF5023",
    path: name,
    reason: `it ended with exit code ${outcome.code}:${lastWords(outcome)}`,
    fix: "check the network and pip's index setting (PIP_INDEX_URL, pip.conf) and run the command again",
  });
}
