import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { providerCodes } from "../../../emulator/providers/codes.ts";

const folder = new URL("../../../emulator/providers/", import.meta.url).pathname;
const sources = readdirSync(folder, { recursive: true, encoding: "utf8" })
  .filter((file) => file.endsWith(".ts") && file !== "codes.ts")
  .map((file) => readFileSync(join(folder, file), "utf8"))
  .join("\n");

describe("error codes of the offline providers", () => {
  it("every code that the source uses is explained, and every explained one is used", () => {
    const used = new Set(sources.match(/\bHF\d{4}\b/g));
    expect([...used].sort()).toEqual(Object.keys(providerCodes).sort());
  });

  it("every explanation has a title, a meaning and a fix", () => {
    for (const [code, { title, meaning, fix }] of Object.entries(providerCodes)) {
      expect(code).toMatch(/^HF55\d\d$/);
      for (const text of [title, meaning, fix]) expect(text.length, code).toBeGreaterThan(15);
    }
  });
});
