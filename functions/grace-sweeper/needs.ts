import type { Need } from "../../ports/need.ts";

/** The only function that clears a lock. It reads the ledger of both regions, and acts only when both answer. */
export const graceSweeperNeeds = [
  { port: "catalog", operation: "rowsOf", site: "primary" },
  { port: "ledger", operation: "factsOf", site: "primary" },
  { port: "ledger", operation: "factsOf", site: "dr" },
  { port: "ledger", operation: "record", site: "primary" },
  { port: "agenda", operation: "entry", site: "primary" },
  { port: "agenda", operation: "advance", site: "primary" },
  { port: "agenda", operation: "due", site: "primary" },
  { port: "audit", operation: "append", site: "own" },
  { port: "protection", operation: "versionsIn", site: "primary" },
  { port: "protection", operation: "protection", site: "primary" },
  { port: "protection", operation: "lock", site: "primary" },
  { port: "protection", operation: "mergeTags", site: "primary" },
  { port: "protection", operation: "versionsIn", site: "dr" },
  { port: "protection", operation: "protection", site: "dr" },
  { port: "protection", operation: "lock", site: "dr" },
  { port: "protection", operation: "mergeTags", site: "dr" },
  { port: "lockRelease", operation: "unlock", site: "primary" },
  { port: "lockRelease", operation: "unlock", site: "dr" },
] as const satisfies readonly Need[];
