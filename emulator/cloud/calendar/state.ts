/** Virtual time across runs: which virtual moment a real one is, and when the calendar itself made a marker. */
import { existsSync, readFileSync, writeFileSync } from "node:fs";

/** Content of the state file; times in milliseconds. */
export interface CalendarState {
  readonly schemaVersion: 1;
  /** The emulated cloud it belongs to; another one starts with a fresh calendar. */
  readonly cloud: string;
  /** Virtual midnight the calendar has reached. */
  readonly reached?: number;
  /** At the real time of an anchor the virtual time was the given one. */
  readonly anchors: readonly { readonly real: number; readonly virtual: number }[];
  /** Virtual creation of the markers that lifecycle made, by version id. */
  readonly markers: Readonly<Record<string, number>>;
  /** Since when a marker stands alone, by version id. */
  readonly alone: Readonly<Record<string, number>>;
}

export function loadState(file: string, cloud: string): CalendarState {
  const fresh: CalendarState = { schemaVersion: 1, cloud, anchors: [], markers: {}, alone: {} };
  if (!existsSync(file)) return fresh;
  const state = JSON.parse(readFileSync(file, "utf8")) as CalendarState;
  return state.cloud === cloud ? state : fresh;
}

export function saveState(file: string, state: CalendarState): void {
  writeFileSync(file, `${JSON.stringify(state, null, 2)}\n`);
}

/** What was created after an earlier run was created that much after the virtual time the run had reached. */
export function virtualTime(state: CalendarState, real: number): number {
  const anchor = state.anchors.findLast((candidate) => candidate.real <= real);
  return anchor === undefined ? real : anchor.virtual + (real - anchor.real);
}
