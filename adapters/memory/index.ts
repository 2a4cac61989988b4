/** Every port in memory, with handles for tests: property tests and the conformance suite run on these. */
export type { CallHook, CallLog, LoggedCall, PortCall } from "./calls.ts";
export { callLog } from "./calls.ts";
export type { MemoryCatalog } from "./catalog.ts";
export { memoryCatalog } from "./catalog.ts";
export type { MemoryClock } from "./clock.ts";
export { memoryClock } from "./clock.ts";
export type { MemoryLandedVersion, MemoryLanding } from "./landing.ts";
export { memoryLanding } from "./landing.ts";
export type { MemoryLog, MemoryLogLine } from "./log.ts";
export { memoryLog } from "./log.ts";
export type { MemoryMetrics } from "./metrics.ts";
export { memoryMetrics } from "./metrics.ts";
export type { MemoryMessage, MemoryQueue } from "./queue.ts";
export { memoryQueue } from "./queue.ts";
export type {
  MemoryRecordingStore,
  MemoryRecordingStoreOptions,
  MemoryStoredVersion,
  Tampering,
} from "./recording-store.ts";
export { memoryRecordingStore } from "./recording-store.ts";
