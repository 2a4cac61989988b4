/** Configurations that S3 refuses are refused here, with what the facts and the S3 API reference say; good ones round-trip. */
import {
  GetBucketLifecycleConfigurationCommand,
  GetBucketReplicationCommand,
  type LifecycleRule,
  PutBucketLifecycleConfigurationCommand,
  PutBucketReplicationCommand,
  type ReplicationRule,
} from "@aws-sdk/client-s3";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { bucket, dr, refusal, startTestCloud, type TestCloud } from "./support.ts";

let cloud: TestCloud;
beforeAll(async () => {
  cloud = await startTestCloud();
  await bucket(cloud, "src");
  await bucket(cloud, "dst", { region: dr });
});
afterAll(() => cloud.dispose());

const Role = "arn:aws:iam::000000000000:role/replication";

describe("PutBucketReplication", () => {
  const rule = (more: object = {}): ReplicationRule => ({
    ID: "a",
    Priority: 1,
    Status: "Enabled",
    Filter: { Prefix: "" },
    DeleteMarkerReplication: { Status: "Disabled" },
    Destination: { Bucket: "arn:aws:s3:::dst" },
    ...more,
  });
  const send = (Rules: ReplicationRule[], role = Role) =>
    cloud
      .s3()
      .send(new PutBucketReplicationCommand({ Bucket: "src", ReplicationConfiguration: { Role: role, Rules } }));
  const tag = { Key: "k", Value: "v" };
  const metrics = { Status: "Enabled", EventThreshold: { Minutes: 15 } };

  test.each<[string, ReplicationRule[], string, string?]>([
    ["a rule with Filter and no Priority", [rule({ Priority: undefined })], "400 InvalidRequest"],
    [
      "a rule with Filter and no DeleteMarkerReplication",
      [rule({ DeleteMarkerReplication: undefined })],
      "400 InvalidRequest",
    ],
    [
      "a tag filter with delete marker replication",
      [rule({ Filter: { Tag: tag }, DeleteMarkerReplication: { Status: "Enabled" } })],
      "400 InvalidRequest",
    ],
    ["the same priority twice", [rule(), rule({ ID: "b" })], "400 InvalidRequest"],
    ["the same id twice", [rule(), rule({ Priority: 2 })], "400 InvalidArgument"],
    [
      "a destination that is not there",
      [rule({ Destination: { Bucket: "arn:aws:s3:::nowhere" } })],
      "400 InvalidRequest",
    ],
    [
      "an unknown storage class",
      [rule({ Destination: { Bucket: "arn:aws:s3:::dst", StorageClass: "COLD" } })],
      "400 MalformedXML",
    ],
    ["existing object replication", [rule({ ExistingObjectReplication: { Status: "Enabled" } })], "400 InvalidRequest"],
    ["a role that is no role ARN", [rule()], "400 InvalidArgument", "replication"],
    [
      "SSE-KMS selection without a replica key",
      [rule({ SourceSelectionCriteria: { SseKmsEncryptedObjects: { Status: "Enabled" } } })],
      "400 InvalidRequest",
    ],
    [
      "replication time without metrics",
      [
        rule({
          Destination: { Bucket: "arn:aws:s3:::dst", ReplicationTime: { Status: "Enabled", Time: { Minutes: 15 } } },
        }),
      ],
      "400 InvalidRequest",
    ],
    [
      "an event threshold without replication time",
      [rule({ Destination: { Bucket: "arn:aws:s3:::dst", Metrics: metrics } })],
      "400 InvalidArgument",
    ],
  ])("refuses %s", async (_, rules, expected, role) => {
    expect(await refusal(send(rules, role))).toBe(expected);
  });

  test("keeps a full rule exactly", async () => {
    const time = { Status: "Enabled", Time: { Minutes: 15 } } as const;
    const full = rule({
      Filter: { And: { Prefix: "recordings/", Tags: [tag] } },
      Destination: { Bucket: "arn:aws:s3:::dst", StorageClass: "STANDARD_IA", ReplicationTime: time, Metrics: metrics },
    });
    await send([full]);
    const read = await cloud.s3().send(new GetBucketReplicationCommand({ Bucket: "src" }));
    expect(read.ReplicationConfiguration).toEqual({ Role, Rules: [full] });
  });
});

describe("PutBucketLifecycleConfiguration", () => {
  const rule = (more: object): LifecycleRule => ({ ID: "a", Status: "Enabled", Filter: { Prefix: "r/" }, ...more });
  const send = (...Rules: LifecycleRule[]) =>
    cloud.s3().send(new PutBucketLifecycleConfigurationCommand({ Bucket: "src", LifecycleConfiguration: { Rules } }));
  const tagged = { Filter: { And: { Prefix: "r/", Tags: [{ Key: "k", Value: "v" }] } } };
  const to = (StorageClass: string, Days: number) => ({ StorageClass, Days });

  test.each<[string, LifecycleRule[], string]>([
    ["no action", [rule({})], "400 InvalidRequest"],
    ["duplicate ids", [rule({ Expiration: { Days: 1 } }), rule({ Expiration: { Days: 2 } })], "400 InvalidArgument"],
    [
      "ExpiredObjectDeleteMarker with a tag filter",
      [rule({ ...tagged, Expiration: { ExpiredObjectDeleteMarker: true } })],
      "400 InvalidRequest",
    ],
    [
      "ExpiredObjectDeleteMarker with Days",
      [rule({ Expiration: { Days: 3, ExpiredObjectDeleteMarker: true } })],
      "400 MalformedXML",
    ],
    [
      "AbortIncompleteMultipartUpload with a tag filter",
      [rule({ ...tagged, AbortIncompleteMultipartUpload: { DaysAfterInitiation: 7 } })],
      "400 InvalidRequest",
    ],
    ["STANDARD_IA before 30 days", [rule({ Transitions: [to("STANDARD_IA", 29)] })], "400 InvalidArgument"],
    [
      "noncurrent STANDARD_IA before 30 days",
      [rule({ NoncurrentVersionTransitions: [{ StorageClass: "STANDARD_IA", NoncurrentDays: 10 }] })],
      "400 InvalidArgument",
    ],
    [
      "an expiration not after the transition",
      [rule({ Transitions: [to("GLACIER", 40)], Expiration: { Days: 40 } })],
      "400 InvalidArgument",
    ],
    [
      "a transition up the waterfall",
      [rule({ Transitions: [to("GLACIER", 30), to("GLACIER_IR", 200)] })],
      "400 InvalidArgument",
    ],
    [
      "DEEP_ARCHIVE 89 days after GLACIER_IR",
      [rule({ Transitions: [to("GLACIER_IR", 4), to("DEEP_ARCHIVE", 93)] })],
      "400 InvalidArgument",
    ],
    [
      "a date that is not midnight",
      [rule({ Expiration: { Date: new Date("2027-01-01T10:00:00Z") } })],
      "400 InvalidArgument",
    ],
    [
      "days and dates mixed",
      [rule({ Transitions: [to("GLACIER", 1)], Expiration: { Date: new Date("2027-01-01T00:00:00Z") } })],
      "400 InvalidRequest",
    ],
    ["zero days", [rule({ Expiration: { Days: 0 } })], "400 InvalidArgument"],
    ["zero noncurrent days", [rule({ NoncurrentVersionExpiration: { NoncurrentDays: 0 } })], "400 InvalidArgument"],
    [
      "two predicates without And",
      [rule({ Filter: { Prefix: "r/", ObjectSizeGreaterThan: 5 }, Expiration: { Days: 1 } })],
      "400 MalformedXML",
    ],
  ])("refuses %s", async (_, rules, expected) => {
    expect(await refusal(send(...rules))).toBe(expected);
  });

  test("accepts DEEP_ARCHIVE exactly 90 days after GLACIER_IR, and keeps all parts", async () => {
    const given: LifecycleRule[] = [
      rule({
        ...tagged,
        Transitions: [to("GLACIER_IR", 4), to("DEEP_ARCHIVE", 94)],
        Expiration: { Days: 365 },
        NoncurrentVersionExpiration: { NoncurrentDays: 1 },
      }),
      {
        ID: "hygiene",
        Status: "Enabled",
        Filter: { Prefix: "" },
        Expiration: { ExpiredObjectDeleteMarker: true },
        AbortIncompleteMultipartUpload: { DaysAfterInitiation: 7 },
      },
    ];
    await send(...given);
    const read = await cloud.s3().send(new GetBucketLifecycleConfigurationCommand({ Bucket: "src" }));
    expect(read.Rules).toEqual(given);
    expect(read.TransitionDefaultMinimumObjectSize).toBe("all_storage_classes_128K");
  });

  test("the minimum size for transitions is kept", async () => {
    await cloud.s3().send(
      new PutBucketLifecycleConfigurationCommand({
        Bucket: "src",
        TransitionDefaultMinimumObjectSize: "varies_by_storage_class",
        LifecycleConfiguration: { Rules: [rule({ Expiration: { Days: 2 } })] },
      }),
    );
    const read = await cloud.s3().send(new GetBucketLifecycleConfigurationCommand({ Bucket: "src" }));
    expect(read.TransitionDefaultMinimumObjectSize).toBe("varies_by_storage_class");
  });
});
