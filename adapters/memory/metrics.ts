import type { Metrics } from "../../ports/metrics.ts";

export interface MemoryMetrics extends Metrics {
  /** Sum of a counter; zero when it was never counted. */
  counted(name: string): number;
  /** Durations reported under a name, in order. */
  measured(name: string): readonly number[];
}

/** Metrics that a test reads back. */
export function memoryMetrics(): MemoryMetrics {
  const counters = new Map<string, number>();
  const durations = new Map<string, number[]>();
  return {
    count(name, value = 1) {
      counters.set(name, (counters.get(name) ?? 0) + value);
    },
    seconds(name, value) {
      durations.set(name, [...(durations.get(name) ?? []), value]);
    },
    counted: (name) => counters.get(name) ?? 0,
    measured: (name) => durations.get(name) ?? [],
  };
}
