/** Environment of the hold API: one schema, which the component writes and the handler reads. Data file: `policy.json`. */
import * as z from "zod/mini";
import { auditEnv, bucketsEnv, stackEnv, tablesEnv } from "../shared/env.ts";

export const holdApiEnv = z.object({
  ...stackEnv,
  ...bucketsEnv,
  ...tablesEnv,
  ...auditEnv,
  /** Name of the hold worker in the own region. */
  HOLDFAST_HOLD_WORKER: z.string(),
});
export type HoldApiEnv = z.infer<typeof holdApiEnv>;
