/** Runs a child in the foreground and ends as it ended. */
import { spawn } from "node:child_process";
import { constants } from "node:os";
import { projectDir } from "./paths.mjs";

/**
 * Streams, terminal and Ctrl-C are the child's; a signal sent to this process alone is handed on.
 * @param {string} command
 * @param {readonly string[]} args
 * @param {{env: Record<string, string>, stop?: AbortSignal}} options  `stop` interrupts the child, then kills it.
 * @returns {Promise<number>} its exit code, or 128 + the signal that ended it
 */
export function runForeground(command, args, { env, stop }) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { cwd: projectDir, env, stdio: "inherit" });
    // On Ctrl-C the terminal signals the whole group: the child ends in its own way, and we after it.
    const wait = () => {};
    const forward = (/** @type {NodeJS.Signals} */ signal) => child.kill(signal);
    /** @type {NodeJS.Timeout | undefined} */
    let timer;
    const interrupt = () => {
      child.kill("SIGINT");
      timer = setTimeout(() => child.kill("SIGKILL"), 5000);
    };
    process.on("SIGINT", process.stdin.isTTY ? wait : forward);
    process.on("SIGTERM", forward);
    process.on("SIGHUP", forward);
    stop?.addEventListener("abort", interrupt);
    const end = () => {
      clearTimeout(timer);
      stop?.removeEventListener("abort", interrupt);
      for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) {
        process.removeListener(signal, wait);
        process.removeListener(signal, forward);
      }
    };
    child.once("error", (error) => {
      end();
      reject(error);
    });
    child.once("close", (code, signal) => {
      end();
      resolve(code ?? 128 + (signal ? constants.signals[signal] : 0));
    });
  });
}
