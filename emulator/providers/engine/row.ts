import type { Props } from "./values.ts";

/**
 * One resource type of a cloud, as data plus the four calls that carry it to the cloud.
 *
 * Property patterns: `a`, `a.b`, `list[].c`, `map.*`. A pattern stands for everything below it.
 */
export interface Row<S, A = Props> {
  /** Type token, e.g. `aws:sqs/queue:Queue`. */
  readonly type: string;
  /** Top-level inputs that the row carries to the cloud. Declared inputs outside this list are refused. */
  readonly supports: readonly string[];
  /** Why declared properties, nested ones too, are refused; without an entry: nothing uses them. */
  readonly refuses?: Readonly<Record<string, string>>;
  readonly naming?: Naming;
  /** Inputs that make up the physical identity besides the region: a replacement that keeps them all deletes first. */
  readonly identity: readonly string[];
  /** Patterns whose change the official provider answers with a replacement. The region always is one. */
  readonly replaceOn: readonly string[];
  /** Values that the cloud gives to what is not stated; only where an answer would otherwise look like a change. */
  readonly defaults?: Readonly<Record<string, unknown>>;
  /** Patterns that keep the cloud's value where the program states none. */
  readonly computed?: readonly string[];
  /** Lists whose order means nothing. */
  readonly sets?: readonly string[];
  /** Texts that hold JSON, compared by meaning; `policy` also by the rules of IAM (one or many, order). */
  readonly json?: Readonly<Record<string, "json" | "policy">>;
  /** Inputs that only steer this provider and never reach the cloud. */
  readonly local?: readonly string[];
  /** Brings equivalent spellings to one form before two sets of inputs are compared. */
  readonly normalise?: (inputs: Props) => Props;
  /** Outputs that an update may change: unknown while one is previewed. */
  readonly volatile?: readonly string[];
  /** Inputs that the emulated cloud takes but cannot tell: printed as unproven, kept from the state on a read. */
  readonly emulatorCannotRead?: readonly Unreadable[];
  /** Changes that AWS carries out and the emulated cloud does not: printed as unproven. */
  readonly emulatorCannotChange?: readonly Unreadable[];
  /** False for resources of a global service, which have no `region`. */
  readonly regional?: boolean;
  /** True when the resource carries tags. */
  readonly tagged?: boolean;

  /** Creates the resource and returns its id. Calls `job.created(id)` as soon as the cloud has it. */
  readonly create: (job: Job<S, A>) => Promise<string>;
  /** What the cloud has now, inputs and further outputs; undefined when it is gone. */
  readonly read: (job: Job<S, A>) => Promise<Props | undefined>;
  /** Carries the changed top-level inputs to the cloud. */
  readonly update: (job: Job<S, A>, changed: ReadonlySet<string>) => Promise<void>;
  /** Deletes the resource; one that is gone already counts as deleted. */
  readonly delete: (job: Job<S, A>) => Promise<void>;
}

export interface Naming {
  readonly property: string;
  /** The input that states only the beginning of the name, where there is one. */
  readonly prefix?: string;
  readonly max: number;
  readonly lowerCase?: boolean;
  /** Put before every automatic name, e.g. `alias/`. */
  readonly head?: string;
  /** Put after every automatic name, e.g. `.fifo` for first-in-first-out queues. */
  readonly tail?: (inputs: Props) => string;
}

export interface Unreadable {
  readonly property: string;
  readonly reason: string;
}

/** One request on one resource. */
export interface Job<S, A = Props> {
  readonly session: S;
  /** The region that the resource lives in; empty for resources of a global service. */
  readonly region: string;
  /** Last part of the URN. */
  readonly name: string;
  /** Empty while creating. */
  readonly id: string;
  /** The wanted inputs with defaults filled in; on read and delete the last known ones. */
  readonly inputs: A;
  /** Last known outputs. */
  readonly state: Props;
  /** The wanted tags with those of the provider. */
  readonly tags: Readonly<Record<string, string>>;
  /** States that the cloud has the resource now: a later failure is a partial one and nothing is lost. */
  readonly created: (id: string) => void;
}

/** True when the pattern covers the path; both written without indices, e.g. `rules[].filter.prefix`. */
export function covers(pattern: string, path: string): boolean {
  if (pattern === path) return true;
  return path.startsWith(pattern) && (path[pattern.length] === "." || path[pattern.length] === "[");
}

export const coveredBy = (patterns: readonly string[] | undefined, path: string): boolean =>
  patterns?.some((pattern) => covers(pattern, path)) ?? false;
