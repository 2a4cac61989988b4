/** Call log and fault injection that all memory adapters share. */
import { setImmediate } from "node:timers/promises";

/** One call to a port. */
export interface PortCall {
  /** `landing`, `store:primary`, `catalog`, `queue`, … */
  readonly port: string;
  /** Method name, e.g. `admit`. */
  readonly op: string;
  readonly args: readonly unknown[];
}

/**
 * Runs around the effect of a call; throwing (or rejecting) makes the call fail.
 * `before`: nothing has happened; `after`: the effect is there, and the caller does not learn of it.
 */
export type CallHook = (call: PortCall, phase: "before" | "after") => void | Promise<void>;

/** A call that was made. `start` and `end` are positions in one order over all ports of the log. */
export interface LoggedCall extends PortCall {
  readonly start: number;
  /** Absent while it runs. */
  readonly end?: number;
  readonly failed: boolean;
}

export interface CallLog {
  /** Everything called so far, in order of start. */
  readonly calls: readonly LoggedCall[];
  /** Adds a hook; returns what removes it. */
  onCall(hook: CallHook): () => void;
  /** Rounds in series: the most finished calls of which each began after the one before had ended. */
  rounds(): number;
  /** Forgets the calls; hooks stay. */
  clear(): void;
  /** For adapters: runs one call under the log. */
  run<R>(call: PortCall, effect: () => R | Promise<R>): Promise<R>;
}

/** A log to hand to several memory adapters, so that their calls stand in one order. */
export function callLog(): CallLog {
  let calls: { port: string; op: string; args: readonly unknown[]; start: number; end?: number; failed: boolean }[] =
    [];
  const hooks = new Set<CallHook>();
  let position = 0;
  const runHooks = async (call: PortCall, phase: "before" | "after") => {
    for (const hook of [...hooks]) await hook(call, phase);
  };
  return {
    get calls() {
      return calls;
    },
    onCall(hook) {
      hooks.add(hook);
      return () => hooks.delete(hook);
    },
    rounds() {
      let rounds = 0;
      let lastEnd = -1;
      const finished = calls.flatMap((c) => (c.end === undefined ? [] : [{ start: c.start, end: c.end }]));
      for (const { start, end } of finished.sort((a, b) => a.end - b.end)) {
        if (start > lastEnd) {
          rounds += 1;
          lastEnd = end;
        }
      }
      return rounds;
    },
    clear() {
      calls = [];
    },
    async run(call, effect) {
      const entry: (typeof calls)[number] = { ...call, start: position++, failed: false };
      calls.push(entry);
      try {
        await runHooks(call, "before");
        // A full turn of the event loop, so that calls started together overlap as they would over a network.
        await setImmediate();
        const result = await effect();
        await runHooks(call, "after");
        return result;
      } catch (error) {
        entry.failed = true;
        throw error;
      } finally {
        entry.end = position++;
      }
    },
  };
}
