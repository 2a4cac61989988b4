/** What a conformance suite needs of a cloud besides the port itself. One implementation per cloud, none in the suites. */
import type { Kind } from "../../../model/cloud.ts";
import type { Catalog } from "../../../ports/catalog.ts";
import type { LandedObject, Landing } from "../../../ports/landing.ts";
import type { Queue } from "../../../ports/queue.ts";
import type { ObjectTags, RecordingStore } from "../../../ports/recording-store.ts";

/** Runs `work` while every call to the cloud's `service` fails as told, and ends the outage in any case. */
export type DuringOutage = <R>(how: "cut" | "server-error", work: () => Promise<R>) => Promise<R>;

/** Plays the platform that writes into the landing. */
export interface Platform {
  put(key: string, bytes: Uint8Array | string, tags?: ObjectTags): Promise<Pick<LandedObject, "key" | "versionId">>;
  /** Deletes the key without a version: a marker hides it. */
  hide(key: string): Promise<void>;
  deleteVersion(key: string, versionId: string): Promise<void>;
  tagsOf(key: string, versionId: string): Promise<ObjectTags>;
}

export interface LandingHarness {
  readonly landing: Landing;
  /** The same landing for someone without any permission. */
  readonly forOutsider: Landing;
  readonly platform: Platform;
  readonly duringOutage: DuringOutage;
}

export interface StoreHarness {
  readonly store: RecordingStore;
  readonly forOutsider: RecordingStore;
  readonly platform: Platform;
  /** Version ids of exactly this key, delete markers left out. */
  versionIds(kind: Kind, key: string): Promise<readonly string[]>;
  /** Deletes one version as someone who may delete versions and is not the account's root. */
  deleteVersion(kind: Kind, key: string, versionId: string): Promise<void>;
  /** Deletes the key without a version: a marker hides it. */
  hide(kind: Kind, key: string): Promise<void>;
  contentType(kind: Kind, key: string, versionId: string): Promise<string | undefined>;
  readonly duringOutage: DuringOutage;
}

export interface CatalogHarness {
  readonly catalog: Catalog;
  readonly forOutsider: Catalog;
  readonly duringOutage: DuringOutage;
}

export interface ReceivedMessage<T> {
  readonly body: T;
  delete(): Promise<void>;
}

export interface QueueHarness<T> {
  readonly queue: Queue<T>;
  readonly forOutsider: Queue<T>;
  /** Messages that are visible now; those not deleted come back after `visibilitySeconds`. */
  receive(): Promise<readonly ReceivedMessage<T>[]>;
  readonly visibilitySeconds: number;
  /** Lets time pass. */
  elapse(seconds: number): Promise<void>;
  readonly duringOutage: DuringOutage;
}
