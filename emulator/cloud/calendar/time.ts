/** Time as S3 Lifecycle counts it. Milliseconds since the epoch, UTC. */
import type { When } from "./rules.ts";

export const dayMs = 86_400_000;

/**
 * Lifecycle runs once a day, some time after midnight. What it does is stamped with this offset into the day, so a
 * marker made on a day counts as made after that day's midnight, and one further day ends two midnights later.
 */
export const runOffsetMs = 600_000;

/** The next midnight UTC; a time that is midnight stays. */
export const nextMidnight = (time: number): number => Math.ceil(time / dayMs) * dayMs;

/** The midnight at or before a time. */
export const midnightBefore = (time: number): number => Math.floor(time / dayMs) * dayMs;

/**
 * When an action falls due that counts from `since`.
 *
 * S3 User Guide, "Lifecycle rules based on an object's age": the days are added to the time and the result is rounded
 * up to the next midnight UTC, e.g. 15 January 10:30 plus 3 days is 19 January 00:00. A date applies to everything
 * that is there on or after it.
 */
export function dueAt(since: number, when: When): number {
  return "days" in when ? nextMidnight(since + when.days * dayMs) : Math.max(when.date, nextMidnight(since));
}
