import type { Actor } from "../model/hold.ts";

/** What can happen that a court may ask about. */
export const auditEvents = [
  "hold.placed",
  "hold.released",
  /** Every version of the recording was read back as locked in both sites. */
  "hold.applied",
  "grace.ended",
  /** A lock or a status tag was found changed from outside and put back. */
  "protection.repaired",
  /** Somebody other than Holdfast changed a lock, a tag, a key or a bucket's configuration. */
  "tampering.detected",
  "version.removed",
  "copy.rebuilt",
  "checkpoint",
] as const;
export type AuditEvent = (typeof auditEvents)[number];

export interface AuditEntry {
  readonly event: AuditEvent;
  /** ISO 8601, UTC. */
  readonly at: string;
  readonly actor: Actor;
  readonly recordingId?: string;
  readonly matter?: string;
  /** `id` of the ledger's fact. */
  readonly factId?: string;
  readonly requestId?: string;
  /** JSON. Never the content of a recording. */
  readonly details?: Readonly<Record<string, unknown>>;
}

/** One record of a chain: `hash` is SHA-256 over the record's bytes, `previous` the hash of the record before it. */
export interface AuditRecord extends AuditEntry {
  readonly schemaVersion: 1;
  readonly region: string;
  /** 1, 2, 3 … without a gap. */
  readonly seq: number;
  /** Hex; 64 zeros in the first record. */
  readonly previous: string;
}

export interface AuditHead {
  readonly region: string;
  /** 0 when the chain is empty. */
  readonly seq: number;
  readonly hash: string;
}

/**
 * One region's chain of WORM records, `audit/<region>/<seq>`. Created only if absent: of two writers of one number the
 * loser reads the winner's record and takes the next number.
 */
export interface AuditLog {
  readonly region: string;
  /** Returns when the record is in WORM storage. @throws PortUnavailable when that is not known. */
  append(entry: AuditEntry): Promise<AuditHead>;
  head(): Promise<AuditHead>;
}

/** What a verifier reads: the oldest version of each record, as bytes. */
export interface AuditReader {
  readonly region: string;
  /**
   * Records from `from` on, in order of number, at most `limit`. `versions` above 1 means that somebody wrote over the
   * record; its oldest version is what is returned.
   */
  records(
    from: number,
    limit: number,
  ): Promise<
    readonly {
      readonly seq: number;
      readonly bytes: Uint8Array;
      readonly versions: number;
      readonly lockedUntil?: string;
    }[]
  >;
}
