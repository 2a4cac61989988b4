import { describe, expect, it } from "vitest";
import { unknownValue } from "../../../emulator/providers/engine/values.ts";
import { check, operations, session, sessionWith } from "./offline.ts";

const queue = "aws:sqs/queue:Queue";
const lifecycle = "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration";

describe("check", () => {
  it("refuses an unknown property and suggests the near one", () => {
    expect(check(queue, { name: "q", visibilityTimeoutSecond: 30 }).failures).toEqual([
      {
        property: "visibilityTimeoutSecond",
        reason:
          'HF5510 aws:sqs/queue:Queue has no property "visibilityTimeoutSecond"; did you mean "visibilityTimeoutSeconds"?',
      },
    ]);
  });

  it("refuses an unknown property at any depth", () => {
    const rules = [
      { id: "a", status: "Enabled", filter: { and: { prefix: "x", tag: { a: "b" } } } },
      { id: "b", status: "Enabled", expiration: { day: 3 } },
    ];
    const { failures } = check(lifecycle, { bucket: "b", rules });
    expect(failures.map((f) => [f.property, f.reason.slice(0, 6)])).toEqual([
      ["rules[0].filter.and.tag", "HF5510"],
      ["rules[1].expiration.day", "HF5510"],
    ]);
    expect(failures[1]?.reason).toContain('did you mean "days"?');
  });

  it("names every missing required property, nested ones too", () => {
    const { failures } = check(lifecycle, { rules: [{ id: "a", transitions: [{ days: 3 }] }] });
    expect(failures.map((f) => f.property).sort()).toEqual([
      "bucket",
      "rules[0].status",
      "rules[0].transitions[0].storageClass",
    ]);
    expect(failures.every((f) => f.reason.startsWith("HF5511 "))).toBe(true);
  });

  it.each([
    ["visibilityTimeoutSeconds", "30", "a number"],
    ["fifoQueue", "true", "a boolean"],
    ["tags", ["a"], "a map, each value a string"],
    ["tags", { a: 1 }, "a string"],
    ["name", 7, "a string"],
  ])("refuses %s = %j: it must be %s", (property, value, wanted) => {
    const [failure] = check(queue, { name: "q", [property]: value }).failures;
    expect(failure?.reason).toMatch(/^HF5512 /);
    expect(failure?.reason).toContain(`it must be ${wanted}`);
  });

  it("refuses text that must be JSON and is not", () => {
    const { failures } = check(queue, { name: "q", redrivePolicy: "{deadLetterTargetArn:x}" });
    expect(failures.map((f) => f.reason.slice(0, 6))).toEqual(["HF5515"]);
  });

  it("takes a policy as an object and makes it text", () => {
    const policy = { Version: "2012-10-17", Statement: [{ Effect: "Deny", Action: "s3:*" }] };
    const { inputs, failures } = check("aws:s3/bucketPolicy:BucketPolicy", { bucket: "b", policy });
    expect(failures).toEqual([]);
    expect(inputs.policy).toBe(JSON.stringify(policy));
  });

  it("refuses nested properties that the row does not carry, with the reason", () => {
    const { failures } = check(lifecycle, { bucket: "b", rules: [{ id: "a", status: "Enabled", prefix: "x" }] });
    expect(failures).toEqual([
      {
        property: "rules[0].prefix",
        reason: `HF5513 the offline provider does not offer rules[0].prefix of ${lifecycle}: it is deprecated: use filter.prefix`,
      },
    ]);
  });

  it("takes values that are not known yet anywhere", () => {
    const { failures } = check(lifecycle, {
      bucket: unknownValue,
      rules: [{ id: "a", status: unknownValue, expiration: unknownValue }],
    });
    expect(failures).toEqual([]);
    expect(check("aws:s3/bucketPolicy:BucketPolicy", { bucket: "b", policy: unknownValue }).failures).toEqual([]);
  });

  it("names an unknown resource type and says what to do", () => {
    expect(() => check("aws:s3/bucketV2:BucketV2", {})).toThrow(
      /^HF5502 .*aws:s3\/bucketV2:BucketV2; did you mean "aws:s3\/bucket:Bucket"\?.*emulator\/providers\/aws\/rows/,
    );
  });

  it("needs a region for a regional resource, from it or from the provider", () => {
    const target = { type: queue, name: "it" };
    const none = sessionWith(undefined);
    const { failures } = operations.check(none, target, {}, { name: "q" }, new Uint8Array(), undefined);
    expect(failures.map((f) => f.reason.slice(0, 6))).toEqual(["HF5516"]);
    const stated = { name: "q", region: "eu-west-1" };
    expect(operations.check(none, target, {}, stated, new Uint8Array(), undefined).failures).toEqual([]);
    const role = { type: "aws:iam/role:Role", name: "it" };
    const news = { name: "r", assumeRolePolicy: "{}" };
    expect(operations.check(none, role, {}, news, new Uint8Array(), undefined).failures).toEqual([]);
  });
});

describe("automatic names", () => {
  const seed = new Uint8Array([9, 9]);
  const named = (type: string, news: object, olds: object = {}, autonaming?: Parameters<typeof operations.check>[5]) =>
    operations.check(session, { type, name: "My" }, { ...olds }, { ...news }, seed, autonaming);

  it("are <resource>-<7 hex digits>, in the form that the service takes", () => {
    expect(named(queue, {}).inputs.name).toMatch(/^My-[0-9a-f]{7}$/);
    expect(named(queue, { fifoQueue: true }).inputs.name).toMatch(/^My-[0-9a-f]{7}\.fifo$/);
    expect(named("aws:s3/bucket:Bucket", {}).inputs.bucket).toMatch(/^my-[0-9a-f]{7}$/);
    expect(named("aws:kms/alias:Alias", { targetKeyId: "k" }).inputs.name).toMatch(/^alias\/My-[0-9a-f]{7}$/);
    expect(named(queue, { namePrefix: "p-" }).inputs.name).toMatch(/^p-[0-9a-f]{7}$/);
  });

  it("are the same in the preview and its update, and stay as long as nothing else is stated", () => {
    const first = named(queue, {}).inputs;
    expect(named(queue, {}).inputs).toEqual(first);
    const later = operations.check(session, { type: queue, name: "My" }, first, {}, new Uint8Array([1]), undefined);
    expect(later.inputs.name).toBe(first.name);
  });

  it("do not keep a name that was stated before", () => {
    expect(named(queue, {}, { name: "stated" }).inputs.name).toMatch(/^My-[0-9a-f]{7}$/);
  });

  it("follow the engine's autonaming settings", () => {
    const proposed = { mode: "propose", proposedName: "my-own" } as const;
    expect(named(queue, {}, {}, proposed).inputs.name).toBe("my-own");
    const { failures } = named(queue, {}, {}, { mode: "disable", proposedName: "" });
    expect(failures.map((f) => f.reason.slice(0, 6))).toEqual(["HF5514"]);
  });

  it("refuse a name and a prefix together, and a name that is too long", () => {
    expect(named(queue, { name: "a", namePrefix: "b" }).failures.map((f) => f.reason.slice(0, 6))).toEqual(["HF5514"]);
    expect(named(queue, { name: "a".repeat(81) }).failures[0]?.reason).toMatch(/^HF5514 .* 81 characters.* 80$/);
    expect(named(queue, { name: "a".repeat(80) }).failures).toEqual([]);
  });
});
