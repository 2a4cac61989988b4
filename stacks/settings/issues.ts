/** From zod issues to problems, and from a faulty tree to one that the schema accepts. */
import { z } from "zod";
import type { Problem } from "../../model/errors.ts";
import type { Fault } from "./leaves.ts";
import { pathOf, shown } from "./paths.ts";
import { unknownKey } from "./scan.ts";
import { type Draft, settingsSchema, withoutOptional } from "./schema.ts";
import { nearest } from "./suggest.ts";

export interface Checked {
  readonly draft: Draft;
  readonly problems: readonly Problem[];
}

/** Runs the schema, leaves out what it refuses, and runs it again, until every mistake is found. */
export function checkShape(tree: unknown): Checked {
  const problems: Problem[] = [];
  const rest = structuredClone(tree);
  for (;;) {
    const result = settingsSchema.safeParse(rest);
    if (result.success) return { draft: result.data, problems };
    for (const issue of result.error.issues) {
      problems.push(...toProblems(issue, rest));
    }
    for (const issue of result.error.issues) leaveOut(issue, rest);
  }
}

function toProblems(issue: z.core.$ZodIssue, tree: unknown): Problem[] {
  const value = at(tree, issue.path);
  const place = { severity: "error" as const, path: pathOf(issue.path), value: shown(value) };
  if (issue.code === "unrecognized_keys") {
    const known = knownKeys(issue.path);
    return issue.keys.map((name) => {
      const meant = nearest(name, known);
      return unknownKey(pathOf([...issue.path, name]), meant, meant === undefined ? known : []);
    });
  }
  if (issue.code === "custom") {
    const fault: Fault = issue.params?.fault;
    return [{ ...place, ...fault }];
  }
  const wanted = issue.code === "invalid_type" && issue.expected === "array" ? "a list" : "a map of keys";
  if (value === null) {
    return [
      {
        ...place,
        code: "HF1012",
        reason: "the key is written without a value",
        fix: `Write ${wanted}, or remove the key.`,
      },
    ];
  }
  return [
    {
      ...place,
      code: "HF1003",
      allowed: wanted,
      reason: `${Array.isArray(value) ? "a list" : typeof value === "object" ? "a map" : `a ${typeof value}`} stands where ${wanted} is expected`,
      fix: `Write ${wanted}; see docs/configuration.md for its keys.`,
    },
  ];
}

function at(tree: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>(
    (node, part) => (typeof node === "object" && node !== null ? Reflect.get(node, part) : undefined),
    tree,
  );
}

function leaveOut(issue: z.core.$ZodIssue, tree: unknown): void {
  const targets = issue.code === "unrecognized_keys" ? issue.keys.map((name) => [...issue.path, name]) : [issue.path];
  for (const path of targets) {
    const parent = at(tree, path.slice(0, -1));
    const last = path.at(-1);
    if (last === undefined || typeof parent !== "object" || parent === null) continue;
    if (Array.isArray(parent)) parent[Number(last)] = undefined;
    else Reflect.deleteProperty(parent, last);
  }
}

/** The keys that the schema knows at a path; empty where names are free. */
function knownKeys(path: readonly PropertyKey[]): string[] {
  let schema: z.core.$ZodType = settingsSchema;
  for (const part of path) {
    schema = withoutOptional(schema);
    if (schema instanceof z.ZodObject) schema = schema.shape[String(part)];
    else if (schema instanceof z.ZodRecord) schema = schema.valueType;
    else if (schema instanceof z.ZodArray) schema = schema.element;
    else return [];
  }
  schema = withoutOptional(schema);
  return schema instanceof z.ZodObject ? Object.keys(schema.shape) : [];
}
