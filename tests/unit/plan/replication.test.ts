import { describe, expect, it } from "vitest";
import {
  backlogLimit,
  locationPlan,
  replicationAlarms,
  replicationPlan,
} from "../../../components/replicated-recording-store/plan.ts";
import {
  replicationPolicy,
  replicationTrust,
} from "../../../components/replicated-recording-store/replication-role.ts";
import type { Tier } from "../../../model/cloud.ts";
import { duration } from "../../../model/duration.ts";
import type { KindTargets } from "../../../model/settings.ts";

const targets = (rpo: string, drTier: Tier = "cool"): KindTargets => ({
  rpo: duration(rpo),
  rto: duration("15 minutes"),
  archivedRto: duration("24 hours"),
  drTier,
});

describe("replicationPlan", () => {
  // S3 knows one guaranteed time, 15 minutes; other RPOs are alarms.
  it.each([
    ["1 minute", true],
    ["15 minutes", true],
    ["16 minutes", false],
    ["60 minutes", false],
  ])("RPO %s: guaranteed %s", (rpo, guaranteed) => {
    expect(replicationPlan("media", targets(rpo)).guaranteed).toBe(guaranteed);
  });

  it.each([
    ["hot", "STANDARD"],
    ["cool", "STANDARD_IA"],
    ["cold", "GLACIER_IR"],
    ["archive", "GLACIER"],
    ["deepArchive", "DEEP_ARCHIVE"],
  ] as const)("tier %s arrives as %s", (tier, storageClass) => {
    expect(replicationPlan("media", targets("1 hour", tier)).storageClass).toBe(storageClass);
  });

  it("replicates by prefix with fixed ids and distinct priorities", () => {
    expect(replicationPlan("metadata", targets("15 minutes")).rules).toEqual([
      { id: "recordings", prefix: "recordings/", priority: 2 },
      { id: "quarantine", prefix: "quarantine/", priority: 1 },
    ]);
  });

  it("locks store buckets and never a landing", () => {
    expect(locationPlan("dr", "metadata").objectLock).toBe(true);
    expect(locationPlan("primary", "media").objectLock).toBe(true);
    expect(locationPlan("primary", "landing").objectLock).toBe(false);
  });
});

describe("replicationPolicy", () => {
  const at = (site: string, region: string) => ({
    bucketArn: `arn:aws:s3:::media-${site}`,
    keyArn: `arn:aws:kms:${region}:111122223333:key/${site}`,
    region,
  });
  const pair = { kind: "media", source: at("primary", "us-east-1"), destination: at("dr", "us-west-2") } as const;

  /** One line per grant: action, resource, and the conditions it is under. */
  const grants = (pairs: Parameters<typeof replicationPolicy>[0]) =>
    new Set(
      replicationPolicy(pairs).Statement.flatMap(({ Effect, Action, Resource, Condition }) =>
        [Action].flat().map((action) => `${Effect} ${action} ${String(Resource)} ${JSON.stringify(Condition ?? {})}`),
      ),
    );
  const through = (bucket: string, region: string) =>
    `{"StringLike":{"kms:ViaService":"s3.${region}.amazonaws.com","kms:EncryptionContext:aws:s3:arn":["${bucket}","${bucket}/*"]}}`;

  it("grants exactly what replication of KMS objects with tags and Object Lock takes (promise 3, promise 9)", () => {
    const [source, destination] = ["arn:aws:s3:::media-primary", "arn:aws:s3:::media-dr"];
    const [sourceKey, destinationKey] = [
      "arn:aws:kms:us-east-1:111122223333:key/primary",
      "arn:aws:kms:us-west-2:111122223333:key/dr",
    ];
    expect(grants([pair])).toEqual(
      new Set([
        `Allow s3:GetReplicationConfiguration ${source} {}`,
        `Allow s3:ListBucket ${source} {}`,
        `Allow s3:GetObjectVersionForReplication ${source}/* {}`,
        `Allow s3:GetObjectVersionAcl ${source}/* {}`,
        `Allow s3:GetObjectVersionTagging ${source}/* {}`,
        `Allow s3:GetObjectRetention ${source}/* {}`,
        `Allow s3:GetObjectLegalHold ${source}/* {}`,
        `Allow s3:ReplicateObject ${destination}/* {}`,
        `Allow s3:ReplicateDelete ${destination}/* {}`,
        `Allow s3:ReplicateTags ${destination}/* {}`,
        `Allow kms:Decrypt ${sourceKey} ${through(source, "us-east-1")}`,
        `Allow kms:Encrypt ${destinationKey} ${through(destination, "us-west-2")}`,
        `Allow kms:GenerateDataKey* ${destinationKey} ${through(destination, "us-west-2")}`,
        `Allow kms:Decrypt ${destinationKey} ${through(destination, "us-west-2")}`,
      ]),
    );
  });

  it("gives each kind its own statements, with ids that do not collide", () => {
    const sids = replicationPolicy([pair, { ...pair, kind: "metadata" }]).Statement.map(({ Sid }) => Sid);
    expect(sids).toHaveLength(10);
    expect(new Set(sids).size).toBe(10);
  });

  it("is assumed by S3 and by nobody else", () => {
    expect(replicationTrust.Statement).toEqual([
      { Sid: "AllowS3", Effect: "Allow", Principal: { Service: "s3.amazonaws.com" }, Action: "sts:AssumeRole" },
    ]);
  });
});

describe("replicationAlarms (promise 7, promise 10)", () => {
  const alarms = replicationAlarms("media", targets("60 minutes"), {
    recordingsPerDay: 40_000,
    averageMediaBytes: 25_000_000,
  });
  const find = (suffix: string) => alarms.find((alarm) => alarm.suffix === suffix);

  it("watches both rules", () => {
    expect(alarms.map(({ suffix }) => suffix).sort()).toEqual([
      "media-quarantine-replication-backlog",
      "media-quarantine-replication-backlog-bytes",
      "media-quarantine-replication-failed",
      "media-quarantine-replication-late",
      "media-recordings-replication-backlog",
      "media-recordings-replication-backlog-bytes",
      "media-recordings-replication-failed",
      "media-recordings-replication-late",
      "media-recordings-replication-metrics-missing",
    ]);
  });

  // S3 User Guide, metrics-dimensions: latency and pending in the destination's region, failed in the source's.
  it.each([
    ["ReplicationLatency", "dr"],
    ["OperationsPendingReplication", "dr"],
    ["BytesPendingReplication", "dr"],
    ["OperationsFailedReplication", "primary"],
  ])("looks for %s in %s", (metric, site) => {
    expect([...new Set(alarms.filter((alarm) => alarm.metric === metric).map((alarm) => alarm.site))]).toEqual([site]);
  });

  it("rings when the RPO is exceeded, at the first failure, and when metrics stay away for a day", () => {
    expect(find("media-recordings-replication-late")).toMatchObject({
      statistic: "Maximum",
      comparison: "GreaterThanThreshold",
      threshold: 3_600,
      missingData: "ignore",
    });
    expect(find("media-recordings-replication-failed")).toMatchObject({
      statistic: "Sum",
      comparison: "GreaterThanThreshold",
      threshold: 0,
      periods: 1,
    });
    const missing = find("media-recordings-replication-metrics-missing");
    expect(missing).toMatchObject({
      statistic: "SampleCount",
      comparison: "LessThanThreshold",
      threshold: 1,
      missingData: "breaching",
    });
    expect((missing?.periods ?? 0) * (missing?.periodSeconds ?? 0)).toBe(86_400);
  });

  // 40,000 a day in eight hours are 1.3889 per second; times 3,600 s are 5,000. Without volumes 10,000 a day.
  it.each([
    ["media", "60 minutes", { recordingsPerDay: 40_000, averageMediaBytes: 25_000_000 }, 5_000, 125_000_000_000],
    ["media", "60 minutes", {}, 1_250, 31_250_000_000],
    ["metadata", "15 minutes", { recordingsPerDay: 40_000 }, 1_250, 20_480_000],
    ["metadata", "1 minute", { recordingsPerDay: 10 }, 100, 1_638_400],
  ] as const)("%s within %s at %o: %i operations, %i bytes", (kind, rpo, volumes, operations, bytes) => {
    expect(backlogLimit(kind, targets(rpo), volumes)).toEqual({ operations, bytes });
  });
});
