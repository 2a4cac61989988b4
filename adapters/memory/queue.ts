import type { Clock } from "../../ports/clock.ts";
import { systemClock } from "../../ports/clock.ts";
import type { Queue } from "../../ports/queue.ts";
import { checkDelay } from "../checks.ts";
import type { CallLog } from "./calls.ts";
import { callLog } from "./calls.ts";

export interface MemoryMessage<T> {
  readonly id: string;
  readonly body: T;
  readonly visibleAt: Date;
  /** How often it was received. */
  readonly receives: number;
}

export interface MemoryQueue<T> extends Queue<T> {
  readonly log: CallLog;
  /** Everything not deleted yet, visible or not, in order of sending. */
  messages(): readonly MemoryMessage<T>[];
  /** Receives visible messages; each comes back after the visibility time unless it is deleted. */
  receive(max?: number): readonly MemoryMessage<T>[];
  /** Deletes a received message. */
  delete(id: string): void;
  /** Receives and deletes all visible messages. */
  drain(): readonly T[];
}

/** A queue in memory. Bodies go through JSON, as they do on the wire. */
export function memoryQueue<T>(
  options: {
    readonly clock?: Clock;
    readonly log?: CallLog;
    readonly name?: string;
    readonly visibilitySeconds?: number;
  } = {},
): MemoryQueue<T> {
  const clock = options.clock ?? systemClock;
  const log = options.log ?? callLog();
  const visibilityMs = (options.visibilitySeconds ?? 30) * 1_000;
  let serial = 0;
  let stored: { id: string; json: string; visibleAt: number; receives: number }[] = [];
  const show = (m: (typeof stored)[number]): MemoryMessage<T> => ({
    id: m.id,
    body: JSON.parse(m.json) as T,
    visibleAt: new Date(m.visibleAt),
    receives: m.receives,
  });
  const visible = () => stored.filter((m) => m.visibleAt <= clock.now().getTime());
  return {
    log,
    send: (message, delaySeconds = 0) =>
      log.run({ port: options.name ?? "queue", op: "send", args: [message, delaySeconds] }, () => {
        checkDelay("queue.send", delaySeconds);
        const visibleAt = clock.now().getTime() + delaySeconds * 1_000;
        stored.push({ id: `message-${++serial}`, json: JSON.stringify(message), visibleAt, receives: 0 });
      }),
    messages: () => stored.map(show),
    receive(max = 10) {
      return visible()
        .slice(0, max)
        .map((m) => {
          m.receives += 1;
          m.visibleAt = clock.now().getTime() + visibilityMs;
          return show(m);
        });
    },
    delete(id) {
      stored = stored.filter((m) => m.id !== id);
    },
    drain() {
      const taken = visible();
      stored = stored.filter((m) => !taken.includes(m));
      return taken.map((m) => show(m).body);
    },
  };
}
