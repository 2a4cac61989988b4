/** What a replication role needs from `src` to `dst` (S3 User Guide, setting-repl-config-perm-overview), one statement a key. */
import { statement } from "./support.ts";

export const grants = (sourceKeyArn: string, replicaKeyArn: string) => ({
  config: statement("Allow", ["s3:GetReplicationConfiguration", "s3:ListBucket"], "arn:aws:s3:::src"),
  read: statement(
    "Allow",
    [
      "s3:GetObjectVersionForReplication",
      "s3:GetObjectVersionAcl",
      "s3:GetObjectVersionTagging",
      "s3:GetObjectRetention",
      "s3:GetObjectLegalHold",
    ],
    "arn:aws:s3:::src/*",
  ),
  write: statement("Allow", ["s3:ReplicateObject", "s3:ReplicateDelete", "s3:ReplicateTags"], "arn:aws:s3:::dst*/*"),
  decrypt: statement("Allow", "kms:Decrypt", sourceKeyArn, {
    Condition: {
      StringLike: {
        "kms:ViaService": "s3.us-east-1.amazonaws.com",
        "kms:EncryptionContext:aws:s3:arn": ["arn:aws:s3:::src", "arn:aws:s3:::src/*"],
      },
    },
  }),
  encrypt: statement("Allow", ["kms:Encrypt", "kms:GenerateDataKey*", "kms:Decrypt"], replicaKeyArn, {
    Condition: {
      StringLike: {
        "kms:ViaService": "s3.us-west-2.amazonaws.com",
        "kms:EncryptionContext:aws:s3:arn": ["arn:aws:s3:::dst", "arn:aws:s3:::dst/*"],
      },
    },
  }),
});
