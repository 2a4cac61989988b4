import type { HoldFact } from "../model/hold.ts";

/** A request that must take effect once, however often it is sent. */
export interface Once {
  /** Whoever asked and the key they chose, together. */
  readonly key: string;
  /** Hash over everything that the request means. */
  readonly fingerprint: string;
}

/** `recorded`: all facts are in the ledger now. `repeated`: this request recorded these facts before. `reused`: the key belongs to another request, and nothing was recorded. */
export type RecordOutcome =
  | { readonly outcome: "recorded" }
  | { readonly outcome: "repeated"; readonly facts: readonly HoldFact[] }
  | { readonly outcome: "reused" };

/** Most facts of one call (with its `once` row they fit one DynamoDB transaction). */
export const maxFactsPerRecord = 99;

/**
 * The facts of placing and releasing, one replica of one region. Rows are immutable: no role may update, delete or expire
 * one. Regions exchange rows asynchronously, so what another region recorded a moment ago may be missing here.
 */
export interface Ledger {
  readonly region: string;
  /** All facts of one recording that this region has, strongly consistent. */
  factsOf(recordingId: string): Promise<readonly HoldFact[]>;
  /**
   * Adds facts, all or none; those that exist stay as they are. With `once`, the request's name is recorded with them.
   *
   * @throws PortUnavailable when nothing is known; trying again with the same facts and `once` is safe.
   */
  record(facts: readonly HoldFact[], once?: Once): Promise<RecordOutcome>;
  /** Recording ids that have facts, in pages; eventually consistent, each id at least once. For the reconciler. */
  recordings(cursor?: string): Promise<{ readonly ids: readonly string[]; readonly cursor?: string }>;
}
