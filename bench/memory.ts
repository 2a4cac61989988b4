/** Memory of a process with all its descendants, from Linux's /proc. Elsewhere it is not measured. */
import { existsSync, readdirSync, readFileSync } from "node:fs";

/** Where nothing can be read, nothing is reported. */
export const memoryIsMeasured = existsSync("/proc/self/stat");

/** A file of one process; empty when the process has ended or is somebody else's. */
function processFile(pid: number, name: string): string {
  try {
    return readFileSync(`/proc/${pid}/${name}`, "utf8");
  } catch (error) {
    if (["ENOENT", "ESRCH", "EACCES", "EPERM"].includes((error as NodeJS.ErrnoException).code ?? "")) return "";
    throw error;
  }
}

/**
 * Megabytes (10⁶) of one process: its proportional share, so that what twenty Node processes share is counted once (Linux,
 * filesystems/proc, smaps_rollup); where the kernel has no such figure, all that is resident.
 */
function processMb(pid: number): number {
  const share = /^Pss:\s+(\d+) kB$/m.exec(processFile(pid, "smaps_rollup"));
  const found = share ?? /^VmRSS:\s+(\d+) kB$/m.exec(processFile(pid, "status"));
  return (Number(found?.[1] ?? 0) * 1_024) / 1e6;
}

function parentOf(pid: number): number {
  const stat = processFile(pid, "stat");
  // The command may hold spaces and parentheses; the fields that follow are counted from the last parenthesis.
  return Number(stat.slice(stat.lastIndexOf(")") + 2).split(" ")[1]);
}

/** Memory of a process and its descendants, told by parenthood or by what stands in the environment they were started with. */
export function familyMb(pid: number, marker: string): number {
  const parents = new Map(
    readdirSync("/proc")
      .filter((name) => /^\d+$/.test(name))
      .map((name) => [Number(name), parentOf(Number(name))]),
  );
  const marked = [...parents.keys()].filter((other) => processFile(other, "environ").includes(marker));
  const family = new Set([pid, ...marked]);
  for (let size = 0; size < family.size; ) {
    size = family.size;
    for (const [child, parent] of parents) if (family.has(parent)) family.add(child);
  }
  return [...family].reduce((sum, member) => sum + processMb(member), 0);
}
