import type { Clock } from "../../ports/clock.ts";
import { systemClock } from "../../ports/clock.ts";
import type { Metrics } from "../../ports/metrics.ts";

export interface EmfOptions {
  /** CloudWatch namespace. */
  readonly namespace: string;
  /** Dimensions of every metric, e.g. `{ Stack: "prod" }`. */
  readonly dimensions: Readonly<Record<string, string>>;
  /** Writes one line without its end; default: standard output. */
  readonly write?: (line: string) => void;
  readonly clock?: Clock;
  /** Learns of metrics that could not be written; default: a line on standard error. Must not throw. */
  readonly onFailure?: (name: string, error: unknown) => void;
}

const toStdout = (line: string) => void process.stdout.write(`${line}\n`);
const toStderr = (name: string, error: unknown) =>
  void process.stderr.write(
    `metric ${name} was not written: ${error instanceof Error ? error.message : String(error)}\n`,
  );

/**
 * Metrics as lines of the CloudWatch embedded metric format: CloudWatch Logs extracts them, so no call is made that
 * could fail or be throttled (CloudWatch User Guide, CloudWatch_Embedded_Metric_Format_Specification).
 */
export function emfMetrics(options: EmfOptions): Metrics {
  const { namespace, dimensions, write = toStdout, clock = systemClock, onFailure = toStderr } = options;
  const emit = (name: string, unit: "Count" | "Seconds", value: number) => {
    try {
      if (!Number.isFinite(value)) throw new RangeError(`${value} is no measurement`);
      const definition = {
        Namespace: namespace,
        Dimensions: [Object.keys(dimensions)],
        Metrics: [{ Name: name, Unit: unit }],
      };
      write(
        JSON.stringify({
          _aws: { Timestamp: clock.now().getTime(), CloudWatchMetrics: [definition] },
          ...dimensions,
          [name]: value,
        }),
      );
    } catch (error) {
      // The port promises that a failed emit never fails the work it describes.
      onFailure(name, error);
    }
  };
  return {
    count: (name, value = 1) => emit(name, "Count", value),
    seconds: (name, value) => emit(name, "Seconds", value),
  };
}
