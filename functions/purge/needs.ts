import type { Need } from "../../ports/need.ts";

/** The only function that deletes. It clears no lock, so what is locked stays whatever it is asked. */
export const purgeNeeds = [
  { port: "catalog", operation: "rowsOf", site: "primary" },
  { port: "ledger", operation: "factsOf", site: "primary" },
  { port: "ledger", operation: "factsOf", site: "dr" },
  { port: "audit", operation: "append", site: "own" },
  { port: "protection", operation: "versionsIn", site: "primary" },
  { port: "protection", operation: "protection", site: "primary" },
  { port: "protection", operation: "versionsIn", site: "dr" },
  { port: "protection", operation: "protection", site: "dr" },
  { port: "removal", operation: "remove", site: "primary" },
  { port: "removal", operation: "remove", site: "dr" },
] as const satisfies readonly Need[];
