/** Rows of AWS Identity and Access Management, a global service. Replacements: Terraform AWS provider, `aws_iam_role`, `aws_iam_role_policy`. */
import type { RoleArgs } from "@pulumi/aws/iam/role.js";
import type { RolePolicyArgs } from "@pulumi/aws/iam/rolePolicy.js";
import { ifThere } from "../clients.ts";
import { client, row, surplus, tagList, tagMap } from "../row.ts";

export const role = row<RoleArgs>({
  type: "aws:iam/role:Role",
  supports: [
    "assumeRolePolicy",
    "description",
    "forceDetachPolicies",
    "managedPolicyArns",
    "maxSessionDuration",
    "name",
    "namePrefix",
    "path",
    "permissionsBoundary",
    "tags",
  ],
  naming: { property: "name", prefix: "namePrefix", max: 64 },
  identity: ["name"],
  replaceOn: ["name", "namePrefix", "path"],
  // IAM API Reference, CreateRole.
  defaults: { description: "", maxSessionDuration: 3600, path: "/" },
  computed: ["managedPolicyArns"],
  sets: ["managedPolicyArns"],
  json: { assumeRolePolicy: "policy" },
  local: ["forceDetachPolicies"],
  emulatorCannotChange: [
    { property: "description", reason: "the emulated IAM keeps the old text when it is told an empty one" },
  ],
  regional: false,
  tagged: true,

  async create(job) {
    const iam = await client(job, "iam");
    const { inputs } = job;
    const RoleName = inputs.name ?? "";
    await iam.createRole({
      RoleName,
      AssumeRolePolicyDocument: String(inputs.assumeRolePolicy),
      Description: inputs.description,
      MaxSessionDuration: inputs.maxSessionDuration,
      Path: inputs.path,
      PermissionsBoundary: inputs.permissionsBoundary,
      Tags: tagList(job.tags),
    });
    job.created(RoleName);
    for (const PolicyArn of inputs.managedPolicyArns ?? []) await iam.attachRolePolicy({ RoleName, PolicyArn });
    return RoleName;
  },

  async read(job) {
    const iam = await client(job, "iam");
    const RoleName = job.id;
    const found = await ifThere(iam.getRole({ RoleName }), "NoSuchEntity", "NoSuchEntityException");
    if (!found?.Role) return undefined;
    const [attached, tags] = await Promise.all([
      iam.listAttachedRolePolicies({ RoleName }),
      iam.listRoleTags({ RoleName }),
    ]);
    const { Role } = found;
    return {
      arn: Role.Arn,
      assumeRolePolicy: decodeURIComponent(Role.AssumeRolePolicyDocument ?? ""),
      createDate: Role.CreateDate?.toISOString(),
      description: Role.Description ?? "",
      managedPolicyArns: (attached.AttachedPolicies ?? []).map((p) => p.PolicyArn),
      maxSessionDuration: Role.MaxSessionDuration,
      name: Role.RoleName,
      path: Role.Path,
      permissionsBoundary: Role.PermissionsBoundary?.PermissionsBoundaryArn,
      tags: tagMap(tags.Tags),
      uniqueId: Role.RoleId,
    };
  },

  async update(job, changed) {
    const iam = await client(job, "iam");
    const { inputs, id: RoleName } = job;
    if (changed.has("assumeRolePolicy")) {
      await iam.updateAssumeRolePolicy({ RoleName, PolicyDocument: String(inputs.assumeRolePolicy) });
    }
    if (changed.has("description") || changed.has("maxSessionDuration")) {
      const { description: Description, maxSessionDuration: MaxSessionDuration } = inputs;
      await iam.updateRole({ RoleName, Description, MaxSessionDuration });
    }
    if (changed.has("permissionsBoundary")) {
      const PermissionsBoundary = inputs.permissionsBoundary;
      if (PermissionsBoundary) await iam.putRolePermissionsBoundary({ RoleName, PermissionsBoundary });
      else await iam.deleteRolePermissionsBoundary({ RoleName });
    }
    if (changed.has("managedPolicyArns") && inputs.managedPolicyArns) {
      const wanted = new Set(inputs.managedPolicyArns);
      const has = (job.state.managedPolicyArns ?? []) as string[];
      for (const PolicyArn of has) if (!wanted.has(PolicyArn)) await iam.detachRolePolicy({ RoleName, PolicyArn });
      for (const PolicyArn of wanted) if (!has.includes(PolicyArn)) await iam.attachRolePolicy({ RoleName, PolicyArn });
    }
    if (changed.has("tags")) {
      const TagKeys = surplus(job);
      if (TagKeys.length > 0) await iam.untagRole({ RoleName, TagKeys });
      const Tags = tagList(job.tags);
      if (Tags.length > 0) await iam.tagRole({ RoleName, Tags });
    }
  },

  async delete(job) {
    const iam = await client(job, "iam");
    const RoleName = job.id;
    const gone = ["NoSuchEntity", "NoSuchEntityException"];
    let managed = job.inputs.managedPolicyArns ?? [];
    if (job.inputs.forceDetachPolicies) {
      const attached = await ifThere(iam.listAttachedRolePolicies({ RoleName }), ...gone);
      managed = (attached?.AttachedPolicies ?? []).map((p) => p.PolicyArn ?? "");
      const inline = await ifThere(iam.listRolePolicies({ RoleName }), ...gone);
      for (const PolicyName of inline?.PolicyNames ?? []) {
        await ifThere(iam.deleteRolePolicy({ RoleName, PolicyName }), ...gone);
      }
    }
    for (const PolicyArn of managed) await ifThere(iam.detachRolePolicy({ RoleName, PolicyArn }), ...gone);
    await ifThere(iam.deleteRole({ RoleName }), ...gone);
  },
});

export const rolePolicy = row<RolePolicyArgs>({
  type: "aws:iam/rolePolicy:RolePolicy",
  supports: ["name", "namePrefix", "policy", "role"],
  naming: { property: "name", prefix: "namePrefix", max: 128 },
  identity: ["name", "role"],
  replaceOn: ["name", "namePrefix", "role"],
  json: { policy: "policy" },
  regional: false,

  async create(job) {
    const iam = await client(job, "iam");
    const RoleName = String(job.inputs.role);
    const PolicyName = job.inputs.name ?? "";
    await iam.putRolePolicy({ RoleName, PolicyName, PolicyDocument: String(job.inputs.policy) });
    return `${RoleName}:${PolicyName}`;
  },

  async read(job) {
    const iam = await client(job, "iam");
    const [RoleName, PolicyName] = job.id.split(":");
    const found = await ifThere(iam.getRolePolicy({ RoleName, PolicyName }), "NoSuchEntity", "NoSuchEntityException");
    if (!found) return undefined;
    return { name: PolicyName, role: RoleName, policy: decodeURIComponent(found.PolicyDocument ?? "") };
  },

  async update(job) {
    const iam = await client(job, "iam");
    const [RoleName, PolicyName] = job.id.split(":");
    await iam.putRolePolicy({ RoleName, PolicyName, PolicyDocument: String(job.inputs.policy) });
  },

  async delete(job) {
    const iam = await client(job, "iam");
    const [RoleName, PolicyName] = job.id.split(":");
    await ifThere(iam.deleteRolePolicy({ RoleName, PolicyName }), "NoSuchEntity", "NoSuchEntityException");
  },
});
