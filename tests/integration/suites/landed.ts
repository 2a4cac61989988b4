/** What platforms write, and what becomes of it: real uploads, the deployed function, read back in both sites. */
import { DeleteObjectCommand } from "@aws-sdk/client-s3";
import { beforeAll, describe, expect, it } from "vitest";
import type { Row } from "../../../emulator/demo/context.ts";
import { eventually } from "../support/eventually.ts";
import { type Instance, startTimeoutMs } from "../support/instance.ts";
import { alarmOn, metricSum, sendTo, whilePaused } from "../support/intake.ts";
import {
  genesysRecording,
  type Platforms,
  plainRecording,
  platformsOf,
  screenCapture,
  sha256,
  type TestRecording,
} from "../support/recordings.ts";
import { countsOf, landingMarks, quiet, rowsOf, stored, versionsBelow } from "../support/store.ts";

/** `é` as one and as two code points, signs that URLs and S3's events encode, and letters beyond ASCII. */
const awkwardId = "Gespräch 30+a%20b&c=d#é/é…".replace("/", "∕");

const good = {
  plain: plainRecording("of a plain writer"),
  genesys: genesysRecording(1),
  awkward: plainRecording(awkwardId),
  held: plainRecording("held", { facts: { incident: "7" } }),
  heldGenesys: genesysRecording(2, { facts: { incident: "7" } }),
  card: plainRecording("with card data", { facts: { paymentCard: "yes" } }),
  personal: genesysRecording(3, { facts: { personalData: "yes" } }),
  finance: plainRecording("of finance", { facts: { department: "finance" } }),
  training: plainRecording("of a training", { facts: { purpose: "training", incident: "7" } }),
} as const;
type Good = keyof typeof good;

/** Worked out by hand from the rules in emulator/stacks/Pulumi.embedded.yaml. Genesys sends no digest, plain does. */
const expected: Readonly<Record<Good, { tags: Record<string, string>; below: string; held: boolean }>> = {
  plain: {
    tags: {
      "retention-class": "standard",
      "compliance-status": "standard",
      source: "plain",
      integrity: "vendor-digest",
    },
    below: "recordings/normal/standard/plain/",
    held: false,
  },
  genesys: {
    tags: { "retention-class": "standard", "compliance-status": "standard", source: "genesys", integrity: "container" },
    below: "recordings/normal/standard/genesys/",
    held: false,
  },
  awkward: {
    tags: {
      "retention-class": "standard",
      "compliance-status": "standard",
      source: "plain",
      integrity: "vendor-digest",
    },
    below: "recordings/normal/standard/plain/",
    held: false,
  },
  held: {
    tags: {
      "retention-class": "standard",
      "compliance-status": "legal-hold",
      source: "plain",
      integrity: "vendor-digest",
    },
    below: "recordings/normal/standard/plain/",
    held: true,
  },
  heldGenesys: {
    tags: {
      "retention-class": "standard",
      "compliance-status": "legal-hold",
      source: "genesys",
      integrity: "container",
    },
    below: "recordings/normal/standard/genesys/",
    held: true,
  },
  card: {
    tags: {
      "retention-class": "standard",
      "compliance-status": "standard",
      source: "plain",
      integrity: "vendor-digest",
      PCI: "true",
      compliance: "pci-dss",
    },
    below: "recordings/sensitive/standard/plain/",
    held: false,
  },
  personal: {
    tags: {
      "retention-class": "standard",
      "compliance-status": "standard",
      source: "genesys",
      integrity: "container",
      PII: "true",
    },
    below: "recordings/sensitive/standard/genesys/",
    held: false,
  },
  finance: {
    tags: {
      "retention-class": "finance",
      "compliance-status": "standard",
      source: "plain",
      integrity: "vendor-digest",
      department: "finance",
    },
    below: "recordings/normal/finance/plain/",
    held: false,
  },
  training: {
    tags: {
      "retention-class": "training",
      "compliance-status": "legal-hold",
      source: "plain",
      integrity: "vendor-digest",
      department: "training",
    },
    below: "recordings/normal/training/plain/",
    held: true,
  },
};

const whole = screenCapture("bad");
const bad: Readonly<Record<string, readonly [TestRecording, reason: string]>> = {
  "no bytes": [plainRecording("empty", { bytes: new Uint8Array() }), "HF2003"],
  "a container that ends early": [genesysRecording(4, { bytes: whole.subarray(0, whole.length / 2) }), "HF2004"],
  "other bytes than the platform's digest": [
    plainRecording("swapped", {
      facts: { media: [{ file: "screen.mp4", sha256: sha256(screenCapture("another")) }] },
    }),
    "HF2006",
  ],
};

/** Keys of the places that a landed object came from do not matter; order and repetition must not, either. */
const twice: readonly Good[] = ["plain", "genesys", "held"];

export function landed(instance: () => Instance): void {
  let platforms: Platforms;
  beforeAll(async () => {
    platforms = await platformsOf(instance());
  });

  const primaryAndDr = (rows: readonly Row[]) =>
    rows.map(({ site, kind, status }) => `${site} ${kind} ${status}`).sort();
  const pairIn = (status: Row["status"]) => [
    `dr media ${status}`,
    `dr metadata ${status}`,
    `primary media ${status}`,
    `primary metadata ${status}`,
  ];

  it("a recording waits for its other half, whichever comes first, and siblings are left alone (promise 5)", async () => {
    const mediaFirst = plainRecording("media first");
    const metadataFirst = genesysRecording(5);
    const folder = metadataFirst.media.key.slice(0, metadataFirst.media.key.lastIndexOf("/"));
    const siblings = [`${folder}/call_call_metadata.json`, `${folder}/call.transcript.json`];
    const before = (await countsOf(instance())).invocations;
    for (const key of siblings) await platforms.write("genesys", { key, bytes: Buffer.from("{}") });
    await platforms.write("plain", mediaFirst.media);
    await platforms.write("genesys", metadataFirst.metadata);
    await eventually(
      "the first halves handled",
      () => countsOf(instance()),
      (seen) => seen.invocations > before && seen.intakeWaiting === 0,
    );
    for (const { id } of [mediaFirst, metadataFirst]) expect(await rowsOf(instance(), id)).toEqual([]);
    expect(await metricSum(instance(), "RecordingsWaitingForPair")).toBeGreaterThanOrEqual(2);

    await platforms.write("plain", mediaFirst.metadata);
    await platforms.write("genesys", metadataFirst.media);
    for (const { id } of [mediaFirst, metadataFirst]) {
      const rows = await eventually(
        `${id} in both sites`,
        () => rowsOf(instance(), id),
        (found) => found.length === 4,
      );
      expect(primaryAndDr(rows)).toEqual(pairIn("admitted"));
    }
    await quiet(instance());
    for (const key of siblings) expect(await landingMarks(instance(), key)).toEqual([false]);
  });

  describe("of everything at once", () => {
    beforeAll(async () => {
      // Paused, so that every event is there before the first is handled: any of them may come first, and many together.
      await whilePaused(instance(), async () => {
        for (const [name, recording] of Object.entries(good)) {
          await platforms.writeBoth(recording);
          if ((twice as readonly string[]).includes(name)) await platforms.writeBoth(recording);
        }
        for (const [recording] of Object.values(bad)) await platforms.writeBoth(recording);
        await platforms.write("genesys", { key: "reports/2026/summary.csv", bytes: Buffer.from("a;b") });
        await sendTo(instance(), "intake", { Service: "Amazon S3", Event: "s3:TestEvent", Bucket: "any" });
        const gone = plainRecording("removed before it is read");
        await platforms.write("plain", gone.metadata);
        const VersionId = await platforms.write("plain", gone.media);
        const Bucket = instance().stack.outputs.locations.primary.landing;
        await instance()
          .s3("breakGlass")
          .send(new DeleteObjectCommand({ Bucket, Key: gone.media.key, VersionId }));
      });
      await quiet(instance());
    }, startTimeoutMs);

    it.each(Object.keys(good) as Good[])(
      "%s: tags, lock, bytes and metadata are read back in both sites (promise 1, promise 5)",
      async (name) => {
        const recording = good[name];
        const { tags, below, held } = expected[name];
        const rows = await rowsOf(instance(), recording.id);
        expect(primaryAndDr(rows)).toEqual(pairIn("admitted"));
        for (const row of rows) {
          const found = await stored(instance(), row);
          const what = `${row.kind} in ${row.site}`;
          expect(row.key.startsWith(below), `${what}: ${row.key}`).toBe(true);
          expect(found.tags, what).toEqual(tags);
          expect(found.locked, what).toBe(held);
          expect(found.replication, what).toBe(row.site === "primary" ? "COMPLETED" : "REPLICA");
          expect(found.sha256, what).toBe(row.sha256);
          expect(found.metadata.sha256, what).toBe(row.sha256);
          if (row.kind === "media") expect(found.sha256, what).toBe(sha256(recording.media.bytes));
        }
        const marks = [recording.media, recording.metadata].map(({ key }) => landingMarks(instance(), key));
        expect((await Promise.all(marks)).flat()).toEqual(Array(twice.includes(name) ? 4 : 2).fill(true));
      },
    );

    it("what came twice is stored once (promise 5)", async () => {
      for (const name of twice) {
        for (const { site, kind, key, versionId } of await rowsOf(instance(), good[name].id)) {
          const prefix = key.slice(0, key.lastIndexOf("/") + 1);
          expect(await versionsBelow(instance(), site, kind, prefix)).toEqual([{ key, versionId }]);
        }
      }
    });

    it.each(Object.entries(bad))(
      "%s: in quarantine in both sites, with the reason (promise 5)",
      async (_what, [recording, reason]) => {
        const rows = await rowsOf(instance(), recording.id);
        expect(primaryAndDr(rows)).toEqual(pairIn("quarantined"));
        for (const row of rows) {
          const found = await stored(instance(), row);
          expect(row.key).toMatch(/^quarantine\//);
          expect(found.tags.integrity).toBe("failed");
          expect(JSON.stringify(found.metadata)).toContain(reason);
          const original = row.kind === "media" ? recording.media : recording.metadata;
          expect(found.sha256).toBe(sha256(original.bytes));
        }
      },
    );

    it("nothing fails silently: each oddity has its count, the alarms ring, and no message was given up (promise 10)", async () => {
      // Both of a recording's events may find it new at the same moment, and each then counts it.
      expect(await metricSum(instance(), "RecordingsQuarantined")).toBeGreaterThanOrEqual(Object.keys(bad).length);
      expect(await metricSum(instance(), "LandingKeysNotUnderstood")).toBe(1);
      expect(await metricSum(instance(), "LandingObjectsGone")).toBe(1);
      for (const metric of ["RecordingsQuarantined", "LandingKeysNotUnderstood", "LandingObjectsGone"])
        expect(await alarmOn(instance(), metric), metric).toEqual({ state: "ALARM", actions: 1 });
      expect(await alarmOn(instance(), "AdmissionsFailed")).toMatchObject({ state: "OK" });
      expect((await countsOf(instance())).deadLetters).toBe(0);
      expect(await rowsOf(instance(), "removed before it is read")).toEqual([]);
    });

    it("events that come again, in either form that S3 has for them, change nothing (promise 5)", async () => {
      const { landing } = instance().stack.outputs.locations.primary;
      const subjects = [good.awkward, good.held, good.genesys];
      const before = await Promise.all(subjects.map(({ id }) => rowsOf(instance(), id)));
      // What earlier events counted must be in the sum before it is read.
      await quiet(instance());
      const repeated = await metricSum(instance(), "AdmissionsRepeated");
      for (const { media, metadata } of subjects) {
        for (const object of [media, metadata]) {
          const [found] = await versionsBelow(instance(), "primary", "landing", object.key);
          const versionId = found?.versionId ?? "";
          await sendTo(instance(), "intake", {
            source: "aws.s3",
            "detail-type": "Object Created",
            detail: { bucket: { name: landing }, object: { key: object.key, "version-id": versionId } },
          });
          // Keys of S3's own notifications are form-url-encoded (S3 User Guide, notification-content-structure).
          const encoded = new URLSearchParams({ k: object.key }).toString().slice(2);
          const record = { bucket: { name: landing }, object: { key: encoded, versionId } };
          await sendTo(instance(), "intake", { Records: [{ eventName: "ObjectCreated:Put", s3: record }] });
        }
      }
      await quiet(instance());
      // Three recordings of two objects each, told of in two forms.
      await eventually(
        "twelve repeated admissions",
        () => metricSum(instance(), "AdmissionsRepeated"),
        (sum) => sum === repeated + 12,
      );
      expect(await Promise.all(subjects.map(({ id }) => rowsOf(instance(), id)))).toEqual(before);
      for (const { site, kind, key, versionId } of before.flat()) {
        expect(await versionsBelow(instance(), site, kind, key)).toEqual([{ key, versionId }]);
      }
      expect((await countsOf(instance())).deadLetters).toBe(0);
    });
  });
}
