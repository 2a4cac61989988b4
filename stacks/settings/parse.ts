/** From raw stack config to settings, without Pulumi: pure, total, and with every problem at once. */
import type { Problem } from "../../model/errors.ts";
import type { Settings } from "../../model/settings.ts";
import { checkShape } from "./issues.ts";
import { pathOf, shown } from "./paths.ts";
import { providerConfig } from "./provider.ts";
import { resolve } from "./resolve.ts";
import { soundness } from "./rule-context.ts";
import { applyRules } from "./rules.ts";
import { type RawConfig, scan } from "./scan.ts";
import { unavailable } from "./unavailable.ts";

export type { RawConfig } from "./scan.ts";

export interface StackName {
  readonly project: string;
  readonly stack: string;
}

export interface ParsedSettings {
  /** Absent as soon as one problem is an error. */
  readonly settings?: Settings;
  /** Errors first. */
  readonly problems: readonly Problem[];
}

/**
 * Reads the whole config of a stack.
 *
 * @param raw full key (`holdfast:media`, `aws:profile`) → value as Pulumi holds it.
 * @returns the settings, with warnings in `problems`; or errors and no settings.
 */
export function parseSettings(raw: RawConfig, _context: StackName): ParsedSettings {
  const scanned = scan(raw);
  if (scanned.tree.cloud === "azure") {
    const cloud = { severity: "error" as const, path: pathOf(["cloud"]), value: shown("azure"), ...unavailable.azure };
    return { problems: [...scanned.problems.filter(({ code }) => code === "HF1013"), cloud] };
  }
  const shape = checkShape(scanned.tree);
  const { provider, problems: providerProblems } = providerConfig(scanned.aws);
  const found = [...scanned.problems, ...shape.problems, ...providerProblems];
  const settings = resolve(shape.draft, provider);
  const broken = applyRules({ settings, draft: shape.draft, aws: scanned.aws, sound: soundness(found) });
  const problems = [...found, ...broken];
  const errors = problems.filter(({ severity }) => severity === "error");
  const warnings = problems.filter(({ severity }) => severity === "warning");
  return errors.length > 0 ? { problems: [...errors, ...warnings] } : { settings, problems: warnings };
}
