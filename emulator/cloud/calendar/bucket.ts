/** One bucket while virtual days pass: its versions, what is due when, and what was done. */
import type { Configuration } from "./rules.ts";
import { type Action, evaluate, type Kept, type Stack, type Version } from "./semantics.ts";
import { type CalendarState, virtualTime } from "./state.ts";
import { dayMs, dueAt, runOffsetMs } from "./time.ts";

interface InventoryVersion {
  readonly key: string;
  readonly versionId: string;
  readonly isDeleteMarker: boolean;
  readonly lastModified: string;
  readonly size: number;
  readonly storageClass: string;
  readonly tags: Record<string, string>;
  readonly replicationStatus: string | null;
  readonly legalHold: boolean;
  readonly retainUntil: string | null;
}

/** What the emulator tells about a bucket: the versions of a key stand together, oldest first. */
export interface Inventory {
  readonly versions: readonly InventoryVersion[];
  readonly uploads: readonly { readonly key: string; readonly uploadId: string; readonly initiated: string }[];
}

/** One thing that happened or was kept from happening; `day` is the virtual date. */
export interface Entry {
  readonly day: string;
  readonly key: string;
  readonly versionId: string;
  readonly rule: string;
}

export interface BucketReport {
  readonly transitioned: readonly (Entry & { readonly from: string; readonly to: string })[];
  /** Current versions that got a delete marker; `versionId` is the version hidden, `marker` the marker's id. */
  readonly markers: readonly (Entry & { readonly marker: string })[];
  readonly permanentlyDeleted: readonly Entry[];
  readonly orphanMarkersRemoved: readonly Entry[];
  readonly uploadsAborted: readonly Entry[];
  /** Due for permanent deletion and kept by a hold or retention; once per version, with the first day. */
  readonly keptLocked: readonly (Entry & { readonly why: Kept["why"] })[];
  /** Left alone because replication is pending or failed; once per version, with the first day. */
  readonly leftUnreplicated: readonly (Entry & { readonly why: Kept["why"] })[];
}

type Request =
  | { kind: "transition"; key: string; versionId: string; storageClass: string }
  | { kind: "marker"; key: string }
  | { kind: "delete"; key: string; versionId: string }
  | { kind: "abort"; uploadId: string };

type Mutable<T> = { -readonly [K in keyof T]: T[K] extends readonly (infer U)[] ? U[] : T[K] };

export class Bucket {
  readonly name: string;
  readonly #configuration: Configuration;
  readonly #report: Mutable<BucketReport> = {
    transitioned: [],
    markers: [],
    permanentlyDeleted: [],
    orphanMarkersRemoved: [],
    uploadsAborted: [],
    keptLocked: [],
    leftUnreplicated: [],
  };
  /** Virtual creation of markers made in this run, and since when markers stand alone, by version id. */
  readonly markers: Record<string, number> = {};
  readonly alone: Record<string, number> = {};
  #stacks = new Map<string, Stack>();
  #uploads = new Map<string, { key: string; rule: string; due: number }>();
  readonly #due = new Map<string, number>();
  readonly #keptSeen = new Set<string>();
  #today: { action: Action; key: string }[] = [];
  #aborting: string[] = [];

  constructor(name: string, configuration: Configuration, inventory: Inventory, state: CalendarState) {
    this.name = name;
    this.#configuration = configuration;
    this.refresh(inventory, state);
  }

  /** Takes the stored versions as they are now; everything is looked at again on the next day. */
  refresh(inventory: Inventory, state: CalendarState): void {
    const stacks = new Map<string, Version[]>();
    for (const given of inventory.versions) {
      const made = this.markers[given.versionId] ?? state.markers[given.versionId];
      const version: Version = {
        versionId: given.versionId,
        isDeleteMarker: given.isDeleteMarker,
        created: made ?? virtualTime(state, Date.parse(given.lastModified)),
        size: given.size,
        storageClass: given.storageClass,
        tags: given.tags,
        legalHold: given.legalHold,
        ...(given.replicationStatus === null ? {} : { replicationStatus: given.replicationStatus }),
        ...(given.retainUntil === null ? {} : { retainUntil: Date.parse(given.retainUntil) }),
      };
      const stack = stacks.get(given.key);
      if (stack === undefined) stacks.set(given.key, [version]);
      else stack.push(version);
    }
    this.#stacks = new Map([...stacks].map(([key, versions]) => [key, this.#stack(key, versions, state)]));
    this.#due.clear();
    for (const key of this.#stacks.keys()) this.#due.set(key, Number.NEGATIVE_INFINITY);
    this.#uploads = new Map();
    for (const { key, uploadId, initiated } of inventory.uploads) {
      for (const rule of this.#configuration.rules) {
        if (rule.abortUploadsAfterDays === undefined || !key.startsWith(rule.filter.prefix)) continue;
        const due = dueAt(virtualTime(state, Date.parse(initiated)), { days: rule.abortUploadsAfterDays });
        const known = this.#uploads.get(uploadId);
        if (known === undefined || due < known.due) this.#uploads.set(uploadId, { key, rule: rule.id, due });
      }
    }
  }

  #stack(key: string, versions: readonly Version[], state?: CalendarState): Stack {
    const top = versions.at(-1);
    const since = top && (this.alone[top.versionId] ?? state?.alone[top.versionId]);
    return { key, versions, ...(since === undefined ? {} : { aloneSince: since }) };
  }

  /** What is due on the day that begins at `day`, as requests to the emulator, in order. */
  actionsOf(day: number): Request[] {
    this.#today = [];
    for (const [key, due] of this.#due) {
      const stack = this.#stacks.get(key);
      if (due > day || stack === undefined) continue;
      const { actions, kept, next } = evaluate(this.#configuration, stack, day);
      for (const entry of kept) this.#keep(day, key, entry);
      for (const action of actions) this.#today.push({ key, action });
      if (actions.length > 0) this.#due.set(key, day + dayMs);
      else if (next === undefined) this.#due.delete(key);
      else this.#due.set(key, next);
    }
    this.#aborting = [...this.#uploads].filter(([, upload]) => upload.due <= day).map(([uploadId]) => uploadId);
    return [
      ...this.#today.map(({ key, action }): Request => {
        const { versionId } = action.version;
        if (action.kind === "marker") return { kind: "marker", key };
        if (action.kind === "delete") return { kind: "delete", key, versionId };
        return { kind: "transition", key, versionId, storageClass: action.storageClass };
      }),
      ...this.#aborting.map((uploadId): Request => ({ kind: "abort", uploadId })),
    ];
  }

  /** Takes over what the emulator did; one result per request, in the same order. */
  apply(day: number, results: readonly { versionId?: string }[]): void {
    const now = day + runOffsetMs;
    this.#today.forEach(({ key, action }, index) => {
      const versions = [...(this.#stacks.get(key)?.versions ?? [])];
      const at = versions.findIndex((version) => version.versionId === action.version.versionId);
      const entry = { ...this.#entry(day, key, action.version.versionId, action.rule) };
      if (action.kind === "transition") {
        this.#report.transitioned.push({ ...entry, from: action.version.storageClass, to: action.storageClass });
        versions[at] = { ...action.version, storageClass: action.storageClass };
      } else if (action.kind === "marker") {
        const marker = results[index]?.versionId ?? "";
        this.#report.markers.push({ ...entry, marker });
        this.markers[marker] = now;
        versions.push({ ...emptyMarker, versionId: marker, created: now });
      } else {
        const removed = action.marker ? this.#report.orphanMarkersRemoved : this.#report.permanentlyDeleted;
        removed.push(entry);
        versions.splice(at, 1);
        const left = versions.length === 1 ? versions[0] : undefined;
        if (left?.isDeleteMarker) this.alone[left.versionId] = now;
      }
      if (versions.length === 0) {
        this.#stacks.delete(key);
        this.#due.delete(key);
      } else this.#stacks.set(key, this.#stack(key, versions));
    });
    for (const uploadId of this.#aborting) {
      const upload = this.#uploads.get(uploadId);
      if (upload) this.#report.uploadsAborted.push(this.#entry(day, upload.key, uploadId, upload.rule));
      this.#uploads.delete(uploadId);
    }
  }

  /** The next day after `day` on which something may be due; infinite when nothing ever is. */
  nextDue(day: number): number {
    const times = [...this.#due.values(), ...[...this.#uploads.values()].map((upload) => upload.due)];
    return times.reduce((least, time) => Math.min(least, Math.max(time, day + dayMs)), Number.POSITIVE_INFINITY);
  }

  report(): BucketReport {
    return this.#report;
  }

  #entry(day: number, key: string, versionId: string, rule: string): Entry {
    return { day: new Date(day).toISOString().slice(0, 10), key, versionId, rule };
  }

  #keep(day: number, key: string, { version, rule, why }: Kept): void {
    const seen = `${version.versionId} ${rule} ${why}`;
    if (this.#keptSeen.has(seen)) return;
    this.#keptSeen.add(seen);
    const list = why.startsWith("replication") ? this.#report.leftUnreplicated : this.#report.keptLocked;
    list.push({ ...this.#entry(day, key, version.versionId, rule), why });
  }
}

const emptyMarker = { isDeleteMarker: true, size: 0, storageClass: "STANDARD", tags: {}, legalHold: false } as const;
