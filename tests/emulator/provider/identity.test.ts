import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Harness, live, region } from "./harness.ts";

let h: Harness;
beforeAll(async () => {
  h = await Harness.start();
});
afterAll(() => h.stop());

const trust = (service = "lambda"): string =>
  JSON.stringify({
    Version: "2012-10-17",
    Statement: [{ Effect: "Allow", Principal: { Service: `${service}.amazonaws.com` }, Action: "sts:AssumeRole" }],
  });

describe("KMS rows", () => {
  it("Key", async () => {
    const policy = (sid: string) =>
      JSON.stringify({
        Version: "2012-10-17",
        Statement: [
          {
            Sid: sid,
            Effect: "Allow",
            Principal: { AWS: "arn:aws:iam::000000000000:root" },
            Action: "kms:*",
            Resource: "*",
          },
        ],
      });
    const stated = { region, description: "One", deletionWindowInDays: 7 };
    await live(h, {
      type: "aws:kms/key:Key",
      inputs: { ...stated, enableKeyRotation: true, policy: policy("A"), tags: { a: "1" } },
      updates: [
        { ...stated, description: "Two", policy: policy("B"), tags: { b: "1" } },
        { ...stated, policy: policy("B"), enableKeyRotation: true, rotationPeriodInDays: 180 },
        { ...stated, policy: policy("B"), isEnabled: false },
        { ...stated, policy: policy("A"), isEnabled: true, tags: { a: "1" } },
      ],
      outside: [
        {
          sees: "policy",
          change: async ({ id: KeyId }) =>
            (await h.client("kms")).putKeyPolicy({ KeyId, PolicyName: "default", Policy: policy("X") }),
        },
        { sees: "isEnabled", change: async ({ id: KeyId }) => (await h.client("kms")).disableKey({ KeyId }) },
        {
          sees: "enableKeyRotation",
          change: async ({ id: KeyId }) => (await h.client("kms")).enableKeyRotation({ KeyId }),
        },
        {
          sees: "tags",
          change: async ({ id: KeyId }) =>
            (await h.client("kms")).tagResource({ KeyId, Tags: [{ TagKey: "x", TagValue: "y" }] }),
        },
        { sees: "<gone>", change: async ({ id: KeyId }) => (await h.client("kms")).scheduleKeyDeletion({ KeyId }) },
      ],
    });
  });

  it("a deleted key only waits for its deletion, for as long as was stated", async () => {
    const key = await h.create("aws:kms/key:Key", { region, deletionWindowInDays: 7 });
    await h.delete(key);
    const { KeyMetadata } = await (await h.client("kms")).describeKey({ KeyId: key.id });
    expect(KeyMetadata?.KeyState).toBe("PendingDeletion");
    const days = ((KeyMetadata?.DeletionDate?.getTime() ?? 0) - Date.now()) / 86_400_000;
    expect(days).toBeGreaterThan(6.9);
    expect(days).toBeLessThan(7.1);
  });

  it("Alias", async () => {
    const keys = [await h.create("aws:kms/key:Key", { region }), await h.create("aws:kms/key:Key", { region })];
    const stated = { name: "alias/hf-it", region };
    await live(h, {
      type: "aws:kms/alias:Alias",
      inputs: { ...stated, targetKeyId: keys[0]?.id },
      updates: [
        { ...stated, targetKeyId: keys[1]?.state.arn },
        { ...stated, targetKeyId: keys[0]?.id },
      ],
      outside: [
        {
          sees: "targetKeyId",
          change: async ({ id: AliasName }) =>
            (await h.client("kms")).updateAlias({ AliasName, TargetKeyId: keys[1]?.id }),
        },
        { sees: "<gone>", change: async ({ id: AliasName }) => (await h.client("kms")).deleteAlias({ AliasName }) },
      ],
    });
  });
});

describe("IAM rows", () => {
  it("Role", async () => {
    const stated = { name: "hf-it-role", assumeRolePolicy: trust() };
    const boundary = "arn:aws:iam::aws:policy/ReadOnlyAccess";
    await live(h, {
      type: "aws:iam/role:Role",
      inputs: { ...stated, description: "One", maxSessionDuration: 7200, path: "/hf/", tags: { a: "1" } },
      updates: [
        {
          ...stated,
          assumeRolePolicy: trust("s3"),
          path: "/hf/",
          description: "Two",
          permissionsBoundary: boundary,
          tags: { b: "1" },
        },
        { ...stated, path: "/hf/", description: "Three" },
      ],
      outside: [
        {
          sees: "assumeRolePolicy",
          change: async ({ id: RoleName }) =>
            (await h.client("iam", "")).updateAssumeRolePolicy({ RoleName, PolicyDocument: trust("ec2") }),
        },
        {
          sees: "maxSessionDuration",
          change: async ({ id: RoleName }) =>
            (await h.client("iam", "")).updateRole({ RoleName, MaxSessionDuration: 10800 }),
        },
        {
          sees: "tags",
          change: async ({ id: RoleName }) =>
            (await h.client("iam", "")).tagRole({ RoleName, Tags: [{ Key: "x", Value: "y" }] }),
        },
        { sees: "<gone>", change: async ({ id: RoleName }) => (await h.client("iam", "")).deleteRole({ RoleName }) },
      ],
    });
  });

  it("RolePolicy", async () => {
    const role = await h.create("aws:iam/role:Role", { name: "hf-it-policed", assumeRolePolicy: trust() });
    const policy = (action: string) => ({
      name: "admit",
      role: role.id,
      policy: JSON.stringify({
        Version: "2012-10-17",
        Statement: [{ Effect: "Allow", Action: action, Resource: "*" }],
      }),
    });
    await live(h, {
      type: "aws:iam/rolePolicy:RolePolicy",
      inputs: policy("s3:GetObject"),
      updates: [policy("s3:PutObject")],
      outside: [
        {
          sees: "policy",
          change: async () =>
            (await h.client("iam", "")).putRolePolicy({
              RoleName: role.id,
              PolicyName: "admit",
              PolicyDocument: policy("s3:*").policy,
            }),
        },
        {
          sees: "<gone>",
          change: async () => (await h.client("iam", "")).deleteRolePolicy({ RoleName: role.id, PolicyName: "admit" }),
        },
      ],
    });
  });
});
