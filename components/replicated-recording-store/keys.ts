/** One KMS key per site; whatever it encrypts can only be read while it exists, so losing it is losing the data. */
import type { CustomResourceOptions } from "@pulumi/pulumi";
import type { Site } from "../../model/cloud.ts";
import { type AwsAccount, accountRoot } from "../support/account.ts";
import { Alias, Key } from "../support/aws-resources.ts";
import { physicalName } from "../support/naming.ts";
import { denyExcept, type PolicyDocument, policy, policyJson, principals, type Statement } from "../support/policy.ts";
import { dataOptions } from "../support/removal.ts";
import type { ReplicatedRecordingStoreArgs } from "./args.ts";
import { mayConfigure, mayDelete, type PolicyPrincipals, readersOf } from "./policies.ts";

/** AWS's longest waiting time before a key that was scheduled for deletion is gone (KMS API Reference, ScheduleKeyDeletion). */
export const deletionWindowInDays = 30;

const lossActions = ["kms:ScheduleKeyDeletion", "kms:DisableKey", "kms:DeleteImportedKeyMaterial"];
const weakeningActions = ["kms:PutKeyPolicy", "kms:DisableKeyRotation", "kms:UpdateAlias", "kms:DeleteAlias"];

/**
 * The key's policy: IAM of the account decides (functions and replication have grants in their own policies), named
 * readers and plain writers use it through S3 of that region, and nobody but break-glass makes it unusable.
 */
export function keyPolicy(
  site: Site,
  region: string,
  account: AwsAccount,
  who: Pick<PolicyPrincipals, "access" | "deployers" | "removal" | "plainWriters">,
): PolicyDocument {
  const viaS3 = { StringEquals: { "kms:ViaService": `s3.${region}.amazonaws.com` } };
  const readers = readersOf(site, who.access);
  const through = (sid: string, names: readonly string[], actions: readonly string[]): Statement[] =>
    names.length === 0
      ? []
      : [{ Sid: sid, Effect: "Allow", Principal: { AWS: names }, Action: actions, Resource: "*", Condition: viaS3 }];
  return policy(
    {
      Sid: "AllowAccountIam",
      Effect: "Allow",
      Principal: { AWS: accountRoot(account) },
      Action: "kms:*",
      Resource: "*",
    },
    through("AllowReadersThroughS3", principals(readers.normal, readers.sensitive), ["kms:Decrypt"]),
    // Decrypt: a multipart upload reads its own parts (S3 User Guide, mpuAndPermissions).
    site === "primary"
      ? through("AllowWritersThroughS3", principals(who.plainWriters), ["kms:Decrypt", "kms:GenerateDataKey"])
      : [],
    denyExcept("DenyLosingTheKey", lossActions, "*", mayDelete(who)),
    denyExcept("DenyWeakeningTheKey", weakeningActions, "*", mayConfigure(who)),
  );
}

export function createKey(
  name: string,
  site: Site,
  args: ReplicatedRecordingStoreArgs,
  opts: CustomResourceOptions,
): Key {
  const region = args.regions[site];
  const document = keyPolicy(site, region, args.aws, {
    access: args.access,
    deployers: args.aws.deployers,
    removal: args.removal,
    plainWriters: args.landing.plainWriters,
  });
  const key = new Key(
    `${name}-${site}-key`,
    {
      region,
      description: `Recordings of ${args.scope.project}/${args.scope.stack} in ${site}. Deleting it makes them unreadable.`,
      enableKeyRotation: true,
      deletionWindowInDays,
      policy: policyJson("key", `the key of ${site}`, document),
      tags: { ...args.tags, "holdfast:site": site },
    },
    { ...opts, ...dataOptions(args.removal) },
  );
  const alias = physicalName(args.scope, "key", "recordings", site);
  new Alias(`${name}-${site}-key-alias`, { region, name: `alias/${alias}`, targetKeyId: key.keyId }, opts);
  return key;
}
