import { canonical, join } from "./canonical.ts";
import type { Row } from "./row.ts";
import { isObject, type Props, same } from "./values.ts";

export interface Reconciled {
  /** Inputs as the cloud has them now, in the program's spelling wherever they mean the same. */
  readonly inputs: Props;
  /** Everything that is known about the resource. */
  readonly state: Props;
}

/**
 * Holds what the cloud answered against the last known inputs.
 *
 * An input that still means the same keeps its spelling. One that differs takes the cloud's value, one that is gone
 * there goes. One that the program never stated appears only when the cloud's value is neither its default nor the
 * cloud's own choice. What cannot be read, or never reaches the cloud, is kept.
 */
export function reconcile(row: Row<never>, olds: Props, cloud: Props): Reconciled {
  const unreadable = row.emulatorCannotRead?.map((u) => u.property) ?? [];
  const kept = new Set([...(row.local ?? []), ...(row.naming?.prefix ? [row.naming.prefix] : [])]);
  const readable = (without(cloud, olds, "", row.computed ?? [], false) ?? {}) as Props;
  const before = canonical(row, (without(olds, undefined, "", unreadable, true) ?? {}) as Props);
  const after = canonical(row, (without(readable, undefined, "", unreadable, true) ?? {}) as Props);
  const inputs: Props = {};
  const state: Props = { ...cloud };
  for (const property of new Set([...row.supports, "region"])) {
    const keep = kept.has(property) || unreadable.includes(property);
    if (keep || same(before[property], after[property])) {
      if (olds[property] === undefined) continue;
      inputs[property] = olds[property];
      state[property] = olds[property];
    } else if (readable[property] !== undefined) inputs[property] = readable[property];
  }
  return { inputs, state };
}

/**
 * A copy without the values under the patterns: all of them, or only those that `stated` does not state.
 * Elements of lists are looked at together, because their order may differ between both sides.
 */
function without(value: unknown, stated: unknown, path: string, patterns: readonly string[], all: boolean): unknown {
  if (Array.isArray(value)) {
    const peers = Array.isArray(stated) ? stated.filter(isObject) : [];
    const merged = Object.assign({}, ...peers) as Props;
    return value.map((v) => without(v, merged, `${path}[]`, patterns, all));
  }
  if (!isObject(value)) return value;
  const out: Props = {};
  for (const [key, v] of Object.entries(value)) {
    const here = join(path, key);
    const other = isObject(stated) ? stated[key] : undefined;
    if (patterns.includes(here) && (all || other === undefined)) continue;
    out[key] = without(v, other, here, patterns, all);
  }
  return out;
}
