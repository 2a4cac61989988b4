/** Step 1: the real engine deploys our program onto an empty emulated cloud, by the route that a user takes. */
import { localDown } from "../../local/down.ts";
import { localUp } from "../../local/up.ts";
import type { LocalStack } from "../aws.ts";
import type { Context, StepResult } from "../context.ts";
import type { Progress } from "../progress.ts";

export async function up(
  local: string,
  progress: Progress,
): Promise<{ context: Omit<Context, "recordings">; result: StepResult }> {
  const started = Date.now();
  // Every demo starts empty; what an earlier one left behind because it was killed goes first.
  await localDown({ local, log: (line) => progress.tell(line) });
  let created = 0;
  const { cloud, stack } = await localUp({
    local,
    log: (line) => progress.tell(line),
    onPulumiLine: (line) => {
      created = Number(/^\s+\+ (\d+) created/.exec(line)?.[1] ?? created);
      if (/ created \(/.test(line)) progress.tell(line.trim());
    },
  });
  const seconds = (Date.now() - started) / 1_000;
  return {
    context: { local, cloud, stack: stack as unknown as LocalStack },
    result: {
      name: "up",
      ok: created > 0,
      figures: { resources: created, seconds: Number(seconds.toFixed(1)) },
      sentence: `${created} resources in ${stack.regions.primary} and ${stack.regions.dr} in ${seconds.toFixed(1)} s, by the real Pulumi engine`,
    },
  };
}
