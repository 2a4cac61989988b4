import { describe, expect, it } from "vitest";
import { keyPolicy } from "../../../components/replicated-recording-store/keys.ts";

const role = (name: string) => `arn:aws:iam::111122223333:role/${name}`;
const account = { accountId: "111122223333", partition: "aws", deployers: [role("Deployer")] };
const who = {
  access: {
    readers: [role("Qa")],
    drReaders: [role("Auditor")],
    sensitiveReaders: [role("Pci")],
    drAdmins: [role("DrAdmin")],
    breakGlass: [role("Glass")],
    deployers: [],
  },
  deployers: account.deployers,
  removal: "keep",
  plainWriters: [role("Exporter")],
} as const;
const bySid = (...args: Parameters<typeof keyPolicy>) =>
  Object.fromEntries(keyPolicy(...args).Statement.map((s) => [s.Sid, s]));

describe("keyPolicy (promise 9)", () => {
  it("primary", () => {
    expect(keyPolicy("primary", "us-east-1", account, who).Statement).toEqual([
      {
        Sid: "AllowAccountIam",
        Effect: "Allow",
        Principal: { AWS: "arn:aws:iam::111122223333:root" },
        Action: "kms:*",
        Resource: "*",
      },
      {
        Sid: "AllowReadersThroughS3",
        Effect: "Allow",
        Principal: { AWS: [role("Pci"), role("Qa")] },
        Action: ["kms:Decrypt"],
        Resource: "*",
        Condition: { StringEquals: { "kms:ViaService": "s3.us-east-1.amazonaws.com" } },
      },
      {
        Sid: "AllowWritersThroughS3",
        Effect: "Allow",
        Principal: { AWS: [role("Exporter")] },
        Action: ["kms:Decrypt", "kms:GenerateDataKey"],
        Resource: "*",
        Condition: { StringEquals: { "kms:ViaService": "s3.us-east-1.amazonaws.com" } },
      },
      {
        Sid: "DenyLosingTheKey",
        Effect: "Deny",
        Principal: "*",
        Action: ["kms:ScheduleKeyDeletion", "kms:DisableKey", "kms:DeleteImportedKeyMaterial"],
        Resource: "*",
        Condition: { ArnNotLike: { "aws:PrincipalArn": [role("Glass")] } },
      },
      {
        Sid: "DenyWeakeningTheKey",
        Effect: "Deny",
        Principal: "*",
        Action: ["kms:PutKeyPolicy", "kms:DisableKeyRotation", "kms:UpdateAlias", "kms:DeleteAlias"],
        Resource: "*",
        Condition: { ArnNotLike: { "aws:PrincipalArn": [role("Deployer"), role("Glass")] } },
      },
    ]);
  });

  it("dr has its own readers and no writers", () => {
    const policy = bySid("dr", "us-west-2", account, who);
    expect(policy.AllowReadersThroughS3?.Principal).toEqual({ AWS: [role("Auditor"), role("DrAdmin"), role("Pci")] });
    expect(policy.AllowReadersThroughS3?.Condition).toEqual({
      StringEquals: { "kms:ViaService": "s3.us-west-2.amazonaws.com" },
    });
    expect(policy).not.toHaveProperty("AllowWritersThroughS3");
  });

  it("lets deployers schedule the deletion only in stacks that are thrown away", () => {
    const deny = bySid("dr", "us-west-2", account, { ...who, removal: "destroy" }).DenyLosingTheKey;
    expect(deny?.Condition).toEqual({ ArnNotLike: { "aws:PrincipalArn": [role("Deployer"), role("Glass")] } });
  });
});
