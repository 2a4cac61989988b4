import { canonical, without } from "./canonical.ts";
import type { Row } from "./row.ts";
import { type Props, same } from "./values.ts";

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
  const chosenByCloud = [...(row.computed ?? []), ...Object.keys(row.refuses ?? {})];
  const readable = without(cloud, chosenByCloud, { value: olds }) as Props;
  const before = canonical(row, without(olds, unreadable) as Props);
  const after = canonical(row, without(readable, unreadable) as Props);
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
