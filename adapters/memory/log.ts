import type { Log } from "../../ports/metrics.ts";

export interface MemoryLogLine {
  readonly level: "info" | "warn" | "error";
  readonly message: string;
  readonly fields: Readonly<Record<string, unknown>>;
}

export interface MemoryLog extends Log {
  /** Lines in order. */
  readonly lines: readonly MemoryLogLine[];
}

/** A log that a test reads back. */
export function memoryLog(): MemoryLog {
  const lines: MemoryLogLine[] = [];
  const at =
    (level: MemoryLogLine["level"]) =>
    (message: string, fields: Readonly<Record<string, unknown>> = {}) => {
      lines.push({ level, message, fields });
    };
  return { lines, info: at("info"), warn: at("warn"), error: at("error") };
}
