/** What the demo asks of the emulator itself: its own counts, its faults, its calendar. */
import { join } from "node:path";
import { runCalendar } from "../cloud/calendar/run.ts";
import type { CloudDescription } from "../cloud/start.ts";

export interface Counts {
  /** Invocations of the deployed function, as the emulator counted them. */
  readonly invocations: number;
  /** Messages in the intake queue: visible, in flight, delayed. */
  readonly intakeWaiting: number;
  readonly confirmWaiting: number;
  /** Messages in dead-letter queues, wherever they are. */
  readonly deadLetters: number;
}

type QueueCounts = Readonly<Record<string, { visible: number; inFlight: number; delayed: number }>>;

async function control<T>(endpoint: string, path: string, init?: RequestInit): Promise<T> {
  const answer = await fetch(`${endpoint}${path}`, init);
  if (!answer.ok) throw new Error(`${path}: ${answer.status} ${await answer.text()}`);
  return (await answer.json()) as T;
}

export async function counts(cloud: CloudDescription, functionName: string): Promise<Counts> {
  const [invocations, queues] = await Promise.all([
    control<Record<string, number>>(cloud.plainEndpoint, "/_holdfast/invocations"),
    control<QueueCounts>(cloud.plainEndpoint, "/_holdfast/queues"),
  ]);
  const waiting = (matches: (name: string) => boolean) =>
    Object.entries(queues)
      .filter(([name]) => matches(name))
      .reduce((sum, [, queue]) => sum + queue.visible + queue.inFlight + queue.delayed, 0);
  const dead = (name: string) => /-dead(-|$)/.test(name);
  return {
    invocations: Object.entries(invocations)
      .filter(([arn]) => arn.endsWith(`:function:${functionName}`))
      .reduce((sum, [, count]) => sum + count, 0),
    intakeWaiting: waiting((name) => /-intake(-|$)/.test(name) && !dead(name)),
    confirmWaiting: waiting((name) => /-confirm(-|$)/.test(name) && !dead(name)),
    deadLetters: waiting(dead),
  };
}

export interface Cut {
  /** Requests that were refused because of the cut so far. */
  injected(): Promise<number>;
  heal(): Promise<void>;
}

/** Every signed request to this region is answered 503 until healed; replication to and from it stops. */
export async function cutRegion(cloud: CloudDescription, region: string): Promise<Cut> {
  await control(cloud.controlEndpoint, "/faults", {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ region, mode: "503" }),
  });
  return {
    async injected() {
      const stats = await control<{ injected: Readonly<Record<string, number>> }>(cloud.controlEndpoint, "/stats");
      return Object.values(stats.injected).reduce((sum, count) => sum + count, 0);
    },
    async heal() {
      await control(cloud.controlEndpoint, "/faults", { method: "DELETE" });
    },
  };
}

/** Lets virtual days pass for the deployed lifecycle rules, `from` and `to` counted from today. */
export async function passDays(cloud: CloudDescription, local: string, to: number): Promise<void> {
  await runCalendar({
    plainEndpoint: cloud.plainEndpoint,
    stateFile: join(local, "calendar.json"),
    to: new Date(Date.now() + to * 86_400_000),
  });
}
