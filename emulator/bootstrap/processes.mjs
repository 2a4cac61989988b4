/** Other processes: are they alive, are they ours, what did they say. */
import { spawn, spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";

/** True when a process with this id exists, whoever owns it. @param {number} pid */
export function isAlive(pid) {
  if (!Number.isSafeInteger(pid) || pid <= 0) return false;
  try {
    process.kill(pid, 0);
  } catch (error) {
    return /** @type {NodeJS.ErrnoException} */ (error).code === "EPERM";
  }
  return !isZombie(pid);
}

/** A zombie answers signals but does nothing any more. @param {number} pid */
function isZombie(pid) {
  const stat = readProc(pid, "stat");
  return stat?.slice(stat.lastIndexOf(")") + 2).startsWith("Z") === true;
}

/** @param {number} pid  @param {string} name  @returns {string | undefined} undefined off Linux or when it is gone */
function readProc(pid, name) {
  if (process.platform !== "linux") return undefined;
  try {
    return readFileSync(`/proc/${pid}/${name}`, "utf8");
  } catch {
    return undefined;
  }
}

/** @param {number} pid  @param {string} column */
function ps(pid, column) {
  const out = spawnSync("ps", ["-o", `${column}=`, "-p", String(pid)], { encoding: "utf8" });
  return out.status === 0 ? out.stdout.trim() : undefined;
}

/** Command line of a process, words joined by blanks. @param {number} pid @returns {string | undefined} */
export function commandLine(pid) {
  if (process.platform === "linux") return readProc(pid, "cmdline")?.replaceAll("\0", " ").trim();
  return ps(pid, "command");
}

/**
 * Tells a process from a later one with the same id.
 * @param {number} pid
 * @returns {string | undefined} undefined when it does not run
 */
export function startMark(pid) {
  if (!isAlive(pid)) return undefined;
  const stat = readProc(pid, "stat");
  // Field 22 of proc(5) `stat`, counted after the command's closing parenthesis (field 2).
  if (stat !== undefined) return stat.slice(stat.lastIndexOf(")") + 2).split(" ")[19];
  return ps(pid, "lstart");
}

/**
 * @typedef {object} Outcome
 * @property {number} code        Exit code; 128 + signal number is not used, see `signal`.
 * @property {string} [signal]
 * @property {string} stdout
 * @property {string} stderr
 */

/**
 * Runs a command to its end. Does not throw for exit codes; throws when it cannot be started.
 * @param {string} command
 * @param {readonly string[]} args
 * @param {{cwd?: string, env?: NodeJS.ProcessEnv, timeoutMs?: number, onLine?: (line: string) => void}} [options]
 *   `onLine` gets every line of both streams; `timeoutMs` ends the command with SIGKILL.
 * @returns {Promise<Outcome>}
 */
export function capture(command, args, options = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, {
      cwd: options.cwd,
      env: options.env ?? process.env,
      stdio: ["ignore", "pipe", "pipe"],
      timeout: options.timeoutMs,
      killSignal: "SIGKILL",
    });
    /** @type {Record<"stdout" | "stderr", string>} */
    const text = { stdout: "", stderr: "" };
    for (const name of /** @type {const} */ (["stdout", "stderr"])) {
      let rest = "";
      child[name].setEncoding("utf8").on("data", (/** @type {string} */ chunk) => {
        text[name] += chunk;
        if (!options.onLine) return;
        const lines = (rest + chunk).split("\n");
        rest = lines.pop() ?? "";
        for (const line of lines) options.onLine(line);
      });
    }
    child.once("error", reject);
    child.once("close", (code, signal) => resolve({ code: code ?? 1, ...(signal ? { signal } : {}), ...text }));
  });
}

/** The last lines of a command's words, for an error message. @param {Outcome} outcome  @param {number} [count] */
export function lastWords(outcome, count = 12) {
  const text = `${outcome.stdout}\n${outcome.stderr}`.split("\n").filter((line) => line.trim() !== "");
  return text
    .slice(-count)
    .map((line) => `\n    ${line}`)
    .join("");
}
