/** Runs a command and samples the memory of it and all its descendants. Linux: from /proc; elsewhere memory is not measured. */
import { spawn } from "node:child_process";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";

export const root = dirname(import.meta.dirname);

export interface Run {
  readonly code: number;
  readonly seconds: number;
  /** Largest sum of resident memory seen, in MB; `undefined` where it cannot be measured. */
  readonly peakMb: number | undefined;
  readonly output: string;
}

interface Entry {
  readonly pid: number;
  readonly parent: number;
  readonly residentMb: number;
}

const pageMb = 4_096 / 1e6;

function processTable(): Entry[] {
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .flatMap((name) => {
      try {
        const stat = readFileSync(`/proc/${name}/stat`, "utf8");
        // The command may hold spaces and parentheses; the fields that follow are counted from the last parenthesis.
        const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
        return [{ pid: Number(name), parent: Number(fields[1]), residentMb: Number(fields[21]) * pageMb }];
      } catch (error) {
        // The process ended between the listing and the reading.
        if (["ENOENT", "ESRCH"].includes((error as NodeJS.ErrnoException).code ?? "")) return [];
        throw error;
      }
    });
}

/** Resident memory of a process and its descendants, by parenthood or by what was started with this marker in its environment. */
function familyMb(pid: number, marker: string): number {
  const table = processTable();
  const family = new Set<number>([pid]);
  for (let grown = true; grown; ) {
    grown = false;
    for (const entry of table)
      if (!family.has(entry.pid) && (family.has(entry.parent) || hasMarker(entry.pid, marker))) {
        family.add(entry.pid);
        grown = true;
      }
  }
  return table.filter((entry) => family.has(entry.pid)).reduce((sum, entry) => sum + entry.residentMb, 0);
}

function hasMarker(pid: number, marker: string): boolean {
  try {
    return readFileSync(`/proc/${pid}/environ`, "utf8").includes(marker);
  } catch (error) {
    if (["ENOENT", "ESRCH", "EACCES", "EPERM"].includes((error as NodeJS.ErrnoException).code ?? "")) return false;
    throw error;
  }
}

/** @param options.env the whole environment of the command; absent: that of this process. */
export function measure(
  command: string,
  args: readonly string[],
  options: { readonly cwd?: string; readonly env?: NodeJS.ProcessEnv; readonly memory?: boolean } = {},
): Promise<Run> {
  return new Promise((resolve, reject) => {
    const started = performance.now();
    const marker = `HOLDFAST_BENCH_RUN=${process.pid}-${started}`;
    const [name, value] = marker.split("=") as [string, string];
    const child = spawn(command, args, {
      cwd: options.cwd ?? root,
      env: { ...(options.env ?? process.env), [name]: value },
      stdio: ["ignore", "pipe", "pipe"],
    });
    let output = "";
    let peakMb = 0;
    const sampled = options.memory === true && existsSync("/proc/self/stat");
    const timer = sampled
      ? setInterval(() => {
          if (child.pid !== undefined) peakMb = Math.max(peakMb, familyMb(child.pid, marker));
        }, 500)
      : undefined;
    const collect = (chunk: Buffer) => {
      output += chunk.toString();
    };
    child.stdout.on("data", collect);
    child.stderr.on("data", collect);
    child.on("error", reject);
    child.on("close", (code) => {
      clearInterval(timer);
      resolve({
        code: code ?? 1,
        seconds: (performance.now() - started) / 1_000,
        peakMb: sampled ? peakMb : undefined,
        output,
      });
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
