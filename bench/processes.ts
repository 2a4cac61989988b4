/** Runs a command, and samples the memory of it and all its descendants. */
import { spawn } from "node:child_process";
import { dirname, join } from "node:path";
import { familyMb, memoryIsMeasured } from "./memory.ts";

export const root = dirname(import.meta.dirname);

export interface Run {
  readonly code: number;
  readonly seconds: number;
  /** Largest sum of memory seen, in MB; `undefined` where it was not or cannot be measured. */
  readonly peakMb: number | undefined;
  readonly output: string;
}

const sampleMs = 500;

/** @param options.env the whole environment of the command; absent: that of this process. */
export function measure(
  command: string,
  args: readonly string[],
  options: { readonly cwd?: string; readonly env?: NodeJS.ProcessEnv; readonly memory?: boolean } = {},
): Promise<Run> {
  return new Promise((resolve, reject) => {
    const started = performance.now();
    const name = "HOLDFAST_BENCH_RUN";
    const value = `${process.pid}-${started}`;
    const child = spawn(command, args, {
      cwd: options.cwd ?? root,
      env: { ...(options.env ?? process.env), [name]: value },
      stdio: ["ignore", "pipe", "pipe"],
    });
    let output = "";
    let peakMb: number | undefined;
    const sample = () => {
      if (child.pid !== undefined) peakMb = Math.max(peakMb ?? 0, familyMb(child.pid, `${name}=${value}`));
    };
    const timer = options.memory === true && memoryIsMeasured ? setInterval(sample, sampleMs) : undefined;
    const collect = (chunk: Buffer) => {
      output += chunk.toString();
    };
    child.stdout.on("data", collect);
    child.stderr.on("data", collect);
    child.on("error", (error) => {
      clearInterval(timer);
      reject(error);
    });
    child.on("close", (code) => {
      clearInterval(timer);
      resolve({ code: code ?? 1, seconds: (performance.now() - started) / 1_000, peakMb, output });
    });
  });
}

/** Runs `npm run <task> -- …` the way a user does, without npm's own start-up. */
export const task = (name: string, ...args: string[]) => [join(root, "emulator/bootstrap/run.mjs"), name, ...args];

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  const upper = sorted[middle];
  if (upper === undefined) throw new Error("no values");
  return sorted.length % 2 === 1 ? upper : (upper + (sorted[middle - 1] ?? upper)) / 2;
}
