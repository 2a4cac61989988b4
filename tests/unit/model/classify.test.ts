import { describe, expect, it } from "vitest";
import type { AdmissionRules } from "../../../model/admission-rules.ts";
import { classify, globMatches, valuesAt } from "../../../model/classify.ts";

describe("globs", () => {
  it.each([
    ["*", "", true],
    ["*", "a/b", true],
    ["a*c", "abbbc", true],
    ["a*c", "abbb", false],
    ["?", "", false],
    ["?", "日", true],
    ["?", "👍", true],
    ["a?c*", "abcdef", true],
    ["*.webm", "x.webm_metadata.json", false],
    ["**a**", "bab", true],
    ["", "", true],
    ["", "x", false],
    ["a.c", "abc", false],
    ["[ab]", "a", false],
  ])("%j on %j is %s", (glob, text, expected) => {
    expect(globMatches(glob, text)).toBe(expected);
  });

  it("answers on a pattern that backtracking would never finish", () => {
    expect(globMatches(`${"*a".repeat(40)}b`, "a".repeat(4_000))).toBe(false);
  });
});

describe("values in metadata", () => {
  const json = {
    mediaType: "Screen",
    queue: { name: "billing" },
    userIds: ["u1", "u2"],
    media: [{ file: "a" }],
    n: 5,
    no: null,
  };
  it.each([
    ["mediaType", ["Screen"]],
    ["queue.name", ["billing"]],
    ["userIds", ["u1", "u2"]],
    ["media.file", ["a"]],
    ["n", ["5"]],
    ["no", []],
    ["queue", []],
    ["missing.deep", []],
    ["constructor.name", []],
    ["__proto__", []],
  ])("%s", (path, expected) => {
    expect(valuesAt(json, path)).toEqual(expected);
  });
});

describe("classification", () => {
  const rules: AdmissionRules = {
    classification: [
      { name: "cards", match: { metadata: { "queue.name": "pay*" } }, tags: { PCI: "true", department: "payments" } },
      { name: "finance", match: { metadata: { "queue.name": "*" } }, tags: { department: "finance" } },
      { name: "follow", match: { tags: { department: "payments" } }, tags: { compliance: "pci-dss" } },
    ],
    holdRules: [
      { name: "case-7", match: { key: "*/conversation_id=c7/*" } },
      { name: "payments", match: { tags: { department: "payments" } } },
    ],
    classes: [
      { className: "finance", match: { tags: { department: "finance" } } },
      { className: "screens", match: { metadata: { mediaType: "screen" } } },
      { className: "standard" },
    ],
  };
  const of = (metadata: unknown, ...landingKeys: string[]) => classify(rules, { metadata, landingKeys });

  it("the first rule to give a tag wins, and later rules see earlier tags", () => {
    expect(of({ queue: { name: "payments-eu" } }, "k")).toEqual({
      tags: { PCI: "true", department: "payments", compliance: "pci-dss" },
      sensitivity: "sensitive",
      retentionClass: "standard",
      matters: ["policy/payments"],
    });
  });

  it("the first class wins", () => {
    expect(of({ mediaType: "Screen", queue: { name: "a" } }, "k").retentionClass).toBe("finance");
  });

  it("metadata ignores case, keys and tags do not", () => {
    expect(of({ mediaType: "SCREEN" }, "k").retentionClass).toBe("screens");
    expect(of({}, "o/conversation_id=C7/x").matters).toEqual([]);
  });

  it("a key rule fits when any of the landing keys fits", () => {
    expect(of({}, "elsewhere", "o/conversation_id=c7/x").matters).toEqual(["policy/case-7"]);
  });

  it("what is missing never matches; without readable metadata only key rules can", () => {
    expect(of(undefined, "o/conversation_id=c7/x")).toEqual({
      tags: {},
      sensitivity: "normal",
      retentionClass: "standard",
      matters: ["policy/case-7"],
    });
  });
});
