/** Stacks of the file backend, made on demand, without a byte of change in a committed stack file. */
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { embeddedStack, embeddedStackFile, projectDir, projectName } from "./paths.mjs";
import { BootstrapError } from "./problem.mjs";
import { capture, lastWords } from "./processes.mjs";

/** The user's own file of a stack, whether it exists or not. @param {string} stack @param {string} [project] */
export function stackFile(stack, project = projectDir) {
  if (stack === embeddedStack && project === projectDir) return embeddedStackFile;
  return join(project, `Pulumi.${stack}.yaml`);
}

/** Names of all stacks that have a file. @param {string} [project] @returns {string[]} */
export function stacksWithFiles(project = projectDir) {
  const names = readdirSync(project).map((name) => /^Pulumi\.(.+)\.yaml$/.exec(name)?.[1]);
  const embedded = existsSync(embeddedStackFile) ? embeddedStack : undefined;
  return [...names, embedded].filter((name) => name !== undefined).sort();
}

/** Where the backend keeps what was deployed. @param {string} local @param {string} stack */
export function checkpointFile(local, stack) {
  return join(local, "state", ".pulumi", "stacks", projectName(), `${stack}.json`);
}

/**
 * The stack chosen by `pulumi stack select`, which Pulumi remembers per path of the project file.
 * @param {string} home  PULUMI_HOME
 * @param {string} [project]
 * @returns {string | undefined}
 */
export function selectedStack(home, project = projectDir) {
  const hash = createHash("sha1").update(join(project, "Pulumi.yaml")).digest("hex");
  const file = join(home, "workspaces", `${projectName(project)}-${hash}-workspace.json`);
  if (!existsSync(file)) return undefined;
  const name = JSON.parse(readFileSync(file, "utf8")).stack;
  return typeof name === "string" && name !== "" ? name.slice(name.lastIndexOf("/") + 1) : undefined;
}

/** @param {string | undefined} stack @returns {BootstrapError} */
export function unknownStack(stack) {
  const names = stacksWithFiles().join(", ");
  if (stack === undefined) {
    return new BootstrapError({
      code: "HF5031",
      path: "--stack",
      value: "not given",
      allowed: names,
      reason: "no stack is selected",
      fix: "name one, for instance `--stack dev`, or choose one for all further commands with `npm run pulumi -- stack select dev`",
    });
  }
  return new BootstrapError({
    code: "HF5030",
    path: `--stack ${stack}`,
    allowed: names,
    reason: `there is no Pulumi.${stack}.yaml in the project`,
    fix: `use a stack that exists, or write Pulumi.${stack}.yaml (Pulumi.dev.yaml is a good start)`,
  });
}

/**
 * Makes the backend's stack when it is missing. `stack init` runs in a scratch project, because it writes the salt
 * of the passphrase into the stack file of the project it runs in.
 * @param {object} options
 * @param {string} options.local
 * @param {string} options.stack
 * @param {string} options.binary
 * @param {NodeJS.ProcessEnv} options.env
 * @returns {Promise<boolean>} whether it was made
 * @throws {BootstrapError} HF5030 for a stack without file and state, HF5032 when Pulumi refuses
 */
export async function ensureStack({ local, stack, binary, env }) {
  mkdirSync(join(local, "state"), { recursive: true });
  if (existsSync(checkpointFile(local, stack))) return false;
  if (!existsSync(stackFile(stack))) throw unknownStack(stack);
  const scratch = join(local, `tmp-${process.pid}-init`);
  mkdirSync(scratch, { recursive: true });
  try {
    writeFileSync(join(scratch, "Pulumi.yaml"), `name: ${projectName()}\nruntime: nodejs\n`);
    const args = ["stack", "init", stack, "--no-select", "--non-interactive"];
    const outcome = await capture(binary, args, { cwd: scratch, env: { ...env, PWD: scratch } });
    if (outcome.code !== 0 && !existsSync(checkpointFile(local, stack))) {
      throw new BootstrapError({
        code: "HF5032",
        path: `--stack ${stack}`,
        reason: `Pulumi could not make the stack in ${join(local, "state")}:${lastWords(outcome)}`,
        fix: "repair what Pulumi names; `npm run local:down` removes this state altogether",
      });
    }
    const made = join(scratch, `Pulumi.${stack}.yaml`);
    const salt = existsSync(made) ? saltOf(readFileSync(made, "utf8")) : undefined;
    if (salt !== undefined) writeCopy(local, stack, `${salt}\n`);
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
  return true;
}

/** @param {string} local @param {string} stack */
function copyFile(local, stack) {
  return join(local, "config", `Pulumi.${stack}.yaml`);
}

/** @param {string} text @returns {string | undefined} the whole line */
function saltOf(text) {
  return /^encryptionsalt:.*$/m.exec(text)?.[0];
}

/** @param {string} local @param {string} stack @param {string} text */
function writeCopy(local, stack, text) {
  const file = copyFile(local, stack);
  if (existsSync(file) && readFileSync(file, "utf8") === text) return file;
  mkdirSync(join(local, "config"), { recursive: true });
  const temporary = `${file}.${process.pid}`;
  writeFileSync(temporary, text);
  renameSync(temporary, file);
  return file;
}

/**
 * Copies the user's stack file to where Pulumi may write its salt. A key service of a real cloud named in it is left
 * out: this backend has its own passphrase.
 * @param {object} options
 * @param {string} options.local
 * @param {string} options.stack
 * @param {string} [options.from]  File given with `--config-file`; default the stack's own.
 * @returns {string} the copy
 * @throws {BootstrapError} HF5034 for secrets encrypted with a key service, HF5035 when the file is missing
 */
export function copySettings({ local, stack, from = stackFile(stack) }) {
  if (!existsSync(from) && from !== stackFile(stack)) {
    throw new BootstrapError({
      code: "HF5035",
      path: `--config-file ${from}`,
      reason: "the file does not exist",
      fix: "give the path of a stack file, relative to the project's root",
    });
  }
  const text = existsSync(from) ? readFileSync(from, "utf8") : "";
  const foreignKey = /^(secretsprovider|encryptedkey):.*$/m.test(text);
  if (foreignKey && /^\s+(-\s+)?secure:/m.test(text)) {
    throw new BootstrapError({
      code: "HF5034",
      path: from,
      reason: "it holds secrets encrypted with a cloud's key service, which the embedded default never contacts",
      fix: "keep the names of secrets in the stack file and the secrets in the cloud's secret store, or use plain `pulumi`",
    });
  }
  const own = foreignKey ? undefined : saltOf(text);
  const copy = copyFile(local, stack);
  const salt = own ?? (existsSync(copy) ? saltOf(readFileSync(copy, "utf8")) : undefined);
  const settings = text.replace(/^(secretsprovider|encryptedkey|encryptionsalt):.*\n?/gm, "").trimEnd();
  return writeCopy(local, stack, `${[salt, settings].filter(Boolean).join("\n")}\n`);
}
