import { readdirSync, readFileSync, statSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import { describe, expect, it } from "vitest";

/**
 * Proves: no file imports what the layers forbid. Does not prove: that a layer is used for what it is meant for.
 *
 * Each row reads "files below `from` may import only from `may`"; packages are judged apart, by `forbiddenPackages`.
 */
const root = resolve(import.meta.dirname, "../..");

const layers: readonly { from: string; except?: RegExp; may: readonly string[] }[] = [
  { from: "model/", may: ["model/"] },
  { from: "ports/", may: ["ports/", "model/"] },
  { from: "adapters/", may: ["adapters/", "ports/", "model/"] },
  { from: "functions/", except: /\/(aws|azure)\.ts$/, may: ["functions/", "ports/", "model/"] },
  { from: "functions/", may: ["functions/", "adapters/", "ports/", "model/"] },
  { from: "components/", may: ["components/", "functions/", "model/"] },
  { from: "stacks/", may: ["stacks/", "components/", "model/"] },
  { from: "index.ts", may: ["stacks/", "components/", "model/"] },
  { from: "emulator/", may: ["emulator/", "model/cloud.ts"] },
];

/** `package prefix` → folders that must not import it. */
const forbiddenPackages: readonly { packages: RegExp; folders: readonly string[]; except?: RegExp }[] = [
  { packages: /^@pulumi\//, folders: ["model/", "ports/", "adapters/", "functions/"] },
  { packages: /^(@aws-sdk|@azure|@smithy)\//, folders: ["model/", "ports/", "components/", "stacks/", "index.ts"] },
  { packages: /^(@aws-sdk|@azure|@smithy)\//, folders: ["functions/"], except: /\/(aws|azure)\.ts$/ },
];

/** Components may read a function's environment schema and its needs, and nothing else of it. */
const sharedWithComponents = /^functions\/[^/]+\/(env|needs)\.ts$/;

function sources(folder: string): string[] {
  return readdirSync(join(root, folder), { withFileTypes: true }).flatMap((entry) => {
    const path = folder === "" ? entry.name : `${folder}/${entry.name}`;
    if (entry.isDirectory()) return /^(node_modules|\.|tests$|docs$|bench$)/.test(entry.name) ? [] : sources(path);
    return path.endsWith(".ts") && path !== "vitest.config.ts" ? [path] : [];
  });
}

function importsOf(file: string): string[] {
  const text = readFileSync(join(root, file), "utf8");
  const found = text.matchAll(/(?:\bfrom|\bimport)\s*\(?\s*["']([^"']+)["']/g);
  return [...found].map((match) => match[1] ?? "");
}

function violations(file: string): string[] {
  const found: string[] = [];
  const layer = layers.find((row) => file.startsWith(row.from) && !row.except?.test(file));
  for (const specifier of importsOf(file)) {
    if (specifier.startsWith(".")) {
      const target = relative(root, resolve(join(root, dirname(file)), specifier));
      if (layer && !layer.may.some((prefix) => target.startsWith(prefix))) found.push(`${file} → ${target}`);
      if (/^(components|stacks)\//.test(file) && target.startsWith("functions/") && !sharedWithComponents.test(target))
        found.push(`${file} → ${target}`);
      if (/^functions\//.test(file) && !/\/(aws|azure)\.ts$/.test(file) && target.startsWith("adapters/"))
        found.push(`${file} → ${target}`);
    } else {
      for (const rule of forbiddenPackages)
        if (rule.packages.test(specifier) && rule.folders.some((f) => file.startsWith(f)) && !rule.except?.test(file))
          found.push(`${file} → ${specifier}`);
    }
  }
  return found;
}

describe("dependency rule", () => {
  const files = sources("");

  it("finds the product's files", () => {
    expect(files.length).toBeGreaterThan(10);
    expect(files.some((file) => statSync(join(root, file)).size > 0)).toBe(true);
  });

  it("is kept by every file", () => {
    expect(files.flatMap(violations)).toEqual([]);
  });

  it("keeps every file below 400 lines", () => {
    const tests = readdirSync(join(root, "tests"), { recursive: true, encoding: "utf8" })
      .map((file) => `tests/${file}`)
      .filter((file) => file.endsWith(".ts"));
    const all = [...files, ...tests];
    const long = all.filter((file) => readFileSync(join(root, file), "utf8").split("\n").length > 400);
    expect(long).toEqual([]);
  });

  it("lets only the settings loader read pulumi.Config", () => {
    const readers = files.filter(
      (file) =>
        !file.startsWith("emulator/") &&
        /new pulumi\.Config\(|new Config\(/.test(readFileSync(join(root, file), "utf8")),
    );
    expect(readers.filter((file) => file !== "stacks/settings/load.ts")).toEqual([]);
  });
});
