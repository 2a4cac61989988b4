import type { Need } from "../../ports/need.ts";

/** Reads both sites' locks and tags, and no content; records, and asks its region's worker to act. It can set no lock. */
export const holdApiNeeds = [
  { port: "catalog", operation: "rowsOf", site: "own" },
  { port: "catalog", operation: "rowsOfConversation", site: "own" },
  { port: "ledger", operation: "factsOf", site: "own" },
  { port: "ledger", operation: "record", site: "own" },
  { port: "agenda", operation: "set", site: "own" },
  { port: "audit", operation: "append", site: "own" },
  { port: "protection", operation: "versionsIn", site: "primary" },
  { port: "protection", operation: "protection", site: "primary" },
  { port: "protection", operation: "versionsIn", site: "dr" },
  { port: "protection", operation: "protection", site: "dr" },
  { port: "invoke", operation: "invoke", function: "hold-worker" },
] as const satisfies readonly Need[];
