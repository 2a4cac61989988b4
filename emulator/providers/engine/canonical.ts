import type { Row } from "./row.ts";
import { isArchive, isAsset, isObject, isUnknown, type Props, stable } from "./values.ts";

/** What the comparison of two sets of inputs needs from a row. */
export type Comparison = Pick<Row<never>, "defaults" | "sets" | "json" | "normalise" | "computed">;

/**
 * The one form of a resource's inputs: defaults filled in, empty lists and maps gone, sets sorted, JSON by meaning,
 * assets by their hash. Two sets of inputs mean the same resource exactly when these forms are equal.
 */
export function canonical(row: Comparison, inputs: Props): Props {
  const normalised = row.normalise ? row.normalise(structuredClone(inputs)) : inputs;
  return (canonicalValue(row, "", withDefaults(row, "", normalised)) ?? {}) as Props;
}

/** Fills in defaults wherever the object that they belong to is there. */
export function withDefaults(row: Comparison, path: string, value: unknown): unknown {
  if (Array.isArray(value)) return value.map((v) => withDefaults(row, `${path}[]`, v));
  if (!isObject(value) || isAsset(value) || isArchive(value)) return value;
  const out: Props = {};
  for (const [key, v] of Object.entries(value)) out[key] = withDefaults(row, join(path, key), v);
  for (const [pattern, fallback] of Object.entries(row.defaults ?? {})) {
    const key = pattern.slice(path === "" ? 0 : path.length + 1);
    if (parent(pattern) === path && out[key] === undefined) out[key] = fallback;
  }
  return out;
}

function canonicalValue(row: Comparison, path: string, value: unknown): unknown {
  if (value === null || value === undefined || isUnknown(value)) return value ?? undefined;
  if (Array.isArray(value)) {
    const items = value.map((v) => canonicalValue(row, `${path}[]`, v) ?? null);
    if (items.length === 0) return undefined;
    return row.sets?.includes(path)
      ? items
          .map((v) => [stable(v), v] as const)
          .sort(byText)
          .map(([, v]) => v)
      : items;
  }
  if (isAsset(value) || isArchive(value)) return value.hash ?? value;
  if (isObject(value)) {
    const kind = row.json?.[path];
    if (kind) return canonicalJson(kind, value);
    const out: Props = {};
    for (const [key, v] of Object.entries(value)) {
      const c = canonicalValue(row, join(path, key), v);
      if (c !== undefined) out[key] = c;
    }
    return Object.keys(out).length === 0 && path !== "" && !path.endsWith("[]") ? undefined : out;
  }
  const kind = row.json?.[path];
  if (kind && typeof value === "string") {
    const parsed = parseJson(value);
    return parsed === undefined ? value : canonicalJson(kind, parsed);
  }
  return value;
}

/**
 * A copy without the values under the patterns: all of them, or only those that `stated` does not state. Elements of
 * lists are looked at together, because their order may differ between both sides.
 */
export function without(
  value: unknown,
  patterns: readonly string[],
  stated?: { readonly value: unknown },
  path = "",
): unknown {
  if (Array.isArray(value)) {
    const peers = Array.isArray(stated?.value) ? stated.value.filter(isObject) : [];
    const merged = stated && { value: Object.assign({}, ...peers) as Props };
    return value.map((v) => without(v, patterns, merged, `${path}[]`));
  }
  if (!isObject(value) || isAsset(value) || isArchive(value)) return value;
  const out: Props = {};
  for (const [key, v] of Object.entries(value)) {
    const here = join(path, key);
    const other = isObject(stated?.value) ? stated.value[key] : undefined;
    if (patterns.includes(here) && other === undefined) continue;
    out[key] = without(v, patterns, stated && { value: other }, here);
  }
  return out;
}

const byText = (a: readonly [string, unknown], b: readonly [string, unknown]): number =>
  a[0] < b[0] ? -1 : a[0] > b[0] ? 1 : 0;

/** The parsed text, or undefined when it is not JSON. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

const canonicalJson = (kind: "json" | "policy", value: unknown): string =>
  stable(kind === "policy" ? canonicalPolicy(value) : value);

/**
 * An IAM policy by meaning: one element and a list of one are the same, the order of statements, actions, resources,
 * principals and condition values means nothing, condition values are texts (IAM User Guide, JSON policy elements).
 */
export function canonicalPolicy(policy: unknown): unknown {
  if (!isObject(policy)) return policy;
  const statements = oneOrMany(policy.Statement).map((s) => (isObject(s) ? canonicalStatement(s) : s));
  return { ...policy, Statement: statements.map((s) => stable(s)).sort() };
}

function canonicalStatement(statement: Props): Props {
  const out: Props = {};
  for (const [key, value] of Object.entries(statement)) {
    if (/^(Not)?(Action|Resource)$/.test(key)) out[key] = texts(value);
    else if (/^(Not)?Principal$/.test(key)) out[key] = isObject(value) ? mapValues(value, texts) : value;
    else if (key === "Condition" && isObject(value))
      out[key] = mapValues(value, (keys) => (isObject(keys) ? mapValues(keys, texts) : keys));
    else out[key] = value;
  }
  return out;
}

const oneOrMany = (value: unknown): unknown[] => (Array.isArray(value) ? value : value === undefined ? [] : [value]);
const texts = (value: unknown): string[] => [...new Set(oneOrMany(value).map(String))].sort();
const mapValues = (value: Props, f: (v: unknown) => unknown): Props =>
  Object.fromEntries(Object.entries(value).map(([k, v]) => [k, f(v)]));

export const join = (path: string, key: string): string => (path === "" ? key : `${path}.${key}`);
const parent = (pattern: string): string => pattern.slice(0, Math.max(0, pattern.lastIndexOf(".")));
