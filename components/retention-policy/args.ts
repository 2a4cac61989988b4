import type { Kind, Site } from "../../model/cloud.ts";
import type { KindTargets, RetentionClass } from "../../model/settings.ts";
import type { ReplicatedRecordingStore } from "../replicated-recording-store/index.ts";

export interface RetentionPolicyArgs {
  /** The store whose six buckets get their rules. */
  readonly store: ReplicatedRecordingStore;
  readonly regions: Readonly<Record<Site, string>>;
  /** All classes; each object belongs to exactly one by its `retention-class` tag. */
  readonly classes: readonly RetentionClass[];
  /** Tier of arrival in DR and what follows from it. */
  readonly targets: Readonly<Record<Kind, KindTargets>>;
}
