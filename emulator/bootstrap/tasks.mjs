/** The tasks behind the npm scripts: what runs, and what it needs. */

/**
 * @typedef {object} Task
 * @property {string} says       One line for the usage text.
 * @property {string} [script]   TypeScript entry, relative to the project; absent for `pulumi`.
 * @property {readonly import("./preflight.mjs").Part[]} parts
 */

/** @type {readonly import("./preflight.mjs").Part[]} */
const everything = ["deps", "python", "engine"];

/** @type {Readonly<Record<string, Task>>} */
export const tasks = {
  demo: { says: "the whole story on an emulated cloud", script: "emulator/demo/main.ts", parts: everything },
  test: { says: "all tests", script: "tests/run.ts", parts: everything },
  pulumi: { says: "the Pulumi command line on the embedded default", parts: ["deps", "engine"] },
  "local:up": {
    says: "start the emulated cloud, deploy, and leave it running",
    script: "emulator/local/up.ts",
    parts: everything,
  },
  "local:down": { says: "stop what local:up started", script: "emulator/local/down.ts", parts: ["deps"] },
  bench: { says: "measurements", script: "bench/run.ts", parts: everything },
  "test:seeded": {
    says: "seeded bugs, each of which must turn the tests red",
    script: "tests/seeded-bugs/run.ts",
    parts: everything,
  },
  docs: { says: "generate the reference pages", script: "docs/generate/index.ts", parts: ["deps"] },
};
