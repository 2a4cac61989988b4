/** What a measurement is, and how it is shown and kept. */
import { mkdirSync, writeFileSync } from "node:fs";
import { cpus, loadavg } from "node:os";
import { dirname } from "node:path";
import { median } from "./processes.ts";

/** One row of `.local/bench.json`. */
export interface Row {
  readonly value: number;
  readonly unit: string;
  /** What the value was compared with, how often it was taken, and whether the cloud was emulated. */
  readonly against: string;
  /** The value is good at this or below. Never asserted: a noisy machine is no bug. */
  readonly goal: number;
}

/** A row with the lowest and the highest of its values, which the table shows. */
export interface Measurement extends Row {
  readonly name: string;
  readonly spread?: readonly [low: number, high: number];
}

const rounded = (value: number) => Number(value.toPrecision(value >= 100 ? 4 : 3));

/** The median of several values with their spread. */
export function measurement(
  name: string,
  values: readonly number[],
  row: Pick<Row, "unit" | "against" | "goal">,
): Measurement {
  return {
    name,
    value: rounded(median(values)),
    ...row,
    ...(values.length > 1 ? { spread: [rounded(Math.min(...values)), rounded(Math.max(...values))] as const } : {}),
  };
}

/** The machine in words: figures of another one cannot be compared. */
export const machine = () =>
  `${process.platform}-${process.arch}, ${cpus().length} cores, load ${loadavg()[0]?.toFixed(1)}, node ${process.versions.node}`;

export function table(measured: readonly Measurement[]): string {
  const lines = measured.map(({ name, value, unit, goal, spread, against }) => [
    name,
    `${value} ${unit}`,
    spread ? `${spread[0]} – ${spread[1]}` : "",
    `≤ ${goal}`,
    value <= goal ? "met" : "not met",
    against,
  ]);
  const rows = [["measurement", "median", "spread", "goal", "", "measured against"], ...lines];
  const width = (column: number) => Math.max(...rows.map((row) => row[column]?.length ?? 0));
  const widths = rows[0]?.map((_, column) => width(column)) ?? [];
  return rows
    .map((row) =>
      row
        .map((cell, i) => cell.padEnd(widths[i] ?? 0))
        .join("  ")
        .trimEnd(),
    )
    .join("\n");
}

/** Writes `{name: {value, unit, against, goal}}`: what this run measured, and nothing of an earlier one. */
export function writeReport(file: string, measured: readonly Measurement[]): void {
  const rows = measured.map(({ name, value, unit, against, goal }) => [name, { value, unit, against, goal }] as const);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, `${JSON.stringify(Object.fromEntries(rows), null, 2)}\n`);
}
