/** What the purge function is asked. It believes no message: it looks for itself, in both sites and both ledgers, first. */
import type { Kind, Site } from "../../model/cloud.ts";

/** A delete marker hides a held recording. */
export interface MarkerMessage {
  readonly type: "marker";
  readonly recordingId: string;
  readonly site: Site;
  readonly kind: Kind;
  readonly key: string;
  readonly versionId: string;
}

/** A version is past `expectedBy` and lifecycle does not take it, for example because its replication failed. */
export interface OverdueMessage {
  readonly type: "overdue";
  readonly recordingId: string;
  readonly site: Site;
  readonly kind: Kind;
  readonly key: string;
  readonly versionId: string;
}

export type PurgeMessage = MarkerMessage | OverdueMessage;
