/** What the hold worker is asked, by its queue, by the API (which waits for the answer) and by its schedule. */
import type { HoldFact } from "../../model/hold.ts";
import type { CatalogRow } from "../../ports/catalog.ts";

/** Look at one recording and make its protection what its facts ask for. */
export interface ApplyMessage {
  readonly type: "apply";
  readonly recordingId: string;
  /** What the sender knew a moment ago. Only ever adds to what is locked. */
  readonly known?: { readonly facts: readonly HoldFact[]; readonly rows: readonly CatalogRow[] };
}

/** Queue what is due on the agenda; sent by the schedule every minute. */
export interface DispatchMessage {
  readonly type: "dispatch";
}

/** Why a recording is not protected as its facts ask, yet. */
export interface PendingReason {
  readonly site: "primary" | "dr" | "both";
  /** `HF22xx`, or the code of the port's error. */
  readonly code: string;
  readonly detail: string;
}

export interface ApplyResult {
  readonly recordingId: string;
  /** `applied`: read back in both sites. `free`: nothing holds it; the worker clears nothing. */
  readonly state: "applied" | "pending" | "free";
  readonly pending: readonly PendingReason[];
  /** Versions read back as locked, per site. */
  readonly locked: { readonly primary: number; readonly dr: number };
}
