/** A small change of the project is a small change of the cloud: previews from a copy with one line changed. */
import { cpSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { projectDir } from "../../../emulator/bootstrap/paths.mjs";
import { capture } from "../../../emulator/bootstrap/processes.mjs";
import { type Instance, startTimeoutMs } from "../support/instance.ts";

/** Folders that are no part of the program. */
const leftOut = new Set(["node_modules", ".git", ".local", ".holdfast", "coverage"]);

interface Preview {
  readonly steps: readonly { readonly op: string; readonly urn: string }[];
}

interface Edit {
  readonly file: string;
  readonly before: string;
  readonly after: string;
}

export function change(instance: () => Instance): void {
  describe("in a copy of the checkout", () => {
    let copy: string;
    beforeAll(() => {
      copy = join(instance().local, "copy");
      rmSync(copy, { recursive: true, force: true });
      cpSync(projectDir, copy, {
        recursive: true,
        filter: (source) => source === projectDir || !leftOut.has(basename(source)),
      });
      symlinkSync(join(projectDir, "node_modules"), join(copy, "node_modules"), "dir");
    });
    afterAll(() => rmSync(copy, { recursive: true, force: true }));

    /** What a preview from the copy would do to the running stack, besides nothing. */
    async function planned(edit?: Edit): Promise<readonly string[]> {
      const path = edit && join(copy, edit.file);
      const original = path && readFileSync(path, "utf8");
      try {
        if (edit && path && original !== undefined) {
          expect(original.split(edit.before)).toHaveLength(2);
          writeFileSync(
            path,
            original.replace(edit.before, () => edit.after),
          );
        }
        const run = join(copy, "emulator", "bootstrap", "run.mjs");
        const { code, stdout, stderr } = await capture(
          process.execPath,
          [run, "pulumi", "preview", "--stack", "embedded", "--json"],
          { cwd: copy, env: { ...process.env, HOLDFAST_LOCAL: instance().local } },
        );
        expect(code, stdout + stderr).toBe(0);
        const steps = (JSON.parse(stdout) as Preview).steps;
        expect(steps.length).toBeGreaterThan(60);
        return steps
          .filter(({ op }) => op !== "same" && op !== "read")
          .map(({ op, urn }) => `${op} ${urn.split("::").slice(-2).join(" ")}`);
      } finally {
        if (path && original !== undefined) writeFileSync(path, original);
      }
    }

    const functionOnly = ["update holdfast:index:RecordingIntake$aws:lambda/function:Function intake-admit"];

    it(
      "nothing changed is no change: the function's bytes do not depend on where they were built",
      async () => {
        expect(await planned()).toEqual([]);
      },
      startTimeoutMs,
    );

    it(
      "one changed word of the admission logic changes the function and nothing else",
      async () => {
        const edit = { file: "functions/admit/core.ts", before: '"recording admitted"', after: '"recording let in"' };
        expect(await planned(edit)).toEqual(functionOnly);
      },
      startTimeoutMs,
    );

    it(
      "a changed hold rule in the stack file changes the function and nothing else",
      async () => {
        const edit = {
          file: "emulator/stacks/Pulumi.embedded.yaml",
          before: 'match: { metadata: { incident: "7" } }',
          after: 'match: { metadata: { incident: "8" } }',
        };
        expect(await planned(edit)).toEqual(functionOnly);
      },
      startTimeoutMs,
    );
  });
}
