/**
 * `npm run demo`: the whole story on an emulated cloud of its own, in six steps; `--chapter <name>` tells a longer one.
 *
 * Runs beside `npm run local:up` without touching it: its instance lives in `.local/demo` and is gone at the end.
 */
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { localDown } from "../local/down.ts";
import { runMain } from "../local/state.ts";
import { chapters } from "./chapters/index.ts";
import type { Context, StepResult } from "./context.ts";
import { type Progress, progress } from "./progress.ts";
import { makeRecordings } from "./recordings.ts";
import { render } from "./screen.ts";
import { admit } from "./steps/admit.ts";
import { calendar } from "./steps/calendar.ts";
import { hold } from "./steps/hold.ts";
import { outage } from "./steps/outage.ts";
import { replicate } from "./steps/replicate.ts";
import { up } from "./steps/up.ts";
import { headlines, unproven } from "./unproven.ts";

const project = dirname(dirname(dirname(fileURLToPath(import.meta.url))));
const local = join(process.env.HOLDFAST_LOCAL ?? join(project, ".local"), "demo");
/** The story's figures; a chapter writes its own beside it. */
const report = (chapter: string | undefined) =>
  join(
    process.env.HOLDFAST_LOCAL ?? join(project, ".local"),
    chapter === undefined ? "demo.json" : `demo-${chapter}.json`,
  );

type Step = (context: Context, progress: Progress) => Promise<StepResult>;
const story: readonly (readonly [title: string, step: Step])[] = [
  ["admit 40 recordings", admit],
  ["replicate to the DR region", replicate],
  ["hold refuses deletion", hold],
  ["calendar carries out the deployed retention", calendar],
  ["read from DR while the primary region is cut", outage],
];

function usage(words: string): never {
  process.stderr.write(`${words}\nusage: npm run demo [-- --chapter ${Object.keys(chapters).join("|")}]\n`);
  process.exit(2);
}

function chosenChapter(args: readonly string[]): string | undefined {
  if (args.length === 0) return undefined;
  const name = args[0] === "--chapter" ? args[1] : args[0]?.startsWith("--chapter=") ? args[0].slice(10) : undefined;
  if (name === undefined) usage(`"${args.join(" ")}" is not understood`);
  if (!Object.hasOwn(chapters, name)) usage(`there is no chapter "${name}"`);
  return name;
}

/** Runs one step; what it throws becomes its result, so that the screen still tells the whole story. */
async function tell(title: string, run: (line: Progress) => Promise<StepResult>): Promise<StepResult> {
  const line = progress(title);
  try {
    const result = await run(line);
    line.done(result.ok, result.sentence);
    return result;
  } catch (error) {
    const sentence = error instanceof Error ? error.message : String(error);
    line.done(false, sentence);
    return { name: title.split(" ")[0] ?? title, ok: false, figures: {}, sentence };
  }
}

async function main(): Promise<void> {
  const chapter = chosenChapter(process.argv.slice(2));
  const started = Date.now();
  const steps: StepResult[] = [];
  let context: Context | undefined;
  try {
    steps.push(
      await tell("up: deploy the embedded stack", async (line) => {
        const made = await up(local, line);
        context = { ...made.context, recordings: makeRecordings() };
        return made.result;
      }),
    );
    const rest = chapter === undefined ? story : (chapters[chapter] ?? []);
    for (const [title, step] of rest) {
      const known = context;
      if (!known || !steps.every((result) => result.ok)) break;
      steps.push(await tell(title, (line) => step(known, line)));
    }
  } finally {
    await localDown({ local, log: () => {} });
  }
  const ok =
    steps.length === (chapter === undefined ? story : (chapters[chapter] ?? [])).length + 1 && steps.every((s) => s.ok);
  const seconds = (Date.now() - started) / 1_000;
  const all = unproven();
  const content = {
    schemaVersion: 1,
    cloud: "aws",
    steps: steps.map(({ name, ok: good, figures }) => ({ name, ok: good, figures })),
    unproven: all,
  };
  mkdirSync(dirname(report(chapter)), { recursive: true });
  writeFileSync(report(chapter), `${JSON.stringify(content, null, 2)}\n`);
  process.stdout.write(
    render({
      cloud: "AWS",
      steps,
      unproven: [...headlines, `${all.length - headlines.length} more in ${relative(project, report(chapter))}`],
      seconds,
    }),
  );
  process.exitCode = ok ? 0 : 1;
}

await runMain(main);
