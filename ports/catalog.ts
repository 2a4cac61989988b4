import type { Kind, Site } from "../model/cloud.ts";

/** One object version of a recording at one site. Immutable: written once, never changed, never deleted by Holdfast. */
export interface CatalogRow {
  readonly recordingId: string;
  readonly site: Site;
  readonly kind: Kind;
  readonly key: string;
  readonly versionId: string;
  readonly sha256: string;
  /** Bytes. */
  readonly size: number;
  readonly source: string;
  /** The platform's conversation or session, for lookup by session id. */
  readonly conversationId?: string;
  readonly retentionClass: string;
  readonly sensitivity: "normal" | "sensitive";
  /** `quarantined` rows are of what failed a check. */
  readonly status: "admitted" | "quarantined";
  /** Highest step of the integrity ladder reached. */
  readonly integrity: string;
  /** Matters of standing hold rules that matched at admission. */
  readonly matters: readonly string[];
  /** ISO 8601, UTC. */
  readonly recordedAt: string;
}

/** Most rows that one transaction can write (DynamoDB Developer Guide, transaction-apis). */
export const maxRowsPerAdd = 100;

export interface Catalog {
  /** All rows of one recording, both sites, strongly consistent in this region. */
  rowsOf(recordingId: string): Promise<readonly CatalogRow[]>;
  /** All rows of one conversation; eventually consistent. */
  rowsOfConversation(conversationId: string): Promise<readonly CatalogRow[]>;
  /** Adds rows that do not exist yet, all or none (at most `maxRowsPerAdd`); rows that exist stay as they are. */
  add(rows: readonly CatalogRow[]): Promise<void>;
}
