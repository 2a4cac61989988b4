/** Proves that the memory adapters, on which property tests stand, behave as the ports say. */

import { catalogSuite } from "./suites/catalog.ts";
import { landingSuite } from "./suites/landing.ts";
import type { Message } from "./suites/queue.ts";
import { queueSuite } from "./suites/queue.ts";
import { recordingStoreSuite } from "./suites/recording-store.ts";
import {
  memoryCatalogHarness,
  memoryLandingHarness,
  memoryQueueHarness,
  memoryStoreHarness,
} from "./support/memory.ts";

const once = <T>(make: () => T): (() => T) => {
  let made: T | undefined;
  return () => (made ??= make());
};

landingSuite("memory", once(memoryLandingHarness));
recordingStoreSuite("memory", once(memoryStoreHarness));
catalogSuite("memory", once(memoryCatalogHarness));
queueSuite(
  "memory",
  once(() => memoryQueueHarness<Message>()),
);
