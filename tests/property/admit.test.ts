/**
 * Proves that admission ends in the same state whatever happens on the way: events repeated, shuffled and side by side,
 * and a call that fails (before its effect, or after it with the answer lost) at any place, until everything is quiet.
 *
 * In memory; what the cloud itself does is proven by the conformance and integration grades.
 */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { confirm } from "../../functions/admit/confirm.ts";
import { admit } from "../../functions/admit/core.ts";
import { capture, objectsOf, type Recording, type Stack, sha256, stack } from "../unit/admit/harness.ts";

const files = { good: capture("payment-8s-faststart.mp4"), other: capture("order-12s.mp4") };
const cut = files.good.subarray(0, 5_000);

/** What is wrong with a recording, and what must become of it: worked out by hand. */
const flaws = {
  none: "admitted",
  truncated: "quarantined",
  empty: "quarantined",
  wrongDuration: "quarantined",
  wrongId: "quarantined",
  invalidJson: "quarantined",
  noMetadata: "waiting",
  noMedia: "waiting",
} as const;
type Flaw = keyof typeof flaws;

interface Plan {
  readonly layout: "genesys" | "plain";
  readonly flaw: Flaw;
  readonly held: boolean;
  readonly sensitive: boolean;
  readonly shared: boolean;
  readonly secondMedia: boolean;
}

const planArbitrary: fc.Arbitrary<Plan> = fc.record({
  layout: fc.constantFrom("genesys", "plain"),
  flaw: fc.oneof(
    { weight: 3, arbitrary: fc.constant<Flaw>("none") },
    { weight: 4, arbitrary: fc.constantFrom(...(Object.keys(flaws) as Flaw[])) },
  ),
  held: fc.boolean(),
  sensitive: fc.boolean(),
  shared: fc.boolean(),
  secondMedia: fc.boolean(),
});

const several = (plan: Plan) => plan.layout === "plain" && plan.secondMedia;
/** With two files no single duration is stated, so a wrong one cannot be seen. */
const expectedOf = (plan: Plan) => (plan.flaw === "wrongDuration" && several(plan) ? "admitted" : flaws[plan.flaw]);

function objectsFor(plan: Plan, id: string): { key: string; bytes: Uint8Array }[] {
  const bytes = plan.flaw === "truncated" ? cut : plan.flaw === "empty" ? new Uint8Array() : files.good;
  const recording: Recording = {
    id,
    layout: plan.layout,
    media: [
      { file: `${id}.mp4`, bytes },
      ...(several(plan) ? [{ file: "second.mp4", bytes: files.other, digest: true }] : []),
    ],
    durationMs: plan.flaw === "wrongDuration" ? 600_000 : 8_000,
    shared: plan.shared,
    fields: {
      ...(plan.held ? { agent: "agent-7" } : {}),
      ...(plan.sensitive ? { queue: "payments" } : {}),
      ...(plan.flaw === "wrongId" ? { recordingId: "somebody-else" } : {}),
    },
  };
  const encoder = new TextEncoder();
  const objects = objectsOf(recording).map(({ key, bytes: content }) => ({
    key,
    bytes: typeof content === "string" ? encoder.encode(content) : content,
  }));
  const isMetadata = (key: string) => key.endsWith("metadata.json");
  if (plan.flaw === "noMetadata") return objects.filter(({ key }) => !isMetadata(key));
  if (plan.flaw === "noMedia") return objects.filter(({ key }) => isMetadata(key));
  if (plan.flaw !== "invalidJson") return objects;
  return objects.map((o) => (isMetadata(o.key) ? { ...o, bytes: o.bytes.slice(0, -1) } : o));
}

/** Handles all events (and later all confirm messages), a few side by side, until none has failed any more. */
async function untilQuiet<T>(jobs: readonly T[], work: (job: T) => Promise<unknown>): Promise<void> {
  let left = [...jobs];
  for (let round = 0; left.length > 0; round++) {
    if (round > 60) throw new Error(`still failing after ${round} rounds`);
    const again: T[] = [];
    for (let at = 0; at < left.length; at += 3) {
      const batch = left.slice(at, at + 3);
      const results = await Promise.allSettled(batch.map(work));
      for (const [i, result] of results.entries()) {
        if (result.status === "fulfilled") continue;
        if (!(result.reason instanceof Fault)) throw result.reason;
        again.push(batch[i] as T);
      }
    }
    left = again;
  }
}

class Fault extends Error {}

/** Lets the calls with these numbers fail, before or after their effect; returns how many did. */
function injectFaults(s: Stack, faults: readonly { at: number; phase: "before" | "after" }[]): () => number {
  let calls = 0;
  let injected = 0;
  const byCall = new Map<unknown, number>();
  s.calls.onCall((call, phase) => {
    if (phase === "before") byCall.set(call, calls++);
    const number = byCall.get(call);
    if (!faults.some((fault) => fault.at === number && fault.phase === phase)) return;
    injected++;
    throw new Fault(`call ${number} ${call.port}.${call.op} ${phase}`);
  });
  return () => injected;
}

function checkRecording(
  s: Stack,
  plan: Plan,
  id: string,
  objects: readonly { key: string; bytes: Uint8Array }[],
): void {
  const outcome = expectedOf(plan);
  const rows = s.catalog.rows().filter((row) => row.recordingId === id);
  const stored = s.primary.versions().filter(({ metadata }) => metadata["recording-id"] === id);
  const isMetadata = ({ key }: { key: string }) => key.endsWith("metadata.json");
  const marked = objects.map(({ key }) => s.landing.versions(key)[0]?.tags["holdfast-admitted"]);
  if (outcome === "waiting") {
    expect({ rows, stored, marked }).toEqual({ rows: [], stored: [], marked: objects.map(() => undefined) });
    return;
  }
  const media = objects.filter((object) => !isMetadata(object)).map(({ bytes }) => sha256(bytes));
  const area = outcome === "admitted" ? `recordings/${plan.sensitive ? "sensitive" : "normal"}/standard` : "quarantine";
  // Metadata that is not JSON matches no rule on metadata, so nothing is held or sensitive by it.
  const readable = plan.flaw !== "invalidJson";
  const held = plan.held && readable;

  expect(
    stored
      .filter(({ kind }) => kind === "media")
      .map(({ storeSha256 }) => storeSha256)
      .sort(),
  ).toEqual(media.sort());
  expect(stored.filter(({ kind }) => kind === "metadata")).toHaveLength(1);
  const level = outcome === "quarantined" ? "failed" : "container";
  for (const version of stored) {
    expect(version.key.startsWith(`${area}/${plan.layout}/${id}/`)).toBe(true);
    expect(version.locked).toBe(held);
    const isSecond = version.key.endsWith("second.mp4");
    expect(version.tags).toEqual({
      "retention-class": "standard",
      "compliance-status": held ? "legal-hold" : "standard",
      source: plan.layout,
      integrity: isSecond && outcome === "admitted" ? "vendor-digest" : level,
      ...(plan.sensitive && readable ? { PCI: "true" } : {}),
    });
  }
  // Exactly one row per version and site, and DR has what the primary has.
  const versions = stored.map(({ key, versionId }) => `${key} ${versionId}`).sort();
  for (const site of ["primary", "dr"] as const) {
    const ofSite = rows.filter((row) => row.site === site);
    expect(ofSite.map(({ key, versionId }) => `${key} ${versionId}`).sort()).toEqual(versions);
    expect(ofSite.every((row) => row.status === outcome)).toBe(true);
    expect(ofSite.every((row) => row.matters.join() === (held ? "policy/case-7" : ""))).toBe(true);
  }
  const replicas = s.dr.versions().filter(({ metadata }) => metadata["recording-id"] === id);
  expect(replicas.map(({ key, locked, tags }) => ({ key, locked, tags }))).toEqual(
    stored.map(({ key, locked, tags }) => ({ key, locked, tags })),
  );
  expect(marked).toEqual(objects.map(() => "true"));
}

const faultArbitrary = fc.record({
  at: fc.nat(90),
  phase: fc.constantFrom("before" as const, "after" as const),
});

describe("admission and confirmation (promise 1, promise 5, promise 10)", () => {
  it("end in the hand-computed state after any order, repetition and failure", async () => {
    let injected = 0;
    let runs = 0;
    await fc.assert(
      fc.asyncProperty(
        fc.array(planArbitrary, { minLength: 1, maxLength: 4 }),
        fc.array(faultArbitrary, { maxLength: 8 }),
        fc.array(fc.nat(), { minLength: 40, maxLength: 40 }),
        fc.boolean(),
        async (plans, faults, order, eventsEarly) => {
          const s = stack();
          const count = injectFaults(s, faults);
          const recordings = plans.map((plan, i) => ({ plan, id: `r${i}`, objects: objectsFor(plan, `r${i}`) }));
          const writes = shuffle(
            recordings.flatMap(({ objects }) => objects),
            order,
          );

          const events: { key: string; versionId: string }[] = [];
          for (const { key, bytes } of writes) {
            const { versionId } = s.landing.put(key, bytes);
            const event = { key, versionId };
            // Some events are handled before the other half has landed.
            if (eventsEarly) await untilQuiet([event], (e) => admit(e, s.deps));
            events.push(event);
          }
          const repeats = events.filter((_, i) => (order[i] ?? 0) % 3 === 0);
          await untilQuiet(shuffle([...events, ...repeats], order), (event) => admit(event, s.deps));

          // Replication comes to an end between two looks.
          for (let look = 0; look < 4; look++) {
            s.clock.advance(900_000);
            await untilQuiet(s.confirmQueue.drain(), (message) => confirm(message, s.deps));
            s.primary.completeReplication();
          }
          expect(s.confirmQueue.messages()).toEqual([]);
          for (const { plan, id, objects } of recordings) checkRecording(s, plan, id, objects);
          const known = recordings.map(({ id }) => id);
          expect(s.primary.versions().every(({ metadata }) => known.includes(metadata["recording-id"] ?? ""))).toBe(
            true,
          );
          injected += count();
          runs++;
        },
      ),
      { numRuns: 300 },
    );
    // Eight faults at most in a run; far fewer than one a run would mean that they miss the calls.
    expect(injected).toBeGreaterThan(runs);
  });

  it("finish after a failure at every single call, before and after its effect", async () => {
    const plan: Plan = {
      layout: "genesys",
      flaw: "none",
      held: true,
      sensitive: true,
      shared: false,
      secondMedia: false,
    };
    for (const flaw of ["none", "truncated"] as const) {
      let tried = 0;
      for (let at = 0; ; at++) {
        const injectedHere: number[] = [];
        for (const phase of ["before", "after"] as const) {
          const s = stack();
          const count = injectFaults(s, [{ at, phase }]);
          const objects = objectsFor({ ...plan, flaw }, "r0");
          const events = objects.map(({ key, bytes }) => ({ key, versionId: s.landing.put(key, bytes).versionId }));
          await untilQuiet(events, (event) => admit(event, s.deps));
          for (let look = 0; look < 3; look++) {
            s.clock.advance(900_000);
            await untilQuiet(s.confirmQueue.drain(), (message) => confirm(message, s.deps));
            s.primary.completeReplication();
          }
          checkRecording(s, { ...plan, flaw }, "r0", objects);
          injectedHere.push(count());
        }
        if (injectedHere.every((n) => n === 0)) break;
        expect(injectedHere).toEqual([1, 1]);
        tried++;
      }
      expect(tried).toBeGreaterThan(25);
    }
  });
});

/** A permutation that depends on the numbers only. */
function shuffle<T>(items: readonly T[], order: readonly number[]): T[] {
  return items
    .map((item, i) => ({ item, rank: (order[i % order.length] ?? 0) + i / 1_000 }))
    .sort((a, b) => a.rank - b.rank)
    .map(({ item }) => item);
}
