import { mkdir, mkdtemp, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { buildFunctions, bundleBudget, functionArchive, functionEntries } from "../../../components/support/bundles.ts";

const root = path.resolve(import.meta.dirname, "../../..");
let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), "bundles-"));
  await mkdir(path.join(folder, "functions"));
  await writeFile(
    path.join(folder, "functions/one.ts"),
    'import { shared } from "./shared.ts";\nexport const handler = () => shared + 1;\n',
  );
  await writeFile(
    path.join(folder, "functions/two.ts"),
    'import { two } from "./words.ts";\nexport const handler = () => two;\n',
  );
  await writeFile(path.join(folder, "functions/shared.ts"), "export const shared: number = 41;\n");
  await writeFile(path.join(folder, "functions/words.ts"), 'export const two = "two";\n');
});
afterEach(() => rm(folder, { recursive: true }));

const entries = { one: "functions/one.ts", two: "functions/two.ts" };

describe("buildFunctions", () => {
  it("gives the same bytes from the same sources, wherever they are", async () => {
    const first = await buildFunctions(folder, entries);
    const elsewhere = `${folder}-moved`;
    await symlink(folder, elsewhere);
    try {
      expect(await buildFunctions(elsewhere, entries)).toEqual(first);
    } finally {
      await rm(elsewhere);
    }
    expect(first.one.code).not.toContain(folder);
  });

  it("changes exactly the function whose source changed", async () => {
    const before = await buildFunctions(folder, entries);
    await writeFile(path.join(folder, "functions/shared.ts"), "export const shared: number = 42;\n");
    const after = await buildFunctions(folder, entries);
    expect(after.one.code).not.toBe(before.one.code);
    expect(after.two.code).toBe(before.two.code);
  });

  it("gives code that CommonJS packages bundle into a working require", async () => {
    await writeFile(path.join(folder, "functions/words.ts"), 'export { two } from "./old.cjs";\n');
    await writeFile(
      path.join(folder, "functions/old.cjs"),
      'exports.two = require("node:path").posix.join("a", "b");\n',
    );
    const { two, one } = await buildFunctions(folder, entries);
    const file = path.join(folder, "index.mjs");
    await writeFile(file, two.code);
    expect((await import(/* @vite-ignore */ file)).handler()).toBe("a/b");
    expect(one.code).not.toContain("createRequire");
  });

  it("says which function does not build, and where", async () => {
    await writeFile(path.join(folder, "functions/words.ts"), 'export { two } from "./missing.ts";\n');
    await expect(buildFunctions(folder, entries)).rejects.toMatchObject({
      code: "HF4002",
      message: expect.stringMatching(
        /Function two \(functions\/two\.ts\)[\s\S]*functions\/words\.ts:1[\s\S]*missing\.ts/,
      ),
    });
  });

  it("refuses a bundle above the budget", async () => {
    await writeFile(path.join(folder, "functions/words.ts"), `export const two = "${"x".repeat(bundleBudget)}";\n`);
    await expect(buildFunctions(folder, entries)).rejects.toMatchObject({
      code: "HF4003",
      message: expect.stringContaining("600000"),
    });
  });

  it("builds the functions of this project within the budget and without a trace of this machine", async () => {
    const built = await buildFunctions(root, functionEntries);
    for (const { name, code } of Object.values(built)) {
      expect(Buffer.byteLength(code), name).toBeLessThanOrEqual(600_000);
      expect(code, name).toMatch(/export\s*\{[^}]*\bhandler\b/);
      expect(code, name).not.toContain(root);
    }
  }, 60_000);
});

describe("functionArchive", () => {
  it("puts code and data side by side", async () => {
    const archive = functionArchive({ name: "one", code: "export {}" }, { "rules.json": { classes: [] } });
    const assets = (await archive.assets) as Record<string, { path: Promise<string> }>;
    const content = async (name: string) => readFile((await assets[name]?.path) ?? "", "utf8");
    expect(Object.keys(assets)).toEqual(["index.mjs", "rules.json"]);
    expect(await content("index.mjs")).toBe("export {}");
    expect(await content("rules.json")).toBe('{"classes":[]}');
  });

  it("keeps stacks with other rules apart, and writes the same content to the same place", async () => {
    const place = async (classes: string[]) => {
      const archive = functionArchive({ name: "one", code: "export {}" }, { "rules.json": { classes } });
      const assets = (await archive.assets) as Record<string, { path: Promise<string> }>;
      return assets["rules.json"]?.path;
    };
    expect(await place(["a"])).not.toBe(await place(["b"]));
    expect(await place(["a"])).toBe(await place(["a"]));
  });

  it("is what every entry in the list is read from", async () => {
    for (const entry of Object.values(functionEntries))
      expect(await readFile(path.join(root, entry), "utf8")).toContain("handler");
  });
});
