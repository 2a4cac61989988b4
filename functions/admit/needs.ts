/** The port operations that the admit function calls: its grants are computed from this list, and a test compares both. */
import type { Site } from "../../model/cloud.ts";

export interface AdmitNeed {
  readonly port: "landing" | "store" | "catalog" | "queue";
  readonly operation: string;
  /** For `store`: at which site. */
  readonly site?: Site;
  /** For `queue`: which queue. */
  readonly queue?: string;
}

export const admitNeeds = [
  { port: "landing", operation: "open" },
  { port: "landing", operation: "list" },
  { port: "landing", operation: "markAdmitted" },
  { port: "store", site: "primary", operation: "admit" },
  { port: "store", site: "primary", operation: "put" },
  { port: "store", site: "primary", operation: "stat" },
  { port: "store", site: "primary", operation: "lock" },
  { port: "store", site: "primary", operation: "mergeTags" },
  { port: "store", site: "dr", operation: "stat" },
  { port: "store", site: "dr", operation: "lock" },
  { port: "store", site: "dr", operation: "mergeTags" },
  { port: "catalog", operation: "rowsOf" },
  { port: "catalog", operation: "add" },
  { port: "queue", queue: "confirm", operation: "send" },
] as const satisfies readonly AdmitNeed[];
