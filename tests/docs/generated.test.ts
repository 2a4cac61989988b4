/** The generated pages are those that the code would write now, and both lists of codes are the same. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { allCodes } from "../../docs/generate/codes.ts";
import { configurationPage } from "../../docs/generate/configuration.ts";
import { stalePages } from "../../docs/generate/index.ts";
import { troubleshootingPage } from "../../docs/generate/troubleshooting.ts";
import { describeKeys } from "../../stacks/settings/describe.ts";
import { parseSettings } from "../../stacks/settings/parse.ts";
import { configOf, root } from "../unit/settings/base.ts";

const folders = ["adapters", "components", "emulator", "functions", "model", "ports", "stacks"];

/** Codes that product code names, without those of the paragraphs themselves. */
function codesInUse(): Set<string> {
  const files = folders.flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true, encoding: "utf8" })
      .map((file) => join(folder, file))
      .filter((file) => /\.(ts|mjs|py)$/.test(file) && !/node_modules|[\\/]codes(\.|[\\/])/.test(file)),
  );
  return new Set(files.flatMap((file) => readFileSync(join(root, file), "utf8").match(/HF\d{4}/g) ?? []));
}

describe("generated pages", () => {
  it("are up to date (`npm run docs` writes them)", () => {
    expect(stalePages()).toEqual([]);
  });

  it("document every key of stack config", () => {
    const page = configurationPage();
    expect(describeKeys().length).toBeGreaterThan(80);
    const sections = [...page.matchAll(/^## `(\w+)`$/gm)].map(([, name]) => name);
    const missing = describeKeys().filter(({ path }) => !page.includes(`| \`${path}\` |`) && !sections.includes(path));
    expect(missing.map(({ path }) => path)).toEqual([]);
  });

  it("show an example that is valid", () => {
    const yaml = /```yaml\n([\s\S]*?)```/.exec(configurationPage())?.[1] ?? "";
    const { problems } = parseSettings(configOf(yaml), { project: "holdfast", stack: "test" });
    expect(problems.filter(({ severity }) => severity === "error")).toEqual([]);
  });
});

describe("codes", () => {
  it("have a paragraph each", () => {
    expect([...codesInUse()].filter((code) => !(code in allCodes())).sort()).toEqual([]);
  });

  it("are all in use", () => {
    const used = codesInUse();
    expect(Object.keys(allCodes()).filter((code) => !used.has(code))).toEqual([]);
  });

  it("stand in the troubleshooting page once", () => {
    const headings = [...troubleshootingPage().matchAll(/^### (HF\d{4}) · (.+)$/gm)].map(([, code]) => code);
    expect(headings.toSorted()).toEqual(Object.keys(allCodes()).toSorted());
  });
});
