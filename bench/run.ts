/**
 * `npm run bench`: measures, prints a table and writes `.local/bench.json`. Nothing is asserted: a goal that is missed on a
 * busy machine is shown and is no failure; a measurement that cannot be taken is one.
 *
 * `--quick` leaves out what needs the engine or the emulated cloud; `--bare` adds the demo on a bare machine (several
 * gigabytes and minutes); `--runs <n>` takes every repeated measurement n times.
 */
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { benchBare } from "./bare.ts";
import { benchDemo } from "./demo.ts";
import { benchPreview } from "./preview.ts";
import { root } from "./processes.ts";
import { benchProxy } from "./proxy.ts";
import { quick, quickSize } from "./quick.ts";
import { type Measurement, machine, table, writeReport } from "./report.ts";

const usage = "usage: npm run bench [-- [--quick] [--bare] [--runs <n>]]";

interface Wanted {
  readonly quick: boolean;
  readonly bare: boolean;
  readonly runs?: number;
}

/** @returns `undefined` when the words are not understood. */
function wantedFrom(args: string[]): Wanted | undefined {
  const options = { quick: { type: "boolean" }, bare: { type: "boolean" }, runs: { type: "string" } } as const;
  const { values, positionals, tokens } = parseArgs({ args, options, strict: false, tokens: true });
  const known = tokens.every((token) => token.kind === "option" && token.name in options);
  const runs = values.runs === undefined ? undefined : Number(values.runs);
  if (!known || positionals.length > 0 || (runs !== undefined && !(Number.isInteger(runs) && runs > 0)))
    return undefined;
  const { quick: only = false, bare = false } = values;
  if (only === true && bare === true) return undefined;
  return { quick: only === true, bare: bare === true, ...(runs === undefined ? {} : { runs }) };
}

type Part = readonly [title: string, work: () => Promise<Measurement[]>];

/** What is measured, in order. @param scratch a folder below the project. */
function plan({ quick: only, bare, runs }: Wanted, scratch: string): Part[] {
  // An instance of its own, so that one left running by `npm run local:up` is neither measured nor disturbed.
  const instance = join(scratch, "instance");
  const env = { ...process.env, HOLDFAST_LOCAL: instance };
  const parts: Part[] = [
    ["bundle and admission", () => quick(scratch, { ...quickSize, ...(runs === undefined ? {} : { runs }) })],
  ];
  if (only) return parts;
  parts.push(
    ["proxy", () => benchProxy(runs ?? 5)],
    ["preview", () => benchPreview(scratch, env, runs ?? 5)],
    ["demo", () => benchDemo(instance, env, runs ?? 3)],
  );
  if (bare) parts.push(["demo on a bare machine", () => benchBare(scratch)]);
  return parts;
}

async function main(): Promise<number> {
  const wanted = wantedFrom(process.argv.slice(2));
  if (!wanted) {
    console.error(`"${process.argv.slice(2).join(" ")}" is not understood\n${usage}`);
    return 2;
  }
  console.error(machine());
  const local = process.env.HOLDFAST_LOCAL ?? join(root, ".local");
  // Below the project wherever the state is, because an empty program finds its packages from where it lies.
  mkdirSync(join(root, ".local"), { recursive: true });
  const scratch = mkdtempSync(join(root, ".local", "bench-"));
  const measured: Measurement[] = [];
  const failures: string[] = [];
  for (const [title, work] of plan(wanted, scratch)) {
    console.error(`measuring ${title} …`);
    try {
      measured.push(...(await work()));
    } catch (error) {
      // The other measurements are still worth having; the exit code tells.
      failures.push(`${title}: ${error instanceof Error ? error.message : String(error)}`);
    }
  }
  rmSync(scratch, { recursive: true, force: true });
  writeReport(join(local, "bench.json"), measured);
  console.log(table(measured));
  console.error(machine());
  for (const failure of failures) console.error(`\nnot measured: ${failure}`);
  return failures.length === 0 ? 0 : 1;
}

process.exitCode = await main();
