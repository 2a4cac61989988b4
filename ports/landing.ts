/** Where a platform writes. Nothing here is evidence until it is admitted. */
export interface LandedObject {
  readonly key: string;
  readonly versionId: string;
  /** Bytes. */
  readonly size: number;
  /** When the platform's write was complete. */
  readonly landedAt: Date;
}

export interface Landing {
  /**
   * Opens one exact version. The whole body is streamed; the caller must read it to its end; ending the iteration early frees the connection.
   *
   * @returns `undefined` when key or version is gone.
   */
  open(
    key: string,
    versionId: string,
  ): Promise<(LandedObject & { readonly body: AsyncIterable<Uint8Array> }) | undefined>;
  /** Opens the current version of a key, pinned: the answer tells which version it is. */
  openCurrent(key: string): Promise<(LandedObject & { readonly body: AsyncIterable<Uint8Array> }) | undefined>;
  /** Current versions whose key begins with `prefix`, at most 1,000; zero when there are none. */
  list(prefix: string): Promise<readonly LandedObject[]>;
  /**
   * Marks one version as admitted, after which the landing's expiry rule may remove it. Only called when the copy in the
   * store was read back and its replication is complete. Keeps other tags. Idempotent.
   */
  markAdmitted(key: string, versionId: string): Promise<void>;
}
