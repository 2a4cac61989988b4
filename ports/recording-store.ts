import type { Kind, Site, Tier } from "../model/cloud.ts";

/** Tags on an object version: merged, never overwritten; at most 10 (S3). */
export type ObjectTags = Readonly<Record<string, string>>;

/** What one write must carry; all of it travels in the write itself, so no moment exists in which it is missing. */
export interface WriteRequest {
  readonly kind: Kind;
  /** Store key; unique by content (`…/<sha-256 prefix>-<file>`). */
  readonly key: string;
  /** Hex SHA-256 of the bytes, as computed by the caller. */
  readonly sha256: string;
  readonly contentType: string;
  /** Lower-case names, values printable ASCII. */
  readonly metadata: Readonly<Record<string, string>>;
  readonly tags: ObjectTags;
  /** True sets the cloud's lock in the write. */
  readonly locked: boolean;
}

export interface WriteResult {
  readonly versionId: string;
  /** False when the key existed already and nothing was written; `versionId` is then the existing current version. */
  readonly created: boolean;
}

/** What the store says of one version, read from the store and from nowhere else. */
export interface ObjectState {
  readonly site: Site;
  readonly kind: Kind;
  readonly key: string;
  readonly versionId: string;
  readonly size: number;
  /** Hex SHA-256 that the store itself computed over the stored bytes; absent where the store has none. */
  readonly storeSha256?: string;
  readonly metadata: Readonly<Record<string, string>>;
  readonly tags: ObjectTags;
  readonly locked: boolean;
  readonly tier: Tier;
  /** Of the version at the source: `none` when no rule covers it; at the destination: `replica`. */
  readonly replication: "pending" | "completed" | "failed" | "replica" | "none";
  readonly createdAt: Date;
}

/** The store of one site. All calls address exact versions. */
export interface RecordingStore {
  readonly site: Site;
  /**
   * Copies one landed version server-side, only if the key does not exist yet. The store computes SHA-256 over the bytes
   * it stores.
   *
   * @throws ChecksumMismatch when the store holds other bytes at the key; PortMissing when the landed version is gone;
   *   PortUnavailable; PortDenied.
   */
  admit(request: WriteRequest, from: { readonly key: string; readonly versionId: string }): Promise<WriteResult>;
  /** Writes bytes, only if the key does not exist yet. @throws ChecksumMismatch as `admit`, and when the bytes changed on the way. */
  put(request: WriteRequest, bytes: Uint8Array): Promise<WriteResult>;
  /** Reads the state of a version (its current one without `versionId`), body excluded, in one round. */
  stat(kind: Kind, key: string, versionId?: string): Promise<ObjectState | undefined>;
  /** Reads the bytes of a version. */
  read(kind: Kind, key: string, versionId: string): Promise<AsyncIterable<Uint8Array> | undefined>;
  /** Sets the lock. There is no call to clear it here: only the grace sweeper may. */
  lock(kind: Kind, key: string, versionId: string): Promise<void>;
  /** Merges tags into those the version has. */
  mergeTags(kind: Kind, key: string, versionId: string, tags: ObjectTags): Promise<void>;
}
