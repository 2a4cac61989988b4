import { describe, expect, it } from "vitest";
import { unknownValue } from "../../../emulator/providers/engine/values.ts";
import { diff, operations, sessionWith } from "./offline.ts";

const queue = "aws:sqs/queue:Queue";
const paths = (found: ReturnType<typeof diff>) => found.changes.map((c) => `${c.kind} ${c.path}`);

const policy = (statement: object) => JSON.stringify({ Version: "2012-10-17", Statement: statement });
const bucketPolicy = (text: string) => ({ bucket: "b", policy: text });
const policyDiff = (a: object, b: object) =>
  paths(diff("aws:s3/bucketPolicy:BucketPolicy", bucketPolicy(policy(a)), bucketPolicy(policy(b))));

describe("policies are compared by meaning", () => {
  const one = { Sid: "A", Effect: "Deny", Principal: "*", Action: "s3:GetObject", Resource: "*" };
  const two = { Sid: "B", Effect: "Allow", Principal: { AWS: ["x", "y"] }, Action: ["a", "b"], Resource: ["r", "q"] };

  it.each([
    ["one statement or a list of one", one, [one]],
    ["one action or a list of one", [one], [{ ...one, Action: ["s3:GetObject"] }]],
    ["the order of statements", [one, two], [two, one]],
    [
      "the order of actions, resources and principals",
      [two],
      [{ ...two, Principal: { AWS: ["y", "x"] }, Action: ["b", "a"], Resource: ["q", "r"] }],
    ],
    [
      "the form and order of condition values",
      [{ ...one, Condition: { Bool: { "aws:SecureTransport": false }, StringEquals: { k: ["a", "b"] } } }],
      [{ ...one, Condition: { StringEquals: { k: ["b", "a"] }, Bool: { "aws:SecureTransport": ["false"] } } }],
    ],
  ])("%s means nothing", (_, a, b) => {
    expect(policyDiff(a, b)).toEqual([]);
  });

  it.each([
    ["an effect", [one], [{ ...one, Effect: "Allow" }]],
    ["an action", [two], [{ ...two, Action: ["a", "c"] }]],
    ["a principal", [one], [{ ...one, Principal: { AWS: "x" } }]],
    [
      "a condition value",
      [{ ...one, Condition: { Bool: { k: "true" } } }],
      [{ ...one, Condition: { Bool: { k: "false" } } }],
    ],
    ["a condition", [{ ...one, Condition: { Bool: { k: "true" } } }], [one]],
    ["a statement", [one, two], [one]],
  ])("another %s is a change", (_, a, b) => {
    expect(policyDiff(a, b)).toEqual(["update policy"]);
  });
});

describe("other JSON is compared by value", () => {
  const rule = (eventPattern: string) => ({ name: "r", eventPattern });
  const type = "aws:cloudwatch/eventRule:EventRule";

  it("white space and the order of keys mean nothing, the order of a list does", () => {
    expect(paths(diff(type, rule('{"a":["x","y"],"b":1}'), rule('{ "b": 1, "a": ["x", "y"] }')))).toEqual([]);
    expect(paths(diff(type, rule('{"a":["x","y"]}'), rule('{"a":["y","x"]}')))).toEqual(["update eventPattern"]);
  });
});

describe("lists and sets", () => {
  it("the order of a set means nothing", () => {
    const alarm = (...okActions: string[]) => ({ name: "a", okActions });
    const type = "aws:cloudwatch/metricAlarm:MetricAlarm";
    expect(paths(diff(type, alarm("x", "y"), alarm("y", "x")))).toEqual([]);
    expect(paths(diff(type, alarm("x", "y"), alarm("y", "z")))).toEqual(["update okActions[0]"]);
    expect(paths(diff(type, alarm("x"), alarm("x", "z")))).toEqual(["add okActions[0]"]);
    expect(paths(diff(type, alarm("x", "z"), alarm("x")))).toEqual(["delete okActions[0]"]);
  });

  it("a change inside a list names the very value", () => {
    const rules = (days: number) => ({
      bucket: "b",
      rules: [{ id: "a", status: "Enabled", filter: { prefix: "" }, expiration: { days } }],
    });
    const type = "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration";
    expect(paths(diff(type, rules(1), rules(2)))).toEqual(["update rules[0].expiration.days"]);
  });

  it("an empty list, an empty map and nothing are the same", () => {
    expect(
      paths(
        diff("aws:cloudwatch/metricAlarm:MetricAlarm", { name: "a", okActions: [], dimensions: {} }, { name: "a" }),
      ),
    ).toEqual([]);
  });
});

describe("defaults and spellings", () => {
  it("a stated default and nothing are the same", () => {
    expect(paths(diff(queue, { name: "q" }, { name: "q", visibilityTimeoutSeconds: 30, delaySeconds: 0 }))).toEqual([]);
    expect(paths(diff(queue, { name: "q" }, { name: "q", visibilityTimeoutSeconds: 31 }))).toEqual([
      "update visibilityTimeoutSeconds",
    ]);
  });

  it("a key by id or by ARN, a function by name or by ARN", () => {
    const alias = (targetKeyId: string) => ({ name: "alias/a", targetKeyId });
    const arn = "arn:aws:kms:us-east-1:000000000000:key/1234";
    expect(paths(diff("aws:kms/alias:Alias", alias("1234"), alias(arn)))).toEqual([]);
    expect(paths(diff("aws:kms/alias:Alias", alias("5678"), alias(arn)))).toEqual(["update targetKeyId"]);
    const mapping = (functionName: string) => ({ functionName, eventSourceArn: "q" });
    const type = "aws:lambda/eventSourceMapping:EventSourceMapping";
    const functionArn = "arn:aws:lambda:us-east-1:000000000000:function:admit";
    expect(paths(diff(type, mapping("admit"), mapping(functionArn)))).toEqual([]);
  });

  it("the whole bucket may be said in three ways in a lifecycle rule", () => {
    const type = "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration";
    const rule = (more: object) => ({
      bucket: "b",
      rules: [{ id: "a", status: "Enabled", expiration: { days: 1 }, ...more }],
    });
    expect(paths(diff(type, rule({}), rule({ filter: {} })))).toEqual([]);
    expect(paths(diff(type, rule({ filter: {} }), rule({ filter: { prefix: "" } })))).toEqual([]);
    expect(paths(diff(type, rule({}), rule({ filter: { prefix: "x" } })))).not.toEqual([]);
  });
});

describe("values that are not known yet", () => {
  it("count as changed, and replace where a change would", () => {
    expect(paths(diff(queue, { name: "q", kmsMasterKeyId: "k" }, { name: "q", kmsMasterKeyId: unknownValue }))).toEqual(
      ["update kmsMasterKeyId"],
    );
    const found = diff(queue, { name: "q" }, { name: unknownValue });
    expect(found.changes.map((c) => c.replaces)).toEqual([true]);
    expect(found.deleteBeforeReplace).toBe(false);
  });
});

describe("deleteBeforeReplace", () => {
  it("only where the new resource would have the old one's physical name", () => {
    const role = (more: object) => ({ name: "r", assumeRolePolicy: "{}", ...more });
    expect(diff("aws:iam/role:Role", role({ path: "/a/" }), role({ path: "/b/" })).deleteBeforeReplace).toBe(true);
    expect(diff("aws:iam/role:Role", role({}), role({ name: "s" })).deleteBeforeReplace).toBe(false);
    const fifo = diff(queue, { name: "q.fifo" }, { name: "q.fifo", fifoQueue: true });
    expect(fifo.deleteBeforeReplace).toBe(true);
    const moved = diff(queue, { name: "q", region: "us-east-1" }, { name: "q", region: "us-west-2" });
    expect([moved.changes.map((c) => c.path), moved.deleteBeforeReplace]).toEqual([["region"], false]);
    // Bucket names are unique over all regions.
    const bucket = diff(
      "aws:s3/bucket:Bucket",
      { bucket: "b", region: "us-east-1" },
      { bucket: "b", region: "us-west-2" },
    );
    expect(bucket.deleteBeforeReplace).toBe(true);
  });

  it("not for a change without a replacement", () => {
    expect(diff(queue, { name: "q" }, { name: "q", delaySeconds: 3 }).deleteBeforeReplace).toBe(false);
  });
});

describe("tags of the provider", () => {
  const at = (defaultTags: Record<string, string>, olds: object, state: object, news: object) =>
    operations
      .diff(
        sessionWith("us-east-1", defaultTags),
        { type: queue, name: "it", id: "q" },
        { ...olds },
        { ...state },
        { ...news },
      )
      .changes.map((c) => c.path);

  it("a new default tag is a change of every tagged resource, once", () => {
    expect(at({ a: "1" }, { name: "q" }, { tagsAll: {} }, { name: "q" })).toEqual(["tagsAll"]);
    expect(at({ a: "1" }, { name: "q" }, { tagsAll: { a: "1" } }, { name: "q" })).toEqual([]);
    expect(at({ a: "1" }, { name: "q" }, { tagsAll: {} }, { name: "q", tags: { b: "2" } })).toEqual(["tags"]);
  });
});
