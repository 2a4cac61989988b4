/** Every code of the repository: those of the product, and those of the embedded default, which the product never imports. */
import { z } from "zod";
import { emulatorCloudCodes } from "../../emulator/cloud/codes.ts";
import { providerCodes } from "../../emulator/providers/codes.ts";
import { type CodeParagraph, codes } from "../../model/codes/index.ts";

/** The bootstrap runs before dependencies are installed, so its codes are in plain JavaScript without types. */
const { bootstrapCodes } = z
  .object({
    bootstrapCodes: z.record(z.string(), z.object({ title: z.string(), meaning: z.string(), fix: z.string() })),
  })
  .parse(await import(new URL("../../emulator/bootstrap/codes.mjs", import.meta.url).href));

const parts: readonly Readonly<Record<string, CodeParagraph>>[] = [
  codes,
  bootstrapCodes,
  emulatorCloudCodes,
  providerCodes,
];

/** @throws TypeError when two parts explain the same code. */
export function allCodes(): Readonly<Record<string, CodeParagraph>> {
  const all: Record<string, CodeParagraph> = {};
  for (const [code, paragraph] of parts.flatMap((part) => Object.entries(part))) {
    if (code in all) throw new TypeError(`${code} is explained twice`);
    all[code] = paragraph;
  }
  return all;
}
