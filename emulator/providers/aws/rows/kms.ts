/** Rows of AWS Key Management Service. Replacements: Terraform AWS provider, `aws_kms_key` and `aws_kms_alias`. */

import type { KeySpec, KeyUsageType } from "@aws-sdk/client-kms";
import type { AliasArgs } from "@pulumi/aws/kms/alias.js";
import type { KeyArgs } from "@pulumi/aws/kms/key.js";
import { ifThere } from "../clients.ts";
import { type AwsJob, client, row, surplus } from "../row.ts";

export const key = row<KeyArgs>({
  type: "aws:kms/key:Key",
  supports: [
    "bypassPolicyLockoutSafetyCheck",
    "customerMasterKeySpec",
    "deletionWindowInDays",
    "description",
    "enableKeyRotation",
    "isEnabled",
    "keyUsage",
    "multiRegion",
    "policy",
    "region",
    "rotationPeriodInDays",
    "tags",
  ],
  identity: ["keyId"],
  replaceOn: ["customerMasterKeySpec", "keyUsage", "multiRegion"],
  // KMS API Reference, CreateKey.
  defaults: {
    customerMasterKeySpec: "SYMMETRIC_DEFAULT",
    enableKeyRotation: false,
    isEnabled: true,
    keyUsage: "ENCRYPT_DECRYPT",
    multiRegion: false,
  },
  computed: ["description", "policy", "rotationPeriodInDays"],
  json: { policy: "policy" },
  local: ["bypassPolicyLockoutSafetyCheck", "deletionWindowInDays"],
  tagged: true,

  async create(job) {
    const kms = await client(job, "kms");
    const { inputs } = job;
    const { KeyMetadata } = await kms.createKey({
      BypassPolicyLockoutSafetyCheck: inputs.bypassPolicyLockoutSafetyCheck,
      KeySpec: inputs.customerMasterKeySpec as KeySpec,
      KeyUsage: inputs.keyUsage as KeyUsageType,
      Description: inputs.description,
      MultiRegion: inputs.multiRegion,
      Policy: inputs.policy,
      Tags: Object.entries(job.tags).map(([TagKey, TagValue]) => ({ TagKey, TagValue })),
    });
    const id = KeyMetadata?.KeyId ?? "";
    job.created(id);
    if (inputs.enableKeyRotation) await rotate(job, id);
    if (inputs.isEnabled === false) await kms.disableKey({ KeyId: id });
    return id;
  },

  async read(job) {
    const kms = await client(job, "kms");
    const KeyId = job.id;
    const found = await ifThere(kms.describeKey({ KeyId }), "NotFoundException");
    const meta = found?.KeyMetadata;
    if (!meta || meta.KeyState === "PendingDeletion") return undefined;
    const [policy, rotation, tags] = await Promise.all([
      kms.getKeyPolicy({ KeyId, PolicyName: "default" }),
      kms.getKeyRotationStatus({ KeyId }),
      kms.listResourceTags({ KeyId }),
    ]);
    return {
      arn: meta.Arn,
      keyId: meta.KeyId,
      customerMasterKeySpec: meta.KeySpec,
      description: meta.Description,
      enableKeyRotation: rotation.KeyRotationEnabled ?? false,
      isEnabled: meta.Enabled,
      keyUsage: meta.KeyUsage,
      multiRegion: meta.MultiRegion ?? false,
      policy: policy.Policy,
      rotationPeriodInDays: rotation.KeyRotationEnabled ? rotation.RotationPeriodInDays : undefined,
      tags: Object.fromEntries((tags.Tags ?? []).map((t) => [t.TagKey ?? "", t.TagValue ?? ""])),
    };
  },

  async update(job, changed) {
    const kms = await client(job, "kms");
    const { inputs, id: KeyId } = job;
    // A disabled key takes no other change: enable first, disable last.
    if (changed.has("isEnabled") && inputs.isEnabled !== false) await kms.enableKey({ KeyId });
    if (changed.has("description")) await kms.updateKeyDescription({ KeyId, Description: inputs.description ?? "" });
    if (changed.has("policy") && inputs.policy !== undefined) {
      const BypassPolicyLockoutSafetyCheck = inputs.bypassPolicyLockoutSafetyCheck;
      await kms.putKeyPolicy({ KeyId, PolicyName: "default", Policy: inputs.policy, BypassPolicyLockoutSafetyCheck });
    }
    if (changed.has("enableKeyRotation") || changed.has("rotationPeriodInDays")) {
      if (inputs.enableKeyRotation) await rotate(job, KeyId);
      else await kms.disableKeyRotation({ KeyId });
    }
    if (changed.has("tags")) {
      const TagKeys = surplus(job);
      if (TagKeys.length > 0) await kms.untagResource({ KeyId, TagKeys });
      const Tags = Object.entries(job.tags).map(([TagKey, TagValue]) => ({ TagKey, TagValue }));
      if (Tags.length > 0) await kms.tagResource({ KeyId, Tags });
    }
    if (changed.has("isEnabled") && inputs.isEnabled === false) await kms.disableKey({ KeyId });
  },

  async delete(job) {
    const kms = await client(job, "kms");
    const PendingWindowInDays = job.inputs.deletionWindowInDays ?? 30;
    // A key that waits for its deletion already answers KMSInvalidStateException.
    const gone = ["NotFoundException", "KMSInvalidStateException"];
    await ifThere(kms.scheduleKeyDeletion({ KeyId: job.id, PendingWindowInDays }), ...gone);
  },
});

async function rotate(job: AwsJob<KeyArgs>, KeyId: string): Promise<void> {
  const kms = await client(job, "kms");
  await kms.enableKeyRotation({ KeyId, RotationPeriodInDays: job.inputs.rotationPeriodInDays });
}

export const alias = row<AliasArgs>({
  type: "aws:kms/alias:Alias",
  supports: ["name", "namePrefix", "region", "targetKeyId"],
  naming: { property: "name", prefix: "namePrefix", max: 256, head: "alias/" },
  identity: ["name"],
  replaceOn: ["name", "namePrefix"],
  // A key may be named by its id or by its ARN, which ends in the id.
  normalise: (inputs) =>
    typeof inputs.targetKeyId === "string"
      ? { ...inputs, targetKeyId: inputs.targetKeyId.replace(/^arn:.*:key\//, "") }
      : inputs,

  async create(job) {
    const kms = await client(job, "kms");
    const AliasName = job.inputs.name ?? "";
    await kms.createAlias({ AliasName, TargetKeyId: job.inputs.targetKeyId });
    return AliasName;
  },

  async read(job) {
    const kms = await client(job, "kms");
    let Marker: string | undefined;
    do {
      const page = await kms.listAliases({ Marker });
      const found = page.Aliases?.find((a) => a.AliasName === job.id);
      if (found) {
        const keyArn = found.AliasArn?.replace(/:alias\/.*$/, `:key/${found.TargetKeyId}`);
        return { arn: found.AliasArn, name: found.AliasName, targetKeyId: found.TargetKeyId, targetKeyArn: keyArn };
      }
      Marker = page.Truncated ? page.NextMarker : undefined;
    } while (Marker);
    return undefined;
  },

  async update(job, changed) {
    const kms = await client(job, "kms");
    if (changed.has("targetKeyId")) {
      await kms.updateAlias({ AliasName: job.id, TargetKeyId: job.inputs.targetKeyId });
    }
  },

  async delete(job) {
    const kms = await client(job, "kms");
    await ifThere(kms.deleteAlias({ AliasName: job.id }), "NotFoundException");
  },
});
