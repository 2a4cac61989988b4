/** What S3 may do while it replicates, computed from the bucket pairs. Pure. */
import type { Kind } from "../../model/cloud.ts";
import { type PolicyDocument, policy, type Statement } from "../support/policy.ts";

/** One direction of replication of one kind. All ARNs. */
export interface ReplicationPair {
  readonly kind: Kind;
  readonly source: { readonly bucketArn: string; readonly keyArn: string; readonly region: string };
  readonly destination: { readonly bucketArn: string; readonly keyArn: string; readonly region: string };
}

/**
 * S3 assumes the role. No `aws:SourceArn` or `aws:SourceAccount` condition: no AWS page says that S3 sends them when it
 * assumes a replication role, and a role that cannot be assumed makes replication fail for good. Only principals of this
 * account that may pass the role can use it (S3 User Guide, setting-repl-config-perm-overview).
 */
export const replicationTrust: PolicyDocument = policy({
  Sid: "AllowS3",
  Effect: "Allow",
  Principal: { Service: "s3.amazonaws.com" },
  Action: "sts:AssumeRole",
});

/**
 * The role's policy: five statements per pair.
 *
 * `GetObjectVersionForReplication` because `GetObjectVersion` cannot replicate objects under KMS; the tagging action
 * because without it replicas silently lose their tags, and with them their retention; retention and hold because the
 * source has Object Lock; `ListBucket` for delete markers. Key conditions name bucket and objects, because with bucket
 * keys the encryption context is the bucket (S3 User Guide, replication-config-for-kms-objects).
 */
export function replicationPolicy(pairs: readonly ReplicationPair[]): PolicyDocument {
  return policy(...pairs.map(statementsOf));
}

function statementsOf({ kind, source, destination }: ReplicationPair): Statement[] {
  const sid = (what: string) => `${what}${kind === "media" ? "Media" : "Metadata"}`;
  const allow = (what: string, actions: readonly string[], resource: string): Statement => ({
    Sid: sid(what),
    Effect: "Allow",
    Action: actions,
    Resource: resource,
  });
  const throughS3 = (at: ReplicationPair["source"]) => ({
    StringLike: {
      "kms:ViaService": `s3.${at.region}.amazonaws.com`,
      "kms:EncryptionContext:aws:s3:arn": [at.bucketArn, `${at.bucketArn}/*`],
    },
  });
  return [
    allow("ReadConfiguration", ["s3:GetReplicationConfiguration", "s3:ListBucket"], source.bucketArn),
    allow(
      "ReadSource",
      [
        "s3:GetObjectVersionForReplication",
        "s3:GetObjectVersionAcl",
        "s3:GetObjectVersionTagging",
        "s3:GetObjectRetention",
        "s3:GetObjectLegalHold",
      ],
      `${source.bucketArn}/*`,
    ),
    allow(
      "WriteReplica",
      ["s3:ReplicateObject", "s3:ReplicateDelete", "s3:ReplicateTags"],
      `${destination.bucketArn}/*`,
    ),
    { ...allow("DecryptSource", ["kms:Decrypt"], source.keyArn), Condition: throughS3(source) },
    {
      ...allow("EncryptReplica", ["kms:Encrypt", "kms:GenerateDataKey*", "kms:Decrypt"], destination.keyArn),
      Condition: throughS3(destination),
    },
  ];
}
