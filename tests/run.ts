/**
 * `npm test`: formatting and lint, types, then every grade of test; ends on one line `N passed, N failed, N skipped`.
 *
 * `npm test -- unit property` runs only those grades; other words are handed to vitest as filters.
 */
import { spawn } from "node:child_process";
import { mkdirSync, readFileSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const grades = ["unit", "property", "components", "docs", "conformance", "emulator", "integration"] as const;
const bin = (name: string) => join(root, "node_modules", ".bin", name);

interface Tally {
  passed: number;
  failed: number;
  skipped: number;
}

/** The parts of vitest's JSON report that are counted. */
interface VitestReport {
  readonly numPassedTests: number;
  readonly numFailedTests: number;
  readonly numPendingTests: number;
  readonly numTodoTests: number;
  readonly testResults: readonly {
    readonly name: string;
    readonly status: string;
    readonly assertionResults: readonly unknown[];
  }[];
}

function run(command: string, args: readonly string[]): Promise<number> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { cwd: root, stdio: ["ignore", "inherit", "inherit"] });
    child.on("error", reject);
    child.on("exit", (code, signal) => resolve(signal ? 1 : (code ?? 1)));
  });
}

async function check(title: string, command: string, args: readonly string[], tally: Tally): Promise<void> {
  const started = Date.now();
  const ok = (await run(command, args)) === 0;
  tally[ok ? "passed" : "failed"] += 1;
  console.log(`${ok ? "ok" : "FAILED"}: ${title} (${((Date.now() - started) / 1000).toFixed(1)} s)`);
}

async function vitest(wanted: readonly string[], filters: readonly string[], tally: Tally): Promise<void> {
  const report = join(root, ".local", "test-report.json");
  mkdirSync(dirname(report), { recursive: true });
  rmSync(report, { force: true });
  const code = await run(bin("vitest"), [
    "run",
    ...wanted.flatMap((grade) => ["--project", grade]),
    ...filters,
    "--reporter=default",
    "--reporter=json",
    `--outputFile.json=${report}`,
  ]);
  const counted = JSON.parse(readFileSync(report, "utf8")) as VitestReport;
  tally.passed += counted.numPassedTests;
  tally.failed += counted.numFailedTests;
  tally.skipped += counted.numPendingTests + counted.numTodoTests;
  // A file that cannot be loaded holds no test that failed, but proves nothing either.
  const broken = counted.testResults.filter((file) => file.status === "failed" && file.assertionResults.length === 0);
  tally.failed += broken.length;
  for (const file of broken) console.log(`FAILED to load: ${file.name}`);
  if (code !== 0 && tally.failed === 0) tally.failed += 1;
}

const words = process.argv.slice(2);
const chosen = grades.filter((grade) => words.includes(grade));
const filters = words.filter((word) => !(grades as readonly string[]).includes(word));
const everything = words.length === 0;
const tally: Tally = { passed: 0, failed: 0, skipped: 0 };

if (everything) {
  await check("format and lint (biome)", bin("biome"), ["check", "--error-on-warnings", "."], tally);
  await check("types (tsc)", bin("tsc"), ["--noEmit", "-p", "."], tally);
}
await vitest(chosen.length > 0 ? chosen : grades, filters, tally);

console.log(`\n${tally.passed} passed, ${tally.failed} failed, ${tally.skipped} skipped`);
process.exitCode = tally.failed === 0 && tally.passed > 0 ? 0 : 1;
