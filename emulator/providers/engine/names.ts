import { createHash, randomBytes } from "node:crypto";
import type { Failure } from "./check.ts";
import type { Naming } from "./row.ts";
import { isUnknown, type Props } from "./values.ts";

/** What the engine says about automatic names (CheckRequest.AutonamingOptions). */
export interface Autonaming {
  readonly mode: "propose" | "enforce" | "disable";
  readonly proposedName: string;
}

export interface NamingRequest {
  readonly rule: Naming;
  /** Last part of the URN. */
  readonly resource: string;
  readonly type: string;
  readonly olds: Props;
  readonly news: Props;
  /** From the engine: the same for a preview and its update. Empty when it has none. */
  readonly seed: Uint8Array;
  readonly autonaming: Autonaming | undefined;
}

/**
 * The inputs with a physical name: the given one, the one of last time, or `<resource>-<7 hex digits>`, which is how
 * the official provider names what the program does not.
 */
export function named(request: NamingRequest): { inputs: Props; failures: Failure[] } {
  const { rule, news, olds, type } = request;
  const given = news[rule.property];
  const prefix = rule.prefix === undefined ? undefined : news[rule.prefix];
  const fail = (reason: string) => ({
    inputs: news,
    failures: [{ property: rule.property, reason: `HF5514 ${reason}` }],
  });
  if (given !== undefined && prefix !== undefined) {
    return fail(`${type} takes either "${rule.property}" or "${rule.prefix}", not both`);
  }
  if (given !== undefined) {
    if (typeof given === "string" && !isUnknown(given) && given.length > rule.max) {
      return fail(`"${given}" has ${given.length} characters; ${rule.property} of ${type} may have ${rule.max}`);
    }
    return { inputs: news, failures: [] };
  }
  if (isUnknown(prefix)) return { inputs: news, failures: [] };
  const kept = olds[rule.property];
  if (typeof kept === "string" && isAutomatic(request, kept)) {
    return { inputs: { ...news, [rule.property]: kept }, failures: [] };
  }
  if (request.autonaming?.mode === "disable" && prefix === undefined) {
    return fail(`${type} needs "${rule.property}": automatic naming is switched off in this project`);
  }
  return { inputs: { ...news, [rule.property]: automatic(request) }, failures: [] };
}

const head = ({ rule, resource, news }: NamingRequest): string => {
  const prefix = rule.prefix === undefined ? undefined : news[rule.prefix];
  const start = typeof prefix === "string" ? prefix : `${rule.head ?? ""}${resource}-`;
  return rule.lowerCase ? start.toLowerCase() : start;
};

function automatic(request: NamingRequest): string {
  const { rule, autonaming } = request;
  const tail = rule.tail?.(request.news) ?? "";
  if (autonaming && autonaming.proposedName !== "" && autonaming.mode !== "disable") {
    return `${rule.head ?? ""}${autonaming.proposedName}${tail}`;
  }
  const hex =
    request.seed.length === 0
      ? randomBytes(4).toString("hex")
      : createHash("sha256").update(request.seed).update(request.resource).digest("hex");
  return `${head(request).slice(0, rule.max - 7 - tail.length)}${hex.slice(0, 7)}${tail}`;
}

function isAutomatic(request: NamingRequest, name: string): boolean {
  const { rule, autonaming } = request;
  if (autonaming?.proposedName && name.includes(autonaming.proposedName)) return true;
  const tail = rule.tail?.(request.news) ?? "";
  const start = head(request).slice(0, rule.max - 7 - tail.length);
  return (
    name.startsWith(start) &&
    name.endsWith(tail) &&
    /^[0-9a-f]{7}$/.test(name.slice(start.length, name.length - tail.length))
  );
}
