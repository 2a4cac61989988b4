/** The only reader of Pulumi's config in the product. */
import * as pulumi from "@pulumi/pulumi";
import { type Problem, SettingsError } from "../../model/errors.ts";
import type { Settings } from "../../model/settings.ts";
import { parseSettings } from "./parse.ts";

/** Settings with the warnings that came with them, for the entry program to log. */
export type LoadedSettings = Settings & { readonly warnings: readonly Problem[] };

/**
 * Reads and checks the config of the running stack.
 *
 * @throws SettingsError with all errors at once; nothing has been created then. Warnings wait until there are none.
 */
export function loadSettings(): LoadedSettings {
  const project = pulumi.getProject();
  const stack = pulumi.getStack();
  const { settings, problems } = parseSettings(pulumi.runtime.allConfig(), { project, stack });
  if (settings === undefined) {
    const errors = problems.filter(({ severity }) => severity === "error");
    throw new SettingsError(errors, `Stack config of ${project}/${stack}`);
  }
  return { ...settings, warnings: problems };
}
