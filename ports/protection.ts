import type { Kind, Site, Tier } from "../model/cloud.ts";
import type { ObjectTags } from "./recording-store.ts";

/** One version as a listing tells it; its content is never read here. */
export interface ListedVersion {
  readonly kind: Kind;
  readonly key: string;
  readonly versionId: string;
  /** True for a delete marker, which has no size and cannot be locked. */
  readonly marker: boolean;
  /** False for what lies under a newer version or a marker. */
  readonly current: boolean;
  readonly size: number;
  readonly tier?: Tier;
  readonly createdAt: Date;
}

/** What keeps one version, read from the store and from nowhere else. */
export interface VersionProtection {
  readonly locked: boolean;
  readonly tags: ObjectTags;
  /** Retain-until of a WORM class, ISO 8601. */
  readonly retainUntil?: string;
}

/** Locks and tags of one site without any access to content. */
export interface ProtectedStore {
  readonly site: Site;
  /**
   * All versions and markers below these folders (key prefixes that end with `/`), of both kinds; all folders side by side,
   * one round unless a page is full.
   */
  versionsIn(folders: readonly string[]): Promise<readonly ListedVersion[]>;
  /** `undefined` when the version does not exist. One round. */
  protection(kind: Kind, key: string, versionId: string): Promise<VersionProtection | undefined>;
  /** Sets the lock. Idempotent. @throws PortMissing when the version does not exist. */
  lock(kind: Kind, key: string, versionId: string): Promise<void>;
  /** Merges tags into those the version has (read, then write). @throws PortMissing. */
  mergeTags(kind: Kind, key: string, versionId: string, tags: ObjectTags): Promise<void>;
}

/** Clears locks. The grace sweeper is the only function that has it. */
export interface LockRelease {
  readonly site: Site;
  unlock(kind: Kind, key: string, versionId: string): Promise<void>;
}

/** Deletes. The purge function is the only one that has it. */
export interface VersionRemoval {
  readonly site: Site;
  /** Removes exactly one version or marker for good. Removing what is gone is no error. @throws PortDenied when it is locked. */
  remove(kind: Kind, key: string, versionId: string): Promise<void>;
}
