/**
 * Every seeded bug still fits the code it breaks and the tests that must notice it; `npm run test:seeded` proves that they
 * do notice. Every promise that this version keeps has at least one.
 */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { applyChange, readPatch } from "../seeded-bugs/patch.ts";
import { changesOf, readBugs } from "../seeded-bugs/run.ts";

const root = join(import.meta.dirname, "../..");
const bugs = readBugs();

/** Numbers of the promises in docs/architecture.md, without those that wait for a component as a whole. */
function promisesKept(): number[] {
  const page = readFileSync(join(root, "docs/architecture.md"), "utf8");
  const list = /^## Promises$([\s\S]*?)^## /m.exec(page)?.[1] ?? "";
  return [...list.matchAll(/^(\d+)\. \*\*(.*?)(?=^\d+\. |$(?![\s\S]))/gms)]
    .filter(([, , text]) => !/\*\(with the [\w ]+\)\*/.test(text ?? ""))
    .map(([, number]) => Number(number));
}

describe("seeded bugs", () => {
  it("are there for every promise that is kept", () => {
    const kept = promisesKept();
    expect(kept).toEqual(expect.arrayContaining([1, 3, 5, 7, 8, 9, 10]));
    const broken = new Set(bugs.map(({ promise }) => promise));
    expect(kept.filter((promise) => !broken.has(promise))).toEqual([]);
  });

  it.each(bugs.map((bug) => [bug.name, bug] as const))("%s fits", (_name, bug) => {
    for (const { path, before, after } of changesOf(bug)) {
      expect(after).not.toBe(before);
      // A mistake in a test proves nothing about the tests.
      expect(path).not.toMatch(/^tests\//);
    }
    for (const test of bug.tests) {
      expect(test.startsWith(`tests/${bug.grade}/`)).toBe(true);
      expect(existsSync(join(root, test)), test).toBe(true);
    }
    const texts = bug.tests.map((test) => readFileSync(join(root, test), "utf8"));
    expect(texts.join("\n")).toMatch(new RegExp(`promise ${bug.promise}\\b`));
  });
});

describe("a patch", () => {
  const patch =
    "mistake: m\n\n--- a/f.ts\n+++ b/f.ts\n@@ -1,3 +1,3 @@\n one\n-two\n+2\n three\n@@ -9 +9,2 @@\n nine\n+ten\n";
  const [change] = readPatch(patch);
  const apply = (content: string) => {
    if (!change) throw new TypeError("no change was read");
    return applyChange(change, content);
  };

  it("is applied wherever its lines are", () => {
    expect(change?.path).toBe("f.ts");
    expect(apply("zero\none\ntwo\nthree\nnine\n")).toBe("zero\none\n2\nthree\nnine\nten\n");
  });

  it.each([
    ["gone", "one\nthree\nnine\n"],
    ["other in the middle of a line", "one\ntwo too\nthree\nnine\n"],
    ["at two places", "one\ntwo\nthree\none\ntwo\nthree\nnine\n"],
  ])("is refused where its lines are %s", (_where, content) => {
    expect(() => apply(content)).toThrow(/^f\.ts: the lines to change are found [02] times/);
  });

  it("is refused when it ends too early", () => {
    expect(() => readPatch("--- a/f.ts\n+++ b/f.ts\n@@ -1,5 +1,5 @@\n one")).toThrow("ends inside a hunk of f.ts");
  });
});
