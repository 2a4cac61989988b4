/** Whatever is written: no exception, never settings together with errors, and no unknown key passes unseen. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { codes } from "../../model/codes/index.ts";
import { describeKeys } from "../../stacks/settings/describe.ts";
import { parseSettings, type RawConfig } from "../../stacks/settings/parse.ts";
import { base } from "../unit/settings/base.ts";

const context = { project: "holdfast", stack: "test" };
const topLevel = describeKeys()
  .map(({ path }) => path)
  .filter((path) => !path.includes("."));
const words = [...new Set(describeKeys().flatMap(({ path }) => path.split(/[.[\]]+/)))].filter((word) =>
  /^\w+$/.test(word),
);

/** Leaves that come close to what is valid, so that rules are reached and not only the schema. */
const leaf = fc.oneof(
  fc.constantFrom(
    "30 days",
    "1 day",
    "15 minutes",
    "7 years",
    "30",
    "never",
    "hot",
    "archive",
    "us-east-1",
    "eu-west-1",
  ),
  fc.constantFrom(
    "arn:aws:iam::111122223333:role/A",
    "arn:aws:iam::444455556666:user/b",
    "compliance",
    "finance/*",
    "",
  ),
  fc.string({ unit: "grapheme", maxLength: 20 }),
  fc.integer(),
  fc.double(),
  fc.boolean(),
  fc.constant(null),
);
const { value: near } = fc.letrec<{ value: unknown }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 5, withCrossShrink: true },
    leaf,
    fc.dictionary(
      fc.oneof(
        fc.constantFrom(...words, "finance", "standard", "__proto__", "constructor"),
        fc.string({ maxLength: 8 }),
      ),
      tie("value"),
      { maxKeys: 5 },
    ),
    fc.array(tie("value"), { maxLength: 3 }),
  ),
}));
const raw: fc.Arbitrary<RawConfig> = fc
  .dictionary(
    fc.constantFrom(...topLevel.map((key) => `holdfast:${key}`), "aws:profile", "aws:endpoints", "other:key"),
    near,
    { maxKeys: 8 },
  )
  .map((config) =>
    Object.fromEntries(
      Object.entries(config).map(([key, value]) => [
        key,
        typeof value === "string" ? value : (JSON.stringify(value) ?? "null"),
      ]),
    ),
  );

function check(config: RawConfig): void {
  const { settings, problems } = parseSettings(config, context);
  const errors = problems.filter(({ severity }) => severity === "error");
  expect(settings === undefined).toBe(errors.length > 0);
  expect(problems.filter(({ code, reason, fix }) => !(code in codes) || reason === "" || fix === "")).toEqual([]);
}

describe("parseSettings (promise 8)", () => {
  it("never throws, and gives either settings or errors, on config that is nearly right", () => {
    fc.assert(fc.property(raw, check), { numRuns: 400 });
  });

  it("does so when one valid key after the other is replaced", () => {
    fc.assert(
      fc.property(raw, (changes) => check({ ...base, ...changes })),
      { numRuns: 400 },
    );
  });

  it("does so on any JSON under any key", () => {
    fc.assert(fc.property(fc.dictionary(fc.string(), fc.oneof(fc.string(), fc.json(), fc.jsonValue())), check), {
      numRuns: 300,
    });
  });

  it("reports every unknown key, wherever it stands", () => {
    const hosts = describeKeys().filter(
      ({ type, path }) => type === "a map" && !path.includes("<") && !path.includes("["),
    );
    const unknown = fc.stringMatching(/^zq[a-z]{4,10}$/);
    const place = fc.constantFrom([], ...hosts.map(({ path }) => path.split(".")));
    fc.assert(
      fc.property(place, unknown, fc.jsonValue(), (path, name, value) => {
        const [top, ...rest] = [...path, name];
        const nested = rest.reduceRight<unknown>((inner, key) => ({ [key]: inner }), value);
        const config = { ...base, [`holdfast:${top}`]: JSON.stringify(nested) };
        const { settings, problems } = parseSettings(config, context);
        expect(settings).toBeUndefined();
        expect(
          problems.filter(({ code }) => code === "HF1002" || code === "HF1013").map((problem) => problem.path),
        ).toContain(`holdfast:${[...path, name].join(".")}`);
      }),
      { numRuns: 300 },
    );
  });
});
