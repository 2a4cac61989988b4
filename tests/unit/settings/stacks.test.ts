/** The stack files that are shipped: valid, restating no default, differing only where they must. */
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import { defaults } from "../../../stacks/settings/defaults.ts";
import { parseSettings } from "../../../stacks/settings/parse.ts";
import { readStackFile, root } from "./base.ts";

const files = {
  dev: "Pulumi.dev.yaml",
  prod: "Pulumi.prod.yaml",
  embedded: "emulator/stacks/Pulumi.embedded.yaml",
} as const;
const names = Object.keys(files) as (keyof typeof files)[];
const parseConfig = (config: Record<string, unknown>) => parseSettings(config, { project: "holdfast", stack: "test" });

/** Every place that can be taken away: keys and keys within them; lists are taken as a whole. */
function places(config: Record<string, unknown>, path: string[] = []): string[][] {
  return Object.entries(config).flatMap(([key, value]) => {
    const here = [...path, key];
    const nested = typeof value === "object" && value !== null && !Array.isArray(value);
    return [here, ...(nested ? places(value as Record<string, unknown>, here) : [])];
  });
}

function without(config: Record<string, unknown>, [first, ...rest]: string[]): Record<string, unknown> {
  if (first === undefined) return config;
  const { [first]: value, ...others } = config;
  return rest.length === 0 ? others : { ...others, [first]: without(value as Record<string, unknown>, rest) };
}

describe.each(names)("the stack file %s (promise 8)", (name) => {
  const config = readStackFile(files[name]);

  it("is valid without a warning", () => {
    expect(parseConfig(config).problems).toEqual([]);
  });

  it("restates no default: taking any key away changes what is deployed or is refused", () => {
    const whole = parseConfig(config).settings;
    const idle = places(config).filter((path) => {
      const rest = parseConfig(without(config, path)).settings;
      return rest !== undefined && JSON.stringify(rest) === JSON.stringify(whole);
    });
    expect(idle).toEqual([]);
  });
});

describe("the stack files", () => {
  it("differ between dev and prod only in what a throw-away stack must not or need not have", () => {
    const dev = readStackFile(files.dev);
    const prod = readStackFile(files.prod);
    const differing = [...new Set([...Object.keys(dev), ...Object.keys(prod)])].filter(
      (key) => JSON.stringify(dev[key]) !== JSON.stringify(prod[key]),
    );
    expect(differing.sort()).toEqual([
      "holdfast:access",
      "holdfast:alerts",
      "holdfast:classification",
      "holdfast:legalHold",
      "holdfast:removal",
      "holdfast:retention",
    ]);
  });

  it("keep prod and throw the others away", () => {
    expect(names.map((name) => parseConfig(readStackFile(files[name])).settings?.removal)).toEqual([
      "destroy",
      "keep",
      "destroy",
    ]);
  });
});

describe("Pulumi.yaml", () => {
  const load: (text: string) => unknown = createRequire(import.meta.url)("js-yaml").load;
  const project = z
    .object({
      name: z.string(),
      main: z.string(),
      runtime: z.object({ name: z.string(), options: z.record(z.string(), z.unknown()) }),
      config: z.record(
        z.string(),
        z.object({ type: z.string(), description: z.string(), default: z.unknown().optional() }),
      ),
    })
    .parse(load(readFileSync(join(root, "Pulumi.yaml"), "utf8")));

  it("declares four keys; the one default, which the engine needs, is that of the schema", () => {
    expect(Object.keys(project.config)).toEqual(["cloud", "primaryRegion", "drRegion", "removal"]);
    const given = Object.entries(project.config).filter(([, { default: value }]) => value !== undefined);
    expect(given.map(([key, { default: value }]) => [key, value])).toEqual([["removal", defaults.removal]]);
  });

  it("runs index.ts as it is, an ES module", () => {
    expect(project.main).toBe("index.ts");
    expect(project.runtime).toEqual({
      name: "nodejs",
      options: { typescript: false, nodeargs: "--disable-warning=ExperimentalWarning" },
    });
  });
});
