import type { Need } from "../../ports/need.ts";

/** Locks and tags in both sites, and deletes nothing: markers over held versions go to the purge function. */
export const holdWorkerNeeds = [
  { port: "catalog", operation: "rowsOf", site: "own" },
  { port: "ledger", operation: "factsOf", site: "own" },
  { port: "agenda", operation: "entry", site: "own" },
  { port: "agenda", operation: "set", site: "own" },
  { port: "agenda", operation: "advance", site: "own" },
  { port: "agenda", operation: "due", site: "own" },
  { port: "audit", operation: "append", site: "own" },
  { port: "protection", operation: "versionsIn", site: "primary" },
  { port: "protection", operation: "protection", site: "primary" },
  { port: "protection", operation: "lock", site: "primary" },
  { port: "protection", operation: "mergeTags", site: "primary" },
  { port: "protection", operation: "versionsIn", site: "dr" },
  { port: "protection", operation: "protection", site: "dr" },
  { port: "protection", operation: "lock", site: "dr" },
  { port: "protection", operation: "mergeTags", site: "dr" },
  { port: "queue", operation: "send", queue: "holds", site: "own" },
  { port: "queue", operation: "send", queue: "purge" },
] as const satisfies readonly Need[];
