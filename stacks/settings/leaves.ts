/**
 * The kinds of value that stack config consists of. Each leaf reads one value as Pulumi hands it over and answers with
 * the typed value or with a fault; faults travel as zod issues and become `Problem`s in issues.ts.
 */
import { z } from "zod";
import { type Duration, duration, parseDuration } from "../../model/duration.ts";
import type { Problem } from "../../model/errors.ts";
import { nearest } from "./suggest.ts";

/** A problem without its place and value, which the schema's walk adds. */
export type Fault = Omit<Problem, "path" | "value" | "severity">;

/** What the configuration page says of a leaf. */
export interface LeafInfo {
  readonly type: string;
  readonly allowed: string;
}

export const leafInfo = z.registry<LeafInfo>();

class Faulty {
  readonly fault: Fault;
  constructor(fault: Fault) {
    this.fault = fault;
  }
}

export const faulty = (code: string, reason: string, fix: string, allowed?: string): Faulty =>
  new Faulty({ code, reason, fix, ...(allowed === undefined ? {} : { allowed }) });

/** Reports a fault from inside a zod check. */
export function faultIssue(input: unknown, fault: Fault, path: PropertyKey[] = []) {
  return { code: "custom" as const, input, path, message: fault.reason, params: { fault } };
}

/** A leaf of the schema: `read` turns the value into `T` or says what is wrong with it. */
export function leaf<T>(info: LeafInfo, read: (value: unknown) => T | Faulty) {
  const schema = z.unknown().transform((value, ctx): T => {
    const result = value === null ? emptyValue(info) : read(value);
    if (result instanceof Faulty) {
      ctx.issues.push(faultIssue(value, { allowed: info.allowed, ...result.fault }));
      return z.NEVER;
    }
    return result;
  });
  leafInfo.add(schema, info);
  return schema;
}

const emptyValue = (info: LeafInfo): Faulty =>
  faulty("HF1012", "the key is written without a value", `Write ${info.type}, or remove the key.`);

const keepText =
  "Write the value in quotes in the file, or use `pulumi config set --type string --path …`, which keeps text as it is typed.";

/** Reads text, and explains how a number or a boolean came to stand in its place. */
export function asText(value: unknown, info: LeafInfo): string | Faulty {
  if (typeof value === "string") {
    return value.trim() === ""
      ? faulty("HF1012", "the value is empty", `Write ${info.type}, or remove the key.`)
      : value.trim();
  }
  if (typeof value === "number") {
    return faulty(
      "HF1009",
      "this must be text, but a number arrived: `pulumi config set --path` stores digits as a number, and YAML reads digits after a leading zero as an octal number, so zeros may be lost",
      keepText,
    );
  }
  if (typeof value === "boolean") {
    return faulty(
      "HF1010",
      "this must be text, but a boolean arrived: `pulumi config set --path` and YAML turn true and false into booleans",
      keepText,
    );
  }
  return wrongType(value, info.type);
}

export function wrongType(value: unknown, wanted: string): Faulty {
  const found = Array.isArray(value)
    ? "a list"
    : value === null
      ? "nothing"
      : typeof value === "object"
        ? "a map"
        : `a ${typeof value}`;
  return faulty("HF1003", `${found} stands where ${wanted} is expected`, `Write ${wanted}.`);
}

/** Text that `check` accepts. */
export function text<T = string>(info: LeafInfo, check: (value: string) => T | Faulty) {
  return leaf(info, (value) => {
    const read = asText(value, info);
    return read instanceof Faulty ? read : check(read);
  });
}

/** One of a few words. `refused` names words that are known but cannot be used, with the reason. */
export function choice<const T extends string>(values: readonly T[], refused: Readonly<Record<string, Fault>> = {}) {
  const info = { type: "one word", allowed: values.join(", ") };
  return text(info, (word): T | Faulty => {
    const found = values.find((candidate) => candidate === word);
    if (found !== undefined) return found;
    const known = Object.hasOwn(refused, word) ? refused[word] : undefined;
    if (known !== undefined) return new Faulty(known);
    const meant = nearest(word, values);
    return faulty(
      "HF1004",
      "the value is not one of those allowed here",
      meant === undefined ? `Use one of: ${info.allowed}.` : `Did you mean "${meant}"?`,
    );
  });
}

export interface DurationLimits {
  readonly min: string;
  readonly max: string;
  /** Lifecycle rules count whole days. */
  readonly wholeDays?: boolean;
  /** What is said instead of the range when the value is shorter than `min`. */
  readonly below?: Fault;
}

const durationForm = 'a number and a unit: "30 seconds", "15 minutes", "24 hours", "30 days", "2 weeks", "7 years"';
const shortUnits: Readonly<Record<string, string>> = {
  s: "seconds",
  sec: "seconds",
  secs: "seconds",
  m: "minutes",
  min: "minutes",
  mins: "minutes",
  h: "hours",
  hr: "hours",
  hrs: "hours",
  d: "days",
  w: "weeks",
  y: "years",
  yr: "years",
  yrs: "years",
};

/** A duration within limits. */
export function durationOf(limits: DurationLimits) {
  const info = durationInfo(limits);
  return leaf(info, (value) => readDuration(value, limits, info));
}

/** A duration within limits, or `never`, which switches a default off. */
export function durationOrNever(limits: DurationLimits) {
  const info = { type: "a duration or never", allowed: `${durationInfo(limits).allowed}, or never` };
  return leaf(info, (value) => (value === "never" ? "never" : readDuration(value, limits, info)));
}

const durationInfo = (limits: DurationLimits): LeafInfo => ({
  type: "a duration",
  allowed: `${limits.min} to ${limits.max}${limits.wholeDays ? ", whole days" : ""}`,
});

function readDuration(value: unknown, limits: DurationLimits, info: LeafInfo): Duration | Faulty {
  if (typeof value === "number" || (typeof value === "string" && /^\d+(\.\d+)?$/.test(value.trim()))) {
    return faulty(
      "HF1006",
      "a bare number has no unit",
      `Write the number with its unit, in quotes on a command line: "${value} ${limits.wholeDays ? "days" : "minutes"}"?`,
      `${info.allowed}; ${durationForm}`,
    );
  }
  const read = asText(value, info);
  if (read instanceof Faulty) return read;
  const parsed = parseDuration(read);
  if (parsed === undefined) return faulty("HF1005", "this is not a duration", durationFix(read), durationForm);
  if (parsed.ms < duration(limits.min).ms && limits.below !== undefined) return new Faulty(limits.below);
  if (limits.wholeDays && parsed.ms % duration("1 day").ms !== 0) {
    return faulty("HF1214", "lifecycle rules count whole days", "Write a number of days, weeks or years.");
  }
  if (parsed.ms < duration(limits.min).ms || parsed.ms > duration(limits.max).ms) {
    return faulty("HF1007", "the duration is outside the range", `Use a value from ${limits.min} to ${limits.max}.`);
  }
  return parsed;
}

function durationFix(typed: string): string {
  if (/month/i.test(typed)) return "Months differ in length: write days, for example 90 days instead of 3 months.";
  const short = /^(\d{1,6})\s*([a-z]+)$/i.exec(typed);
  const unit = short?.[2]?.toLowerCase() ?? "";
  const meant = shortUnits[unit] ?? nearest(unit, ["seconds", "minutes", "hours", "days", "weeks", "years"]);
  return short !== null && meant !== undefined ? `Did you mean "${short[1]} ${meant}"?` : `Write ${durationForm}.`;
}

/** A whole number within limits. */
export function integer(min: number, max: number) {
  const info = { type: "a whole number", allowed: `${min} to ${max}` };
  return leaf(info, (value): number | Faulty => {
    if (typeof value !== "number") return wrongType(value, "a whole number without quotes");
    if (Number.isInteger(value) && value >= min && value <= max) return value;
    return faulty(
      "HF1008",
      "the number is outside the range or not whole",
      `Use a whole number from ${min} to ${max}.`,
    );
  });
}

/** An amount of money or the like: not negative, fractions allowed. */
export function amount() {
  return leaf({ type: "a number", allowed: "0 or more" }, (value): number | Faulty => {
    if (typeof value !== "number") return wrongType(value, "a number without quotes");
    return value >= 0 ? value : faulty("HF1008", "the number is negative", "Use 0 or more.");
  });
}

/** `true` or `false`; `refused` says why one of them cannot be used. */
export function flag(refused?: { readonly value: boolean; readonly fault: Fault }) {
  const allowed = refused === undefined ? "true, false" : String(!refused.value);
  return leaf({ type: "true or false", allowed }, (value): boolean | Faulty => {
    if (typeof value !== "boolean") return wrongType(value, "true or false without quotes");
    return refused !== undefined && refused.value === value ? new Faulty(refused.fault) : value;
  });
}

/** A key that is known but cannot be used in this version, whatever its value. */
export function notAvailable(fault: Fault) {
  return leaf(
    { type: "not available", allowed: "nothing: leave the key out" },
    (): never | Faulty => new Faulty(fault),
  );
}
