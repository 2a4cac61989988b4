import { describe, expect, it } from "vitest";
import { Declarations } from "../../../emulator/providers/engine/declarations.ts";
import { aws } from "./offline.ts";

const { declarations } = aws;

describe("the declarations of the installed package", () => {
  it("say which inputs are required", () => {
    const inputs = declarations.inputs("aws:s3/bucketReplicationConfig:BucketReplicationConfig");
    const required = [...inputs].filter(([, p]) => p.required).map(([name]) => name);
    expect(required).toEqual(["bucket", "role", "rules"]);
    expect([...inputs.keys()]).toEqual(["bucket", "region", "role", "rules", "token"]);
  });

  it.each([
    ["aws:sqs/queue:Queue", "delaySeconds", { kind: "number" }],
    ["aws:sqs/queue:Queue", "fifoQueue", { kind: "boolean" }],
    ["aws:sqs/queue:Queue", "tags", { kind: "map", element: { kind: "string" } }],
    ["aws:lambda/function:Function", "code", { kind: "archive" }],
    ["aws:lambda/function:Function", "runtime", { kind: "string" }],
    ["aws:lambda/permission:Permission", "function", { kind: "string" }],
    ["aws:cloudwatch/metricAlarm:MetricAlarm", "okActions", { kind: "list", element: { kind: "string" } }],
    [
      "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration",
      "rules",
      { kind: "list", element: { kind: "object", name: "s3.BucketLifecycleConfigurationRule" } },
    ],
    [
      "aws:s3/bucketPolicy:BucketPolicy",
      "policy",
      { kind: "either", options: [{ kind: "string" }, { kind: "object", name: "s3.PolicyDocument" }] },
    ],
  ])("give %s.%s its type", (token, property, type) => {
    expect(declarations.inputs(token).get(property)?.type).toEqual(type);
  });

  it("give nested types, their maps and what they require", () => {
    const and = declarations.object("s3.BucketLifecycleConfigurationRuleFilterAnd");
    expect([...and.keys()]).toEqual(["objectSizeGreaterThan", "objectSizeLessThan", "prefix", "tags"]);
    expect(and.get("tags")?.type).toEqual({ kind: "map", element: { kind: "string" } });
    expect(declarations.object("s3.BucketReplicationConfigRule").get("destination")?.required).toBe(true);
    expect(declarations.object("ProviderDefaultTags").has("tags")).toBe(true);
  });

  it("give outputs and the settings of the provider", () => {
    expect([...declarations.outputs("aws:sqs/queuePolicy:QueuePolicy")].sort()).toEqual([
      "policy",
      "queueUrl",
      "region",
    ]);
    expect(declarations.settings().get("region")?.type).toEqual({ kind: "string" });
  });

  it("say what is missing when a package is not of the expected form", () => {
    expect(() => declarations.inputs("aws:sqs/nothing:Nothing")).toThrow(
      /^HF5530 the file was not found in .*sqs\/nothing/,
    );
    expect(() => declarations.object("s3.Nothing")).toThrow(/^HF5530 interface s3\.Nothing was not found/);
    expect(() => new Declarations("/nowhere").settings()).toThrow(/^HF5530 /);
  });
});
