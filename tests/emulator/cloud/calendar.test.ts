/** Virtual days on real buckets: the deployed rules act as documented, and nothing else does. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  CreateMultipartUploadCommand,
  DeleteObjectCommand,
  HeadObjectCommand,
  type LifecycleRule,
  ListMultipartUploadsCommand,
  ListObjectVersionsCommand,
  PutBucketLifecycleConfigurationCommand,
  PutBucketPolicyCommand,
  PutBucketReplicationCommand,
  PutObjectCommand,
  PutObjectLegalHoldCommand,
} from "@aws-sdk/client-s3";
import { afterAll, beforeAll, expect, test } from "vitest";
import { runCalendar } from "../../../emulator/cloud/calendar/run.ts";
import { bucket, document, dr, primary, refusal, role, startTestCloud, statement, type TestCloud } from "./support.ts";

let cloud: TestCloud;
const dir = mkdtempSync(join(tmpdir(), "holdfast-calendar-"));
beforeAll(async () => {
  cloud = await startTestCloud();
});
afterAll(async () => {
  await cloud.dispose();
  rmSync(dir, { recursive: true, force: true });
});

const standard: LifecycleRule[] = [
  {
    ID: "standard",
    Status: "Enabled",
    Filter: { And: { Prefix: "recordings/", Tags: [{ Key: "retention-class", Value: "standard" }] } },
    Transitions: [{ Days: 30, StorageClass: "STANDARD_IA" }],
    Expiration: { Days: 365 },
    NoncurrentVersionExpiration: { NoncurrentDays: 1 },
  },
  {
    ID: "hygiene",
    Status: "Enabled",
    Filter: { Prefix: "" },
    Expiration: { ExpiredObjectDeleteMarker: true },
    AbortIncompleteMultipartUpload: { DaysAfterInitiation: 7 },
  },
];

const deploy = (Bucket: string, Rules = standard, region = primary) =>
  cloud.s3(region).send(new PutBucketLifecycleConfigurationCommand({ Bucket, LifecycleConfiguration: { Rules } }));

/** An object whose creation lies at a given time. */
const aged = async (Bucket: string, Key: string, lastModified: string, more: object = {}) => {
  const Body = Buffer.alloc(200_000, 1);
  const put = new PutObjectCommand({ Bucket, Key, Body, Tagging: "retention-class=standard", ...more });
  const versionId = (await cloud.s3().send(put)).VersionId ?? "";
  await cloud.control("PUT", "version", { bucket: Bucket, key: Key, versionId, lastModified });
  return versionId;
};

const days = (Bucket: string, from: string, to: string, more: object = {}) =>
  runCalendar({
    plainEndpoint: cloud.plainEndpoint,
    stateFile: join(dir, `${Bucket}.json`),
    buckets: [Bucket],
    from: new Date(from),
    to: new Date(to),
    ...more,
  });

const stored = async (Bucket: string, region = primary) => {
  const { Versions = [], DeleteMarkers = [] } = await cloud.s3(region).send(new ListObjectVersionsCommand({ Bucket }));
  return { versions: Versions.map((v) => v.Key), markers: DeleteMarkers.map((m) => m.Key) };
};

test("a standard recording tiers, is hidden, deleted and cleaned on the documented days; held and other ones stay", async () => {
  await bucket(cloud, "life");
  await deploy("life");
  const versionId = await aged("life", "recordings/plain", "2026-01-01T10:00:00Z");
  await aged("life", "recordings/held", "2026-01-01T10:00:00Z", { ObjectLockLegalHoldStatus: "ON" });
  await aged("life", "recordings/finance", "2026-01-01T10:00:00Z", { Tagging: "retention-class=finance" });
  const report = (await days("life", "2026-01-02", "2027-06-01")).buckets.life;
  const of = (key: string, entries: readonly { key: string; day: string; rule: string }[] = []) =>
    entries.filter((entry) => entry.key === key).map((entry) => `${entry.day} ${entry.rule}`);
  expect(of("recordings/plain", report?.transitioned)).toEqual(["2026-02-01 standard"]);
  expect(of("recordings/plain", report?.markers)).toEqual(["2027-01-02 standard"]);
  expect(of("recordings/plain", report?.permanentlyDeleted)).toEqual(["2027-01-04 standard"]);
  expect(of("recordings/plain", report?.orphanMarkersRemoved)).toEqual(["2027-01-05 hygiene"]);
  expect(report?.keptLocked.map((entry) => [entry.key, entry.day, entry.why])).toEqual([
    ["recordings/held", "2027-01-04", "legal-hold"],
  ]);
  expect(report?.permanentlyDeleted.map((entry) => entry.versionId)).toEqual([versionId]);
  expect(await stored("life")).toEqual({
    versions: ["recordings/finance", "recordings/held"],
    markers: ["recordings/held"],
  });
});

test("a later run goes on from the virtual day, and a hold released in between lets go", async () => {
  await cloud.s3().send(
    new PutObjectLegalHoldCommand({
      Bucket: "life",
      Key: "recordings/held",
      VersionId: (await cloud.s3().send(new ListObjectVersionsCommand({ Bucket: "life", Prefix: "recordings/held" })))
        .Versions?.[0]?.VersionId,
      LegalHold: { Status: "OFF" },
    }),
  );
  const options = { plainEndpoint: cloud.plainEndpoint, stateFile: join(dir, "life.json"), buckets: ["life"] };
  const report = (await runCalendar({ ...options, to: new Date("2027-06-10") })).buckets.life;
  expect(report?.permanentlyDeleted.map((entry) => [entry.key, entry.day])).toEqual([
    ["recordings/held", "2027-06-02"],
  ]);
  expect(await stored("life")).toEqual({ versions: ["recordings/finance"], markers: [] });
  await expect(runCalendar({ ...options, to: new Date("2027-01-01") })).rejects.toThrow(/^HF5401 calendar period/);
});

test("lifecycle ignores bucket policies and a cut region, and its markers are not replicated", async () => {
  await bucket(cloud, "twin-a", { lock: false });
  await bucket(cloud, "twin-b", { region: dr, lock: false });
  const Role = await role(cloud, "twin", { Service: "s3.amazonaws.com" }, statement("Allow", "s3:*", "*"));
  const rule = {
    ID: "all",
    Priority: 1,
    Status: "Enabled",
    Filter: { Prefix: "" },
    DeleteMarkerReplication: { Status: "Enabled" },
  } as const;
  const Rules = [{ ...rule, Destination: { Bucket: "arn:aws:s3:::twin-b" } }];
  await cloud
    .s3()
    .send(new PutBucketReplicationCommand({ Bucket: "twin-a", ReplicationConfiguration: { Role, Rules } }));
  await deploy("twin-a");
  await aged("twin-a", "recordings/x", "2026-01-01T10:00:00Z");
  const Policy = document(statement("Deny", "s3:Delete*", "arn:aws:s3:::twin-a/*", { Principal: "*" }));
  await cloud.s3().send(new PutBucketPolicyCommand({ Bucket: "twin-a", Policy }));
  await fetch(`${cloud.controlEndpoint}/faults`, {
    method: "POST",
    body: JSON.stringify({ region: primary, mode: "503" }),
  });
  await days("twin-a", "2026-01-02", "2027-01-02");
  await fetch(`${cloud.controlEndpoint}/faults`, { method: "DELETE" });
  expect(await stored("twin-a")).toEqual({ versions: ["recordings/x"], markers: ["recordings/x"] });
  expect(await stored("twin-b", dr)).toEqual({ versions: ["recordings/x"], markers: [] });
});

test("versions whose replication is pending are left alone", async () => {
  await cloud.control("PUT", "replication", { paused: true });
  await aged("twin-a", "recordings/pending", "2026-01-01T10:00:00Z");
  const report = (await days("twin-a", "2027-02-01", "2027-03-01")).buckets["twin-a"];
  expect(report?.leftUnreplicated.map((entry) => [entry.key, entry.why])).toEqual([
    ["recordings/pending", "replication-pending"],
  ]);
  expect((await stored("twin-a")).versions).toEqual(["recordings/pending"]);
  await cloud.control("PUT", "replication", { paused: false });
});

test("unfinished uploads are aborted after their days", async () => {
  await bucket(cloud, "uploads");
  await deploy("uploads");
  await cloud.s3().send(new CreateMultipartUploadCommand({ Bucket: "uploads", Key: "half" }));
  const today = new Date();
  const later = (n: number) => new Date(today.getTime() + n * 86_400_000).toISOString().slice(0, 10);
  const open = async () =>
    (await cloud.s3().send(new ListMultipartUploadsCommand({ Bucket: "uploads" }))).Uploads?.length ?? 0;
  await days("uploads", later(1), later(7));
  expect(await open()).toBe(1);
  const report = await days("uploads", later(8), later(8));
  expect([await open(), report.buckets.uploads?.uploadsAborted.length]).toEqual([0, 1]);
});

test("the emulator itself refuses to delete a locked version for the calendar, and knows no such version", async () => {
  await bucket(cloud, "guard");
  const versionId = await aged("guard", "k", "2026-01-01T10:00:00Z", { ObjectLockLegalHoldStatus: "ON" });
  const act = (id: string) =>
    cloud.control("POST", "lifecycle", {
      bucket: "guard",
      now: "2030-01-01T00:00:00Z",
      actions: [{ kind: "delete", key: "k", versionId: id }],
    });
  await expect(act(versionId)).rejects.toThrow(/under legal hold/);
  await expect(act("other")).rejects.toThrow(/no version other/);
});

test("onDay sees every day, and changes made there count from the next day", async () => {
  await bucket(cloud, "daily");
  await deploy("daily");
  await aged("daily", "recordings/d", "2026-01-01T10:00:00Z");
  const seen: string[] = [];
  const onDay = async (day: Date) => {
    seen.push(day.toISOString().slice(0, 10));
    if (seen.length !== 1) return undefined;
    await cloud.s3().send(new DeleteObjectCommand({ Bucket: "daily", Key: "recordings/d" }));
    return "changed" as const;
  };
  const report = (await days("daily", "2026-01-02", "2026-01-05", { onDay })).buckets.daily;
  expect(seen).toEqual(["2026-01-02", "2026-01-03", "2026-01-04", "2026-01-05"]);
  expect(report?.permanentlyDeleted.map((entry) => entry.day)).toEqual(["2026-01-04"]);
  expect(await refusal(cloud.s3().send(new HeadObjectCommand({ Bucket: "daily", Key: "recordings/d" })))).toBe(
    "404 NotFound",
  );
});

test("400 virtual days over 100 objects leave nothing behind", async () => {
  await bucket(cloud, "many");
  await deploy("many");
  for (let i = 0; i < 100; i += 1) {
    const created = new Date(Date.parse("2026-01-01T10:00:00Z") + (i % 30) * 86_400_000);
    await aged("many", `recordings/${i}`, created.toISOString());
  }
  const report = await days("many", "2026-01-02", "2027-02-06");
  expect(report.buckets.many?.permanentlyDeleted).toHaveLength(100);
  expect(await stored("many")).toEqual({ versions: [], markers: [] });
});
