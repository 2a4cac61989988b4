/** What one instance of the embedded default keeps in its `.local` directory. */
import { mkdirSync, renameSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { deployerFile } from "../bootstrap/cloud-state.mjs";
import { localDir } from "../bootstrap/paths.mjs";
import { BootstrapError } from "../bootstrap/problem.mjs";
import type { Credentials, SeededCredentials } from "../cloud/seed.ts";

/** Stack of the embedded default; its settings are emulator/stacks/Pulumi.embedded.yaml. */
export const embedded = "embedded";

/** Content of `.local/stack.json`: stable, tools outside this repository read it. */
export interface StackDescription {
  readonly schemaVersion: 1;
  readonly cloud: "aws";
  readonly endpoint: string;
  readonly regions: { readonly primary: string; readonly dr: string };
  readonly accountId: string;
  readonly credentials: SeededCredentials;
  /** Outputs of the stack, as `pulumi stack output --json` prints them. */
  readonly outputs: Readonly<Record<string, unknown>>;
}

/** The directory asked for, else `HOLDFAST_LOCAL`, else `<project>/.local`. */
export function resolveLocal(local: string | undefined): string {
  return localDir(local === undefined ? process.env : { HOLDFAST_LOCAL: local });
}

/** Nothing but the three words of the contract: AWS clients leave marks of their own on objects they were given. */
function plainKeys({ accessKeyId, secretAccessKey, sessionToken }: Credentials): Credentials {
  return { accessKeyId, secretAccessKey, ...(sessionToken === undefined ? {} : { sessionToken }) };
}

/** Writes `stack.json` so that a reader sees the old file or the new one, never half of it. */
export function writeStack(local: string, stack: StackDescription): void {
  const file = join(local, "stack.json");
  const credentials = Object.fromEntries(
    Object.entries(stack.credentials).map(([who, keys]) => [who, plainKeys(keys)]),
  );
  mkdirSync(dirname(file), { recursive: true });
  // The credentials open an emulator only, but a habit of world-readable key files is a bad one.
  writeFileSync(`${file}.${process.pid}`, `${JSON.stringify({ ...stack, credentials }, null, 2)}\n`, { mode: 0o600 });
  renameSync(`${file}.${process.pid}`, file);
}

/** Leaves the deployer's keys where `npm run pulumi` finds them. */
export function writeDeployer(local: string, keys: Credentials): void {
  mkdirSync(local, { recursive: true });
  writeFileSync(join(local, deployerFile), JSON.stringify(plainKeys(keys)), { mode: 0o600 });
}

/** Runs the main function of `up.ts` and `down.ts`: expected failures without a stack, exit code 1. */
export async function runMain(main: () => Promise<unknown>): Promise<void> {
  try {
    await main();
  } catch (error) {
    const coded =
      error instanceof BootstrapError || (error instanceof Error && "code" in error && /^HF/.test(String(error.code)));
    if (!coded) throw error;
    process.stderr.write(`${(error as Error).message}\n`);
    process.exitCode = 1;
  }
}
