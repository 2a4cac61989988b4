/** The plain Pulumi command line, by the very route of `npm run pulumi -- …`, for other parts of the emulator. */
import { spawn } from "node:child_process";
import { join } from "node:path";
import { projectDir } from "../bootstrap/paths.mjs";
import { handOnSignals } from "../bootstrap/run-task.mjs";

export interface PulumiOptions {
  /** `.local` directory of the instance; default `HOLDFAST_LOCAL`, else `<project>/.local`. */
  readonly local?: string;
  /** Gets every line of both streams as it comes. */
  readonly onLine?: (line: string, stream: "stdout" | "stderr") => void;
  /** Further variables; those that name a cloud are dropped on the way, as for everybody. */
  readonly env?: Readonly<Record<string, string>>;
  /** Interrupts the command, as Ctrl-C would. */
  readonly signal?: AbortSignal;
}

export interface PulumiOutcome {
  /** Pulumi's exit code; 1 also for what the bootstrap refuses (its coded words are in `stderr`). */
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs `npm run pulumi -- <args>` to its end, without a terminal. Never throws for exit codes. */
export function runPulumi(args: readonly string[], options: PulumiOptions = {}): Promise<PulumiOutcome> {
  const run = join(projectDir, "emulator", "bootstrap", "run.mjs");
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [run, "pulumi", ...args], {
      cwd: projectDir,
      env: {
        ...process.env,
        ...options.env,
        ...(options.local === undefined ? {} : { HOLDFAST_LOCAL: options.local }),
      },
      stdio: ["ignore", "pipe", "pipe"],
      // One Ctrl-C must reach the engine once, handed on from here: a second one means "now" to it.
      detached: true,
    });
    const release = handOnSignals(child);
    const text = { stdout: "", stderr: "" };
    for (const name of ["stdout", "stderr"] as const) {
      let rest = "";
      child[name].setEncoding("utf8").on("data", (chunk: string) => {
        text[name] += chunk;
        const lines = (rest + chunk).split("\n");
        rest = lines.pop() ?? "";
        for (const line of lines) options.onLine?.(line, name);
      });
    }
    const interrupt = (): void => void child.kill("SIGINT");
    options.signal?.addEventListener("abort", interrupt);
    child.once("error", (error) => {
      release();
      reject(error);
    });
    child.once("close", (code) => {
      release();
      options.signal?.removeEventListener("abort", interrupt);
      resolve({ code: code ?? 1, ...text });
    });
  });
}
