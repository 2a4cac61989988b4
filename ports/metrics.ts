/** Counts and ages that alarms are built on. A failed emit must never fail the work it describes. */
export interface Metrics {
  /** Adds to a counter. `name` is one of the names in `model/metric-names.ts`. */
  count(name: string, value?: number): void;
  /** Reports one measured duration. */
  seconds(name: string, value: number): void;
}

/** One structured line per event; `fields` must not hold the content of recordings. */
export interface Log {
  info(message: string, fields?: Readonly<Record<string, unknown>>): void;
  warn(message: string, fields?: Readonly<Record<string, unknown>>): void;
  error(message: string, fields?: Readonly<Record<string, unknown>>): void;
}
