import type { ProviderCode } from "../codes.ts";
import { join, parseJson } from "./canonical.ts";
import type { Declarations, ObjectType, TypeNode } from "./declarations.ts";
import { covers, type Row } from "./row.ts";
import { containsUnknown, isArchive, isAsset, isObject, isUnknown, type Props } from "./values.ts";

/** One reason why the engine must not go on with a resource. */
export interface Failure {
  /** As the user would write it, e.g. `rules[0].filter`. */
  readonly property: string;
  /** Begins with the error code. */
  readonly reason: string;
}

type Fail = (property: string, code: ProviderCode, reason: string) => void;

/**
 * Checks inputs against the declarations of the package and the row, and brings object forms of JSON texts to text.
 *
 * Finds everything at once: unknown names at any depth, missing required ones, wrong basic types, declared properties
 * that the row does not offer, texts that must be JSON and are not.
 */
export function checkInputs(
  row: Row<never>,
  declarations: Declarations,
  inputs: Props,
): { inputs: Props; failures: Failure[] } {
  const failures: Failure[] = [];
  const fail: Fail = (property, code, reason) => failures.push({ property, reason: `${code} ${reason}` });
  const checked = checkObject(
    { row, declarations, fail },
    "",
    "",
    declarations.inputs(row.type),
    jsonToText(row, "", inputs) as Props,
  );
  return { inputs: checked, failures };
}

/** Checks the arguments of a function or of the provider itself, which no row describes. */
export function checkArguments(type: ObjectType, declarations: Declarations, subject: string, args: Props): Failure[] {
  const failures: Failure[] = [];
  const fail: Fail = (property, code, reason) => failures.push({ property, reason: `${code} ${reason}` });
  const row = { type: subject, supports: [...type.keys()] };
  checkObject({ row, declarations, fail }, "", "", type, args);
  return failures;
}

interface Frame {
  readonly row: Pick<Row<never>, "type" | "supports" | "refuses" | "json">;
  readonly declarations: Declarations;
  readonly fail: Fail;
}

function checkObject(frame: Frame, path: string, pattern: string, type: ObjectType, value: Props): Props {
  const { row, fail } = frame;
  const where = path === "" ? row.type : `${path} of ${row.type}`;
  for (const [key, v] of Object.entries(value)) {
    if (key === "__defaults") continue;
    const property = type.get(key);
    const here = join(path, key);
    if (!property) {
      fail(here, "HF5510", `${where} has no property "${key}"; ${suggestion(key, [...type.keys()])}`);
      continue;
    }
    const reason = refusal(row, join(pattern, key));
    if (reason !== undefined)
      fail(here, "HF5513", `the offline provider does not offer ${here} of ${row.type}: ${reason}`);
    else checkValue(frame, here, join(pattern, key), property.type, v);
  }
  for (const [key, property] of type) {
    if (property.required && (value[key] === undefined || value[key] === null)) {
      fail(join(path, key), "HF5511", `${where} needs the property "${key}"`);
    }
  }
  return value;
}

function refusal(row: Frame["row"], pattern: string): string | undefined {
  const top = /^[^.[]+/.exec(pattern)?.[0] ?? pattern;
  const hit = Object.entries(row.refuses ?? {}).find(([p]) => covers(p, pattern));
  if (hit) return hit[1];
  return row.supports.includes(top)
    ? undefined
    : "no part of Holdfast uses it, so its row does not carry it to the cloud";
}

function checkValue(frame: Frame, path: string, pattern: string, type: TypeNode, value: unknown): void {
  if (value === undefined || value === null || isUnknown(value)) return;
  if (!fits(type, value)) {
    const shown = JSON.stringify(value).slice(0, 80);
    frame.fail(path, "HF5512", `${path} of ${frame.row.type} is ${shown}; it must be ${describe(type)}`);
    return;
  }
  if (frame.row.json?.[pattern] && typeof value === "string" && parseJson(value) === undefined) {
    frame.fail(path, "HF5515", `${path} of ${frame.row.type} must be a JSON document and does not parse`);
    return;
  }
  if (type.kind === "list" && Array.isArray(value)) {
    value.forEach((v, i) => {
      checkValue(frame, `${path}[${i}]`, `${pattern}[]`, type.element, v);
    });
  } else if (type.kind === "map" && isObject(value)) {
    for (const [key, v] of Object.entries(value))
      checkValue(frame, join(path, key), join(pattern, "*"), type.element, v);
  } else if (type.kind === "object" && isObject(value)) {
    checkObject(frame, path, pattern, frame.declarations.object(type.name), value);
  } else if (type.kind === "either") {
    const option = type.options.find((o) => fits(o, value));
    if (option) checkValue(frame, path, pattern, option, value);
  }
}

function fits(type: TypeNode, value: unknown): boolean {
  switch (type.kind) {
    case "any":
      return true;
    case "string":
    case "number":
    case "boolean":
      return typeof value === type.kind;
    case "asset":
      return isAsset(value);
    case "archive":
      return isArchive(value);
    case "list":
      return Array.isArray(value);
    case "map":
    case "object":
      return isObject(value) && !isAsset(value) && !isArchive(value);
    case "either":
      return type.options.some((o) => fits(o, value));
  }
}

function describe(type: TypeNode): string {
  switch (type.kind) {
    case "list":
      return `a list, each element ${describe(type.element)}`;
    case "map":
      return `a map, each value ${describe(type.element)}`;
    case "object":
      return `an object (${type.name})`;
    case "either":
      return type.options.map(describe).join(" or ");
    case "any":
      return "anything";
    default:
      return /^[aeiou]/.test(type.kind) ? `an ${type.kind}` : `a ${type.kind}`;
  }
}

/** The package takes policies as objects too; the cloud takes text. */
function jsonToText(row: Pick<Row<never>, "json">, pattern: string, value: unknown): unknown {
  if (Array.isArray(value)) return value.map((v) => jsonToText(row, `${pattern}[]`, v));
  if (!isObject(value) || isAsset(value) || isArchive(value)) return value;
  if (row.json?.[pattern]) return containsUnknown(value) ? value : JSON.stringify(value);
  return Object.fromEntries(Object.entries(value).map(([k, v]) => [k, jsonToText(row, join(pattern, k), v)]));
}

/** "did you mean …" when a name is near, else the list of names. */
export function suggestion(name: string, names: readonly string[]): string {
  const near = names
    .map((n) => ({ n, d: distance(name.toLowerCase(), n.toLowerCase()) }))
    .sort((a, b) => a.d - b.d)
    .find(({ n, d }) => d <= Math.max(2, Math.floor(n.length / 3)));
  return near ? `did you mean "${near.n}"?` : `it has: ${[...names].sort().join(", ")}`;
}

function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const replace = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min((row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1, replace));
    }
    row = next;
  }
  return row[b.length] ?? 0;
}
