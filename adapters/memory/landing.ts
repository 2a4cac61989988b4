import type { Clock } from "../../ports/clock.ts";
import { systemClock } from "../../ports/clock.ts";
import { PortMissing } from "../../ports/errors.ts";
import type { LandedObject, Landing } from "../../ports/landing.ts";
import type { ObjectTags } from "../../ports/recording-store.ts";
import { checkTags } from "../checks.ts";
import { byUtf8, chunks } from "./bytes.ts";
import type { CallLog } from "./calls.ts";
import { callLog } from "./calls.ts";

/** One version as the landing keeps it. */
export interface MemoryLandedVersion extends LandedObject {
  readonly bytes: Uint8Array;
  readonly tags: ObjectTags;
}

/** A landing with the handles of a test that plays the platform. */
export interface MemoryLanding extends Landing {
  /** The platform writes; the new version becomes the current one. */
  put(key: string, bytes: Uint8Array | string, tags?: ObjectTags): LandedObject;
  /** Hides the key behind a delete marker. */
  remove(key: string): void;
  /** Removes one version for good. */
  removeVersion(key: string, versionId: string): void;
  /** Every version of every key (or of one), oldest first, delete markers left out. */
  versions(key?: string): readonly MemoryLandedVersion[];
  readonly log: CallLog;
}

type Entry = MemoryLandedVersion | { readonly versionId: string; readonly deleteMarker: true };

const isVersion = (entry: Entry | undefined): entry is MemoryLandedVersion =>
  entry !== undefined && !("deleteMarker" in entry);

/** A landing in memory: versioned like S3, with the same answers to what is gone. */
export function memoryLanding(options: { readonly clock?: Clock; readonly log?: CallLog } = {}): MemoryLanding {
  const clock = options.clock ?? systemClock;
  const log = options.log ?? callLog();
  const keys = new Map<string, Entry[]>();
  let serial = 0;
  const nextId = () => `landing-${String(++serial).padStart(6, "0")}`;
  const current = (key: string) => keys.get(key)?.at(-1);
  const describe = ({ key, versionId, size, landedAt }: MemoryLandedVersion): LandedObject => ({
    key,
    versionId,
    size,
    landedAt,
  });
  const opened = (entry: Entry | undefined) =>
    isVersion(entry) ? { ...describe(entry), body: chunks(entry.bytes) } : undefined;
  const push = (key: string, entry: Entry) => keys.set(key, [...(keys.get(key) ?? []), entry]);

  return {
    log,
    open: (key, versionId) =>
      log.run({ port: "landing", op: "open", args: [key, versionId] }, () =>
        opened(keys.get(key)?.find((entry) => entry.versionId === versionId)),
      ),
    openCurrent: (key) => log.run({ port: "landing", op: "openCurrent", args: [key] }, () => opened(current(key))),
    list: (prefix) =>
      log.run({ port: "landing", op: "list", args: [prefix] }, () =>
        [...keys.keys()]
          .filter((key) => key.startsWith(prefix))
          .sort(byUtf8)
          .map((key) => current(key))
          .filter(isVersion)
          .slice(0, 1_000)
          .map(describe),
      ),
    markAdmitted: (key, versionId) =>
      log.run({ port: "landing", op: "markAdmitted", args: [key, versionId] }, () => {
        const entries = keys.get(key) ?? [];
        const index = entries.findIndex((entry) => entry.versionId === versionId);
        const found = entries[index];
        if (!isVersion(found)) throw new PortMissing("markAdmitted", `version ${versionId} of "${key}"`);
        const tags = { ...found.tags, "holdfast-admitted": "true" };
        checkTags("markAdmitted", tags);
        entries[index] = { ...found, tags };
      }),
    put(key, bytes, tags = {}) {
      const copy = typeof bytes === "string" ? new TextEncoder().encode(bytes) : bytes.slice();
      const entry = {
        key,
        versionId: nextId(),
        size: copy.length,
        landedAt: clock.now(),
        bytes: copy,
        tags: { ...tags },
      };
      push(key, entry);
      return describe(entry);
    },
    remove(key) {
      push(key, { versionId: nextId(), deleteMarker: true });
    },
    removeVersion(key, versionId) {
      keys.set(
        key,
        (keys.get(key) ?? []).filter((entry) => entry.versionId !== versionId),
      );
    },
    versions: (key) =>
      [...keys].flatMap(([k, entries]) => (key === undefined || k === key ? entries.filter(isVersion) : [])),
  };
}
