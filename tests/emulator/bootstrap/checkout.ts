/** A small checkout, in a path with a blank, that the bootstrap sets up and runs as it would a fresh clone. */
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { projectDir, sha256 } from "../../../emulator/bootstrap/paths.mjs";
import { capture } from "../../../emulator/bootstrap/processes.mjs";

export interface Checkout {
  readonly dir: string;
  readonly local: string;
  write(path: string, text: string): void;
  read(path: string): string;
  /** Runs `node emulator/bootstrap/run.mjs …args` there. */
  run(args: readonly string[], env?: NodeJS.ProcessEnv): ReturnType<typeof capture>;
  remove(): void;
}

/** A provider that accepts everything; CREATE_MS is how long it takes to create something. */
const provider = `
import { writeFileSync } from "node:fs";
import * as pulumi from "@pulumi/pulumi";
if (process.env.ENVIRONMENT_FILE) writeFileSync(process.env.ENVIRONMENT_FILE + ".provider", JSON.stringify(process.env));
const wait = () => new Promise((resolve) => setTimeout(resolve, Number(process.env.CREATE_MS ?? 0)));
pulumi.provider.main({
  version: "7.48.0",
  check: async (_urn, _olds, news) => ({ inputs: news, failures: [] }),
  diff: async () => ({ changes: false }),
  create: async (urn, outs) => { await wait(); return { id: urn, outs }; },
  read: async (id, _urn, props) => ({ id, props }),
  update: async (_id, _urn, _olds, outs) => ({ outs }),
  delete: async () => {},
} as pulumi.provider.Provider, []);
`;

const program = `
import { writeFileSync } from "node:fs";
import * as aws from "@pulumi/aws";
const region = "us-east-1";
const provider = new aws.Provider("aws", { region, skipCredentialsValidation: true });
export const bucket = new aws.s3.Bucket("bucket", { bucket: "holdfast-dev", region }, { provider }).bucket;
if (process.env.ENVIRONMENT_FILE) writeFileSync(process.env.ENVIRONMENT_FILE, JSON.stringify(process.env));
if (process.env.FAIL) throw new Error("the program says no");
`;

export function makeCheckout(): Checkout {
  const root = mkdtempSync(join(tmpdir(), "holdfast checkout "));
  const dir = join(root, "a fresh clone");
  const write = (path: string, text: string): void => {
    mkdirSync(dirname(join(dir, path)), { recursive: true });
    writeFileSync(join(dir, path), text);
  };
  for (const folder of ["bootstrap", "engine", "local", "cloud"]) {
    cpSync(join(projectDir, "emulator", folder), join(dir, "emulator", folder), { recursive: true });
  }
  const lock = readFileSync(join(projectDir, "package-lock.json"), "utf8");
  write("package-lock.json", lock);
  write("package.json", JSON.stringify({ name: "holdfast", type: "module" }));
  write("node_modules/.holdfast-lock", `${sha256(lock)}\n`);
  for (const name of readdirSync(join(projectDir, "node_modules"))) {
    if (!name.startsWith(".")) symlinkSync(join(projectDir, "node_modules", name), join(dir, "node_modules", name));
  }
  write("Pulumi.yaml", "name: holdfast\nmain: index.ts\nruntime:\n  name: nodejs\n  options:\n    typescript: false\n");
  write("Pulumi.dev.yaml", "config:\n  holdfast:media: { rpo: 60 minutes } # why\n");
  write("Pulumi.prod.yaml", "# production\nconfig:\n  holdfast:cloud: aws\n");
  write("emulator/stacks/Pulumi.embedded.yaml", "config:\n  holdfast:cloud: aws\n");
  write("emulator/providers/serve.ts", provider);
  write("index.ts", program);
  const local = join(dir, ".local");
  return {
    dir,
    local,
    write,
    read: (path) => readFileSync(join(dir, path), "utf8"),
    run(args, env = {}) {
      const clean = { ...process.env, HOLDFAST_LOCAL: undefined, ...env };
      return capture(process.execPath, [join(dir, "emulator", "bootstrap", "run.mjs"), ...args], {
        cwd: dir,
        env: clean,
      });
    },
    remove: () => rmSync(root, { recursive: true, force: true }),
  };
}
