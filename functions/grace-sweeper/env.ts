/** Environment of the grace sweeper: one schema, which the component writes and the handler reads. Data file: `policy.json`. */
import * as z from "zod/mini";
import { auditEnv, bucketsEnv, stackEnv, tablesEnv } from "../shared/env.ts";

export const graceSweeperEnv = z.object({ ...stackEnv, ...bucketsEnv, ...tablesEnv, ...auditEnv });
export type GraceSweeperEnv = z.infer<typeof graceSweeperEnv>;
