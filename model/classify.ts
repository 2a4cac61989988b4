/** Decides tags, sensitivity, retention class and standing holds of a recording from the stack's rules. Pure. */
import {
  type AdmissionRules,
  type ClassificationTag,
  classificationTags,
  type Match,
  sensitiveTags,
} from "./admission-rules.ts";
import type { Sensitivity } from "./recording.ts";

/** What rules look at. */
export interface Subject {
  /** All landing keys of the recording; a key glob fits when it fits one of them. */
  readonly landingKeys: readonly string[];
  /** The vendor's JSON; absent when it could not be read. */
  readonly metadata?: unknown;
}

export type ClassificationTags = Readonly<Partial<Record<ClassificationTag, string>>>;

export interface Classification {
  readonly tags: ClassificationTags;
  /** `sensitive` when a rule gave the tag `PII` or `PCI`. */
  readonly sensitivity: Sensitivity;
  readonly retentionClass: string;
  /** `policy/<rule name>` of every hold rule that matches, in order of the rules. */
  readonly matters: readonly string[];
}

/**
 * Fits text into a glob: `*` is any run (slashes too), `?` one character. Walks both strings with one point to return
 * to, so the time is at most the product of their lengths whatever the pattern says.
 */
export function globMatches(glob: string, text: string): boolean {
  const pattern = [...glob];
  const characters = [...text];
  let p = 0;
  let c = 0;
  let star = -1;
  let resume = 0;
  while (c < characters.length) {
    if (pattern[p] === "*") {
      star = p++;
      resume = c;
    } else if (p < pattern.length && (pattern[p] === "?" || pattern[p] === characters[c])) {
      p++;
      c++;
    } else if (star >= 0) {
      p = star + 1;
      c = ++resume;
    } else {
      return false;
    }
  }
  while (pattern[p] === "*") p++;
  return p === pattern.length;
}

/** Longest text that a glob is tried on, in UTF-16 units; a longer value does not match. */
const maxGlobText = 4_096;

/**
 * Scalars at a dotted path in JSON. A list on the way stands for each of its items, so `userIds` and `media.file` reach
 * into lists. Only own properties count.
 */
export function valuesAt(json: unknown, path: string): readonly string[] {
  let level: unknown[] = [json];
  for (const name of path.split(".")) {
    level = level.flatMap(items).flatMap((value) => {
      if (typeof value !== "object" || value === null || !Object.hasOwn(value, name)) return [];
      return [(value as Record<string, unknown>)[name]];
    });
  }
  return level
    .flatMap(items)
    .filter((value) => typeof value === "string" || typeof value === "number" || typeof value === "boolean")
    .map(String);
}

const items = (value: unknown): unknown[] => (Array.isArray(value) ? value : [value]);

/**
 * True when all given fields of a match are met; an empty match is met by everything. Globs on metadata ignore case,
 * because platforms write the same value in different case (`Screen`, `screen`); keys and tags are exact.
 */
export function matches(match: Match, subject: Subject, tags: ClassificationTags): boolean {
  const { key, metadata = {}, tags: wanted = {} } = match;
  if (key !== undefined && !subject.landingKeys.some((landingKey) => globMatches(key, landingKey))) return false;
  const metadataFits = Object.entries(metadata).every(([path, glob]) =>
    valuesAt(subject.metadata, path).some(
      (value) => value.length <= maxGlobText && globMatches(glob.toLowerCase(), value.toLowerCase()),
    ),
  );
  if (!metadataFits) return false;
  return Object.entries(wanted).every(
    ([name, value]) => Object.hasOwn(tags, name) && tags[name as ClassificationTag] === value,
  );
}

/** Applies all rules. The list of classes always ends with one that has no match. */
export function classify(rules: AdmissionRules, subject: Subject): Classification {
  const tags: Partial<Record<ClassificationTag, string>> = {};
  for (const rule of rules.classification) {
    if (!matches(rule.match, subject, tags)) continue;
    for (const name of classificationTags) {
      const value = rule.tags[name];
      if (value !== undefined && tags[name] === undefined) tags[name] = value;
    }
  }
  const chosen = rules.classes.find(({ match }) => match === undefined || matches(match, subject, tags));
  if (!chosen) throw new TypeError("no retention class without a match");
  return {
    tags,
    sensitivity: sensitiveTags.some((name) => tags[name] !== undefined) ? "sensitive" : "normal",
    retentionClass: chosen.className,
    matters: rules.holdRules.filter(({ match }) => matches(match, subject, tags)).map(({ name }) => `policy/${name}`),
  };
}
