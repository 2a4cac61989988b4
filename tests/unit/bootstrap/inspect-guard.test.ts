import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { languageHostDir } from "../../../emulator/bootstrap/paths.mjs";

/** Inspects an error with the given last frame, as the Pulumi SDK does, in a process that has loaded the guard. */
function inspect(frame: string): string {
  const script = `
    const error = new Error("x");
    error.stack = ${JSON.stringify(`Error: x\n    at f (${frame})`)};
    process.stdout.write(require("node:util").inspect(error, { colors: true }));`;
  const args = ["--require", join(languageHostDir, "inspect-guard.cjs"), "-e", script];
  return spawnSync(process.execPath, args, { encoding: "utf8", timeout: 5000 }).stdout;
}

describe("inspect guard", () => {
  it("prints a frame that ends right after a scope, at once and without colours", () => {
    const frame = "/a/node_modules/@pulumi/resource.ts:1:2";
    expect(inspect(frame)).toBe(`Error: x\n    at f (${frame})`);
  });

  it("leaves the colours of other traces", () => {
    expect(inspect("/a/node_modules/@pulumi/pulumi/resource.ts:1:2")).toContain("\u001b[");
  });
});
