/** How the program tells people about their config: warnings go on, errors end the run without a stack trace. */
import { log, RunError } from "@pulumi/pulumi";
import { HoldfastError, renderProblems } from "../model/errors.ts";
import type { Settings } from "../model/settings.ts";
import { loadSettings } from "./settings/load.ts";

/** The stack's settings; warnings are printed. */
export async function readSettings(): Promise<Settings> {
  const settings = loadSettings();
  if (settings.warnings.length > 0) await log.warn(renderProblems(settings.warnings, "Stack config, warnings"));
  return settings;
}

/** Runs the program; an error that Holdfast raised on purpose is shown as its text alone, a bug keeps its stack. */
export async function reported<Value>(run: () => Promise<Value>): Promise<Value> {
  try {
    return await run();
  } catch (error) {
    if (!(error instanceof HoldfastError)) throw error;
    const text = error.message.includes(error.code) ? error.message : `${error.code} ${error.message}`;
    throw new RunError(text, { cause: error });
  }
}
