/**
 * When each recording must be looked at next: what drives pending holds to applied, repeats checks and ends graces.
 * Materialised from the ledger: losing it loses no hold, and the reconciler rebuilds it.
 */
export interface AgendaEntry {
  readonly recordingId: string;
  /** ISO 8601, UTC. */
  readonly dueAt: string;
  /** `apply`: the protection is not known to be on in both sites. `check`: it was, look again. `grace`: the sweeper is due. */
  readonly task: "apply" | "check" | "grace";
  /** Looks since the task began. */
  readonly attempt: number;
  /** When `apply` began, ISO 8601; ages of pending holds count from here. */
  readonly pendingSince?: string;
  /** Why it is pending, for people. */
  readonly why?: string;
  /** Hash of the facts that were applied and written to the audit log last. */
  readonly applied?: string;
  /** Changes with every write. Made by the writer. */
  readonly token: string;
}

export interface HoldAgenda {
  entry(recordingId: string): Promise<AgendaEntry | undefined>;
  /** Writes an entry, whatever is there. */
  set(entry: AgendaEntry): Promise<void>;
  /**
   * Replaces `seen` (or nothing, when absent) by `next`; `undefined` removes it.
   *
   * @returns false when somebody wrote in between: then nothing was changed, and theirs is the newer view.
   */
  advance(recordingId: string, seen: AgendaEntry | undefined, next: AgendaEntry | undefined): Promise<boolean>;
  /** Entries whose time has come, earliest first per shard, at most `limit`; eventually consistent. */
  due(now: Date, limit: number): Promise<readonly AgendaEntry[]>;
}
