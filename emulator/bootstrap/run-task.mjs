/** Runs a child in the foreground and ends as it ended. */
import { spawn } from "node:child_process";
import { constants } from "node:os";
import { projectDir } from "./paths.mjs";

/** @type {readonly NodeJS.Signals[]} */
const handedOn = ["SIGINT", "SIGTERM", "SIGHUP"];

/**
 * Hands the signals this process gets to a child, until the returned function is called.
 * @param {import("node:child_process").ChildProcess} child
 * @param {readonly NodeJS.Signals[]} [fromTerminal]  Signals the child gets from the terminal itself; we only outlive them.
 * @returns {() => void}
 */
export function handOnSignals(child, fromTerminal = []) {
  const handlers = handedOn.map((signal) => {
    const handler = () => {
      if (!fromTerminal.includes(signal)) child.kill(signal);
    };
    process.on(signal, handler);
    return /** @type {const} */ ([signal, handler]);
  });
  return () => {
    for (const [signal, handler] of handlers) process.removeListener(signal, handler);
  };
}

/**
 * Streams and terminal are the child's. On Ctrl-C the child ends in its own way, and this process after it.
 * @param {string} command
 * @param {readonly string[]} args
 * @param {{env: Record<string, string>, stop?: AbortSignal, countsInterrupts?: boolean}} options
 *   `stop` interrupts the child, then kills it. `countsInterrupts` is for a child that takes a second interrupt as
 *   "now": without a terminal it gets a process group of its own, so that one Ctrl-C reaches it once.
 * @returns {Promise<number>} its exit code, or 128 + the signal that ended it
 */
export function runForeground(command, args, { env, stop, countsInterrupts = false }) {
  return new Promise((resolve, reject) => {
    const terminal = process.stdin.isTTY === true;
    const detached = countsInterrupts && !terminal;
    const child = spawn(command, args, { cwd: projectDir, env, stdio: "inherit", detached });
    const release = handOnSignals(child, terminal ? ["SIGINT"] : []);
    /** @type {NodeJS.Timeout | undefined} */
    let timer;
    const interrupt = () => {
      child.kill("SIGINT");
      timer = setTimeout(() => child.kill("SIGKILL"), 5000);
    };
    stop?.addEventListener("abort", interrupt);
    const end = () => {
      clearTimeout(timer);
      stop?.removeEventListener("abort", interrupt);
      release();
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
