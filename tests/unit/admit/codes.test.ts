import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { admissionCodes } from "../../../model/codes/admission.ts";

const root = join(import.meta.dirname, "../../..");

/** Codes of admission that code in a folder mentions; the list of codes itself left out. */
function codesIn(folder: string): readonly string[] {
  return readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith(".ts") && !entry.parentPath.endsWith("codes"))
    .flatMap((entry) => readFileSync(join(entry.parentPath, entry.name), "utf8").match(/HF2\d{3}/g) ?? []);
}

it("every code that admission uses has a paragraph, and every paragraph a use", () => {
  const used = new Set([...codesIn("functions/admit"), ...codesIn("model")]);
  expect([...used].sort()).toEqual(Object.keys(admissionCodes).sort());
});

it("every paragraph is a title and whole sentences", () => {
  for (const { title, meaning, fix } of Object.values(admissionCodes)) {
    expect(title).toMatch(/^[A-Z].*[^.]$/);
    expect(meaning).toMatch(/\.$/);
    expect(fix).toMatch(/\.$/);
  }
});
