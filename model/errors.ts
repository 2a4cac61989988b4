/** How Holdfast says that something is wrong. */

/**
 * One finding about bad input, complete enough to be repaired without reading code.
 *
 * Every `code` has a paragraph in `docs/troubleshooting.md` (a test walks both lists).
 */
export interface Problem {
  /** Stable, e.g. `HF1012`. Never reused for another meaning. */
  readonly code: string;
  /** `error` stops everything before the first resource; `warning` is printed and the work goes on. */
  readonly severity: "error" | "warning";
  /** The thing as the user typed it, e.g. `holdfast:retention.standard.coolAfter`. */
  readonly path: string;
  /** The value found, rendered for people; absent when nothing was given. */
  readonly value?: string;
  /** What would be accepted. */
  readonly allowed?: string;
  /** Why it is refused. */
  readonly reason: string;
  /** What to do about it. */
  readonly fix: string;
}

/** Base of every error that Holdfast raises on purpose; anything else is a bug. */
export class HoldfastError extends Error {
  readonly code: string;

  constructor(code: string, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = new.target.name;
    this.code = code;
  }
}

/** All problems of one configuration at once. */
export class SettingsError extends HoldfastError {
  readonly problems: readonly Problem[];

  constructor(problems: readonly Problem[], subject: string) {
    super(problems[0]?.code ?? "HF1000", renderProblems(problems, subject));
    this.problems = problems;
  }
}

/** Renders problems as the block of text that a person reads in a terminal or a CI log. */
export function renderProblems(problems: readonly Problem[], subject: string): string {
  const heading = `${subject}: ${problems.length} ${problems.length === 1 ? "problem" : "problems"}`;
  const blocks = problems.map((p) => {
    const lines = [`${p.code} ${p.path}${p.value === undefined ? "" : ` = ${p.value}`}`, `  why:     ${p.reason}`];
    if (p.allowed !== undefined) lines.push(`  allowed: ${p.allowed}`);
    lines.push(`  fix:     ${p.fix}`);
    return lines.join("\n");
  });
  return [heading, ...blocks].join("\n\n");
}
