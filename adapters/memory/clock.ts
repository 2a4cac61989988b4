import type { Clock } from "../../ports/clock.ts";

export interface MemoryClock extends Clock {
  /** Moves time forward by `ms` milliseconds. */
  advance(ms: number): void;
  /** Sets the time to an instant. */
  set(instant: Date | string): void;
}

/** A clock that stands still until it is moved. */
export function memoryClock(start: Date | string = "2026-01-01T00:00:00.000Z"): MemoryClock {
  let now = new Date(start).getTime();
  return {
    now: () => new Date(now),
    advance: (ms) => {
      now += ms;
    },
    set: (instant) => {
      now = new Date(instant).getTime();
    },
  };
}
