/** `pulumi preview` of the production stack, against the same route with a program that does nothing. */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { measure, task } from "./processes.ts";
import { type Measurement, measurement } from "./report.ts";

/** Same name, runtime and loader as the project's, so that both previews share one stack and one way of starting. */
const emptyProject = {
  name: "holdfast",
  main: "index.ts",
  runtime: { name: "nodejs", options: { typescript: false, nodeargs: "--disable-warning=ExperimentalWarning" } },
};

/** @param folder below the project, where packages are found. */
function emptyProgram(folder: string): string {
  const program = join(folder, "empty-program");
  mkdirSync(program, { recursive: true });
  // JSON is YAML.
  writeFileSync(join(program, "Pulumi.yaml"), JSON.stringify(emptyProject));
  writeFileSync(join(program, "package.json"), JSON.stringify({ type: "module" }));
  writeFileSync(join(program, "index.ts"), "export {};\n");
  return program;
}

async function previewSeconds(env: NodeJS.ProcessEnv, expected: RegExp, ...more: readonly string[]): Promise<number> {
  const args = task("pulumi", "preview", "--stack", "prod", ...more);
  const { code, seconds, output } = await measure(process.execPath, args, { env });
  if (code !== 0 || !expected.test(output)) throw new Error(`preview ended with code ${code}:\n${output}`);
  return seconds;
}

/** @param folder below the project. @param env of an instance of the embedded default. @param runs pairs. */
export async function benchPreview(folder: string, env: NodeJS.ProcessEnv, runs: number): Promise<Measurement[]> {
  const ours = () => previewSeconds(env, /\+ [1-9]\d+ to create/);
  const program = emptyProgram(folder);
  const empty = () => previewSeconds(env, /\+ 1 to create/, "--cwd", program);
  // The first of each makes the stack and fills caches. Ours comes first: the stack is made for a project in the root.
  await ours();
  await empty();
  const differences: number[] = [];
  for (let run = 0; run < runs; run++) differences.push((await ours()) - (await empty()));
  return [
    measurement("preview-over-empty-s", differences, {
      unit: "s",
      against: `preview of an empty program by the same route, on the offline provider; ${runs} pairs`,
      goal: 3,
    }),
  ];
}
