/** Environment of the hold worker: one schema, which the component writes and the handler reads. Data file: `policy.json`. */
import * as z from "zod/mini";
import { auditEnv, bucketsEnv, stackEnv, tablesEnv } from "../shared/env.ts";

export const holdWorkerEnv = z.object({
  ...stackEnv,
  ...bucketsEnv,
  ...tablesEnv,
  ...auditEnv,
  /** URL of the own region's queue of recordings to look at. */
  HOLDFAST_HOLDS_QUEUE: z.string(),
  /** URL of the purge queue in the primary region. */
  HOLDFAST_PURGE_QUEUE: z.string(),
  /** Seconds that an agenda entry must be overdue before this copy takes it: 0 in the primary site, more in DR. */
  HOLDFAST_DISPATCH_AFTER_SECONDS: z.string().check(z.regex(/^\d+$/)),
});
export type HoldWorkerEnv = z.infer<typeof holdWorkerEnv>;
