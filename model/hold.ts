/**
 * Legal holds as facts, and what follows from them. Pure.
 *
 * A hold is "matter M holds recording R". The ledger has one immutable row per fact; what a recording's protection must be
 * is always computed from all of its facts, so duplicates, disorder and a lost row of one region can only hold too much.
 */
import type { ComplianceStatus } from "./recording.ts";

/** Who did something, as the platform proved it; never taken from a request's body. */
export interface Actor {
  /** Role or user ARN, without the session; `policy` for standing hold rules, `holdfast` for the product's own functions. */
  readonly principal: string;
  /** The person behind a role: its session name. */
  readonly session?: string;
}

/** Matter M holds recording R. */
export interface PlaceFact {
  readonly type: "place";
  /** Names the fact: a ULID, or for a standing rule a hash of what it matched. Letters and digits only. */
  readonly id: string;
  readonly recordingId: string;
  readonly matter: string;
  readonly by: Actor;
  /** ISO 8601, UTC. */
  readonly at: string;
  readonly reason?: string;
}

/** Ends exactly the hold of one `PlaceFact`, which may arrive later than its release. */
export interface ReleaseFact {
  readonly type: "release";
  /** `id` of the released `PlaceFact`. */
  readonly id: string;
  readonly recordingId: string;
  readonly matter: string;
  readonly by: Actor;
  readonly at: string;
  readonly reason?: string;
  /** End of the grace that this release began, ISO 8601, UTC. */
  readonly graceUntil: string;
}

/** The grace sweeper cleared every lock of the recording, in both sites, after this release's grace was over. */
export interface ClearFact {
  readonly type: "clear";
  /** `id` of the `PlaceFact` whose release was followed. */
  readonly id: string;
  readonly recordingId: string;
  readonly at: string;
}

export type HoldFact = PlaceFact | ReleaseFact | ClearFact;

/** What the facts ask for: `held` and `grace` lock every version, `free` leaves it to retention. */
export type Protection = "held" | "grace" | "free";

export interface HoldState {
  readonly protection: Protection;
  /** Places without a release, oldest first. */
  readonly open: readonly PlaceFact[];
  /** Matters of `open`, sorted, each once. */
  readonly matters: readonly string[];
  /** Releases whose locks were not cleared yet, whatever else holds. */
  readonly uncleared: readonly ReleaseFact[];
  /** Only in `grace`: the latest end of the grace of `uncleared`, ISO 8601. It may be in the past: then the sweeper is due. */
  readonly graceUntil?: string;
}

/** Compliance status tag of each protection. */
export const statusOf = {
  held: "legal-hold",
  grace: "release-grace",
  free: "standard",
} as const satisfies Record<Protection, ComplianceStatus>;

const byTime = (a: { at: string; id: string }, b: { at: string; id: string }) =>
  a.at === b.at ? (a.id < b.id ? -1 : 1) : a.at < b.at ? -1 : 1;

/** Two regions' facts as one set; a fact has one name everywhere. */
export function unionOf(...sets: readonly (readonly HoldFact[])[]): HoldFact[] {
  const named = new Map<string, HoldFact>();
  for (const fact of sets.flat()) {
    const name = `${fact.type} ${fact.recordingId} ${fact.id}`;
    if (!named.has(name)) named.set(name, fact);
  }
  return [...named.values()];
}

/** What one recording's facts come to. `facts` may be in any order and have duplicates; all are of the same recording. */
export function holdState(facts: readonly HoldFact[]): HoldState {
  const all = unionOf(facts);
  const releases = all.filter((fact) => fact.type === "release").sort(byTime);
  const released = new Set(releases.map(({ id }) => id));
  const cleared = new Set(all.filter((fact) => fact.type === "clear").map(({ id }) => id));
  const open = all
    .filter((fact) => fact.type === "place")
    .filter(({ id }) => !released.has(id))
    .sort(byTime);
  const uncleared = releases.filter(({ id }) => !cleared.has(id));
  const matters = [...new Set(open.map(({ matter }) => matter))].sort();
  const rest = { open, matters, uncleared };
  if (open.length > 0) return { protection: "held", ...rest };
  const ends = uncleared.map(({ graceUntil }) => graceUntil).sort();
  const graceUntil = ends.at(-1);
  return graceUntil === undefined ? { protection: "free", ...rest } : { protection: "grace", ...rest, graceUntil };
}

/** Matter of a simple call that names none. */
export const defaultMatter = "default";
/** Matters of standing hold rules begin so; nobody can place holds for them by hand. */
export const policyPrefix = "policy/";

const matterPattern = /^[a-z0-9][a-z0-9._-]{0,63}$/;

/** Why a matter's name cannot be used, or `undefined` when it can. `policy/<rule>` names a standing rule. */
export function matterProblem(matter: string): string | undefined {
  const name = matter.startsWith(policyPrefix) ? matter.slice(policyPrefix.length) : matter;
  return matterPattern.test(name)
    ? undefined
    : "it must begin with a lower-case letter or digit, and have at most 64 of a-z, 0-9, dot, dash and underscore";
}
