/** The one screen that the demo ends on. */
import type { StepResult } from "./context.ts";

export interface Screen {
  readonly cloud: string;
  readonly steps: readonly StepResult[];
  readonly unproven: readonly string[];
  readonly seconds: number;
}

const next = [
  ["npm run local:up", "the same store, left running; its keys and names are in .local/stack.json"],
  ["npm run pulumi -- preview --stack prod", "what the production stack would create; no account, no credentials"],
  ["npm run demo -- --chapter drift", "somebody changes a rule, a policy, a queue and a tag; refresh reports each"],
] as const;

export function render(screen: Screen): string {
  const failed = screen.steps.filter((step) => !step.ok);
  const lines = [
    "",
    failed.length === 0
      ? `Proven on the emulated ${screen.cloud} in ${screen.seconds.toFixed(0)} s, by the deployed stack:`
      : `${failed.length} of ${screen.steps.length} steps failed on the emulated ${screen.cloud}:`,
    "",
    ...screen.steps.map((step) => `  ${step.ok ? "✔" : "✘"} ${step.name.padEnd(10)} ${step.sentence}`),
    "",
    `  Unproven without an account: ${screen.unproven.join("; ")}.`,
    "",
    "Try next:",
    ...next.map(([command, what]) => `  ${command.padEnd(40)} ${what}`),
    "",
  ];
  return lines.join("\n");
}
