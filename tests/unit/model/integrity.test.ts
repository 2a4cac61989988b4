import { describe, expect, it } from "vitest";
import { checkMedia, durationsAgree, type MediaEvidence } from "../../../model/integrity.ts";

const whole = { format: "webm", checked: true, complete: true, durationMs: 10_000, problems: [] } as const;
const sha256 = "a".repeat(64);
const check = (change: Partial<MediaEvidence>) =>
  checkMedia({ size: 10, sha256, inspection: whole, vendor: {}, ...change });
const codes = (change: Partial<MediaEvidence>) => check(change).failures.map(({ code }) => code);

describe("the ladder (promise 5)", () => {
  it.each([
    ["container whole, nothing to compare with", {}, "container"],
    ["container whole, duration plausible", { vendor: { durationMs: 12_000 } }, "container"],
    ["container not readable here", { inspection: { ...whole, checked: false, complete: false } }, "stored"],
    ["vendor's digest", { vendor: { sha256 } }, "vendor-digest"],
    ["vendor's size alone is no digest", { vendor: { size: 10 } }, "container"],
  ] as const)("%s", (_what, change, level) => {
    expect(check(change)).toEqual({ level, failures: [] });
  });

  it.each([
    ["empty", { size: 0 }, ["HF2003"]],
    ["truncated", { inspection: { ...whole, complete: false, problems: ["cut"] } }, ["HF2004"]],
    ["too short", { vendor: { durationMs: 13_001 } }, ["HF2005"]],
    ["too long", { vendor: { durationMs: 6_999 } }, ["HF2005"]],
    ["other bytes", { vendor: { sha256: "b".repeat(64) } }, ["HF2006"]],
    ["other size and bytes", { vendor: { sha256: "b".repeat(64), size: 9 } }, ["HF2006", "HF2006"]],
    [
      "truncated and other bytes",
      { inspection: { ...whole, complete: false }, vendor: { size: 11 } },
      ["HF2004", "HF2006"],
    ],
  ] as const)("%s fails", (_what, change, expected) => {
    expect(codes(change)).toEqual(expected);
    expect(check(change).level).toBe("failed");
  });

  it("a good digest does not excuse a broken container", () => {
    expect(codes({ inspection: { ...whole, complete: false }, vendor: { sha256 } })).toEqual(["HF2004"]);
  });
});

it.each([
  // 3 s below 150 s of length, 2 % above.
  [10_000, 13_000, true],
  [10_000, 13_001, false],
  [13_001, 10_000, false],
  [3_528_000, 3_600_000, true],
  [3_527_999, 3_600_000, false],
  [3_000, 0, true],
])("%d ms against %d ms: %s", (container, vendor, agree) => {
  expect(durationsAgree(container, vendor)).toBe(agree);
});
