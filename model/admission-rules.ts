/**
 * What the admission function must know of the stack's policy: written by the component as `rules.json` beside the
 * function's code (environment variables end at 4 KB on Lambda), read by the handler at cold start.
 */

/** A test on one field of a recording. All given fields must match; a missing field never matches. */
export interface Match {
  /** Glob (`*` any run, `?` one character) on the landing key. */
  readonly key?: string;
  /** Glob per metadata field; the name is a dotted path into the vendor's JSON, e.g. `mediaType`, `queue.name`. */
  readonly metadata?: Readonly<Record<string, string>>;
  /** Exact value per tag given by a classification rule, e.g. `department: finance`. */
  readonly tags?: Readonly<Record<string, string>>;
}

/** Gives tags to what it matches. Rules are applied in order; the first to set a tag wins. */
export interface ClassificationRule {
  readonly name: string;
  readonly match: Match;
  readonly tags: Readonly<Partial<Record<ClassificationTag, string>>>;
}

export const classificationTags = ["department", "compliance", "PII", "PCI"] as const;
export type ClassificationTag = (typeof classificationTags)[number];

/** Tags that make a recording sensitive by being there; their only value is `true`. */
export const sensitiveTags = ["PII", "PCI"] as const satisfies readonly ClassificationTag[];

/** A standing hold: what it matches is held for the matter `policy/<name>` from admission on. */
export interface HoldRule {
  readonly name: string;
  readonly match: Match;
}

/** Chooses the retention class; the first class whose match is met wins, `standard` has none and comes last. */
export interface ClassRule {
  readonly className: string;
  readonly match?: Match;
}

export interface AdmissionRules {
  readonly classification: readonly ClassificationRule[];
  readonly holdRules: readonly HoldRule[];
  readonly classes: readonly ClassRule[];
}
