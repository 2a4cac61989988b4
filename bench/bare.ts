/**
 * `npm run demo` on a bare machine: a clean copy of the checkout, no packages, no tools, empty caches of npm, pip and Go,
 * and no Pulumi on PATH. What a machine always has (Node, npm, Python, Go) is the machine's own.
 */
import { execFileSync } from "node:child_process";
import { cpSync, existsSync, mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { delimiter, dirname, join } from "node:path";
import { measure, root } from "./processes.ts";
import { type Measurement, measurement } from "./report.ts";

/** Copies what git would check out, with the changes that are not committed yet. */
function cleanCopy(to: string): void {
  const listed = execFileSync("git", ["ls-files", "--cached", "--others", "--exclude-standard", "-z"], { cwd: root });
  for (const file of listed.toString().split("\0")) {
    if (file === "" || !existsSync(join(root, file))) continue;
    mkdirSync(dirname(join(to, file)), { recursive: true });
    cpSync(join(root, file), join(to, file), { verbatimSymlinks: true });
  }
}

/** PATH as it was before the bootstrap put its tools in front, and without any Pulumi. */
function barePath(env: NodeJS.ProcessEnv): string {
  const cache = env.HOLDFAST_CACHE;
  const tools = (folder: string) =>
    (cache !== undefined && folder.startsWith(cache)) ||
    folder.startsWith(root) ||
    ["pulumi", "pulumi-language-nodejs"].some((name) => existsSync(join(folder, name)));
  return (env.PATH ?? "")
    .split(delimiter)
    .filter((folder) => folder !== "" && !tools(folder))
    .join(delimiter);
}

/** @param folder for the copy and the caches. @param env of a task, as the bootstrap made it. */
export function bareEnv(folder: string, env: NodeJS.ProcessEnv = process.env): NodeJS.ProcessEnv {
  // npm hands its own settings on as variables, and the bootstrap its folders.
  const own = /^(npm_(?!config_registry$)|HOLDFAST_(LOCAL|PYTHON|LANGUAGE_HOST|BENCH_RUN)$|INIT_CWD$)/i;
  const caches = join(folder, "caches");
  return {
    ...Object.fromEntries(Object.entries(env).filter(([name]) => !own.test(name))),
    PATH: barePath(env),
    PWD: join(folder, "checkout"),
    HOLDFAST_CACHE: join(folder, "cache"),
    npm_config_cache: join(caches, "npm"),
    PIP_CACHE_DIR: join(caches, "pip"),
    GOMODCACHE: join(caches, "go-modules"),
    GOCACHE: join(caches, "go-build"),
    // Go makes the files of its module cache read-only, which would be in the way of the clean-up.
    GOFLAGS: [env.GOFLAGS, "-modcacherw"].filter(Boolean).join(" "),
  };
}

/** @param folder for the copy and all caches: several gigabytes, removed at the end. */
export async function benchBare(folder: string): Promise<Measurement[]> {
  mkdirSync(folder, { recursive: true });
  const scratch = mkdtempSync(join(folder, "bare-"));
  const checkout = join(scratch, "checkout");
  try {
    cleanCopy(checkout);
    const { code, seconds, output } = await measure("npm", ["run", "demo"], { cwd: checkout, env: bareEnv(scratch) });
    if (code !== 0) throw new Error(`the demo on a bare machine ended with code ${code}:\n${output}`);
    const built = /building Pulumi/.test(output);
    return [
      measurement("bare-demo-s", [seconds], {
        unit: "s",
        against: `nothing: npm run demo in a clean copy with empty caches, engine ${built ? "built" : "downloaded"}, emulated cloud; 1 demo`,
        goal: built ? 360 : 180,
      }),
    ];
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}
