/** Which requests the proxy breaks, and how. */

/** Service and region of a signed request, from its credential scope; `accessKeyId` tells whose it is. */
export interface Scope {
  readonly accessKeyId: string;
  readonly region: string;
  readonly service: string;
}

export const faultModes = ["503", "hang", "reset", "slow"] as const;
export type FaultMode = (typeof faultModes)[number];

/** One fault. Without `service` or `region` it applies to all of them. */
export interface FaultRequest {
  readonly service?: string;
  readonly region?: string;
  readonly mode: FaultMode;
  /** Milliseconds before the request goes on, for `slow`. Default 1000. */
  readonly delayMs?: number;
  /** 0…1; default 1. */
  readonly probability?: number;
  /** Ends after this many injections; default: until cleared. */
  readonly count?: number;
}

export interface Fault extends FaultRequest {
  readonly id: number;
  readonly delayMs: number;
  readonly probability: number;
  remaining: number;
}

const scopePattern = /Credential=([^/,\s]+)\/\d{8}\/([^/,\s]+)\/([^/,\s]+)\/aws4_request/;

/**
 * Reads the credential scope of a request from its Authorization header or, for presigned requests, from the
 * `X-Amz-Credential` query parameter.
 *
 * @returns `undefined` for an unsigned request.
 */
export function scopeOf(authorization: string | undefined, url: string): Scope | undefined {
  let match = authorization === undefined ? null : scopePattern.exec(authorization);
  if (!match) {
    const at = url.indexOf("X-Amz-Credential=");
    if (at < 0) return undefined;
    const end = url.indexOf("&", at);
    const value = decodeURIComponent(url.slice(at + "X-Amz-Credential=".length, end < 0 ? undefined : end));
    match = scopePattern.exec(`Credential=${value}`);
  }
  const [, accessKeyId, region, service] = match ?? [];
  return accessKeyId && region && service ? { accessKeyId, region, service } : undefined;
}

/** The faults in force, in the order they were added; the first that matches is used. */
export class FaultTable {
  #faults: Fault[] = [];
  #nextId = 1;
  readonly #random: () => number;

  constructor(random: () => number = Math.random) {
    this.#random = random;
  }

  /** Adds a fault; throws a TypeError that names the member and the allowed values. */
  add(request: FaultRequest): Fault {
    if (!faultModes.includes(request.mode)) {
      throw new TypeError(`mode = ${JSON.stringify(request.mode)}; allowed: ${faultModes.join(", ")}`);
    }
    const probability = request.probability ?? 1;
    if (!(probability >= 0 && probability <= 1)) throw new TypeError(`probability = ${probability}; allowed: 0 to 1`);
    const known = new Set(["service", "region", "mode", "delayMs", "probability", "count"]);
    const unknown = Object.keys(request).filter((name) => !known.has(name));
    if (unknown.length > 0) throw new TypeError(`unknown ${unknown.join(", ")}; allowed: ${[...known].join(", ")}`);
    const fault: Fault = {
      ...request,
      id: this.#nextId++,
      delayMs: request.delayMs ?? 1_000,
      probability,
      remaining: request.count ?? Number.POSITIVE_INFINITY,
    };
    this.#faults.push(fault);
    return fault;
  }

  /** The fault for this request, used up by one; unsigned requests are only hit by faults without service and region. */
  match(scope: Scope | undefined): Fault | undefined {
    for (const fault of this.#faults) {
      if (fault.remaining <= 0) continue;
      if (fault.service !== undefined && fault.service !== scope?.service) continue;
      if (fault.region !== undefined && fault.region !== scope?.region) continue;
      if (fault.probability < 1 && this.#random() >= fault.probability) continue;
      fault.remaining -= 1;
      return fault;
    }
    return undefined;
  }

  /** Regions in which every request to `service` fails until the faults are cleared. */
  cutRegions(service: string): string[] {
    const whole = this.#faults.filter(
      (fault) =>
        fault.mode !== "slow" &&
        fault.probability === 1 &&
        fault.count === undefined &&
        (fault.service === undefined || fault.service === service),
    );
    return [...new Set(whole.flatMap((fault) => (fault.region === undefined ? [] : [fault.region])))];
  }

  list(): readonly Fault[] {
    return this.#faults;
  }

  clear(): number {
    const removed = this.#faults.length;
    this.#faults = [];
    return removed;
  }
}
