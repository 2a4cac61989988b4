import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { expect, test } from "vitest";
import { languageHostDir, projectDir } from "../../../emulator/bootstrap/paths.mjs";

const mapsFrames = (...preloads: readonly string[]) => {
  const script = 'require("source-map-support/register"); console.log(typeof Error.prepareStackTrace);';
  const args = [...preloads.flatMap((file) => ["--require", join(languageHostDir, file)]), "-e", script];
  return spawnSync(process.execPath, args, { cwd: projectDir, encoding: "utf8" }).stdout.trim();
};

test("the program's stack traces are not mapped, which the SDK's runner would do for every resource", () => {
  expect(mapsFrames()).toBe("function");
  expect(mapsFrames("plain-stacks.cjs")).toBe(mapsFramesOfNobody());
});

/** What a process has that loads no mapping at all. */
const mapsFramesOfNobody = () =>
  spawnSync(process.execPath, ["-e", "console.log(typeof Error.prepareStackTrace);"], {
    encoding: "utf8",
  }).stdout.trim();
