/** Edit distances counted by hand. */
import { describe, expect, it } from "vitest";
import { editDistance, nearest } from "../../../stacks/settings/suggest.ts";

describe("editDistance", () => {
  it.each([
    ["", "", 0],
    ["abc", "", 3],
    ["drTier", "drTier", 0],
    ["drteir", "drtier", 1],
    ["kitten", "sitting", 3],
    ["acheive", "achieve", 1],
  ])("%s → %s is %i", (a, b, expected) => {
    expect(editDistance(a, b)).toBe(expected);
    expect(editDistance(b, a)).toBe(expected);
  });
});

describe("nearest", () => {
  it("prefers the fewest edits and does not mind case", () => {
    expect(nearest("Readers", ["drReaders", "readers"])).toBe("readers");
  });

  it("is silent when nothing is near", () => {
    expect(nearest("colour", ["rpo", "rto", "drTier"])).toBeUndefined();
    expect(nearest("x".repeat(1_000), ["x"])).toBeUndefined();
  });
});
