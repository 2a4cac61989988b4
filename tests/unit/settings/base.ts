/** A config that is valid under `keep` without a warning, and ways to spoil it. */
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { z } from "zod";
import { type ParsedSettings, parseSettings, type RawConfig } from "../../../stacks/settings/parse.ts";

export const role = (name: string, account = "111122223333") => `arn:aws:iam::${account}:role/${name}`;

export const base: RawConfig = {
  "holdfast:cloud": "aws",
  "holdfast:primaryRegion": "us-east-1",
  "holdfast:drRegion": "us-west-2",
  "holdfast:legalHold": { officers: [role("ComplianceOfficer")] },
  "holdfast:access": { breakGlass: [role("BreakGlass")], deployers: [role("Deployer")] },
  "holdfast:sources": { genesys: { organization: "00000000-0000-4000-8000-000000000000" } },
  "holdfast:alerts": { email: ["oncall@example.com"] },
};

/** `undefined` takes a key away. Objects become JSON text, as Pulumi hands them over. */
export function parse(changes: Record<string, unknown>): ParsedSettings {
  const entries = Object.entries({ ...base, ...changes }).filter(([, value]) => value !== undefined);
  const raw = entries.map(([key, value]) => [key, typeof value === "string" ? value : JSON.stringify(value)]);
  return parseSettings(Object.fromEntries(raw), { project: "holdfast", stack: "test" });
}

/** `code path` of every problem of one severity, sorted. */
export function found(parsed: ParsedSettings, severity: "error" | "warning"): string[] {
  return parsed.problems
    .filter((problem) => problem.severity === severity)
    .map(({ code, path }) => `${code} ${path}`)
    .sort();
}

const stackFile = z.object({ config: z.record(z.string(), z.unknown()) });
const yaml = z.object({ load: z.custom<(text: string) => unknown>((value) => typeof value === "function") });

/** The `config` of YAML text. */
export function configOf(text: string): Record<string, unknown> {
  const { load } = yaml.parse(createRequire(import.meta.url)("js-yaml"));
  return stackFile.parse(load(text)).config;
}

export const root = join(import.meta.dirname, "..", "..", "..");
export const readStackFile = (path: string): Record<string, unknown> =>
  configOf(readFileSync(join(root, path), "utf8"));
