import { ProviderError } from "../codes.ts";
import { withDefaults } from "./canonical.ts";
import { checkInputs, type Failure, suggestion } from "./check.ts";
import type { Declarations } from "./declarations.ts";
import { type Change, changes } from "./diff.ts";
import { type Autonaming, named } from "./names.ts";
import { reconcile } from "./reconcile.ts";
import type { Job, Row } from "./row.ts";
import { containsUnknown, isObject, isUnknown, type Props, same } from "./values.ts";

/** What a configured provider knows besides its rows. */
export interface Session {
  /** Region of resources that state none. */
  readonly region: string | undefined;
  /** Tags that every tagged resource gets. */
  readonly defaultTags: Readonly<Record<string, string>>;
}

/** What a cloud brings to the generic provider. */
export interface CloudPackage<S extends Session> {
  /** Name of the Pulumi package, e.g. `aws`. */
  readonly name: string;
  readonly declarations: Declarations;
  // Each row narrows its own inputs; the map cannot know them.
  // biome-ignore lint/suspicious/noExplicitAny: see above
  readonly rows: ReadonlyMap<string, Row<S, any>>;
  readonly invokes: ReadonlyMap<string, (session: S, args: Props) => Promise<Props>>;
  readonly checkSettings: (settings: Props) => Failure[];
  readonly configure: (settings: Props) => Promise<S>;
}

/** A resource as the engine names it in a request. */
export interface Target {
  readonly type: string;
  /** Last part of the URN. */
  readonly name: string;
  readonly id: string;
}

/** The resource exists but is not as wanted; the engine records what there is and tries again next time. */
export class Unfinished extends Error {
  readonly id: string;
  readonly state: Props;
  readonly inputs: Props;

  constructor(id: string, state: Props, inputs: Props, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = "Unfinished";
    this.id = id;
    this.state = state;
    this.inputs = inputs;
  }
}

/** Check, diff, create, read, update and delete for every row of a cloud. */
export class Operations<S extends Session> {
  readonly #cloud: CloudPackage<S>;

  constructor(cloud: CloudPackage<S>) {
    this.#cloud = cloud;
  }

  row(type: string): Row<S> {
    const row = this.#cloud.rows.get(type);
    if (row) return row;
    const hint = suggestion(type, [...this.#cloud.rows.keys()]);
    throw new ProviderError(
      "HF5502",
      `the embedded default has no row for the resource type ${type}; ${hint} Add a row in emulator/providers/${this.#cloud.name}/rows/ with its tests, or use the official provider on a real account.`,
    );
  }

  check(
    session: S,
    target: Omit<Target, "id">,
    olds: Props,
    news: Props,
    seed: Uint8Array,
    autonaming: Autonaming | undefined,
  ): { inputs: Props; failures: Failure[] } {
    const row = this.row(target.type);
    const checked = checkInputs(row as Row<never>, this.#cloud.declarations, news);
    const failures = [...checked.failures];
    if (row.regional !== false && checked.inputs.region === undefined && session.region === undefined) {
      failures.push({ property: "region", reason: `HF5516 ${target.type} needs a region, here or on its provider` });
    }
    if (!row.naming) return { inputs: checked.inputs, failures };
    const request = { rule: row.naming, resource: target.name, type: target.type, olds, news: checked.inputs, seed };
    const name = named({ ...request, autonaming });
    return { inputs: name.inputs, failures: [...failures, ...name.failures] };
  }

  diff(
    session: S,
    target: Target,
    oldInputs: Props,
    oldState: Props,
    news: Props,
  ): { changes: Change[]; deleteBeforeReplace: boolean } {
    const row = this.row(target.type);
    const olds = this.#located(row, session, oldInputs, oldState);
    const wanted = this.#located(row, session, news, {});
    const regional = { ...row, replaceOn: [...row.replaceOn, "region"] } as unknown as Row<never>;
    const found = changes(regional, olds, wanted);
    if (row.tagged && !containsUnknown(news.tags) && !found.some((c) => c.property === "tags")) {
      const tags = tagsOf(session, news);
      if (!same(tags, oldState.tagsAll ?? {})) {
        found.push({ path: "tagsAll", property: "tagsAll", kind: "update", replaces: false });
      }
    }
    const collides = [...row.identity, ...(row.identity.includes("bucket") ? [] : ["region"])].every(
      (property) => !isUnknown(wanted[property]) && same(olds[property], wanted[property]),
    );
    return { changes: found, deleteBeforeReplace: collides && found.some((c) => c.replaces) };
  }

  /** The outputs that a preview can state: the inputs; everything else stays unknown. */
  previewCreate(session: S, target: Target, inputs: Props): Props {
    return this.#located(this.row(target.type), session, inputs, {});
  }

  previewUpdate(session: S, target: Target, oldInputs: Props, oldState: Props, news: Props): Props {
    const row = this.row(target.type);
    const computed = new Set(row.computed ?? []);
    const outputs: Props = { ...oldState };
    for (const key of Object.keys(oldInputs)) if (!(key in news) && !computed.has(key)) delete outputs[key];
    for (const key of row.volatile ?? []) delete outputs[key];
    if (row.tagged) delete outputs.tagsAll;
    return { ...outputs, ...this.#located(row, session, news, oldState) };
  }

  async create(session: S, target: Target, inputs: Props): Promise<{ id: string; state: Props }> {
    const row = this.row(target.type);
    let id: string | undefined;
    const created = (made: string): void => {
      id = made;
    };
    try {
      id = await row.create(this.#job(row, session, target, inputs, {}, created));
    } catch (error) {
      if (id === undefined) throw error;
      const why = `HF5521 ${target.type} ${id} exists but is not finished: ${messageOf(error)}`;
      throw await this.#unfinished(session, { ...target, id }, inputs, {}, why, error);
    }
    return { id, state: await this.#stateAfter(session, { ...target, id }, inputs, {}) };
  }

  /** What the cloud has now, or undefined when the resource is gone. */
  async read(
    session: S,
    target: Target,
    oldInputs: Props,
    oldState: Props,
  ): Promise<{ inputs: Props; state: Props } | undefined> {
    const row = this.row(target.type);
    const job = this.#job(row, session, target, oldInputs, oldState, () => {});
    const cloud = await row.read(job);
    if (!cloud) return undefined;
    if (row.tagged) {
      const { tags, tagsAll } = splitTags(session, oldInputs, (cloud.tags ?? {}) as Record<string, string>);
      cloud.tags = tags;
      cloud.tagsAll = tagsAll;
    }
    if (row.regional !== false) cloud.region = job.region;
    const known = reconcile(row as unknown as Row<never>, oldInputs, cloud);
    if (oldInputs.region === undefined && Object.keys(oldInputs).length > 0) delete known.inputs.region;
    return known;
  }

  async update(session: S, target: Target, oldInputs: Props, oldState: Props, news: Props): Promise<Props> {
    const row = this.row(target.type);
    const current = await this.read(session, target, oldInputs, oldState);
    if (!current) {
      throw new ProviderError("HF5525", `${target.type} ${target.id} does not exist any more; run \`pulumi refresh\``);
    }
    const differing = this.diff(session, target, current.inputs, current.state, news).changes;
    const names = new Set(differing.map((c) => (c.property === "tagsAll" ? "tags" : c.property)));
    // What cannot be read back is written whenever the program changed it.
    for (const change of this.diff(session, target, oldInputs, oldState, news).changes) names.add(change.property);
    try {
      if (names.size > 0)
        await row.update(
          this.#job(row, session, target, news, current.state, () => {}),
          names,
        );
    } catch (error) {
      throw await this.#unfinished(session, target, news, oldState, messageOf(error), error);
    }
    return this.#stateAfter(session, target, news, oldState);
  }

  async delete(session: S, target: Target, oldInputs: Props, oldState: Props): Promise<void> {
    const row = this.row(target.type);
    const inputs = Object.keys(oldInputs).length > 0 ? oldInputs : oldState;
    await row.delete(this.#job(row, session, target, inputs, oldState, () => {}));
  }

  async #stateAfter(session: S, target: Target, inputs: Props, oldState: Props): Promise<Props> {
    let found: { state: Props } | undefined;
    try {
      found = await this.read(session, target, inputs, oldState);
    } catch (error) {
      throw new Unfinished(target.id, { ...oldState, ...inputs }, inputs, messageOf(error), { cause: error });
    }
    if (found) return found.state;
    const message = `HF5521 ${target.type} ${target.id} was accepted by the cloud but cannot be found there`;
    throw new Unfinished(target.id, { ...oldState, ...inputs }, inputs, message);
  }

  /** The error that records what the cloud has of a resource after a failure half-way. */
  async #unfinished(session: S, target: Target, inputs: Props, oldState: Props, message: string, cause: unknown) {
    const guess = { ...oldState, ...inputs };
    try {
      const found = await this.read(session, target, inputs, oldState);
      return new Unfinished(target.id, found?.state ?? guess, inputs, message, { cause });
    } catch (error) {
      const both = `${message}; reading it back failed too: ${messageOf(error)}`;
      return new Unfinished(target.id, guess, inputs, both, { cause });
    }
  }

  /** Inputs with their region: the stated one, the one the resource already lives in, or the provider's. */
  #located(row: Row<S>, session: S, inputs: Props, state: Props): Props {
    if (row.regional === false) return inputs;
    return { ...inputs, region: inputs.region ?? state.region ?? session.region };
  }

  #job(row: Row<S>, session: S, target: Target, inputs: Props, state: Props, created: (id: string) => void): Job<S> {
    const region = row.regional === false ? "" : String(state.region ?? inputs.region ?? session.region ?? "");
    const filled = withDefaults(row as unknown as Row<never>, "", inputs) as Props;
    const { name, id } = target;
    return { session, region, name, id, inputs: filled, state, tags: tagsOf(session, inputs), created };
  }
}

export const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

const tagsOf = (session: Session, inputs: Props): Record<string, string> => ({
  ...session.defaultTags,
  ...((isObject(inputs.tags) ? inputs.tags : {}) as Record<string, string>),
});

/** Tags of the cloud, apart from those that the provider put there and those that belong to AWS itself (`aws:`). */
function splitTags(session: Session, olds: Props, cloud: Readonly<Record<string, string>>) {
  const stated = isObject(olds.tags) ? olds.tags : {};
  const all = Object.fromEntries(Object.entries(cloud).filter(([key]) => !key.startsWith("aws:")));
  const own = Object.entries(all).filter(([key, v]) => key in stated || session.defaultTags[key] !== v);
  return { tags: own.length > 0 ? Object.fromEntries(own) : undefined, tagsAll: all };
}
