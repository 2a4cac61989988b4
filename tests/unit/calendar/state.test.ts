/** Virtual time across runs. */
import { expect, test } from "vitest";
import { type CalendarState, virtualTime } from "../../../emulator/cloud/calendar/state.ts";

const at = (text: string) => Date.parse(text);

test("what is created after a run is as much later than the virtual day the run reached", () => {
  const state: CalendarState = {
    schemaVersion: 1,
    cloud: "x",
    anchors: [
      { real: at("2026-11-22T12:00:00Z"), virtual: at("2027-12-01T00:00:00Z") },
      { real: at("2026-11-22T13:00:00Z"), virtual: at("2029-01-01T00:00:00Z") },
    ],
    markers: {},
    alone: {},
  };
  const virtual = (real: string) => new Date(virtualTime(state, at(real))).toISOString();
  expect(virtual("2026-11-22T11:59:00Z")).toBe("2026-11-22T11:59:00.000Z");
  expect(virtual("2026-11-22T12:10:00Z")).toBe("2027-12-01T00:10:00.000Z");
  expect(virtual("2026-11-22T13:00:05Z")).toBe("2029-01-01T00:00:05.000Z");
});
