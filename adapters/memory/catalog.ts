import type { Catalog, CatalogRow } from "../../ports/catalog.ts";
import { checkRowCount } from "../checks.ts";
import { byUtf8 } from "./bytes.ts";
import type { CallLog } from "./calls.ts";
import { callLog } from "./calls.ts";

export interface MemoryCatalog extends Catalog {
  readonly log: CallLog;
  /** Every row, in order of recording id and sort key. */
  rows(): readonly CatalogRow[];
}

const sortKey = (row: CatalogRow) => `${row.site}#${row.kind}#${row.key}#${row.versionId}`;
const identity = (row: CatalogRow) => `${row.recordingId}\n${sortKey(row)}`;

/** A catalog in memory: rows are immutable, adding is all or none. */
export function memoryCatalog(options: { readonly log?: CallLog } = {}): MemoryCatalog {
  const log = options.log ?? callLog();
  const rows = new Map<string, CatalogRow>();
  const sorted = () => [...rows].sort(([a], [b]) => byUtf8(a, b)).map(([, row]) => structuredClone(row));
  return {
    log,
    rowsOf: (recordingId) =>
      log.run({ port: "catalog", op: "rowsOf", args: [recordingId] }, () =>
        sorted().filter((row) => row.recordingId === recordingId),
      ),
    rowsOfConversation: (conversationId) =>
      log.run({ port: "catalog", op: "rowsOfConversation", args: [conversationId] }, () =>
        sorted()
          .filter((row) => row.conversationId === conversationId)
          .sort((a, b) => byUtf8(a.recordedAt, b.recordedAt)),
      ),
    add: (added) =>
      log.run({ port: "catalog", op: "add", args: [added] }, () => {
        checkRowCount("catalog.add", added.length);
        for (const row of added) {
          if (!rows.has(identity(row))) rows.set(identity(row), structuredClone(row));
        }
      }),
    rows: sorted,
  };
}
