/** The admission function as it is deployed: how large it is, and how long a cold start spends on reading it. */
import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { buildFunctions, functionEntries } from "../components/support/bundles.ts";
import { admitEnv } from "../functions/admit/env.ts";
import type { AdmissionRules } from "../model/admission-rules.ts";
import { root } from "./processes.ts";
import { type Measurement, measurement } from "./report.ts";

const rules: AdmissionRules = { classification: [], holdRules: [], classes: [{ className: "standard" }] };

/** Milliseconds that `import(file)` takes in a Node process of its own, without the start of the process. */
function importMs(folder: string, file: string, env: Readonly<Record<string, string>>): number {
  const script = `const from = performance.now(); await import("./${file}"); console.log(performance.now() - from);`;
  const args = ["--input-type=module", "--eval", script];
  const stdout = execFileSync(process.execPath, args, { cwd: folder, env, encoding: "utf8" });
  return Number(stdout.trim().split("\n").at(-1));
}

/** @param folder an existing folder for scratch files. @param runs pairs of starts. */
export async function benchBundle(folder: string, runs: number): Promise<Measurement[]> {
  const { admit } = await buildFunctions(root, { admit: functionEntries.admit });
  mkdirSync(folder, { recursive: true });
  const scratch = mkdtempSync(join(folder, "bundle-"));
  try {
    writeFileSync(join(scratch, "index.mjs"), admit.code);
    writeFileSync(join(scratch, "empty.mjs"), "export {};\n");
    writeFileSync(join(scratch, "rules.json"), JSON.stringify(rules));
    // Any text will do where the schema takes any: nothing is called.
    const env = {
      ...Object.fromEntries(Object.keys(admitEnv.shape).map((name) => [name, "x"])),
      HOLDFAST_PLAIN_LAYOUT: "on",
    };
    importMs(scratch, "index.mjs", env);
    const differences = Array.from(
      { length: runs },
      () => importMs(scratch, "index.mjs", env) - importMs(scratch, "empty.mjs", env),
    );
    return [
      measurement("bundle-admit-kb", [Buffer.byteLength(admit.code) / 1_000], {
        unit: "kB",
        against: "nothing: the size of the function's minified module as it is deployed",
        goal: 600,
      }),
      measurement("bundle-import-ms", differences, {
        unit: "ms",
        against: `importing an empty module in a fresh process; ${runs} pairs on this machine, not on Lambda`,
        goal: 200,
      }),
    ];
  } finally {
    rmSync(scratch, { recursive: true });
  }
}
