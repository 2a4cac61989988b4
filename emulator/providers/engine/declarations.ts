import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { ProviderError } from "../codes.ts";

/** The type of a property, as far as a provider can check it. */
export type TypeNode =
  | { readonly kind: "string" | "number" | "boolean" | "any" | "asset" | "archive" }
  | { readonly kind: "list" | "map"; readonly element: TypeNode }
  | { readonly kind: "object"; readonly name: string }
  | { readonly kind: "either"; readonly options: readonly TypeNode[] };

export interface Property {
  readonly type: TypeNode;
  readonly required: boolean;
}

export type ObjectType = ReadonlyMap<string, Property>;

/**
 * Property names and types of a Pulumi package, read from its installed type declarations.
 *
 * Nested types live in one file of several megabytes; only the interfaces asked for are looked up and parsed, which
 * costs a few milliseconds for a whole program, so nothing is cached on disk.
 */
export class Declarations {
  readonly #folder: string;
  readonly #objects = new Map<string, ObjectType>();
  readonly #interfaces = new Map<string, ObjectType>();
  #nested: string | undefined;

  /** @param folder of the installed package, e.g. `node_modules/@pulumi/aws` */
  constructor(folder: string) {
    this.#folder = folder;
  }

  /** Inputs of the resource with this type token, e.g. `aws:sqs/queue:Queue`. */
  inputs(token: string): ObjectType {
    const { file, name } = locate(token);
    return this.#interface(file, `${name}Args`);
  }

  /** Names of everything the resource with this type token answers. */
  outputs(token: string): ReadonlySet<string> {
    const { file, name } = locate(token);
    const text = this.#read(file);
    const start = text.indexOf(`export declare class ${name} extends`);
    if (start < 0) throw this.#missing(file, `class ${name}`);
    const body = withoutComments(text.slice(start, text.indexOf("\n}", start)));
    return new Set([...body.matchAll(/^\s*readonly (\w+): /gm)].map((m) => m[1] ?? ""));
  }

  /** Arguments of a provider function, e.g. `aws:iam/getSessionContext:getSessionContext`. */
  arguments(token: string): ObjectType {
    const { file, name } = locate(token);
    return this.#interface(file, `${name.charAt(0).toUpperCase()}${name.slice(1)}Args`);
  }

  /** The settings of the provider resource itself. */
  settings(): ObjectType {
    return this.#interface("provider.d.ts", "ProviderArgs");
  }

  /** A nested type by the name that a property's type states, e.g. `s3.BucketLifecycleConfigurationRule`. */
  object(name: string): ObjectType {
    const known = this.#objects.get(name);
    if (known) return known;
    this.#nested ??= this.#read("types/input.d.ts");
    const dot = name.lastIndexOf(".");
    const body =
      dot < 0
        ? between(this.#nested, 0, this.#nested.length, `\nexport interface ${name} {`, "\n}")
        : inNamespace(this.#nested, name.slice(0, dot), name.slice(dot + 1));
    if (body === undefined) throw this.#missing("types/input.d.ts", `interface ${name}`);
    const parsed = members(body);
    this.#objects.set(name, parsed);
    return parsed;
  }

  get version(): string {
    const { version } = JSON.parse(this.#read("package.json")) as { version: string };
    return version;
  }

  #interface(file: string, name: string): ObjectType {
    const known = this.#interfaces.get(file);
    if (known) return known;
    const text = this.#read(file);
    const body = between(text, 0, text.length, `export interface ${name} {`, "\n}");
    if (body === undefined) throw this.#missing(file, `interface ${name}`);
    const parsed = members(body);
    this.#interfaces.set(file, parsed);
    return parsed;
  }

  #read(file: string): string {
    const path = join(this.#folder, file);
    if (!existsSync(path)) throw this.#missing(file, "the file");
    return readFileSync(path, "latin1");
  }

  #missing(file: string, what: string): ProviderError {
    return new ProviderError("HF5530", `${what} was not found in ${join(this.#folder, file)}; run \`npm ci\``);
  }
}

/** `aws:s3/bucket:Bucket` is declared in `s3/bucket.d.ts`, `aws:index/getRegion:getRegion` in `getRegion.d.ts`. */
function locate(token: string): { file: string; name: string } {
  const [, module = "", name = ""] = token.split(":");
  return { file: `${module.replace(/^index\//, "")}.d.ts`, name };
}

function between(text: string, from: number, to: number, head: string, tail: string): string | undefined {
  const start = text.indexOf(head, from);
  if (start < 0 || start >= to) return undefined;
  const end = text.indexOf(tail, start + head.length);
  return end < 0 ? undefined : text.slice(start + head.length, end);
}

function inNamespace(text: string, namespace: string, name: string): string | undefined {
  const start = text.indexOf(`\nexport declare namespace ${namespace} {`);
  if (start < 0) return undefined;
  const next = text.indexOf("\nexport declare namespace ", start + 1);
  return between(text, start, next < 0 ? text.length : next, `\n    interface ${name} {`, "\n    }");
}

const withoutComments = (text: string): string => text.replace(/\/\*[\s\S]*?\*\//g, "");

/** The members of an interface body: `name?: type;` one after the other. */
function members(body: string): ObjectType {
  const out = new Map<string, Property>();
  const tokens = tokenize(withoutComments(body));
  let at = 0;
  while (at < tokens.length) {
    const name = (tokens[at++] ?? "").replace(/^["']|["']$/g, "");
    const optional = tokens[at] === "?";
    if (optional) at++;
    if (tokens[at++] !== ":") throw new ProviderError("HF5530", `the member "${name}" is not of the form name: type`);
    const parsed = parseType(tokens, at);
    at = parsed.next;
    if (tokens[at] === ";") at++;
    out.set(name, { type: parsed.type, required: !optional });
  }
  return out;
}

const tokenize = (text: string): string[] =>
  text.match(/[A-Za-z_$][\w$.]*|"[^"]*"|'[^']*'|[<>[\]{}()|;:?,&]|\d+/g) ?? [];

interface Parsed {
  readonly type: TypeNode;
  readonly next: number;
}

function parseType(tokens: readonly string[], start: number): Parsed {
  const options: TypeNode[] = [];
  let at = start;
  do {
    if (tokens[at] === "|") at++;
    const one = parseOne(tokens, at);
    at = one.next;
    if (one.type) options.push(one.type);
  } while (tokens[at] === "|");
  const distinct = options.filter((o, i) => options.findIndex((p) => JSON.stringify(p) === JSON.stringify(o)) === i);
  const [first = { kind: "any" } as const] = distinct;
  return { type: distinct.length > 1 ? { kind: "either", options: distinct } : first, next: at };
}

function parseOne(tokens: readonly string[], start: number): { type: TypeNode | undefined; next: number } {
  const base = parseBase(tokens, start);
  let { type, next } = base;
  while (tokens[next] === "[" && tokens[next + 1] === "]") {
    type = { kind: "list", element: type ?? { kind: "any" } };
    next += 2;
  }
  return { type, next };
}

function parseBase(tokens: readonly string[], start: number): { type: TypeNode | undefined; next: number } {
  const token = tokens[start] ?? "";
  if (token === "{") {
    // An index signature: { [key: string]: T; }
    const value = parseType(tokens, tokens.indexOf("]", start) + 2);
    return { type: { kind: "map", element: value.type }, next: tokens.indexOf("}", value.next) + 1 };
  }
  if (token === "(") {
    const inner = parseType(tokens, start + 1);
    return { type: inner.type, next: inner.next + 1 };
  }
  if (tokens[start + 1] === "<") {
    const inner = parseType(tokens, start + 2);
    const list = token === "Array" || token === "ReadonlyArray";
    return { type: list ? { kind: "list", element: inner.type } : inner.type, next: inner.next + 1 };
  }
  return { type: named(token), next: start + 1 };
}

function named(token: string): TypeNode | undefined {
  switch (token) {
    case "undefined":
      return undefined;
    case "string":
    case "number":
    case "boolean":
    case "any":
      return { kind: token };
    case "pulumi.asset.Asset":
      return { kind: "asset" };
    case "pulumi.asset.Archive":
      return { kind: "archive" };
    default:
      // Resources in place of their names and enumerations both arrive as text.
      return token.startsWith("inputs.") ? { kind: "object", name: token.slice("inputs.".length) } : { kind: "string" };
  }
}
