/**
 * What the hold functions must know of the stack's policy: written by the component as `policy.json` beside the function's
 * code, read at cold start.
 */
import * as z from "zod/mini";

export const holdPolicy = z.strictObject({
  /** Role or user ARN patterns (`*`, `?`) of those who may place and release. */
  officers: z.array(z.string()),
  /** Seconds that a released recording stays locked. */
  graceSeconds: z.number().check(z.int(), z.positive()),
  /** Retention classes: names, and days from creation to deletion. The folders of a recording follow from names and sources. */
  classes: z.array(z.strictObject({ name: z.string(), deleteAfterDays: z.number() })),
  sources: z.array(z.string()),
});
export type HoldPolicy = z.infer<typeof holdPolicy>;
