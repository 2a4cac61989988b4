import { describe, expect, it } from "vitest";
import { emfMetrics, jsonLog } from "../../../adapters/aws/index.ts";
import { PortUnavailable } from "../../../ports/errors.ts";

const clock = { now: () => new Date("2026-03-04T05:06:07.890Z") };
const timestamp = 1_772_600_767_890;

describe("emfMetrics", () => {
  const emitted = (use: (metrics: ReturnType<typeof emfMetrics>) => void, dimensions: Record<string, string>) => {
    const lines: string[] = [];
    use(emfMetrics({ namespace: "Holdfast", dimensions, write: (line) => lines.push(line), clock }));
    return lines;
  };

  // Form: CloudWatch User Guide, embedded metric format specification.
  it("counts", () => {
    const [line, ...more] = emitted((m) => m.count("RecordingsAdmitted"), { Stack: "prod" });
    expect(more).toEqual([]);
    expect(JSON.parse(line ?? "")).toEqual({
      _aws: {
        Timestamp: timestamp,
        CloudWatchMetrics: [
          {
            Namespace: "Holdfast",
            Dimensions: [["Stack"]],
            Metrics: [{ Name: "RecordingsAdmitted", Unit: "Count" }],
          },
        ],
      },
      Stack: "prod",
      RecordingsAdmitted: 1,
    });
    expect(line).not.toContain("\n");
  });

  it("reports seconds, with several dimensions as one set", () => {
    const [line] = emitted((m) => m.seconds("AdmissionSeconds", 1.25), { Stack: "prod", Site: "dr" });
    expect(JSON.parse(line ?? "")).toEqual({
      _aws: {
        Timestamp: timestamp,
        CloudWatchMetrics: [
          {
            Namespace: "Holdfast",
            Dimensions: [["Stack", "Site"]],
            Metrics: [{ Name: "AdmissionSeconds", Unit: "Seconds" }],
          },
        ],
      },
      Stack: "prod",
      Site: "dr",
      AdmissionSeconds: 1.25,
    });
  });

  it("counts more than one, and none", () => {
    const lines = emitted(
      (m) => {
        m.count("ReadBacksRepaired", 3);
        m.count("RecordingsQuarantined", 0);
      },
      { Stack: "prod" },
    );
    expect(lines.map((l) => JSON.parse(l))).toMatchObject([{ ReadBacksRepaired: 3 }, { RecordingsQuarantined: 0 }]);
  });

  it("never fails the work: what cannot be written is reported elsewhere", () => {
    const failures: [string, unknown][] = [];
    const full = new Error("no space");
    const metrics = emfMetrics({
      namespace: "Holdfast",
      dimensions: {},
      write: () => {
        throw full;
      },
      onFailure: (name, error) => failures.push([name, error]),
    });
    metrics.count("RecordingsAdmitted");
    expect(failures).toEqual([["RecordingsAdmitted", full]]);
  });

  it.each([Number.NaN, Number.POSITIVE_INFINITY])("does not write %s, which JSON cannot say", (value) => {
    const failures: string[] = [];
    const lines: string[] = [];
    emfMetrics({
      namespace: "Holdfast",
      dimensions: {},
      write: (line) => lines.push(line),
      onFailure: (name) => failures.push(name),
    }).seconds("AdmissionSeconds", value);
    expect([lines, failures]).toEqual([[], ["AdmissionSeconds"]]);
  });
});

describe("jsonLog", () => {
  const logged = (use: (log: ReturnType<typeof jsonLog>) => void, fields?: Record<string, unknown>) => {
    const lines: string[] = [];
    use(jsonLog({ write: (line) => lines.push(line), clock, ...(fields ? { fields } : {}) }));
    return lines.map((line) => JSON.parse(line) as Record<string, unknown>);
  };

  it("writes one object per line, with the common fields", () => {
    const lines = logged(
      (log) => {
        log.info("admitted", { recordingId: "r-1", size: 8n });
        log.warn("late");
      },
      { function: "admit" },
    );
    expect(lines).toEqual([
      {
        time: "2026-03-04T05:06:07.890Z",
        level: "info",
        message: "admitted",
        function: "admit",
        recordingId: "r-1",
        size: "8",
      },
      { time: "2026-03-04T05:06:07.890Z", level: "warn", message: "late", function: "admit" },
    ]);
  });

  it("lets no field take the place of time, level or message", () => {
    expect(logged((log) => log.error("real", { level: "info", message: "false", time: 0 }))).toEqual([
      { time: "2026-03-04T05:06:07.890Z", level: "error", message: "real" },
    ]);
  });

  it("shows errors with code and cause, down to the root", () => {
    const cause = Object.assign(new Error("socket hang up"), { code: "ECONNRESET" });
    const [line = {}] = logged((log) => log.error("failed", { error: new PortUnavailable("store.stat", { cause }) }));
    expect(line.error).toMatchObject({
      name: "PortUnavailable",
      code: "HF3001",
      message: "store.stat: the cloud did not answer",
      cause: { name: "Error", code: "ECONNRESET", message: "socket hang up" },
    });
    expect((line.error as { stack: string }).stack).toContain("PortUnavailable");
  });
});
