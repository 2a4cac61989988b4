/** First look at the raw config, before the schema: decodes it, and takes out what must not be there at all. */
import type { Problem } from "../../model/errors.ts";
import { pathOf } from "./paths.ts";
import { nearest } from "./suggest.ts";

/**
 * All config of a stack as Pulumi holds it: full key (`holdfast:media`) → text, in which objects and lists are JSON.
 * Values that are no text are taken as already decoded.
 */
export type RawConfig = Readonly<Record<string, unknown>>;

export interface Scanned {
  /** `holdfast:*` as one tree, without what was reported. */
  readonly tree: Record<string, unknown>;
  /** `aws:*`, decoded. */
  readonly aws: Readonly<Record<string, unknown>>;
  readonly problems: readonly Problem[];
}

const maximumDepth = 12;
const textKeys: ReadonlySet<string> = new Set(["cloud", "primaryRegion", "drRegion", "removal"]);

export function scan(raw: RawConfig): Scanned {
  const problems: Problem[] = [];
  const tree: Record<string, unknown> = {};
  const aws: Record<string, unknown> = {};
  for (const [fullKey, value] of Object.entries(raw)) {
    const colon = fullKey.indexOf(":");
    const namespace = colon < 0 ? "holdfast" : fullKey.slice(0, colon);
    const name = fullKey.slice(colon + 1);
    if (namespace === "aws") {
      const cleaned = clean(decode(value), fullKey, [], problems);
      if (cleaned !== undefined) aws[name] = cleaned;
    } else if (namespace === "holdfast") {
      const cleaned = clean(textKeys.has(name) ? value : decode(value), name, [name], problems);
      if (cleaned !== undefined && name !== "__proto__") tree[name] = cleaned;
      if (name === "__proto__") problems.push(unknownKey(pathOf([name]), undefined));
    } else if (nearest(namespace, ["holdfast"]) !== undefined) {
      problems.push(unknownKey(fullKey, `holdfast:${name}`));
    }
  }
  return { tree, aws, problems };
}

/** Objects and lists arrive as JSON text; anything else stays the text that it is. */
function decode(value: unknown): unknown {
  if (typeof value !== "string") return value;
  try {
    return JSON.parse(value);
  } catch (error) {
    if (error instanceof SyntaxError) return value;
    throw error;
  }
}

export function unknownKey(path: string, meant: string | undefined, known: readonly string[] = []): Problem {
  return {
    code: "HF1002",
    severity: "error",
    path,
    ...(known.length === 0 ? {} : { allowed: known.join(", ") }),
    reason: "no such key is known, so it would have no effect",
    fix:
      meant === undefined
        ? "Remove it, or see docs/configuration.md for the keys there are."
        : `Did you mean "${meant}"?`,
  };
}

const secretValues: readonly RegExp[] = [
  /(?<![A-Z0-9])(AKIA|ASIA)[A-Z0-9]{16}(?![A-Z0-9])/,
  /-----BEGIN [A-Z ]*PRIVATE KEY-----/,
  /(AccountKey|SharedAccessKey|Password|pwd)=[^;\s]{6,}/i,
  /[?&]sig=[A-Za-z0-9%/+]{20,}/,
  /^eyJ[\w-]{10,}\.[\w-]+\.[\w-]*$/,
  /^gh[pousr]_\w{30,}$/,
  /^(?=.*[a-z])(?=.*[A-Z])(?=.*\d)[A-Za-z0-9/+]{40}$/,
];
const secretNames = /(password|passphrase|secret|secretkey|apikey|accesskey|accesskeyid|clientsecret|token)$/i;

function looksSecret(key: string, value: string): boolean {
  return secretValues.some((pattern) => pattern.test(value)) || (secretNames.test(key) && value.trim() !== "");
}

/** A copy without secrets and without keys that JavaScript would take as its own; each one left out is reported. */
function clean(value: unknown, key: string, path: readonly PropertyKey[], problems: Problem[]): unknown {
  const here = path.length === 0 ? key : pathOf(path);
  if (typeof value === "string" && looksSecret(key, value)) {
    problems.push({
      code: "HF1013",
      severity: "error",
      path: here,
      value: "(not shown)",
      reason: "this looks like a secret; stack config is stored in a file, in state and in logs",
      fix: "Remove it and revoke it if it was ever committed. Credentials come from the environment or from `aws:profile`.",
    });
    return undefined;
  }
  if (typeof value !== "object" || value === null) return value;
  if (path.length > maximumDepth) {
    problems.push({
      code: "HF1003",
      severity: "error",
      path: here,
      reason: `values are nested more than ${maximumDepth} levels deep`,
      fix: "See docs/configuration.md for the shape of each key.",
    });
    return undefined;
  }
  const base = path.length === 0 ? [key] : path;
  if (Array.isArray(value)) return value.map((entry, index) => clean(entry, key, [...base, index], problems));
  const copy: Record<string, unknown> = {};
  for (const [name, child] of Object.entries(value)) {
    if (name === "__proto__") problems.push(unknownKey(pathOf([...base, name]), undefined));
    else {
      const cleaned = clean(child, name, [...base, name], problems);
      if (cleaned !== undefined) copy[name] = cleaned;
    }
  }
  return copy;
}
