/** `npm run demo` on a machine that has its tools already: time, memory, and what the demo itself counted. */
import { readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { measure, task } from "./processes.ts";
import { type Measurement, measurement } from "./report.ts";

interface DemoReport {
  readonly steps: readonly { readonly name: string; readonly figures: Readonly<Record<string, number>> }[];
}

/** @param local folder of the instance's state, as in `env`. @param runs whole demos. */
export async function benchDemo(local: string, env: NodeJS.ProcessEnv, runs: number): Promise<Measurement[]> {
  const report = join(local, "demo.json");
  const seconds: number[] = [];
  const admitting: number[] = [];
  const memory: number[] = [];
  for (let run = 0; run < runs; run++) {
    rmSync(report, { force: true });
    const demo = await measure(process.execPath, task("demo"), { env, memory: true });
    if (demo.code !== 0) throw new Error(`the demo ended with code ${demo.code}:\n${demo.output}`);
    const { steps } = JSON.parse(readFileSync(report, "utf8")) as DemoReport;
    const admitted = steps.find(({ name }) => name === "admit")?.figures.seconds;
    if (admitted === undefined) throw new Error(`${report} has no step "admit" with the figure "seconds"`);
    seconds.push(demo.seconds);
    admitting.push(admitted);
    if (demo.peakMb !== undefined) memory.push(demo.peakMb);
  }
  const where = `on the emulated cloud of this machine; ${runs} ${runs === 1 ? "demo" : "demos"}`;
  return [
    measurement("demo-warm-s", seconds, {
      unit: "s",
      against: `nothing: from command to end, tools there, ${where}`,
      goal: 90,
    }),
    measurement("demo-admit-40-s", admitting, {
      unit: "s",
      against: `nothing: from the first write to the last catalog row of 40 recordings, ${where}`,
      goal: 15,
    }),
    ...(memory.length === 0
      ? []
      : [
          measurement("demo-peak-memory-mb", memory, {
            unit: "MB",
            against: `nothing: largest memory of all its processes together, shared pages counted once, every 0.5 s, ${where}`,
            goal: 1_500,
          }),
        ]),
  ];
}
