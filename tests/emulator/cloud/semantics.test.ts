/** The table of semantics tells the truth: every emulated row names a test that is there, every patch has a row. */
import { readdirSync, readFileSync } from "node:fs";
import { expect, test } from "vitest";

interface Row {
  readonly name: string;
  readonly source: string;
  readonly module?: string;
  readonly test?: string;
  readonly why?: string;
  readonly state: "emulated" | "unproven";
}

const cloud = new URL("../../../emulator/cloud/", import.meta.url);
const read = (path: string, base: URL = cloud) => readFileSync(new URL(path, base), "utf8");
const rows = (JSON.parse(read("semantics.json")) as { semantics: Row[] }).semantics;
const emulated = rows.filter((row) => row.state === "emulated");
const modules = readdirSync(new URL("holdfast_emulator/", cloud)).filter((name) => name.endsWith(".py"));

test("names are unique and every row has a source", () => {
  expect(new Set(rows.map((row) => row.name)).size).toBe(rows.length);
  expect(rows.filter((row) => row.source === "")).toEqual([]);
});

test.each(emulated)("$name", ({ test: named = "", module = "" }) => {
  const [file, ...title] = named.split(": ");
  expect(read(`./${file}.test.ts`, new URL(import.meta.url))).toContain(`"${title.join(": ")}"`);
  if (!module.startsWith("(")) expect(modules).toContain(`${module}.py`);
});

test("what is unproven says why and claims no test", () => {
  const unproven = rows.filter((row) => row.state === "unproven");
  expect(unproven.filter((row) => row.why === undefined || row.test !== undefined)).toEqual([]);
  expect(rows.length).toBe(emulated.length + unproven.length);
});

test("every module that changes the emulator has a row, and is installed", () => {
  const withoutMeaning = ["policy_cache", "lambda_workers"];
  const patching = modules
    .filter((name) => read(`holdfast_emulator/${name}`).includes("\ndef install():"))
    .map((name) => name.replace(".py", ""));
  const described = new Set(emulated.map((row) => row.module));
  expect(patching.filter((name) => !described.has(name) && !withoutMeaning.includes(name))).toEqual([]);
  const installed = read("holdfast_emulator/patches.py");
  expect(patching.filter((name) => !installed.includes(`    ${name}.install()`))).toEqual([]);
});

test("the requirements pin the version that the patches are written for, and name no registry", () => {
  const requirements = read("requirements.txt");
  const version = /MINISTACK_VERSION = "([^"]+)"/.exec(read("holdfast_emulator/__init__.py"))?.[1];
  expect(requirements).toContain(`ministack==${version}\n`);
  const lines = requirements.split("\n").filter((line) => line !== "" && !line.startsWith("#"));
  expect(lines.filter((line) => !/^[A-Za-z0-9.-]+==[0-9][0-9a-z.]*$/.test(line))).toEqual([]);
});
