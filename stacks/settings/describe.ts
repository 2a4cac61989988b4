/** The schema as a list of rows, for the configuration page and for tests that walk every key. */
import { z } from "zod";
import { leafInfo } from "./leaves.ts";
import { type KeyDoc, keyDocs, settingsSchema, withoutOptional } from "./schema.ts";

export interface KeyRow {
  /** Below `holdfast:`, with `<name>` for free names and `[]` for list entries. */
  readonly path: string;
  readonly doc: KeyDoc;
  /** In words: `a duration`, `a list of …`, `a map`. */
  readonly type: string;
  /** Empty for maps whose keys have rows of their own. */
  readonly allowed: string;
}

/** Every documented key, parents before their children, in the order of the schema. */
export function describeKeys(): KeyRow[] {
  return rowsOf(settingsSchema, "");
}

const freeNames: Readonly<Record<string, string>> = { retention: "<class>", metadata: "<field>", tags: "<tag>" };

function rowsOf(schema: z.core.$ZodType, prefix: string): KeyRow[] {
  if (!(schema instanceof z.ZodObject)) return [];
  return Object.entries(schema.shape as Record<string, z.core.$ZodType>).flatMap(([name, child]) => {
    const doc = child instanceof z.ZodType ? keyDocs.get(child) : undefined;
    if (doc === undefined) throw new TypeError(`the schema says nothing about ${prefix}${name}`);
    const path = `${prefix}${name}`;
    const inner = withoutOptional(child);
    return [{ path, doc, ...shapeOf(inner) }, ...below(inner, path, name)];
  });
}

function below(schema: z.core.$ZodType, path: string, name: string): KeyRow[] {
  if (schema instanceof z.ZodRecord)
    return rowsOf(withoutOptional(schema.valueType), `${path}.${freeNames[name] ?? "<name>"}.`);
  if (schema instanceof z.ZodArray) return rowsOf(withoutOptional(schema.element), `${path}[].`);
  return rowsOf(schema, `${path}.`);
}

function shapeOf(schema: z.core.$ZodType): { type: string; allowed: string } {
  const info = schema instanceof z.ZodType ? leafInfo.get(schema) : undefined;
  if (info !== undefined) return info;
  if (schema instanceof z.ZodArray) {
    const element = shapeOf(withoutOptional(schema.element));
    return { type: `a list, each entry ${element.type}`, allowed: element.allowed };
  }
  if (schema instanceof z.ZodRecord) {
    const value = shapeOf(withoutOptional(schema.valueType));
    return { type: `a map, each value ${value.type}`, allowed: value.allowed };
  }
  return { type: "a map", allowed: "" };
}
