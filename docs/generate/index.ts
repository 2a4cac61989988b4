/** Writes the generated pages; with `--check` writes nothing and fails when one is stale. */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { configurationPage } from "./configuration.ts";
import { troubleshootingPage } from "./troubleshooting.ts";

/** File below `docs/` → its content. */
export const pages: Readonly<Record<string, () => string>> = {
  "configuration.md": configurationPage,
  "troubleshooting.md": troubleshootingPage,
};

const docs = join(import.meta.dirname, "..");

/** Names of the pages whose file differs from what would be written now, or is not there. */
export function stalePages(): string[] {
  return Object.entries(pages).flatMap(([name, render]) => (contentOf(join(docs, name)) === render() ? [] : [name]));
}

function contentOf(file: string): string | undefined {
  try {
    return readFileSync(file, "utf8");
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return undefined;
    throw error;
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const stale = stalePages();
  if (process.argv.includes("--check")) {
    for (const name of stale) console.error(`docs/${name} is stale: run \`npm run docs\``);
    process.exitCode = stale.length === 0 ? 0 : 1;
  } else {
    for (const name of stale) {
      writeFileSync(join(docs, name), pages[name]?.() ?? "");
      console.log(`wrote docs/${name}`);
    }
  }
}
