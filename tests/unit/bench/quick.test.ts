/** The quick measurements, small: that they are taken and have their shape, never how fast this machine is. */
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { quick } from "../../../bench/quick.ts";
import { type Measurement, measurement, table, writeReport } from "../../../bench/report.ts";

const folder = mkdtempSync(join(tmpdir(), "holdfast-bench-"));
afterAll(() => rmSync(folder, { recursive: true }));

describe("the quick measurements (promise 7)", () => {
  let measured: Measurement[];
  beforeAll(async () => {
    measured = await quick(folder, { runs: 2, megabytes: 2 });
  });
  const of = (name: string) => measured.find((row) => row.name === name);

  it("are these, each with a unit, a goal and what it was measured against", () => {
    expect(measured.map(({ name, unit, goal }) => [name, unit, goal])).toEqual([
      ["bundle-admit-kb", "kB", 600],
      ["bundle-import-ms", "ms", 200],
      ["admit-store-rounds", "rounds", 3],
      ["admit-catalog-rounds", "rounds", 2],
      ["admit-cpu-ratio", "×", 3],
    ]);
    for (const { name, value, against } of measured) {
      expect(Number.isFinite(value), name).toBe(true);
      expect(against.length, name).toBeGreaterThan(10);
    }
  });

  it("count what does not depend on the machine", () => {
    expect(of("admit-store-rounds")?.value).toBe(3);
    expect(of("admit-catalog-rounds")?.value).toBe(2);
    expect(of("bundle-admit-kb")?.value).toBeGreaterThan(100);
  });

  it("show the spread of what was taken several times, and leave nothing behind", () => {
    expect(measured.filter(({ spread }) => spread).map(({ name }) => name)).toEqual([
      "bundle-import-ms",
      "admit-cpu-ratio",
    ]);
    expect(readdirSync(folder)).toEqual([]);
  });
});

describe("a report", () => {
  const row = { unit: "s", against: "an empty program; 3 pairs", goal: 2 };
  const taken = [measurement("late-s", [2.5, 1, 3.25], row), measurement("fine-s", [1.23456], row)];

  it("has the median of what was taken, in three or four digits", () => {
    expect(taken).toEqual([
      { name: "late-s", value: 2.5, ...row, spread: [1, 3.25] },
      { name: "fine-s", value: 1.23, ...row },
    ]);
    expect(measurement("even", [4, 1, 2, 3], row).value).toBe(2.5);
    expect(measurement("large", [123_456], row).value).toBe(123_500);
    expect(() => measurement("none", [], row)).toThrow("no values");
  });

  it("is kept as name → value, unit, against, goal", () => {
    const file = join(folder, "new", "bench.json");
    writeReport(file, taken);
    expect(JSON.parse(readFileSync(file, "utf8"))).toEqual({
      "late-s": { value: 2.5, ...row },
      "fine-s": { value: 1.23, ...row },
    });
    rmSync(join(folder, "new"), { recursive: true });
  });

  it("is shown with spread and goal", () => {
    expect(table(taken).split("\n")).toEqual([
      "measurement  median  spread    goal           measured against",
      "late-s       2.5 s   1 – 3.25  ≤ 2   not met  an empty program; 3 pairs",
      "fine-s       1.23 s            ≤ 2   met      an empty program; 3 pairs",
    ]);
  });
});
