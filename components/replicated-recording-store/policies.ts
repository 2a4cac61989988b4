/**
 * Bucket policies of the store and the landings. Pure: ARNs in, documents out.
 *
 * A bucket has exactly one policy, so what the landing's writers need is here too. Everything below denies by exception:
 * roles of the account have no access but what their own policies or the Allows here give, and even administrators are
 * held to the Denies. No Deny but the one on plain HTTP covers all actions of a bucket: a bucket whose policy nobody may
 * read or repair would be locked for all but the account's root.
 */
import { sensitiveTags } from "../../model/admission-rules.ts";
import type { Site } from "../../model/cloud.ts";
import type { Removal, Settings } from "../../model/settings.ts";
import { denyExcept, type PolicyDocument, policy, principals, type Statement } from "../support/policy.ts";
import type { BucketRole } from "./plan.ts";

/** All ARNs that policies name. AWS refuses a policy whose `Principal` does not exist; conditions may name anything. */
export interface PolicyPrincipals {
  readonly access: Settings["access"];
  readonly deployers: readonly string[];
  readonly admitRole: string;
  readonly replicationRole: string;
  readonly landingRoles: readonly string[];
  readonly plainWriters: readonly string[];
  readonly removal: Removal;
}

export interface BucketSubject {
  readonly site: Site;
  readonly role: BucketRole;
  readonly bucketArn: string;
  readonly keyArn: string;
}

/** Where recordings of restricted content are: what classification called sensitive, and what was never classified. */
export const restrictedPrefixes = ["recordings/sensitive/*", "quarantine/*"] as const;

const deleteActions = ["s3:DeleteObjectVersion", "s3:BypassGovernanceRetention", "s3:DeleteBucket"];
const lockActions = ["s3:PutObjectLegalHold", "s3:PutObjectRetention"];
/** Tags decide on deletion (retention) and on expiry (landing). */
const tagActions = [
  "s3:PutObjectTagging",
  "s3:PutObjectVersionTagging",
  "s3:DeleteObjectTagging",
  "s3:DeleteObjectVersionTagging",
];
/** Every bucket setting that could lose, hide, expose or stop replicating what is in it. */
const configurationActions = [
  "s3:DeleteBucketPolicy",
  "s3:PutAccelerateConfiguration",
  "s3:PutBucketAcl",
  "s3:PutBucketCORS",
  "s3:PutBucketLogging",
  "s3:PutBucketNotification",
  "s3:PutBucketObjectLockConfiguration",
  "s3:PutBucketOwnershipControls",
  "s3:PutBucketPolicy",
  "s3:PutBucketPublicAccessBlock",
  "s3:PutBucketVersioning",
  "s3:PutBucketWebsite",
  "s3:PutEncryptionConfiguration",
  "s3:PutIntelligentTieringConfiguration",
  "s3:PutInventoryConfiguration",
  "s3:PutLifecycleConfiguration",
  "s3:PutReplicationConfiguration",
];
/** What reading one recording takes; the hold is visible to its readers. */
const readActions = [
  "s3:GetObject",
  "s3:GetObjectVersion",
  "s3:GetObjectTagging",
  "s3:GetObjectVersionTagging",
  "s3:GetObjectLegalHold",
];

/**
 * Reads that `s3:ExistingObjectTag` is documented to be judged on (S3 User Guide, tagging-and-policies). S3 also refuses
 * HEAD and GetObjectAttributes where these are denied.
 */
const taggedReadActions = ["s3:GetObject", "s3:GetObjectVersion", "s3:GetObjectTagging", "s3:GetObjectVersionTagging"];

/** Service principals (inventory, access analysis) have no principal ARN and are let through by this. */
const noService = { BoolIfExists: { "aws:PrincipalIsAWSService": "false" } };

/** Those who may lose data: break-glass always, deployers only in stacks that are thrown away. */
export const mayDelete = (who: Pick<PolicyPrincipals, "access" | "deployers" | "removal">): string[] =>
  principals(who.access.breakGlass, who.removal === "destroy" ? who.deployers : []);

/** Those who may change how data is protected. */
export const mayConfigure = (who: Pick<PolicyPrincipals, "access" | "deployers">): string[] =>
  principals(who.access.breakGlass, who.deployers);

/** Principals whom a site's buckets and key let read. */
export function readersOf(site: Site, access: Settings["access"]): { normal: string[]; sensitive: string[] } {
  const named = site === "primary" ? access.readers : [...access.drReaders, ...access.drAdmins];
  return { normal: principals(named), sensitive: principals(access.sensitiveReaders) };
}

export function bucketPolicy(subject: BucketSubject, who: PolicyPrincipals): PolicyDocument {
  return subject.role === "landing" ? landingPolicy(subject, who) : storePolicy(subject, who);
}

function storePolicy(subject: BucketSubject, who: PolicyPrincipals): PolicyDocument {
  const { site, bucketArn } = subject;
  const { breakGlass, sensitiveReaders } = who.access;
  const functions = [who.admitRole, who.replicationRole];
  const restricted = [...sensitiveReaders, ...functions, ...breakGlass];
  const objects = `${bucketArn}/*`;
  const readers = readersOf(site, who.access);
  return policy(
    ...encryptionAndTransport(subject),
    // In DR nobody puts: replicas arrive as `s3:ReplicateObject`.
    denyExcept("DenyWritesExceptAdmission", ["s3:PutObject"], objects, site === "primary" ? [who.admitRole] : []),
    // Nothing but lifecycle makes delete markers here, and lifecycle ignores policies. One made by hand would be replicated,
    // and both copies under it would be gone when the rule for noncurrent versions runs: not even break-glass may.
    denyExcept("DenyDeleteMarkers", ["s3:DeleteObject"], objects, []),
    ...deletionAndConfiguration(bucketArn, deleteActions, who),
    denyExcept("DenyLocksAndTags", [...lockActions, ...tagActions], objects, [...functions, ...breakGlass]),
    ...(site === "dr"
      ? [
          denyExcept(
            "DenyDrReadsExceptNamed",
            ["s3:GetObject*"],
            objects,
            [...readers.normal, ...readers.sensitive, ...functions, ...breakGlass],
            noService,
          ),
        ]
      : []),
    denyExcept(
      "DenyRestrictedReads",
      ["s3:GetObject*"],
      restrictedPrefixes.map((prefix) => `${bucketArn}/${prefix}`),
      restricted,
      noService,
    ),
    // What became sensitive after it was admitted lies below `recordings/normal/` and has the tag alone. One statement per
    // tag, because conditions of one statement must all be met.
    ...sensitiveTags.map((tag) =>
      denyExcept(`DenyReadsTagged${tag}`, taggedReadActions, objects, restricted, {
        ...noService,
        StringEquals: { [`s3:ExistingObjectTag/${tag}`]: "true" },
      }),
    ),
    ...allow("AllowReads", readers.normal, readActions, [`${bucketArn}/recordings/normal/*`]),
    ...allow("AllowSensitiveReads", readers.sensitive, readActions, [
      `${bucketArn}/recordings/*`,
      `${bucketArn}/quarantine/*`,
    ]),
    ...allow(
      "AllowListing",
      principals(readers.normal, readers.sensitive),
      ["s3:ListBucket", "s3:ListBucketVersions"],
      [bucketArn],
    ),
  );
}

function landingPolicy(subject: BucketSubject, who: PolicyPrincipals): PolicyDocument {
  const { site, bucketArn } = subject;
  const { breakGlass } = who.access;
  const objects = `${bucketArn}/*`;
  // The DR landing is closed: nothing admits from it while the primary site is active, so what a platform put there
  // would wait unseen. Opening it belongs to a failover.
  const writers = site === "primary" ? [...who.landingRoles, ...who.plainWriters] : [];
  const reader = site === "primary" ? [who.admitRole] : [];
  return policy(
    ...encryptionAndTransport(subject),
    denyExcept(site === "primary" ? "DenyWritesExceptSources" : "DenyWrites", ["s3:PutObject"], objects, writers),
    ...(site === "primary" ? [plainWritesBelowPlain(bucketArn, who.landingRoles)] : []),
    ...deletionAndConfiguration(bucketArn, ["s3:DeleteObject", ...deleteActions], who),
    // A tag makes a landed object expire, so writers may not even send tags with their objects.
    denyExcept("DenyTags", tagActions, objects, [...reader, ...breakGlass]),
    denyExcept("DenyReadsExceptAdmission", ["s3:GetObject*"], objects, [...reader, ...breakGlass], noService),
    ...(site === "primary"
      ? allow(
          "AllowPlainWrites",
          principals(who.plainWriters),
          ["s3:PutObject", "s3:AbortMultipartUpload"],
          [`${bucketArn}/plain/*`],
        )
      : []),
  );
}

/**
 * Keys tell which platform wrote an object, so outside `plain/` only the platforms' own roles write: a plain writer whose
 * own policy covers the whole bucket could pass its files off as theirs.
 */
function plainWritesBelowPlain(bucketArn: string, landingRoles: readonly string[]): Statement {
  const { Resource: _all, ...statement } = denyExcept("DenyOtherLayouts", ["s3:PutObject"], bucketArn, landingRoles);
  return { ...statement, NotResource: `${bucketArn}/plain/*` };
}

/**
 * A request that names no encryption passes: the bucket's default encrypts it with the right key. The key condition is
 * documented to be judged on the key that S3 will really use, also when that is the default (S3 User Guide,
 * example-bucket-policies). The statements do not rest on it: they deny what a request names wrongly, so that neither an
 * upload without headers nor `UploadPart`, which is `s3:PutObject` too and can name no encryption, is ever shut out.
 * `aws:kms` without a key means the account's `aws/s3` key and not the bucket's default (S3 User Guide, usingkmsencryption).
 * Replication has its own action and names its key in the rule.
 */
function encryptionAndTransport({ bucketArn, keyArn }: BucketSubject): Statement[] {
  const objects = `${bucketArn}/*`;
  const header = "s3:x-amz-server-side-encryption";
  const keyId = `${header}-aws-kms-key-id`;
  return [
    denyExcept("DenyPlainHttp", ["s3:*"], [bucketArn, objects], [], { Bool: { "aws:SecureTransport": "false" } }),
    denyExcept("DenyOtherKeys", ["s3:PutObject"], objects, [], {
      ArnNotEquals: { [keyId]: keyArn },
      Null: { [keyId]: "false" },
    }),
    denyExcept("DenyUnnamedKey", ["s3:PutObject"], objects, [], {
      StringEquals: { [header]: "aws:kms" },
      Null: { [keyId]: "true" },
    }),
    denyExcept("DenyOtherEncryption", ["s3:PutObject"], objects, [], {
      StringNotEquals: { [header]: "aws:kms" },
      Null: { [header]: "false" },
    }),
  ];
}

function deletionAndConfiguration(bucketArn: string, deletes: readonly string[], who: PolicyPrincipals): Statement[] {
  return [
    denyExcept("DenyDeletes", deletes, [bucketArn, `${bucketArn}/*`], mayDelete(who)),
    // In place, without a new version: a version under a key that can be deleted is as good as deleted (S3 API Reference,
    // UpdateObjectEncryption). S3 itself refuses it only for locked versions.
    denyExcept("DenyOtherKeysLater", ["s3:UpdateObjectEncryption"], `${bucketArn}/*`, mayDelete(who)),
    denyExcept("DenyConfiguration", configurationActions, bucketArn, mayConfigure(who)),
  ];
}

/** An Allow that names nobody is no valid statement, so it is left out. */
function allow(
  sid: string,
  who: readonly string[],
  actions: readonly string[],
  resources: readonly string[],
): Statement[] {
  if (who.length === 0) return [];
  return [{ Sid: sid, Effect: "Allow", Principal: { AWS: who }, Action: actions, Resource: resources }];
}
