import type { Clock } from "../../ports/clock.ts";
import { systemClock } from "../../ports/clock.ts";
import type { Log } from "../../ports/metrics.ts";

export interface JsonLogOptions {
  /** Fields of every line, e.g. `{ function: "admit" }`. */
  readonly fields?: Readonly<Record<string, unknown>>;
  /** Writes one line without its end; default: standard output. */
  readonly write?: (line: string) => void;
  readonly clock?: Clock;
}

/** An error as fields; `Error`'s own properties are not enumerable, so JSON would show `{}`. */
function errorFields(error: Error): Record<string, unknown> {
  const { name, message, stack, cause } = error;
  const code = "code" in error ? { code: error.code } : {};
  return { name, ...code, message, stack, ...(cause === undefined ? {} : { cause }) };
}

function replacer(this: unknown, _name: string, value: unknown): unknown {
  if (value instanceof Error) return errorFields(value);
  return typeof value === "bigint" ? value.toString() : value;
}

/** One JSON object per line: `time`, `level`, `message`, then the fields; fields cannot displace the first three. */
export function jsonLog(options: JsonLogOptions = {}): Log {
  const {
    fields: common = {},
    write = (line) => void process.stdout.write(`${line}\n`),
    clock = systemClock,
  } = options;
  const at = (level: string) => (message: string, fields?: Readonly<Record<string, unknown>>) => {
    const fixed = { time: clock.now().toISOString(), level, message };
    write(JSON.stringify({ ...fixed, ...common, ...fields, ...fixed }, replacer));
  };
  return { info: at("info"), warn: at("warn"), error: at("error") };
}
