/**
 * `npm run test:seeded`: applies each small patch, a mistake that somebody could really make, to a copy of the project and
 * runs the tests named in the patch's heading. They are green before, they must turn red, and a failing test must name the
 * promise that broke.
 *
 * `--check` only verifies that every patch still applies; other words are names of patches to run.
 */
import { spawnSync } from "node:child_process";
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { basename, join, relative } from "node:path";
import { applyChange, readPatch } from "./patch.ts";

const root = join(import.meta.dirname, "../..");

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

/** The files that a bug changes, with their content before and after. @throws Error when the patch does not apply. */
export function changesOf(
  bug: Pick<SeededBug, "name" | "file">,
  folder: string = root,
): { readonly path: string; readonly before: string; readonly after: string }[] {
  const changes = readPatch(readFileSync(bug.file, "utf8"));
  if (changes.length === 0) throw new Error(`${bug.name} changes no file`);
  return changes.map((change) => {
    const before = readFileSync(join(folder, change.path), "utf8");
    return { path: change.path, before, after: applyChange(change, before) };
  });
}

/** What no test needs, and what git ignores. */
const leftOut = /^(node_modules|\.git|\.local|\.holdfast|__pycache__|coverage)$|\.log$/;

/** A copy of the project below `.local`, which git, lint and every other test leave alone; each run has its own. */
function makeCopy(): string {
  mkdirSync(join(root, ".local"), { recursive: true });
  const work = mkdtempSync(join(root, ".local", "seeded-bugs-"));
  for (const name of readdirSync(root).filter((entry) => !leftOut.test(entry)))
    cpSync(join(root, name), join(work, name), { recursive: true, filter: (path) => !leftOut.test(basename(path)) });
  for (const modules of ["node_modules", "emulator/node_modules"])
    if (existsSync(join(root, modules))) symlinkSync(join(root, modules), join(work, modules));
  return work;
}

interface FileResult {
  readonly name: string;
  readonly status: string;
  readonly message: string;
  readonly assertionResults: readonly { readonly status: string; readonly fullName: string }[];
}

/** Runs test files in the copy. @returns one result per file. @throws Error when vitest itself did not run. */
function runTests(work: string, grade: string, tests: readonly string[]): readonly FileResult[] {
  const report = join(work, "seeded-report.json");
  rmSync(report, { force: true });
  const { stdout, stderr, status } = spawnSync(
    join(root, "node_modules", ".bin", "vitest"),
    ["run", "--project", grade, ...tests, "--reporter=json", `--outputFile=${report}`],
    { cwd: work, encoding: "utf8", timeout: 300_000 },
  );
  if (!existsSync(report)) throw new Error(`vitest ended with code ${status} and no report:\n${stdout}${stderr}`);
  return (JSON.parse(readFileSync(report, "utf8")) as { testResults: FileResult[] }).testResults;
}

/** Test files that are not green before anything was broken, with the reason. */
function redBefore(work: string, bugs: readonly SeededBug[]): Map<string, string> {
  const red = new Map<string, string>();
  for (const grade of new Set(bugs.map((bug) => bug.grade))) {
    const wanted = [...new Set(bugs.filter((bug) => bug.grade === grade).flatMap(({ tests }) => tests))];
    const results = new Map(runTests(work, grade, wanted).map((file) => [relative(work, file.name), file]));
    for (const test of wanted) {
      const result = results.get(test);
      if (!result || result.assertionResults.length === 0) red.set(test, "did not run");
      else if (result.status !== "passed") red.set(test, "is red without any mistake");
    }
  }
  return red;
}

interface Verdict {
  readonly ok: boolean;
  readonly say: string;
}

/** Breaks the copy, runs the tests, and mends it again. @throws Error when the patch does not apply. */
function judge(work: string, bug: SeededBug): Verdict {
  const changes = changesOf(bug, work);
  for (const { path, after } of changes) writeFileSync(join(work, path), after);
  const results = runTests(work, bug.grade, bug.tests);
  for (const { path, before } of changes) writeFileSync(join(work, path), before);

  const broken = results.find((file) => file.assertionResults.length === 0);
  if (broken) return { ok: false, say: `a test file did not run: ${broken.message}` };
  const failed = results
    .flatMap((file) => file.assertionResults)
    .filter((test) => test.status === "failed")
    .map((test) => test.fullName);
  if (failed.length === 0) return { ok: false, say: "the suite stayed green" };
  const naming = failed.find((name) => new RegExp(`promise ${bug.promise}\\b`).test(name));
  return naming
    ? { ok: true, say: `red: ${naming}` }
    : { ok: false, say: `red, but no failing test names promise ${bug.promise}: ${failed[0]}` };
}

/** Says for each bug how it ended, as it ends. @returns how many did not end as they should. */
function tell(bugs: readonly SeededBug[], verdictOf: (bug: SeededBug) => Verdict): number {
  let failed = 0;
  for (const bug of bugs) {
    const from = Date.now();
    let verdict: Verdict;
    try {
      verdict = verdictOf(bug);
    } catch (error) {
      verdict = { ok: false, say: String(error) };
    }
    if (!verdict.ok) failed += 1;
    const seconds = ((Date.now() - from) / 1_000).toFixed(1);
    const what = `${bug.name} (promise ${bug.promise}; ${bug.mistake})`;
    console.log(`${verdict.ok ? "ok" : "FAILED"}: ${what}: ${verdict.say} (${seconds} s)`);
  }
  return failed;
}

function proveAll(bugs: readonly SeededBug[]): number {
  const work = makeCopy();
  try {
    const red = redBefore(work, bugs);
    return tell(bugs, (bug) => {
      const unfit = bug.tests.find((test) => red.has(test));
      return unfit === undefined ? judge(work, bug) : { ok: false, say: `${unfit} ${red.get(unfit)}` };
    });
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

const checkAll = (bugs: readonly SeededBug[]): number =>
  tell(bugs, (bug) => ({ ok: true, say: `applies to ${changesOf(bug).map(({ path }) => path)}` }));

function main(words: readonly string[]): number {
  const started = Date.now();
  const wanted = words.filter((word) => word !== "--check");
  const bugs = readBugs().filter((bug) => wanted.length === 0 || wanted.includes(bug.name));
  const unknown = wanted.filter((name) => !bugs.some((bug) => bug.name === name));
  if (unknown.length > 0) {
    console.error(`there is no patch ${unknown.join(", ")} in tests/seeded-bugs`);
    console.error("usage: npm run test:seeded [-- --check] [-- <patch> …]");
    return 2;
  }
  const failed = words.includes("--check") ? checkAll(bugs) : proveAll(bugs);
  const seconds = Math.round((Date.now() - started) / 1_000);
  console.log(`\n${bugs.length - failed} passed, ${failed} failed, 0 skipped (${seconds} s)`);
  return failed === 0 && bugs.length > 0 ? 0 : 1;
}

if (process.argv[1] === import.meta.filename) process.exitCode = main(process.argv.slice(2));
