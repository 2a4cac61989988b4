/** Brings a Pulumi engine: the official download, or a build of its Go module. */
import { copyFileSync, mkdirSync, readFileSync, renameSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";
import {
  downloadEnv,
  goEngineBinary,
  languageHostName,
  npmEngineBinary,
  npmEngineDir,
  readyEngine,
} from "./engine.mjs";
import { setupEnv } from "./environment.mjs";
import { removeLeftovers, temporaryName, withLock } from "./lock.mjs";
import { goEngineVersion, languageHostDir, npmEngineVersion } from "./paths.mjs";
import { BootstrapError } from "./problem.mjs";
import { capture, lastWords } from "./processes.mjs";
import { megabytes } from "./progress.mjs";
import { findGo, findNpm, isExecutable } from "./tools.mjs";

const mainPackage = "github.com/pulumi/pulumi/pkg/v3/cmd/pulumi";
/** `go list -deps` of the main package on Linux; other systems differ by a few. */
const packageCount = 1444;

/** Oldest Go that builds the engine: the `go` line of emulator/engine/go.mod. */
export function oldestGo() {
  return /^go (\S+)/m.exec(readFileSync(join(languageHostDir, "go.mod"), "utf8"))?.[1] ?? "1.25";
}

/** @param {string} cache @param {string} node @param {number | undefined} bytes @param {import("./progress.mjs").Line} line */
async function download(cache, node, bytes, line) {
  const npm = findNpm();
  if (!npm) throw new Error("npm was not found after the preflight had found it");
  const home = temporaryName(cache, "engine");
  const size = bytes === undefined ? "size not stated" : `${megabytes(bytes)} to download`;
  line.say(`downloading Pulumi ${npmEngineVersion} (${size})`);
  const spec = `pulumi@${npmEngineVersion}`;
  const install = ["install", "--prefix", home, "--no-save", "--no-audit", "--no-fund", "--ignore-scripts", spec];
  const installed = await capture(npm.command, [...npm.args, ...install], { cwd: cache, env: setupEnv() });
  if (installed.code !== 0) throw downloadFailed(`npm install ${spec}`, installed);
  // Its first start downloads the engine into PULUMI_HOME; it has no install script that npm could block.
  const launcher = join(home, "node_modules", "pulumi", "run.js");
  const env = { ...downloadEnv(), PULUMI_HOME: home, PULUMI_SKIP_UPDATE_CHECK: "true" };
  const started = await capture(node, [launcher, "version"], { cwd: cache, env });
  if (started.code !== 0 || !isExecutable(npmEngineBinary(home))) throw downloadFailed(`${spec} version`, started);
  rmSync(npmEngineDir(cache), { recursive: true, force: true });
  renameSync(home, npmEngineDir(cache));
}

/** @param {string} what @param {import("./processes.mjs").Outcome} outcome */
function downloadFailed(what, outcome) {
  return new BootstrapError({
    code: "HF5026",
    path: what,
    reason: `the engine could not be downloaded (exit code ${outcome.code}):${lastWords(outcome)}`,
    fix: `run the command again, or install Go ${oldestGo()} and set HOLDFAST_ENGINE=go to build the engine instead`,
  });
}

/** @param {string} cache @param {import("./progress.mjs").Line} line */
async function build(cache, line) {
  const binary = goEngineBinary(cache);
  if (!isExecutable(binary)) await compile(cache, binary, line);
  // Beside the engine it is taken without the warning that one found on PATH gets.
  copyFileSync(join(languageHostDir, languageHostName), join(dirname(binary), languageHostName));
}

/** @param {string} cache @param {string} binary @param {import("./progress.mjs").Line} line */
async function compile(cache, binary, line) {
  const go = await findGo(oldestGo());
  if (!go) throw new Error("Go was not found after the preflight had found it");
  const temporary = temporaryName(cache, "engine-go");
  line.say(
    `building Pulumi ${goEngineVersion} with Go ${go.version} (about 400 MB of modules, 3 minutes on two cores)`,
  );
  const version = `github.com/pulumi/pulumi/sdk/v3/go/common/version.Version=v${goEngineVersion}`;
  const args = [
    "build",
    "-v",
    "-mod=readonly",
    "-trimpath",
    "-ldflags",
    `-s -w -X ${version}`,
    "-o",
    join(temporary, "pulumi"),
  ];
  let modules = 0;
  let packages = 0;
  const outcome = await capture(go.command, [...args, mainPackage], {
    cwd: languageHostDir,
    env: { ...setupEnv(), CGO_ENABLED: "0", GOWORK: "off" },
    onLine(text) {
      if (text.startsWith("go: downloading"))
        line.say(`building Pulumi ${goEngineVersion}: ${++modules} modules downloaded`);
      else if (/^[\w.~-]+(\/[\w.~-]+)*$/.test(text)) {
        line.say(`building Pulumi ${goEngineVersion}: ${++packages} of about ${packageCount} packages compiled`);
      }
    },
  });
  if (outcome.code !== 0) {
    throw new BootstrapError({
      code: "HF5027",
      path: "go build",
      reason: `the engine could not be built (exit code ${outcome.code}):${lastWords({ ...outcome, stderr: withoutNames(outcome.stderr) })}`,
      fix: "repair what Go names (network, GOPROXY, disk) and run the command again; it goes on from what was compiled",
    });
  }
  mkdirSync(dirname(binary), { recursive: true });
  renameSync(join(temporary, "pulumi"), binary);
  rmSync(temporary, { recursive: true, force: true });
}

/** Leaves the compiler's complaints, drops the package names of `-v`. @param {string} text */
function withoutNames(text) {
  return text
    .split("\n")
    .filter((l) => !/^[\w.~-]+(\/[\w.~-]+)*$/.test(l) && !l.startsWith("go: downloading"))
    .join("\n");
}

/**
 * @param {object} options
 * @param {string} options.cache
 * @param {Promise<string>} options.node   Node that runs the npm package's launcher.
 * @param {"npm" | "go"} options.way
 * @param {number} [options.bytes]         Size of the download, when the site said it.
 * @param {boolean} options.canBuild       Whether a failed download may be replaced by a build.
 * @param {import("./progress.mjs").Line} options.line
 * @returns {Promise<import("./engine.mjs").Engine>}
 */
export async function installEngine({ cache, node, way, bytes, canBuild, line }) {
  const engine = await withLock(
    join(cache, "engine.lock"),
    async () => {
      const there = await readyEngine(cache);
      if (there) return there;
      removeLeftovers(cache);
      if (way === "go") await build(cache, line);
      else {
        try {
          await download(cache, await node, bytes, line);
        } catch (error) {
          if (!canBuild || !(error instanceof BootstrapError)) throw error;
          line.say(`the download failed (${error.problems[0]?.path}); building the engine instead`);
          await build(cache, line);
        }
      }
      const brought = await readyEngine(cache);
      if (!brought) throw new Error("the engine was brought but is not found");
      return brought;
    },
    { say: line.say },
  );
  line.done(
    `Pulumi ${engine.version}${engine.way === "go" || engine.languageHost ? " with Holdfast's language host" : ""}`,
  );
  return engine;
}
