/**
 * Function bundles, built by the program before components are made: one minified ES module per function, the same bytes
 * from the same sources on any machine, so an unchanged function is no change in the preview.
 */
import { createHash } from "node:crypto";
import { mkdirSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { asset } from "@pulumi/pulumi";
import { type BuildFailure, build, formatMessages } from "esbuild";
import { HoldfastError } from "../../model/errors.ts";

/** One built function. */
export interface FunctionBundle {
  readonly name: string;
  /** `index.mjs`: the module with the exported `handler`. */
  readonly code: string;
}

/** Largest bundle in bytes: cold starts grow with it, and a dependency that does not belong there shows at once. */
export const bundleBudget = 600_000;

/** Entry file of every function, relative to the project's root. */
export const functionEntries = { admit: "functions/admit/aws.ts" } as const;
export type FunctionName = keyof typeof functionEntries;

/**
 * Builds all entries in parallel.
 *
 * @param root the project's root; it never appears in the bytes
 * @throws HoldfastError `HF4002` when a function does not build, `HF4003` when one exceeds the budget.
 */
export async function buildFunctions<Name extends string>(
  root: string,
  entries: Readonly<Record<Name, string>>,
): Promise<Readonly<Record<Name, FunctionBundle>>> {
  const built = await Promise.all(
    Object.entries<string>(entries).map(
      async ([name, entry]) => [name, await buildFunction(root, name, entry)] as const,
    ),
  );
  return Object.fromEntries(built) as Record<Name, FunctionBundle>;
}

async function buildFunction(root: string, name: string, entry: string): Promise<FunctionBundle> {
  let code = await bundle(root, name, entry, "");
  // CommonJS packages that require Node's own modules need `require`, which an ES module lacks.
  if (code.includes('Dynamic require of "')) code = await bundle(root, name, entry, requireBanner);
  const size = Buffer.byteLength(code);
  if (size > bundleBudget) {
    throw new HoldfastError(
      "HF4003",
      `Function ${name} (${entry}) is ${size} bytes when bundled; the budget is ${bundleBudget}. Find what it imports ` +
        "that it does not need.",
    );
  }
  return { name, code };
}

/** Package → file of this project that functions use in its place, relative to the project's root. */
const standIns = { "@aws-sdk/credential-provider-node": "./adapters/aws/environment-credentials.ts" };

const requireBanner = 'import{createRequire as $r}from"node:module";const require=$r(import.meta.url);';

async function bundle(root: string, name: string, entry: string, banner: string): Promise<string> {
  try {
    const result = await build({
      absWorkingDir: root,
      entryPoints: [entry],
      outfile: "index.mjs",
      write: false,
      bundle: true,
      minify: true,
      format: "esm",
      platform: "node",
      target: "node22",
      // The ES module build of a package is the one whose unused parts can be left out.
      mainFields: ["module", "main"],
      alias: standIns,
      banner: { js: banner },
      legalComments: "none",
      logLevel: "silent",
    });
    return result.outputFiles[0]?.text ?? "";
  } catch (cause) {
    const { errors = [] } = cause as Partial<BuildFailure>;
    const details =
      errors.length > 0 ? (await formatMessages(errors, { kind: "error" })).join("").trim() : String(cause);
    throw new HoldfastError("HF4002", `Function ${name} (${entry}) does not build:\n${details}`, { cause });
  }
}

/**
 * What Lambda receives: the code and, beside it, files of data (environment variables end at 4 KB).
 *
 * The files are written below `.holdfast/` and handed over by path, because the engine would write the bytes of text assets
 * into every checkpoint of the state. Their folder is named by their content: stacks that are previewed at the same time
 * in one checkout do not write into each other's. Only hashes are compared, never paths.
 */
export function functionArchive(
  built: FunctionBundle,
  data: Readonly<Record<string, unknown>> = {},
): asset.AssetArchive {
  const contents: [string, string][] = [["index.mjs", built.code]];
  for (const [file, value] of Object.entries(data)) contents.push([file, JSON.stringify(value)]);
  const files = contents.sort(([a], [b]) => (a < b ? -1 : 1));
  const hash = createHash("sha256").update(JSON.stringify(files)).digest("hex").slice(0, 16);
  const folder = join(".holdfast", "functions", built.name, hash);
  mkdirSync(folder, { recursive: true });
  const assets = files.map(([file, content]): [string, asset.FileAsset] => {
    const path = join(folder, file);
    writeFileSync(`${path}.${process.pid}`, content);
    renameSync(`${path}.${process.pid}`, path);
    return [file, new asset.FileAsset(path)];
  });
  return new asset.AssetArchive(Object.fromEntries(assets));
}
