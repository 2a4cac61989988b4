/** Proves which rules are asked for on which bucket; the rules themselves are proved by the plan's tests. */
import { beforeAll, describe, expect, it } from "vitest";
import { ReplicatedRecordingStore } from "../../components/replicated-recording-store/index.ts";
import { RetentionPolicy } from "../../components/retention-policy/index.ts";
import { classes, storeArgs, targets } from "./support/fixtures.ts";
import { type Recording, record, testRegions, useMocks } from "./support/record.ts";

describe("RetentionPolicy on AWS", () => {
  let recording: Recording;
  beforeAll(async () => {
    await useMocks();
    recording = await record((transformations) => {
      const store = new ReplicatedRecordingStore("store", storeArgs());
      new RetentionPolicy("retention", { store, regions: testRegions, classes, targets }, { transformations });
    });
  });

  it("makes one configuration per bucket and nothing else (promise 3)", () => {
    expect(recording.counts()).toEqual({
      "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration": 6,
      "holdfast:index:RetentionPolicy": 1,
    });
  });

  it.each([
    [
      "retention-primary-metadata",
      "us-east-1",
      "holdfast-test-metadata-primary-111122223333",
      ["finance-standard", "standard-standard", "hygiene"],
    ],
    [
      "retention-primary-media",
      "us-east-1",
      "holdfast-test-media-primary-111122223333",
      [
        "finance-standard",
        "finance-legal-hold",
        "finance-release-grace",
        "standard-standard",
        "standard-legal-hold",
        "standard-release-grace",
        "hygiene",
      ],
    ],
    ["retention-primary-landing", "us-east-1", "holdfast-test-landing-primary-111122223333", ["admitted", "hygiene"]],
    [
      "retention-dr-metadata",
      "us-west-2",
      "holdfast-test-metadata-dr-111122223333",
      ["finance-standard", "standard-standard", "hygiene"],
    ],
    [
      "retention-dr-media",
      "us-west-2",
      "holdfast-test-media-dr-111122223333",
      [
        "finance-standard",
        "finance-legal-hold",
        "finance-release-grace",
        "standard-standard",
        "standard-legal-hold",
        "standard-release-grace",
        "hygiene",
      ],
    ],
    ["retention-dr-landing", "us-west-2", "holdfast-test-landing-dr-111122223333", ["admitted", "hygiene"]],
  ])("%s", (name, region, bucket, ids) => {
    const { inputs, waitsFor, opts } = recording.named(name);
    expect(Object.keys(inputs).sort()).toEqual(["bucket", "region", "rules"]);
    expect(inputs).toMatchObject({ bucket, region });
    expect((inputs.rules as { id: string }[]).map(({ id }) => id)).toEqual(ids);
    const location = name.replace("retention-", "store-");
    expect(waitsFor).toContain(`${location}-versioning`);
    expect(opts.deletedWith).toBeDefined();
  });

  it("gives a recording the same end in both sites and both kinds (promise 3)", () => {
    const ends = ["primary-metadata", "primary-media", "dr-metadata", "dr-media"].map((location) => {
      const rules = recording.named(`retention-${location}`).inputs.rules as {
        id: string;
        expiration?: { days?: number };
      }[];
      return rules
        .filter(({ expiration }) => expiration?.days !== undefined)
        .map(({ id, expiration }) => [id, expiration?.days]);
    });
    const expected = [
      ["finance-standard", 2_562],
      ["standard-standard", 365],
    ];
    expect(ends).toEqual([expected, expected, expected, expected]);
  });
});
