import type { Site } from "../model/cloud.ts";

/**
 * One operation of one port that a function calls, as its `needs.ts` lists them. Roles are computed from these lists, and a
 * test compares each list with what the function's core really calls.
 */
export interface Need {
  readonly port:
    | "landing"
    | "store"
    | "catalog"
    | "queue"
    | "protection"
    | "lockRelease"
    | "removal"
    | "ledger"
    | "agenda"
    | "audit"
    | "signer"
    | "invoke"
    | "configuration"
    | "report";
  readonly operation: string;
  /** Where it acts: buckets, tables, keys and chains of that site. `own`: the site that the function runs in. Default `primary`. */
  readonly site?: Site | "own";
  /** For `queue`: which queue. */
  readonly queue?: QueueName;
  /** For `invoke`: which function, in the own region. */
  readonly function?: "hold-worker";
}

/** Queues by purpose. `intake`, `confirm` and `purge` are in the primary region, `holds` in both. */
export type QueueName = "intake" | "confirm" | "holds" | "purge";
