/** A small change of the project is a small change of the cloud: previews from a copy with one line changed. */
import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { projectDir } from "../../../emulator/bootstrap/paths.mjs";
import { capture } from "../../../emulator/bootstrap/processes.mjs";
import { type Instance, startTimeoutMs } from "../support/instance.ts";

/** Folders that are no part of the program. */
const leftOut = new Set(["node_modules", ".git", ".local", ".holdfast", "coverage"]);

interface Preview {
  readonly changeSummary: Readonly<Record<string, number>>;
  readonly steps: readonly { readonly op: string; readonly urn: string }[];
}

interface Edit {
  readonly file: string;
  readonly before: string;
  readonly after: string;
}

const functionOnly = ["update holdfast:index:RecordingIntake$aws:lambda/function:Function intake-admit"];

const edits: Readonly<Record<string, Edit | undefined>> = {
  "an untouched copy: the function's bytes do not depend on where they are built": undefined,
  "one word of the admission logic": {
    file: "functions/admit/core.ts",
    before: '"recording admitted"',
    after: '"recording let in"',
  },
  "a hold rule in the stack file": {
    file: "emulator/stacks/Pulumi.embedded.yaml",
    before: 'match: { metadata: { incident: "7" } }',
    after: 'match: { metadata: { incident: "8" } }',
  },
};

export function change(instance: () => Instance): void {
  /** What a preview from a copy of the checkout would do to the running stack. */
  async function planned(copy: string, edit: Edit | undefined): Promise<readonly string[]> {
    mkdirSync(copy, { recursive: true });
    for (const name of readdirSync(projectDir).filter((entry) => !leftOut.has(entry)))
      cpSync(join(projectDir, name), join(copy, name), { recursive: true });
    symlinkSync(join(projectDir, "node_modules"), join(copy, "node_modules"), "dir");
    if (edit) {
      const path = join(copy, edit.file);
      const [head, tail, ...more] = readFileSync(path, "utf8").split(edit.before);
      if (tail === undefined || more.length > 0) throw new Error(`${edit.before} is not once in ${edit.file}`);
      writeFileSync(path, `${head}${edit.after}${tail}`);
    }
    const { code, stdout, stderr } = await capture(
      process.execPath,
      [join(copy, "emulator", "bootstrap", "run.mjs"), "pulumi", "preview", "--stack", "embedded", "--json"],
      { cwd: copy, env: { ...process.env, HOLDFAST_LOCAL: instance().local } },
    );
    expect(code, stdout + stderr).toBe(0);
    const { changeSummary, steps } = JSON.parse(stdout) as Preview;
    expect(changeSummary.same).toBeGreaterThan(60);
    return steps.filter(({ op }) => op !== "same").map(({ op, urn }) => `${op} ${urn.split("::").slice(-2).join(" ")}`);
  }

  describe("previews from copies of the checkout", () => {
    let plans: Readonly<Record<string, readonly string[]>>;
    const folder = () => join(instance().local, "copies");
    beforeAll(async () => {
      rmSync(folder(), { recursive: true, force: true });
      const plan = async (what: string) =>
        [what, await planned(join(folder(), what.slice(0, 12)), edits[what])] as const;
      // Previews of one instance share its copy of the stack file, so the one with other settings comes alone.
      const [last = "", ...same] = Object.keys(edits).reverse();
      plans = Object.fromEntries([...(await Promise.all(same.map(plan))), await plan(last)]);
    }, startTimeoutMs);
    afterAll(() => rmSync(folder(), { recursive: true, force: true }));

    it.each(Object.entries(edits))("%s", (what, edit) => {
      expect(plans[what]).toEqual(edit ? functionOnly : []);
    });
  });
}
