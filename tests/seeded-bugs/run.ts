/**
 * `npm run test:seeded`: applies each small patch, a mistake that somebody could really make, to a copy of the project and
 * runs the tests named in the patch's heading. The suite must turn red, and a failing test must name the promise that broke.
 *
 * `--check` only verifies that every patch still applies.
 */
import { execFileSync, spawnSync } from "node:child_process";
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, symlinkSync } from "node:fs";
import { dirname, join } from "node:path";

const root = join(import.meta.dirname, "../..");
const work = join(root, ".local", "seeded-bugs");

export interface SeededBug {
  readonly name: string;
  readonly file: string;
  /** What somebody got wrong, in one sentence. */
  readonly mistake: string;
  /** Number of the promise that the mistake breaks. */
  readonly promise: number;
  /** Grade and files of the tests that must notice. */
  readonly grade: string;
  readonly tests: readonly string[];
}

/** Reads the headings `mistake:`, `promise:`, `grade:` and `tests:` above the diff. */
export function readBugs(folder: string = import.meta.dirname): SeededBug[] {
  return readdirSync(folder)
    .filter((file) => file.endsWith(".patch"))
    .sort()
    .map((file) => {
      const text = readFileSync(join(folder, file), "utf8");
      const heading = (name: string) => {
        const value = new RegExp(`^${name}: (.+)$`, "m").exec(text.slice(0, text.indexOf("\n--- ")))?.[1];
        if (!value) throw new Error(`${file}: the heading "${name}:" is missing`);
        return value.trim();
      };
      return {
        name: file.replace(/\.patch$/, ""),
        file: join(folder, file),
        mistake: heading("mistake"),
        promise: Number(heading("promise")),
        grade: heading("grade"),
        tests: heading("tests").split(/\s+/),
      };
    });
}

function tracked(): string[] {
  const listed = execFileSync("git", ["ls-files", "--cached", "--others", "--exclude-standard"], { cwd: root });
  return listed.toString().split("\n").filter(Boolean);
}

function makeCopy(): string {
  rmSync(work, { recursive: true, force: true });
  for (const file of tracked()) {
    if (!existsSync(join(root, file))) continue;
    mkdirSync(dirname(join(work, file)), { recursive: true });
    cpSync(join(root, file), join(work, file));
  }
  symlinkSync(join(root, "node_modules"), join(work, "node_modules"));
  return work;
}

const patch = (folder: string, bug: SeededBug, ...flags: string[]) =>
  spawnSync("patch", ["-p1", "--batch", "--silent", ...flags, "-i", bug.file], { cwd: folder, encoding: "utf8" });

interface Verdict {
  readonly bug: SeededBug;
  readonly ok: boolean;
  readonly say: string;
}

function judge(folder: string, bug: SeededBug): Verdict {
  const applied = patch(folder, bug);
  if (applied.status !== 0)
    return { bug, ok: false, say: `the patch does not apply: ${applied.stdout}${applied.stderr}` };
  const report = join(folder, "seeded-report.json");
  rmSync(report, { force: true });
  spawnSync(
    join(root, "node_modules", ".bin", "vitest"),
    ["run", "--project", bug.grade, ...bug.tests, "--reporter=json", `--outputFile=${report}`],
    { cwd: folder, encoding: "utf8", timeout: 300_000 },
  );
  patch(folder, bug, "--reverse");
  if (!existsSync(report)) return { bug, ok: false, say: "the tests did not run" };
  const results = JSON.parse(readFileSync(report, "utf8")) as {
    testResults: { assertionResults: { status: string; fullName: string }[] }[];
  };
  const failed = results.testResults
    .flatMap((file) => file.assertionResults)
    .filter((test) => test.status === "failed")
    .map((test) => test.fullName);
  if (failed.length === 0) return { bug, ok: false, say: "the suite stayed green" };
  const naming = failed.find((name) => new RegExp(`promise ${bug.promise}\\b`).test(name));
  return naming
    ? { bug, ok: true, say: `red: ${naming}` }
    : { bug, ok: false, say: `red, but no failing test names promise ${bug.promise}: ${failed[0]}` };
}

function main(): void {
  const checkOnly = process.argv.includes("--check");
  const wanted = process.argv.slice(2).filter((word) => !word.startsWith("--"));
  const bugs = readBugs().filter((bug) => wanted.length === 0 || wanted.includes(bug.name));
  const folder = makeCopy();
  let failed = 0;
  for (const bug of bugs) {
    const dry = checkOnly ? patch(folder, bug, "--dry-run") : undefined;
    const verdict = dry
      ? { bug, ok: dry.status === 0, say: dry.status === 0 ? "applies" : `${dry.stdout}${dry.stderr}` }
      : judge(folder, bug);
    if (!verdict.ok) failed += 1;
    console.log(
      `${verdict.ok ? "ok" : "FAILED"}: ${bug.name} (promise ${bug.promise}; ${bug.mistake}): ${verdict.say}`,
    );
  }
  rmSync(work, { recursive: true, force: true });
  console.log(`\n${bugs.length - failed} passed, ${failed} failed, 0 skipped`);
  process.exitCode = failed === 0 && bugs.length > 0 ? 0 : 1;
}

if (process.argv[1] === import.meta.filename) main();
