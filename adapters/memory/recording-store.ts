import type { Kind, Site, Tier } from "../../model/cloud.ts";
import { kinds } from "../../model/cloud.ts";
import type { Clock } from "../../ports/clock.ts";
import { systemClock } from "../../ports/clock.ts";
import { ChecksumMismatch, PortDenied, PortMissing } from "../../ports/errors.ts";
import type {
  ObjectState,
  ObjectTags,
  RecordingStore,
  WriteRequest,
  WriteResult,
} from "../../ports/recording-store.ts";
import { checkTags, checkWrite } from "../checks.ts";
import { chunks, sha256Hex } from "./bytes.ts";
import type { CallLog } from "./calls.ts";
import { callLog } from "./calls.ts";
import type { MemoryLanding } from "./landing.ts";

/** One version as the memory store keeps it: its state and its bytes. */
export interface MemoryStoredVersion extends ObjectState {
  readonly contentType: string;
  readonly bytes: Uint8Array;
}

/** What a test may change behind the back of the code under test. */
export type Tampering = Partial<
  Pick<MemoryStoredVersion, "tags" | "locked" | "metadata" | "replication" | "tier" | "bytes" | "size" | "storeSha256">
>;

/** A store with the handles of a test that plays the cloud. */
export interface MemoryRecordingStore extends RecordingStore {
  readonly log: CallLog;
  /** Every version, oldest first, delete markers left out. */
  versions(kind?: Kind, key?: string): readonly MemoryStoredVersion[];
  /** Hides the key behind a delete marker; allowed on locked versions, as on S3. */
  deleteCurrent(kind: Kind, key: string): void;
  /** Removes one version for good. @throws PortDenied while it is locked. */
  deleteVersion(kind: Kind, key: string, versionId: string): void;
  /** Changes a version without any check. */
  tamper(kind: Kind, key: string, versionId: string, change: Tampering): void;
  /**
   * From now on new versions are `pending` until the test completes or fails their replication to `peer`.
   * `versionIds`: `same` as S3 replicas have, `fresh` as other clouds and emulators give; default `same`.
   */
  replicateTo(
    peer: MemoryRecordingStore,
    options?: { readonly versionIds?: "same" | "fresh"; readonly tier?: Tier },
  ): void;
  /** Carries pending versions (one, or all) to the peer; returns how many. What does not exist at the peer is made there. */
  completeReplication(only?: { readonly kind: Kind; readonly key: string; readonly versionId: string }): number;
  /** Ends the replication of pending versions (one, or all) as failed; returns how many. */
  failReplication(only?: { readonly kind: Kind; readonly key: string; readonly versionId: string }): number;
  /** For a peer: takes a replica. */
  receiveReplica(version: MemoryStoredVersion, versionIds: "same" | "fresh"): void;
}

export interface MemoryRecordingStoreOptions {
  readonly site: Site;
  readonly clock?: Clock;
  /** Where `admit` copies from; without it `admit` finds no landed version. */
  readonly landing?: MemoryLanding;
  readonly log?: CallLog;
}

type Entry = MemoryStoredVersion | { readonly versionId: string; readonly deleteMarker: true };

const isVersion = (entry: Entry | undefined): entry is MemoryStoredVersion =>
  entry !== undefined && !("deleteMarker" in entry);

/** A store in memory that refuses what S3 refuses: overwriting, deleting what is locked, an eleventh tag. */
export function memoryRecordingStore(options: MemoryRecordingStoreOptions): MemoryRecordingStore {
  const { site, landing } = options;
  const clock = options.clock ?? systemClock;
  const log = options.log ?? callLog();
  const port = `store:${site}`;
  const entries: Record<Kind, Map<string, Entry[]>> = { metadata: new Map(), media: new Map() };
  let peer: { store: MemoryRecordingStore; versionIds: "same" | "fresh"; tier?: Tier } | undefined;
  let serial = 0;
  const nextId = () => `${site}-${String(++serial).padStart(6, "0")}`;

  const push = (kind: Kind, key: string, entry: Entry) =>
    entries[kind].set(key, [...(entries[kind].get(key) ?? []), entry]);
  const all = (kind?: Kind, key?: string) =>
    kinds
      .filter((k) => kind === undefined || k === kind)
      .flatMap((k) =>
        [...entries[k]].flatMap(([name, list]) => (key === undefined || name === key ? list.filter(isVersion) : [])),
      );
  const find = (kind: Kind, key: string, versionId?: string): MemoryStoredVersion | undefined => {
    const list = entries[kind].get(key) ?? [];
    const found = versionId === undefined ? list.at(-1) : list.find((entry) => entry.versionId === versionId);
    return isVersion(found) ? found : undefined;
  };
  const mustFind = (operation: string, kind: Kind, key: string, versionId: string): MemoryStoredVersion => {
    const found = find(kind, key, versionId);
    if (!found) throw new PortMissing(operation, `version ${versionId} of "${key}" in ${site} ${kind}`);
    return found;
  };
  const change = (version: MemoryStoredVersion, values: Tampering) => {
    const list = entries[version.kind].get(version.key) ?? [];
    list[list.indexOf(version)] = { ...version, ...values };
  };

  const write = (operation: string, request: WriteRequest, bytes: Uint8Array): WriteResult => {
    const stored = sha256Hex(bytes);
    const existing = find(request.kind, request.key);
    if (existing) {
      const { versionId, storeSha256 } = existing;
      if (storeSha256 !== request.sha256) {
        throw new ChecksumMismatch(operation, {
          key: request.key,
          versionId,
          expected: request.sha256,
          stored: storeSha256,
        });
      }
      return { versionId, created: false };
    }
    const version: MemoryStoredVersion = {
      site,
      kind: request.kind,
      key: request.key,
      versionId: nextId(),
      size: bytes.length,
      storeSha256: stored,
      metadata: { ...request.metadata },
      tags: { ...request.tags },
      locked: request.locked,
      tier: "hot",
      replication: peer ? "pending" : "none",
      createdAt: clock.now(),
      contentType: request.contentType,
      bytes: bytes.slice(),
    };
    push(request.kind, request.key, version);
    return { versionId: version.versionId, created: true };
  };

  const pending = (only?: { kind: Kind; key: string; versionId: string }) =>
    all().filter(
      (v) =>
        v.replication === "pending" &&
        (only === undefined || (v.kind === only.kind && v.key === only.key && v.versionId === only.versionId)),
    );

  return {
    site,
    log,
    admit: (request, from) =>
      log.run({ port, op: "admit", args: [request, from] }, () => {
        checkWrite("admit", request);
        const source = landing?.versions(from.key).find((v) => v.versionId === from.versionId);
        if (!source) throw new PortMissing("admit", `version ${from.versionId} of "${from.key}" in the landing`);
        const result = write("admit", request, source.bytes);
        const stored = find(request.kind, request.key, result.versionId)?.storeSha256;
        if (stored !== request.sha256) {
          throw new ChecksumMismatch("admit", {
            key: request.key,
            versionId: result.versionId,
            expected: request.sha256,
            stored,
          });
        }
        return result;
      }),
    put: (request, bytes) =>
      log.run({ port, op: "put", args: [request] }, () => {
        checkWrite("put", request);
        const stored = sha256Hex(bytes);
        if (stored !== request.sha256) {
          throw new ChecksumMismatch("put", { key: request.key, expected: request.sha256, stored });
        }
        return write("put", request, bytes);
      }),
    stat: (kind, key, versionId) =>
      log.run({ port, op: "stat", args: [kind, key, versionId] }, () => {
        const found = find(kind, key, versionId);
        if (!found) return undefined;
        const { bytes: _bytes, contentType: _contentType, ...state } = found;
        return { ...state, tags: { ...state.tags }, metadata: { ...state.metadata } };
      }),
    read: (kind, key, versionId) =>
      log.run({ port, op: "read", args: [kind, key, versionId] }, () => {
        const found = find(kind, key, versionId);
        return found ? chunks(found.bytes) : undefined;
      }),
    lock: (kind, key, versionId) =>
      log.run({ port, op: "lock", args: [kind, key, versionId] }, () => {
        change(mustFind("lock", kind, key, versionId), { locked: true });
      }),
    mergeTags: (kind, key, versionId, tags: ObjectTags) =>
      log.run({ port, op: "mergeTags", args: [kind, key, versionId, tags] }, () => {
        const found = mustFind("mergeTags", kind, key, versionId);
        const merged = { ...found.tags, ...tags };
        checkTags("mergeTags", merged);
        change(found, { tags: merged });
      }),

    versions: (kind, key) => all(kind, key),
    deleteCurrent(kind, key) {
      push(kind, key, { versionId: nextId(), deleteMarker: true });
    },
    deleteVersion(kind, key, versionId) {
      const found = mustFind("deleteVersion", kind, key, versionId);
      if (found.locked) throw new PortDenied(`deleteVersion ${site} ${kind} "${key}" ${versionId}`);
      const rest = (entries[kind].get(key) ?? []).filter((entry) => entry !== found);
      if (rest.length === 0) entries[kind].delete(key);
      else entries[kind].set(key, rest);
    },
    tamper(kind, key, versionId, values) {
      change(mustFind("tamper", kind, key, versionId), values);
    },
    replicateTo(store, { versionIds = "same", tier } = {}) {
      peer = { store, versionIds, ...(tier === undefined ? {} : { tier }) };
    },
    completeReplication(only) {
      const versions = pending(only);
      for (const version of versions) {
        if (!peer) throw new TypeError("replicateTo was not called");
        peer.store.receiveReplica({ ...version, tier: peer.tier ?? version.tier }, peer.versionIds);
        change(version, { replication: "completed" });
      }
      return versions.length;
    },
    failReplication(only) {
      const versions = pending(only);
      for (const version of versions) change(version, { replication: "failed" });
      return versions.length;
    },
    receiveReplica(version, versionIds) {
      const versionId = versionIds === "same" ? version.versionId : nextId();
      push(version.kind, version.key, {
        ...version,
        site,
        versionId,
        replication: "replica",
        bytes: version.bytes.slice(),
      });
    },
  };
}
