import { describe, expect, it } from "vitest";
import { unproven } from "../../../emulator/providers/aws/rows/index.ts";
import type { ObjectType, TypeNode } from "../../../emulator/providers/engine/declarations.ts";
import { covers, type Row } from "../../../emulator/providers/engine/row.ts";
import type { Props } from "../../../emulator/providers/engine/values.ts";
import { aws, check, diff } from "./offline.ts";

/**
 * Inputs whose change AWS answers with a new resource, by type; from the "Forces new resource" marks of the Terraform AWS
 * provider, which the Pulumi package is built on. `region` replaces everywhere it exists.
 */
const replacing: Readonly<Record<string, readonly string[]>> = {
  "aws:cloudwatch/eventRule:EventRule": ["eventBusName", "name", "namePrefix", "region"],
  "aws:cloudwatch/eventTarget:EventTarget": ["eventBusName", "region", "rule", "targetId"],
  "aws:cloudwatch/logGroup:LogGroup": ["logGroupClass", "name", "namePrefix", "region"],
  "aws:cloudwatch/metricAlarm:MetricAlarm": ["name", "region"],
  "aws:dynamodb/table:Table": ["hashKey", "localSecondaryIndexes", "name", "rangeKey", "region"],
  "aws:iam/role:Role": ["name", "namePrefix", "path"],
  "aws:iam/rolePolicy:RolePolicy": ["name", "namePrefix", "role"],
  "aws:kms/alias:Alias": ["name", "namePrefix", "region"],
  "aws:kms/key:Key": ["customerMasterKeySpec", "keyUsage", "multiRegion", "region"],
  "aws:lambda/eventSourceMapping:EventSourceMapping": ["eventSourceArn", "region"],
  "aws:lambda/function:Function": ["name", "packageType", "region"],
  "aws:lambda/functionEventInvokeConfig:FunctionEventInvokeConfig": ["functionName", "qualifier", "region"],
  "aws:lambda/functionRecursionConfig:FunctionRecursionConfig": ["functionName", "region"],
  "aws:lambda/permission:Permission": [
    "action",
    "eventSourceToken",
    "function",
    "functionUrlAuthType",
    "principal",
    "principalOrgId",
    "qualifier",
    "region",
    "sourceAccount",
    "sourceArn",
    "statementId",
    "statementIdPrefix",
  ],
  "aws:s3/bucket:Bucket": ["bucket", "bucketPrefix", "objectLockEnabled", "region"],
  "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration": ["bucket", "region"],
  "aws:s3/bucketNotification:BucketNotification": ["bucket", "region"],
  "aws:s3/bucketObjectLockConfiguration:BucketObjectLockConfiguration": ["bucket", "objectLockEnabled", "region"],
  "aws:s3/bucketOwnershipControls:BucketOwnershipControls": ["bucket", "region"],
  "aws:s3/bucketPolicy:BucketPolicy": ["bucket", "region"],
  "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock": ["bucket", "region"],
  "aws:s3/bucketReplicationConfig:BucketReplicationConfig": ["bucket", "region"],
  "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration": ["bucket", "region"],
  "aws:s3/bucketVersioning:BucketVersioning": ["bucket", "region"],
  "aws:sns/topic:Topic": ["fifoTopic", "name", "namePrefix", "region"],
  "aws:sns/topicPolicy:TopicPolicy": ["arn", "region"],
  "aws:sns/topicSubscription:TopicSubscription": ["endpoint", "protocol", "region", "topic"],
  "aws:sqs/queue:Queue": ["fifoQueue", "name", "namePrefix", "region"],
  "aws:sqs/queuePolicy:QueuePolicy": ["queueUrl", "region"],
};

// biome-ignore lint/suspicious/noExplicitAny: rows of different inputs in one table
type AnyRow = Row<any, any>;
const allRows = [...aws.rows.values()] as AnyRow[];

/** A value of the declared type for every offered property, at any depth; the second one differs in each leaf. */
function sample(row: AnyRow, type: ObjectType, pattern: string, which: 0 | 1): Props {
  const out: Props = {};
  for (const [key, property] of type) {
    const here = pattern === "" ? key : `${pattern}.${key}`;
    if (!offered(row, here)) continue;
    out[key] = sampleValue(row, property.type, here, which);
  }
  return out;
}

function offered(row: AnyRow, pattern: string): boolean {
  const top = pattern.split(/[.[]/)[0] ?? "";
  return row.supports.includes(top) && !Object.keys(row.refuses ?? {}).some((p) => covers(p, pattern));
}

function sampleValue(row: AnyRow, type: TypeNode, pattern: string, which: 0 | 1): unknown {
  switch (type.kind) {
    case "boolean": {
      const fallback = row.defaults?.[pattern] === true;
      return which === 0 ? !fallback : fallback;
    }
    case "number":
      return 7 + which;
    case "string":
    case "any":
      return row.json?.[pattern] ? JSON.stringify({ Statement: [{ Action: `a${which}` }] }) : `text${which}`;
    case "archive":
    case "asset":
      return {
        "4dabf18193072939515e22adb298388d":
          type.kind === "archive" ? "0def7320c3a5731c473e5ecbe6d01bc7" : "c44067f5952c0a294b673a41bacd8c17",
        hash: `hash${which}`,
        ...(type.kind === "archive" ? { assets: {} } : { text: "" }),
      };
    case "list":
      return [sampleValue(row, type.element, `${pattern}[]`, which)];
    case "map":
      return { key: sampleValue(row, type.element, `${pattern}.key`, which) };
    case "object":
      return sample(row, aws.declarations.object(type.name), pattern, which);
    case "either":
      return sampleValue(row, type.options[0] ?? { kind: "any" }, pattern, which);
  }
}

/** Every way to leaf values, e.g. `["rules", 0, "filter", "prefix"]`. */
function leaves(value: unknown, path: (string | number)[] = []): (string | number)[][] {
  if (typeof value !== "object" || value === null || "hash" in value) return [path];
  return Object.entries(value).flatMap(([key, v]) => leaves(v, [...path, Array.isArray(value) ? Number(key) : key]));
}

function get(value: unknown, path: readonly (string | number)[]): unknown {
  return path.reduce<unknown>((v, key) => (v as Record<string | number, unknown>)[key], value);
}

function withLeaf(value: Props, path: readonly (string | number)[], leaf: unknown): Props {
  const copy = structuredClone(value);
  (get(copy, path.slice(0, -1)) as Record<string | number, unknown>)[path.at(-1) ?? ""] = leaf;
  return copy;
}

const render = (path: readonly (string | number)[]) =>
  path.map((p, i) => (typeof p === "number" ? `[${p}]` : i === 0 ? p : `.${p}`)).join("");

it("what the emulated cloud cannot prove is listed for printing, with a reason each", () => {
  expect(unproven().map((u) => `${u.type} ${u.property}`)).toEqual([
    "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration transitionDefaultMinimumObjectSize",
    "aws:cloudwatch/eventRule:EventRule roleArn",
    "aws:iam/role:Role description",
    "aws:dynamodb/table:Table replicas[].kmsKeyArn",
    "aws:dynamodb/table:Table replicas[].propagateTags",
  ]);
  expect(unproven().every((u) => u.reason.length > 20)).toBe(true);
});

describe("every property of every resource type", () => {
  it("the table of replacements names every row", () => {
    expect(Object.keys(replacing).sort()).toEqual(allRows.map((row) => row.type).sort());
  });

  for (const row of allRows) {
    const type = aws.declarations.inputs(row.type);
    const before = sample(row, type, "", 0);
    const other = sample(row, type, "", 1);
    const paths = leaves(before);

    it(`${row.type}: a change of any of ${paths.length} values is seen, and replaces where AWS replaces`, () => {
      expect(diff(row.type, before, structuredClone(before)).changes).toEqual([]);
      for (const path of paths) {
        const after = withLeaf(before, path, get(other, path));
        const found = diff(row.type, before, after).changes;
        const property = String(path[0]);
        expect([...new Set(found.map((c) => c.property))], render(path)).toEqual([property]);
        const replaces = found.some((c) => c.replaces);
        expect(replaces, `${render(path)} replaces`).toBe(replacing[row.type]?.includes(property) ?? false);
      }
    });

    it(`${row.type}: taking a property away is seen unless the cloud then chooses`, () => {
      for (const property of Object.keys(before)) {
        const { [property]: _, ...after } = before;
        const found = diff(row.type, before, after, { ...before, tagsAll: before.tags ?? {}, region: before.region });
        const seen = found.changes.map((c) => c.property);
        if (property === "region") expect(seen, property).toEqual(["region"]);
        else if (row.computed?.includes(property)) expect(seen, property).toEqual([]);
        else expect(new Set(seen), property).toEqual(new Set([property]));
      }
    });

    it(`${row.type}: what the package declares is offered or refused by name, and nothing else is offered`, () => {
      expect(row.supports.filter((property) => !type.has(property))).toEqual([]);
      expect(new Set(row.supports).size).toBe(row.supports.length);
      for (const property of type.keys()) {
        if (row.supports.includes(property)) continue;
        const failure = check(row.type, { ...before, [property]: "x" }).failures.find((f) => f.property === property);
        expect(failure?.reason, property).toMatch(/^HF5513 .*the offline provider does not offer /);
      }
    });

    it(`${row.type}: patterns of the row exist in the declarations`, () => {
      const patterns = [
        ...(row.computed ?? []),
        ...(row.sets ?? []),
        ...(row.local ?? []),
        ...row.replaceOn,
        ...Object.keys(row.defaults ?? {}),
        ...Object.keys(row.json ?? {}),
        ...Object.keys(row.refuses ?? {}),
        ...(row.emulatorCannotRead ?? []).map((u) => u.property),
        ...(row.emulatorCannotChange ?? []).map((u) => u.property),
      ];
      expect(patterns.filter((pattern) => !declared(type, pattern))).toEqual([]);
      // Outputs such as a key's id may identify a resource too.
      const names = new Set([...type.keys(), ...aws.declarations.outputs(row.type)]);
      expect(row.identity.filter((property) => !names.has(property))).toEqual([]);
    });
  }
});

function declared(type: ObjectType, pattern: string): boolean {
  const [head = "", ...rest] = pattern.split(".");
  const property = type.get(head.replace(/\[\]$/, ""));
  if (!property) return false;
  let node: TypeNode = property.type;
  if (head.endsWith("[]")) {
    if (node.kind !== "list") return false;
    node = node.element;
  }
  if (rest.length === 0) return true;
  return node.kind === "object" && declared(aws.declarations.object(node.name), rest.join("."));
}
