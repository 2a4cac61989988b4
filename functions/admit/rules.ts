/** Schema of `rules.json`, the stack's policy as the component writes it beside the bundle. */
import * as z from "zod/mini";
import { type AdmissionRules, classificationTags } from "../../model/admission-rules.ts";
import { HoldfastError } from "../../model/errors.ts";

const match = z.strictObject({
  key: z.optional(z.string()),
  metadata: z.optional(z.record(z.string(), z.string())),
  tags: z.optional(z.record(z.string(), z.string())),
});

const admissionRules = z.strictObject({
  classification: z.array(
    z.strictObject({ name: z.string(), match, tags: z.partialRecord(z.enum(classificationTags), z.string()) }),
  ),
  holdRules: z.array(z.strictObject({ name: z.string(), match })),
  classes: z
    .array(z.strictObject({ className: z.string(), match: z.optional(match) }))
    .check(z.refine((classes) => classes.at(-1)?.match === undefined && classes.length > 0)),
});

/**
 * Reads the text of `rules.json`.
 *
 * @throws HoldfastError `HF2031` naming the place that is wrong.
 */
export function parseRules(text: string): AdmissionRules {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (error) {
    throw new HoldfastError("HF2031", "rules.json is not JSON", { cause: error });
  }
  const parsed = z.safeParse(admissionRules, json);
  if (!parsed.success) {
    const where = parsed.error.issues.map(({ path, message }) => `${path.join(".") || "rules.json"}: ${message}`);
    throw new HoldfastError("HF2031", `rules.json: ${where.join("; ")}; fix: run \`pulumi up\``);
  }
  return parsed.data as AdmissionRules;
}
