/** Runs of `npm run demo`, each told where its `.local` is, by the route that a user takes. */
import { type ChildProcess, spawn } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { projectDir } from "../../../emulator/bootstrap/paths.mjs";
import { localDown } from "../../../emulator/local/down.ts";
import { instanceDir } from "./instance.ts";

export interface DemoRun {
  readonly child: ChildProcess;
  /** Exit code (undefined when a signal ended it) and everything it said. */
  readonly ended: Promise<{ readonly code: number | undefined; readonly said: string }>;
}

export interface Report {
  readonly schemaVersion: number;
  readonly cloud: string;
  readonly steps: readonly {
    readonly name: string;
    readonly ok: boolean;
    readonly figures: Readonly<Record<string, string | number>>;
  }[];
  readonly unproven: readonly string[];
}

export interface DemoPlace {
  /** `HOLDFAST_LOCAL` of the runs. */
  readonly dir: string;
  /** Where the demo's own instance lives. */
  readonly instance: string;
  start(...args: string[]): DemoRun;
  report(name: string): Report;
  remove(): Promise<void>;
}

/** A fresh place; what a killed run of the same test left there goes first. */
export async function demoPlace(name: string): Promise<DemoPlace> {
  const dir = instanceDir(name);
  const instance = join(dir, "demo");
  const remove = async () => {
    await localDown({ local: instance, log: () => {} });
    rmSync(dir, { recursive: true, force: true });
  };
  if (existsSync(dir)) await remove();
  mkdirSync(dir, { recursive: true });
  return {
    dir,
    instance,
    start(...args) {
      const child = spawn(process.execPath, [join(projectDir, "emulator", "bootstrap", "run.mjs"), "demo", ...args], {
        cwd: projectDir,
        env: { ...process.env, HOLDFAST_LOCAL: dir, HOLDFAST_DEBUG: "1" },
        stdio: ["ignore", "pipe", "pipe"],
      });
      let said = "";
      for (const stream of [child.stdout, child.stderr]) {
        stream.setEncoding("utf8").on("data", (text: string) => {
          said += text;
        });
      }
      const ended = new Promise<Awaited<DemoRun["ended"]>>((resolve, reject) => {
        child.once("error", reject);
        child.once("close", (code) => resolve({ code: code ?? undefined, said }));
      });
      return { child, ended };
    },
    report: (file) => JSON.parse(readFileSync(join(dir, file), "utf8")) as Report,
    remove,
  };
}
