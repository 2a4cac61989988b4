/** The harness of the memory adapters. */

import type { CallLog, MemoryLanding } from "../../../adapters/memory/index.ts";
import {
  callLog,
  memoryCatalog,
  memoryClock,
  memoryLanding,
  memoryQueue,
  memoryRecordingStore,
} from "../../../adapters/memory/index.ts";
import { PortDenied, PortMissing, PortUnavailable } from "../../../ports/errors.ts";
import type { CatalogHarness, DuringOutage, LandingHarness, Platform, QueueHarness, StoreHarness } from "./harness.ts";

const outageOf =
  (log: CallLog): DuringOutage =>
  async (_how, work) => {
    const end = log.onCall((call) => {
      throw new PortUnavailable(call.op);
    });
    try {
      return await work();
    } finally {
      end();
    }
  };

const denyAll = (): CallLog => {
  const log = callLog();
  log.onCall((call) => {
    throw new PortDenied(call.op);
  });
  return log;
};

const platformOf = (landing: MemoryLanding): Platform => ({
  put: async (key, bytes, tags) => {
    const { versionId } = landing.put(key, bytes, tags);
    return { key, versionId };
  },
  hide: async (key) => landing.remove(key),
  deleteVersion: async (key, versionId) => landing.removeVersion(key, versionId),
  tagsOf: async (key, versionId) => {
    const found = landing.versions(key).find((v) => v.versionId === versionId);
    if (!found) throw new PortMissing("tagsOf", versionId);
    return found.tags;
  },
});

export function memoryLandingHarness(): LandingHarness {
  const landing = memoryLanding();
  return {
    landing,
    forOutsider: memoryLanding({ log: denyAll() }),
    platform: platformOf(landing),
    duringOutage: outageOf(landing.log),
  };
}

export function memoryStoreHarness(): StoreHarness {
  const landing = memoryLanding();
  const store = memoryRecordingStore({ site: "primary", landing });
  return {
    store,
    forOutsider: memoryRecordingStore({ site: "primary", landing, log: denyAll() }),
    platform: platformOf(landing),
    versionIds: async (kind, key) => store.versions(kind, key).map((v) => v.versionId),
    deleteVersion: async (kind, key, versionId) => store.deleteVersion(kind, key, versionId),
    hide: async (kind, key) => store.deleteCurrent(kind, key),
    contentType: async (kind, key, versionId) =>
      store.versions(kind, key).find((v) => v.versionId === versionId)?.contentType,
    duringOutage: outageOf(store.log),
  };
}

export function memoryCatalogHarness(): CatalogHarness {
  const catalog = memoryCatalog();
  return { catalog, forOutsider: memoryCatalog({ log: denyAll() }), duringOutage: outageOf(catalog.log) };
}

export function memoryQueueHarness<T>(): QueueHarness<T> {
  const clock = memoryClock();
  const queue = memoryQueue<T>({ clock, visibilitySeconds: 2 });
  return {
    queue,
    forOutsider: memoryQueue<T>({ log: denyAll() }),
    receive: async () => queue.receive().map(({ id, body }) => ({ body, delete: async () => queue.delete(id) })),
    visibilitySeconds: 2,
    elapse: async (seconds) => clock.advance(seconds * 1_000),
    duringOutage: outageOf(queue.log),
  };
}
