/** Admission that is interrupted: by services that fail, by a killed process, by poison, by a lost region. */
import { ListObjectVersionsCommand } from "@aws-sdk/client-s3";
import { afterEach, beforeAll, describe, expect, it } from "vitest";
import { isAlive } from "../../../emulator/bootstrap/processes.mjs";
import type { Row } from "../../../emulator/demo/context.ts";
import { eventually } from "../support/eventually.ts";
import type { Instance } from "../support/instance.ts";
import {
  alarmOn,
  bodiesIn,
  faultsOf,
  metricSum,
  purge,
  queueCounts,
  sendTo,
  whilePaused,
  workersOf,
} from "../support/intake.ts";
import {
  genesysRecording,
  type Platforms,
  plainRecording,
  platformsOf,
  type TestRecording,
} from "../support/recordings.ts";
import { countsOf, landingMarks, quiet, rowsOf, settled, stored, versionsBelow } from "../support/store.ts";

export function interrupted(instance: () => Instance): void {
  let platforms: Platforms;
  beforeAll(async () => {
    platforms = await platformsOf(instance());
    // As deployed a message comes again after half an hour; nothing else about the queues is changed.
    await instance().queues.redeliverAfter(2);
  });
  afterEach(() => faultsOf(instance()).clear());

  const marksOf = async ({ media, metadata }: TestRecording) =>
    (await Promise.all([media, metadata].map(({ key }) => landingMarks(instance(), key)))).flat();

  /** In both sites, confirmed, marked, locked where held, and each object exactly once. */
  async function expectWhole(recording: TestRecording, held: boolean): Promise<void> {
    await settled(instance(), recording.id, "admitted", "dr");
    await quiet(instance());
    const rows = await rowsOf(instance(), recording.id);
    expect(rows).toHaveLength(4);
    for (const row of rows) {
      expect((await stored(instance(), row)).locked, `${row.kind} in ${row.site}`).toBe(held);
      const folder = row.key.slice(0, row.key.lastIndexOf("/") + 1);
      const found = await versionsBelow(instance(), row.site, row.kind, folder);
      expect(found).toEqual([{ key: row.key, versionId: row.versionId }]);
    }
    expect(await marksOf(recording)).toEqual([true, true]);
    expect((await countsOf(instance())).deadLetters).toBe(0);
  }

  /** More than one invocation's calls with all their tries (4 each), so that messages fail and come again. */
  const broken = [
    ["s3 answers 503", { service: "s3", mode: "503", count: 20 }],
    ["connections to dynamodb are cut", { service: "dynamodb", mode: "reset", count: 12 }],
    ["sqs answers 503", { service: "sqs", mode: "503", count: 12 }],
  ] as const;

  it("while services fail in turn: the work is finished later, and nothing is done twice (promise 5, promise 10)", async () => {
    const recordings: TestRecording[] = [];
    for (const [what, fault] of broken) {
      const recording = plainRecording(`admitted although ${what}`, { facts: { incident: "7" } });
      recordings.push(recording);
      const failedBefore = await metricSum(instance(), "AdmissionsFailed");
      await whilePaused(instance(), async () => {
        await platforms.writeBoth(recording);
        await faultsOf(instance()).inject({ ...fault, region: instance().stack.regions.primary });
      });
      await eventually(
        `${what} ${fault.count} times, and admission afterwards`,
        async () => [await faultsOf(instance()).injected(), (await countsOf(instance())).intakeWaiting] as const,
        ([injected, waiting]) => injected === fault.count && waiting === 0,
      );
      expect(await metricSum(instance(), "AdmissionsFailed"), what).toBeGreaterThan(failedBefore);
      await faultsOf(instance()).clear();
    }
    expect((await alarmOn(instance(), "AdmissionsFailed")).state).toBe("ALARM");
    for (const recording of recordings) await expectWhole(recording, true);
  });

  it("a worker that is killed between the write and the news of it loses nothing (promise 1, promise 5)", async () => {
    const recording = genesysRecording(50, { facts: { incident: "7" } });
    await whilePaused(instance(), async () => {
      await platforms.writeBoth(recording);
      // The last call of an admission is the message to the confirm queue: it never gets an answer.
      await faultsOf(instance()).inject({ service: "sqs", region: instance().stack.regions.primary, mode: "hang" });
    });
    const primary = await settled(instance(), recording.id, "admitted", "primary");
    await eventually(
      "the message to the confirm queue",
      () => faultsOf(instance()).injected(),
      (seen) => seen > 0,
    );
    expect(primary.map(({ site }) => site)).toEqual(["primary", "primary"]);
    const workers = workersOf(instance());
    expect(workers.length).toBeGreaterThan(0);
    for (const pid of workers) process.kill(pid, "SIGKILL");
    await eventually(
      "the workers' end",
      async () => workers.filter(isAlive),
      (alive) => alive.length === 0,
    );
    await faultsOf(instance()).clear();
    await expectWhole(recording, true);
  });

  const held = plainRecording("admitted during an outage", { facts: { incident: "7" } });
  const ofGenesys = genesysRecording(51);

  it("while the DR region is cut, recordings are admitted and stay in the landing (promise 1, promise 10)", async () => {
    const { stack } = instance();
    const faults = faultsOf(instance());
    await faults.inject({ region: stack.regions.dr, mode: "503" });
    for (const recording of [held, ofGenesys]) await platforms.writeBoth(recording);
    const admitted: Row[] = [];
    for (const { id } of [held, ofGenesys]) admitted.push(...(await settled(instance(), id, "admitted", "primary")));
    // DR was asked in vain, and every message waits for its next look. Both events of a recording may have sent one.
    await eventually(
      "confirmation put off",
      async () => ({ refused: await faults.injected(), queue: await queueCounts(instance(), "confirm") }),
      ({ refused, queue }) => refused > 0 && queue.delayed >= 2 && queue.inFlight === 0,
    );
    // Past the proxy, to which the region is cut for everybody.
    const dr = instance().plainS3("admin", "dr");
    for (const row of admitted) {
      expect((await stored(instance(), row)).replication, row.key).toBe("PENDING");
      const list = new ListObjectVersionsCommand({ Bucket: stack.outputs.locations.dr[row.kind], Prefix: row.key });
      expect((await dr.send(list)).Versions ?? [], row.key).toEqual([]);
    }
    for (const recording of [held, ofGenesys]) {
      expect((await rowsOf(instance(), recording.id)).map(({ site }) => site)).toEqual(["primary", "primary"]);
      expect(await marksOf(recording)).toEqual([false, false]);
    }
    expect((await countsOf(instance())).deadLetters).toBe(0);
  });

  describe("messages that can never be handled", () => {
    const poison = "this is not JSON";
    const orphan = {
      type: "confirm",
      recordingId: "nobody knows this one",
      landing: [],
      admittedAt: "2026-05-07T09:00:00.000Z",
      attempt: 0,
      late: false,
    };

    it("end in their dead-letter queues, word for word, while the rest goes on (promise 10)", async () => {
      const recording = plainRecording("beside poison");
      await instance().queues.redeliverAfter(1);
      await whilePaused(instance(), async () => {
        await sendTo(instance(), "intake", poison);
        await sendTo(instance(), "confirm", orphan);
        await platforms.writeBoth(recording);
      });
      await settled(instance(), recording.id, "admitted", "dr");
      const dead = () => Promise.all([bodiesIn(instance(), "intake-dead"), bodiesIn(instance(), "confirm-dead")]);
      const bodies = await eventually("both dead letters", dead, (found) => found.every(({ length }) => length > 0));
      expect(bodies).toEqual([[poison], [JSON.stringify(orphan)]]);
      await quiet(instance());
      expect((await countsOf(instance())).deadLetters).toBe(2);
      for (const queue of ["intake-dead", "confirm-dead"] as const) await purge(instance(), queue);
      await instance().queues.redeliverAfter(2);
      await expectWhole(recording, false);
    });
  });

  // After the messages above, because confirmation looks again after 15 seconds only.
  it("once the region is back they are confirmed without anybody's help, and leave the landing (promise 1)", async () => {
    await expectWhole(held, true);
    await expectWhole(ofGenesys, false);
  });
}
