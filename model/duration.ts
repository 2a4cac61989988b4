/** Durations as people write them in stack config: `"15 minutes"`, `"30 days"`, `"7 years"`. */

const unitMs = {
  second: 1_000,
  minute: 60_000,
  hour: 3_600_000,
  day: 86_400_000,
  week: 7 * 86_400_000,
  /** A calendar year is never shorter than promised: 366 days, so that "1 year" is a full year from any date. */
  year: 366 * 86_400_000,
} as const;

export type DurationUnit = keyof typeof unitMs;

/** A parsed duration. `text` is what the user typed; `ms` is its length in milliseconds. */
export interface Duration {
  readonly text: string;
  readonly ms: number;
}

const pattern = /^(\d{1,6})\s+(second|minute|hour|day|week|year)s?$/;

/**
 * Parses a duration such as `"15 minutes"`.
 *
 * @returns the duration, or `undefined` when the text is not one (no fractions, no sums, no bare numbers).
 */
export function parseDuration(text: string): Duration | undefined {
  const match = pattern.exec(text.trim());
  if (!match) return undefined;
  const unit = match[2] as DurationUnit;
  return { text: text.trim(), ms: Number(match[1]) * unitMs[unit] };
}

/** Parses a duration known to be well formed, for constants in code. Throws on anything else. */
export function duration(text: string): Duration {
  const parsed = parseDuration(text);
  if (!parsed) throw new TypeError(`"${text}" is not a duration`);
  return parsed;
}

export const inSeconds = (d: Duration): number => Math.ceil(d.ms / 1_000);
export const inMinutes = (d: Duration): number => Math.ceil(d.ms / 60_000);
/** Whole days, rounded up: a promise to keep never ends early. */
export const inDays = (d: Duration): number => Math.ceil(d.ms / 86_400_000);
