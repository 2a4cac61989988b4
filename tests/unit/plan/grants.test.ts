import { describe, expect, it } from "vitest";
import { type GrantTargets, grantsFor, type Need } from "../../../components/support/grants.ts";
import { admitNeeds } from "../../../functions/admit/needs.ts";

const targets: GrantTargets = {
  regions: { primary: "us-east-1", dr: "us-west-2" },
  store: {
    primary: { metadata: "arn:aws:s3:::metadata-primary", media: "arn:aws:s3:::media-primary" },
    dr: { metadata: "arn:aws:s3:::metadata-dr", media: "arn:aws:s3:::media-dr" },
  },
  landing: "arn:aws:s3:::landing",
  keys: { primary: "arn:aws:kms:us-east-1:111122223333:key/p", dr: "arn:aws:kms:us-west-2:111122223333:key/d" },
  catalog: "arn:aws:dynamodb:us-east-1:111122223333:table/catalog",
  queues: {
    intake: "arn:aws:sqs:us-east-1:111122223333:intake",
    confirm: "arn:aws:sqs:us-east-1:111122223333:confirm",
  },
};

/** One line per grant: action, resource, service through which a key may be used. */
const grants = (needs: readonly Need[]) =>
  new Set(
    grantsFor(needs, targets).Statement.flatMap(({ Effect, Action, Resource, Condition }) =>
      [Action]
        .flat()
        .map((action) =>
          [Effect, action, Resource, Condition?.StringEquals?.["kms:ViaService"]].filter(Boolean).join(" "),
        ),
    ),
  );

describe("grantsFor (promise 9)", () => {
  it("the admit function", () => {
    const at = (actions: string[], ...resources: string[]) =>
      resources.flatMap((r) => actions.map((a) => `Allow ${a} ${r}`));
    const primary = ["arn:aws:s3:::metadata-primary", "arn:aws:s3:::media-primary"];
    const dr = ["arn:aws:s3:::metadata-dr", "arn:aws:s3:::media-dr"];
    const objects = (buckets: string[]) => buckets.map((bucket) => `${bucket}/*`);
    const reading = [
      "s3:GetObject",
      "s3:GetObjectLegalHold",
      "s3:GetObjectTagging",
      "s3:GetObjectVersion",
      "s3:GetObjectVersionTagging",
    ];
    expect(grants(admitNeeds)).toEqual(
      new Set([
        ...at(["s3:ListBucket", "s3:ListBucketVersions"], "arn:aws:s3:::landing"),
        ...at(
          ["s3:GetObjectVersion", "s3:GetObjectVersionTagging", "s3:PutObjectVersionTagging"],
          "arn:aws:s3:::landing/*",
        ),
        ...at(["s3:ListBucket"], ...primary, ...dr),
        ...at(
          [...reading, "s3:PutObject", "s3:PutObjectTagging", "s3:PutObjectVersionTagging", "s3:PutObjectLegalHold"],
          ...objects(primary),
        ),
        // DR is never written to: replication brings the objects, the function only repairs lock and tags.
        ...at([...reading, "s3:PutObjectVersionTagging", "s3:PutObjectLegalHold"], ...objects(dr)),
        ...at(["dynamodb:PutItem", "dynamodb:Query"], "arn:aws:dynamodb:us-east-1:111122223333:table/catalog"),
        ...at(["sqs:SendMessage"], "arn:aws:sqs:us-east-1:111122223333:confirm"),
        "Allow kms:Decrypt arn:aws:kms:us-east-1:111122223333:key/p s3.us-east-1.amazonaws.com",
        "Allow kms:GenerateDataKey arn:aws:kms:us-east-1:111122223333:key/p s3.us-east-1.amazonaws.com",
        "Allow kms:Decrypt arn:aws:kms:us-west-2:111122223333:key/d s3.us-west-2.amazonaws.com",
        "Allow kms:Decrypt arn:aws:kms:us-east-1:111122223333:key/p dynamodb.us-east-1.amazonaws.com",
        "Allow kms:Encrypt arn:aws:kms:us-east-1:111122223333:key/p dynamodb.us-east-1.amazonaws.com",
        "Allow kms:GenerateDataKey arn:aws:kms:us-east-1:111122223333:key/p dynamodb.us-east-1.amazonaws.com",
      ]),
    );
  });

  it("never grants a deletion, a release, a wildcard or a bucket setting", () => {
    for (const grant of grants(admitNeeds))
      expect(grant).not.toMatch(/Delete|Bypass|Retention|PutBucket|PutLifecycle|:\*/);
  });

  it("the index of the catalog only to who looks up by conversation", () => {
    expect(grants([{ port: "catalog", operation: "rowsOfConversation" }])).toEqual(
      new Set([
        "Allow dynamodb:Query arn:aws:dynamodb:us-east-1:111122223333:table/catalog/index/*",
        "Allow kms:Decrypt arn:aws:kms:us-east-1:111122223333:key/p dynamodb.us-east-1.amazonaws.com",
      ]),
    );
  });

  it("does not depend on the order of needs, and grants nothing twice", () => {
    expect(grants([...admitNeeds].reverse())).toEqual(grants(admitNeeds));
    const ids = grantsFor(admitNeeds, targets).Statement.map(({ Resource, Condition }) =>
      JSON.stringify([Resource, Condition]),
    );
    expect(new Set(ids).size).toBe(ids.length);
  });

  it("grants nothing for nothing and refuses what no port has", () => {
    expect(grantsFor([], targets).Statement).toEqual([]);
    expect(() => grantsFor([{ port: "store", operation: "purge" }], targets)).toThrow(
      /port store has no operation "purge"/,
    );
  });
});
