import { type Comparison, canonical, join, without } from "./canonical.ts";
import { coveredBy, type Row } from "./row.ts";
import { isObject, isUnknown, type Props, same } from "./values.ts";

export interface Change {
  /** As the user would write it, e.g. `rules[0].filter.prefix`. */
  readonly path: string;
  /** The first part of the path. */
  readonly property: string;
  readonly kind: "add" | "delete" | "update";
  readonly replaces: boolean;
}

/**
 * What differs between two sets of inputs of one resource, by meaning.
 *
 * A value that is not known yet counts as changed; one that is no longer stated counts as deleted unless the cloud
 * chooses it then. Lists are compared element by element, sets as sets.
 */
export function changes(row: Comparison & Pick<Row<never>, "replaceOn">, olds: Props, news: Props): Change[] {
  const found: { path: string; pattern: string; kind: Change["kind"] }[] = [];
  // What the cloud chooses where nothing is stated stays as it is when the program stops stating it.
  const kept = without(olds, row.computed ?? [], { value: news }) as Props;
  compare(row, "", "", canonical(row, kept), canonical(row, news), (path, pattern, kind) =>
    found.push({ path, pattern, kind }),
  );
  return found.map(({ path, pattern, kind }) => ({
    path,
    kind,
    property: /^[^.[]+/.exec(path)?.[0] ?? path,
    replaces: coveredBy(row.replaceOn, pattern),
  }));
}

type Report = (path: string, pattern: string, kind: Change["kind"]) => void;

function compare(row: Comparison, path: string, pattern: string, a: unknown, b: unknown, report: Report): void {
  if (!isUnknown(b) && same(a, b)) return;
  if (a === undefined) report(path, pattern, "add");
  else if (b === undefined) report(path, pattern, "delete");
  else if (Array.isArray(a) && Array.isArray(b)) {
    if (row.sets?.includes(pattern)) compareSets(path, pattern, a, b, report);
    else compareLists(row, path, pattern, a, b, report);
  } else if (isObject(a) && isObject(b)) {
    for (const key of new Set([...Object.keys(a), ...Object.keys(b)])) {
      compare(row, joinKey(path, key), join(pattern, key), a[key], b[key], report);
    }
  } else report(path, pattern, "update");
}

function compareLists(row: Comparison, path: string, pattern: string, a: unknown[], b: unknown[], report: Report) {
  for (let i = 0; i < Math.max(a.length, b.length); i++) {
    compare(row, `${path}[${i}]`, `${pattern}[]`, a[i], b[i], report);
  }
}

function compareSets(path: string, pattern: string, a: unknown[], b: unknown[], report: Report): void {
  const gone = a.filter((x) => !b.some((y) => same(x, y)));
  const come = b.filter((y) => !a.some((x) => same(x, y)));
  come.forEach((_, i) => {
    report(`${path}[${i}]`, `${pattern}[]`, i < gone.length ? "update" : "add");
  });
  gone.slice(come.length).forEach((_, i) => {
    report(`${path}[${come.length + i}]`, `${pattern}[]`, "delete");
  });
}

/** Keys that are no identifiers, such as tag keys with colons, are written in brackets. */
const joinKey = (path: string, key: string): string =>
  /^[A-Za-z_$][\w$]*$/.test(key) ? join(path, key) : `${path}[${JSON.stringify(key)}]`;
