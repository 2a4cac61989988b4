/** What the proxy has seen: requests by service, region and operation, and the faults it injected. */
import type { IncomingHttpHeaders } from "node:http";
import type { FaultMode, Scope } from "./faults.ts";

const subresources = [
  "acl",
  "cors",
  "delete",
  "encryption",
  "legal-hold",
  "lifecycle",
  "location",
  "notification",
  "object-lock",
  "ownershipControls",
  "policy",
  "publicAccessBlock",
  "replication",
  "retention",
  "tagging",
  "uploads",
  "versioning",
  "versions",
];

/**
 * A short name of what a request does: the action of `X-Amz-Target` for JSON protocols, else the method with the S3
 * level and sub-resource, e.g. `PUT object`, `GET bucket ?versions`, else method and first path segment.
 */
export function operationOf(method: string, url: string, headers: IncomingHttpHeaders): string {
  const target = headers["x-amz-target"];
  if (typeof target === "string") return target.slice(target.lastIndexOf(".") + 1);
  const [path = "/", query = ""] = url.split("?", 2);
  const parts = path.split("/").filter((part) => part !== "");
  const first = parts[0] ?? "";
  if (/^\d{4}-\d{2}-\d{2}$/.test(first)) return `${method} /${first}/${parts[1] ?? ""}`;
  const level = parts.length === 0 ? "service" : parts.length === 1 ? "bucket" : "object";
  const names = new Set(query.split("&").map((pair) => pair.split("=", 1)[0] ?? ""));
  const sub = subresources.find((name) => names.has(name));
  const copy = headers["x-amz-copy-source"] === undefined ? "" : " copy";
  return `${method} ${level}${copy}${sub === undefined ? "" : ` ?${sub}`}`;
}

/** Counters, reported as `{requests: {"s3 us-east-1 PUT object": 3}, injected: {"s3 us-east-1 503": 1}}`. */
export class RequestStats {
  readonly #requests = new Map<string, number>();
  readonly #injected = new Map<string, number>();

  count(scope: Scope | undefined, operation: string): void {
    const key = `${scope?.service ?? "unsigned"} ${scope?.region ?? "-"} ${operation}`;
    this.#requests.set(key, (this.#requests.get(key) ?? 0) + 1);
  }

  injected(scope: Scope | undefined, mode: FaultMode): void {
    const key = `${scope?.service ?? "unsigned"} ${scope?.region ?? "-"} ${mode}`;
    this.#injected.set(key, (this.#injected.get(key) ?? 0) + 1);
  }

  report(): { requests: Record<string, number>; injected: Record<string, number> } {
    return { requests: Object.fromEntries(this.#requests), injected: Object.fromEntries(this.#injected) };
  }

  clear(): { cleared: true } {
    this.#requests.clear();
    this.#injected.clear();
    return { cleared: true };
  }
}
