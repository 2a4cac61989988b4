/** Policies compared as sets with tables written by hand; how S3 judges them is for the emulator and for AWS. */
import { describe, expect, it } from "vitest";
import {
  type BucketSubject,
  bucketPolicy,
  type PolicyPrincipals,
} from "../../../components/replicated-recording-store/policies.ts";
import type { Statement } from "../../../components/support/policy.ts";

const role = (name: string) => `arn:aws:iam::111122223333:role/${name}`;
const [admit, replication, genesys] = [role("admit"), role("replication"), role("genesys")];
const [qa, auditor, pci, drAdmin, glass, deployer, exporter] = [
  "Qa",
  "Auditor",
  "Pci",
  "DrAdmin",
  "Glass",
  "Deployer",
  "Exporter",
].map(role) as [string, string, string, string, string, string, string];

const who: PolicyPrincipals = {
  access: {
    readers: [qa],
    drReaders: [auditor, qa],
    sensitiveReaders: [pci],
    drAdmins: [drAdmin],
    breakGlass: [glass],
    deployers: [],
  },
  deployers: [deployer],
  admitRole: admit,
  replicationRole: replication,
  landingRoles: [genesys],
  plainWriters: [exporter],
  removal: "keep",
};
const bucketArn = "arn:aws:s3:::b";
const keyArn = "arn:aws:kms:us-east-1:111122223333:key/k";
const statements = (
  site: "primary" | "dr",
  bucketRole: BucketSubject["role"],
  changes: Partial<PolicyPrincipals> = {},
) =>
  Object.fromEntries(
    bucketPolicy({ site, role: bucketRole, bucketArn, keyArn }, { ...who, ...changes }).Statement.map((s) => [
      s.Sid,
      s,
    ]),
  ) as Record<string, Statement>;
const exempt = (statement: Statement | undefined) => statement?.Condition?.ArnNotLike?.["aws:PrincipalArn"];

describe("every bucket", () => {
  it.each([
    ["primary", "metadata"],
    ["primary", "media"],
    ["primary", "landing"],
    ["dr", "metadata"],
    ["dr", "media"],
    ["dr", "landing"],
  ] as const)("%s %s: transport, encryption, deletion, configuration (promise 1, promise 9)", (site, bucketRole) => {
    const all = statements(site, bucketRole);
    expect(all.DenyPlainHttp).toEqual({
      Sid: "DenyPlainHttp",
      Effect: "Deny",
      Principal: "*",
      Action: ["s3:*"],
      Resource: ["arn:aws:s3:::b", "arn:aws:s3:::b/*"],
      Condition: { Bool: { "aws:SecureTransport": "false" } },
    });
    expect(all.DenyOtherKeys).toEqual({
      Sid: "DenyOtherKeys",
      Effect: "Deny",
      Principal: "*",
      Action: ["s3:PutObject"],
      Resource: "arn:aws:s3:::b/*",
      Condition: {
        ArnNotEquals: { "s3:x-amz-server-side-encryption-aws-kms-key-id": keyArn },
        Null: { "s3:x-amz-server-side-encryption-aws-kms-key-id": "false" },
      },
    });
    expect(all.DenyUnnamedKey).toEqual({
      Sid: "DenyUnnamedKey",
      Effect: "Deny",
      Principal: "*",
      Action: ["s3:PutObject"],
      Resource: "arn:aws:s3:::b/*",
      Condition: {
        StringEquals: { "s3:x-amz-server-side-encryption": "aws:kms" },
        Null: { "s3:x-amz-server-side-encryption-aws-kms-key-id": "true" },
      },
    });
    expect(all.DenyOtherEncryption?.Condition).toEqual({
      StringNotEquals: { "s3:x-amz-server-side-encryption": "aws:kms" },
      Null: { "s3:x-amz-server-side-encryption": "false" },
    });
    expect(all.DenyDeletes?.Action).toEqual([
      ...(bucketRole === "landing" ? ["s3:DeleteObject"] : []),
      "s3:DeleteObjectVersion",
      "s3:BypassGovernanceRetention",
      "s3:DeleteBucket",
    ]);
    expect(all.DenyDeletes?.Resource).toEqual(["arn:aws:s3:::b", "arn:aws:s3:::b/*"]);
    expect(exempt(all.DenyDeletes)).toEqual([glass]);
    expect(all.DenyOtherKeysLater).toMatchObject({
      Effect: "Deny",
      Action: ["s3:UpdateObjectEncryption"],
      Resource: "arn:aws:s3:::b/*",
    });
    expect(exempt(all.DenyOtherKeysLater)).toEqual([glass]);
    expect(all.DenyConfiguration?.Resource).toBe("arn:aws:s3:::b");
    expect(exempt(all.DenyConfiguration)).toEqual([deployer, glass]);
  });

  it("denies all actions on a bucket for plain HTTP only, and never on what the policy is repaired with", () => {
    for (const site of ["primary", "dr"] as const) {
      for (const bucketRole of ["metadata", "media", "landing"] as const) {
        for (const { Sid, Effect, Action } of Object.values(statements(site, bucketRole))) {
          if (Effect === "Allow" || Sid === "DenyPlainHttp") continue;
          expect([Action].flat().filter((action) => action === "s3:*" || action.startsWith("s3:GetBucket"))).toEqual(
            [],
          );
        }
      }
    }
  });

  /**
   * Both ways in which S3 may fill the conditions: from the request alone (as for `UploadPart`, and everywhere in older
   * descriptions), or with the key that the bucket's default adds (S3 User Guide, example-bucket-policies). Judged by the
   * rules of IAM: a missing key meets a negated operator and fails a positive one (IAM User Guide,
   * reference_policies_elements_condition_operators).
   */
  it.each([
    ["nothing named", {}, false],
    ["nothing named, the default's key filled in", { key: keyArn }, false],
    ["the right key", { header: "aws:kms", key: keyArn }, false],
    ["another key", { header: "aws:kms", key: keyArn.replace("key/k", "key/other") }, true],
    ["another key without the header", { key: keyArn.replace("key/k", "key/other") }, true],
    ["KMS without a key", { header: "aws:kms" }, true],
    ["SSE-S3", { header: "AES256" }, true],
    ["SSE-S3, the default's key filled in", { header: "AES256", key: keyArn }, true],
    ["double encryption with the right key", { header: "aws:kms:dsse", key: keyArn }, true],
  ] as const)(
    "an upload with %s is denied: %o %s (promise 9)",
    (_what, named: { header?: string; key?: string }, denied) => {
      const request: Record<string, string | undefined> = {
        "s3:x-amz-server-side-encryption": named.header,
        "s3:x-amz-server-side-encryption-aws-kms-key-id": named.key,
      };
      const operators: Record<string, (wanted: unknown, found: string | undefined) => boolean> = {
        ArnNotEquals: (wanted, found) => found !== wanted,
        StringNotEquals: (wanted, found) => found !== wanted,
        StringEquals: (wanted, found) => found === wanted,
        Null: (wanted, found) => String(found === undefined) === wanted,
      };
      const meets = ({ Condition = {} }: Statement) =>
        Object.entries(Condition).every(([operator, keys]) =>
          Object.entries(keys).every(([key, wanted]) => operators[operator]?.(wanted, request[key])),
        );
      const onEncryption = Object.values(statements("primary", "landing")).filter(({ Condition = {} }) =>
        Object.values(Condition).some((keys) => Object.keys(keys).some((key) => key in request)),
      );
      expect(onEncryption.length).toBeGreaterThan(0);
      expect(onEncryption.some(meets)).toBe(denied);
    },
  );

  it("protects every setting that could lose, hide or expose recordings", () => {
    const settings = [
      "s3:PutBucketPolicy",
      "s3:DeleteBucketPolicy",
      "s3:PutBucketVersioning",
      "s3:PutLifecycleConfiguration",
      "s3:PutReplicationConfiguration",
      "s3:PutEncryptionConfiguration",
      "s3:PutBucketObjectLockConfiguration",
      "s3:PutBucketPublicAccessBlock",
      "s3:PutBucketOwnershipControls",
      "s3:PutBucketNotification",
    ];
    expect(statements("dr", "media").DenyConfiguration?.Action).toEqual(expect.arrayContaining(settings));
  });

  it("lets deployers delete only in stacks that are thrown away, and nobody where there is no break-glass (promise 1)", () => {
    expect(exempt(statements("primary", "media", { removal: "destroy" }).DenyDeletes)).toEqual([deployer, glass]);
    const nobody = statements("primary", "media", { access: { ...who.access, breakGlass: [] } }).DenyDeletes;
    expect(nobody).toBeDefined();
    expect(nobody).not.toHaveProperty("Condition");
  });
});

describe("store buckets", () => {
  it("primary: only admission writes; locks and tags by admission, replication and break-glass (promise 1, promise 9)", () => {
    const all = statements("primary", "metadata");
    expect(exempt(all.DenyWritesExceptAdmission)).toEqual([admit]);
    expect(all.DenyLocksAndTags?.Action).toEqual([
      "s3:PutObjectLegalHold",
      "s3:PutObjectRetention",
      "s3:PutObjectTagging",
      "s3:PutObjectVersionTagging",
      "s3:DeleteObjectTagging",
      "s3:DeleteObjectVersionTagging",
    ]);
    expect(exempt(all.DenyLocksAndTags)).toEqual([glass, admit, replication].sort());
    expect(all).not.toHaveProperty("DenyDrReadsExceptNamed");
  });

  it("dr: nobody puts, replication is not in the way of any Deny (promise 6, promise 9)", () => {
    const all = statements("dr", "media");
    expect(all.DenyWritesExceptAdmission).not.toHaveProperty("Condition");
    expect(exempt(all.DenyLocksAndTags)).toContain(replication);
    for (const { Effect, Action } of Object.values(all)) {
      if (Effect === "Deny") expect([Action].flat().filter((action) => action.startsWith("s3:Replicate"))).toEqual([]);
    }
  });

  it("dr: read by the named roles and the functions only, services excepted (promise 9)", () => {
    const deny = statements("dr", "media").DenyDrReadsExceptNamed;
    expect(deny?.Action).toEqual(["s3:GetObject*"]);
    expect(exempt(deny)).toEqual([auditor, drAdmin, glass, pci, qa, admit, replication].sort());
    expect(deny?.Condition?.BoolIfExists).toEqual({ "aws:PrincipalIsAWSService": "false" });
  });

  it.each(["primary", "dr"] as const)(
    "%s: restricted recordings for sensitive readers and functions only (promise 9)",
    (site) => {
      const deny = statements(site, "media").DenyRestrictedReads;
      expect(deny?.Resource).toEqual(["arn:aws:s3:::b/recordings/sensitive/*", "arn:aws:s3:::b/quarantine/*"]);
      // The replication role too: its own read action begins with s3:GetObject.
      expect(exempt(deny)).toEqual([glass, pci, admit, replication].sort());
    },
  );

  it.each(["primary", "dr"] as const)(
    "%s: so are recordings that became sensitive later, by their tag wherever they lie (promise 9)",
    (site) => {
      const all = statements(site, "media");
      for (const tag of ["PII", "PCI"]) {
        expect(all[`DenyReadsTagged${tag}`]).toEqual({
          Sid: `DenyReadsTagged${tag}`,
          Effect: "Deny",
          Principal: "*",
          Action: ["s3:GetObject", "s3:GetObjectVersion", "s3:GetObjectTagging", "s3:GetObjectVersionTagging"],
          Resource: "arn:aws:s3:::b/*",
          Condition: {
            ArnNotLike: { "aws:PrincipalArn": [glass, pci, admit, replication].sort() },
            BoolIfExists: { "aws:PrincipalIsAWSService": "false" },
            StringEquals: { [`s3:ExistingObjectTag/${tag}`]: "true" },
          },
        });
      }
    },
  );

  it.each([
    ["primary", "metadata"],
    ["primary", "media"],
    ["dr", "metadata"],
    ["dr", "media"],
  ] as const)("%s %s: nobody makes a delete marker, whoever may delete (promise 1, promise 3)", (site, bucketRole) => {
    for (const removal of ["keep", "destroy"] as const) {
      expect(statements(site, bucketRole, { removal }).DenyDeleteMarkers).toEqual({
        Sid: "DenyDeleteMarkers",
        Effect: "Deny",
        Principal: "*",
        Action: ["s3:DeleteObject"],
        Resource: "arn:aws:s3:::b/*",
      });
    }
  });

  it.each([
    ["primary", [qa], [pci], [pci, qa]],
    ["dr", [auditor, drAdmin, qa], [pci], [auditor, drAdmin, pci, qa]],
  ] as const)("%s: allows reading and listing (promise 6, promise 9)", (site, readers, sensitive, listers) => {
    const all = statements(site, "metadata");
    const reads = [
      "s3:GetObject",
      "s3:GetObjectVersion",
      "s3:GetObjectTagging",
      "s3:GetObjectVersionTagging",
      "s3:GetObjectLegalHold",
    ];
    expect(all.AllowReads).toEqual({
      Sid: "AllowReads",
      Effect: "Allow",
      Principal: { AWS: readers },
      Action: reads,
      Resource: ["arn:aws:s3:::b/recordings/normal/*"],
    });
    expect(all.AllowSensitiveReads).toEqual({
      Sid: "AllowSensitiveReads",
      Effect: "Allow",
      Principal: { AWS: sensitive },
      Action: reads,
      Resource: ["arn:aws:s3:::b/recordings/*", "arn:aws:s3:::b/quarantine/*"],
    });
    expect(all.AllowListing).toMatchObject({
      Principal: { AWS: listers },
      Action: ["s3:ListBucket", "s3:ListBucketVersions"],
      Resource: ["arn:aws:s3:::b"],
    });
  });

  it("leaves out Allows that would name nobody", () => {
    const nobody = { readers: [], drReaders: [], sensitiveReaders: [], drAdmins: [], breakGlass: [], deployers: [] };
    const all = Object.values(statements("primary", "media", { access: nobody }));
    expect(all.filter(({ Effect }) => Effect === "Allow")).toEqual([]);
  });

  it("does not change with the order of the config", () => {
    const access = { ...who.access, drReaders: [...who.access.drReaders].reverse() };
    expect(statements("dr", "media", { access })).toEqual(statements("dr", "media"));
  });
});

describe("landings (promise 9)", () => {
  it("primary: written by sources, read by admission, tagged by nobody else", () => {
    const all = statements("primary", "landing");
    expect(exempt(all.DenyWritesExceptSources)).toEqual([exporter, genesys].sort());
    expect(exempt(all.DenyReadsExceptAdmission)).toEqual([glass, admit].sort());
    expect(exempt(all.DenyTags)).toEqual([glass, admit].sort());
    expect(all.DenyOtherLayouts).toEqual({
      Sid: "DenyOtherLayouts",
      Effect: "Deny",
      Principal: "*",
      Action: ["s3:PutObject"],
      NotResource: "arn:aws:s3:::b/plain/*",
      Condition: { ArnNotLike: { "aws:PrincipalArn": [genesys] } },
    });
    expect(all.AllowPlainWrites).toEqual({
      Sid: "AllowPlainWrites",
      Effect: "Allow",
      Principal: { AWS: [exporter] },
      Action: ["s3:PutObject", "s3:AbortMultipartUpload"],
      Resource: ["arn:aws:s3:::b/plain/*"],
    });
    expect(Object.keys(all).sort()).toEqual([
      "AllowPlainWrites",
      "DenyConfiguration",
      "DenyDeletes",
      "DenyOtherEncryption",
      "DenyOtherKeys",
      "DenyOtherKeysLater",
      "DenyOtherLayouts",
      "DenyPlainHttp",
      "DenyReadsExceptAdmission",
      "DenyTags",
      "DenyUnnamedKey",
      "DenyWritesExceptSources",
    ]);
  });

  it("dr: closed", () => {
    const all = statements("dr", "landing");
    expect(all.DenyWrites).not.toHaveProperty("Condition");
    expect(Object.values(all).filter(({ Effect }) => Effect === "Allow")).toEqual([]);
    expect(exempt(all.DenyReadsExceptAdmission)).toEqual([glass]);
  });

  it("primary without sources: closed too", () => {
    const all = statements("primary", "landing", { landingRoles: [], plainWriters: [] });
    expect(all.DenyWritesExceptSources).not.toHaveProperty("Condition");
    expect(all).not.toHaveProperty("AllowPlainWrites");
  });
});
