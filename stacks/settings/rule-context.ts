/** What every rule works with: the settings, what was written, and which places are already known to be wrong. */
import type { Problem } from "../../model/errors.ts";
import type { Settings } from "../../model/settings.ts";
import { pathOf, shown } from "./paths.ts";
import type { Draft } from "./schema.ts";

export interface RuleContext {
  readonly settings: Settings;
  readonly draft: Draft;
  /** `aws:*` as written. */
  readonly aws: Readonly<Record<string, unknown>>;
  /** False when the schema refused something at the path, above it or below it: a rule about it would only repeat that. */
  readonly sound: (...path: PropertyKey[]) => boolean;
}

export type Rule = (context: RuleContext) => Problem[];

interface Finding {
  readonly path: readonly PropertyKey[];
  readonly value?: unknown;
  readonly allowed?: string;
  readonly reason: string;
  readonly fix: string;
}

const problem = (severity: Problem["severity"], code: string, { path, value, ...rest }: Finding): Problem => ({
  code,
  severity,
  path: pathOf(path),
  ...(value === undefined ? {} : { value: shown(value) }),
  ...rest,
});

export const error = (code: string, finding: Finding): Problem => problem("error", code, finding);
export const warning = (code: string, finding: Finding): Problem => problem("warning", code, finding);

/** Answers whether a path is free of the given problems. */
export function soundness(problems: readonly Problem[]): RuleContext["sound"] {
  const faulty = problems.filter(({ severity }) => severity === "error").map(({ path }) => path);
  const within = (inner: string, outer: string): boolean =>
    inner === outer || inner.startsWith(`${outer}.`) || inner.startsWith(`${outer}[`);
  return (...path) => {
    const here = pathOf(path);
    return !faulty.some((other) => within(here, other) || within(other, here));
  };
}
