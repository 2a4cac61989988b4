/** What tools outside this repository rely on, and what every bucket of the deployed stack must be. */
import { readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import {
  GetBucketEncryptionCommand,
  GetBucketLocationCommand,
  GetBucketVersioningCommand,
  GetObjectLockConfigurationCommand,
  GetPublicAccessBlockCommand,
} from "@aws-sdk/client-s3";
import { GetCallerIdentityCommand, STSClient } from "@aws-sdk/client-sts";
import { describe, expect, it } from "vitest";
import { keysOf } from "../../../emulator/demo/aws.ts";
import { bucketRoles, type Instance, sites } from "../support/instance.ts";

/** Who each credential is: the account's root key for `admin` alone, for all others a session of a role. */
const identities = {
  admin: "arn:aws:iam::000000000000:root",
  officer: "arn:aws:sts::000000000000:assumed-role/ComplianceOfficer/officer-one",
  officer2: "arn:aws:sts::000000000000:assumed-role/ComplianceOfficer/officer-two",
  drReader: "arn:aws:sts::000000000000:assumed-role/ComplianceAuditor/operator",
  sensitiveReader: "arn:aws:sts::000000000000:assumed-role/PciAuditor/operator",
  reader: "arn:aws:sts::000000000000:assumed-role/QaPortal/operator",
  outsider: "arn:aws:sts::000000000000:assumed-role/Outsider/operator",
  breakGlass: "arn:aws:sts::000000000000:assumed-role/BreakGlass/operator",
} as const;

/** Bucket names are explicit: `<project>-<stack>-<what>-<site>-<account>`. */
const bucketName = (role: string, site: string) => `holdfast-embedded-${role}-${site}-000000000000`;
const places = sites.flatMap((site) => bucketRoles.map((role) => [bucketName(role, site), site, role] as const));

interface Exported {
  readonly deployment: { readonly resources: readonly { readonly urn: string }[] };
}

export function contract(instance: () => Instance): void {
  describe(".local/stack.json", () => {
    const file = () => join(instance().local, "stack.json");
    const content = () => JSON.parse(readFileSync(file(), "utf8")) as Record<string, unknown>;

    it("has exactly the members of its contract, and is for its owner's eyes only", () => {
      const { credentials, outputs, ...rest } = content();
      expect(rest).toEqual({
        schemaVersion: 1,
        cloud: "aws",
        endpoint: expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+$/),
        regions: { primary: "us-east-1", dr: "us-west-2" },
        accountId: "000000000000",
      });
      expect(Object.keys(credentials as object)).toEqual(expect.arrayContaining(Object.keys(identities)));
      expect(outputs).toEqual({
        cloud: "aws",
        primaryRegion: "us-east-1",
        drRegion: "us-west-2",
        locations: {
          primary: {
            metadata: bucketName("metadata", "primary"),
            media: bucketName("media", "primary"),
            landing: bucketName("landing", "primary"),
          },
          dr: {
            metadata: bucketName("metadata", "dr"),
            media: bucketName("media", "dr"),
            landing: bucketName("landing", "dr"),
          },
        },
        catalog: "holdfast-embedded-catalog-000000000000",
        functions: { admit: "holdfast-embedded-admit-000000000000" },
      });
      expect(statSync(file()).mode & 0o777).toBe(0o600);
    });

    it("gives keys in the three words of AWS, and none but admin's is a root key (promise 9)", async () => {
      const { stack } = instance();
      const found: Record<string, string | undefined> = {};
      for (const [who, keys] of Object.entries(stack.credentials)) {
        const words =
          who === "admin" ? ["accessKeyId", "secretAccessKey"] : ["accessKeyId", "secretAccessKey", "sessionToken"];
        expect(Object.keys(keys), who).toEqual(words);
        expect(
          Object.values(keys).every((value) => typeof value === "string" && value !== ""),
          who,
        ).toBe(true);
        const sts = new STSClient({
          endpoint: stack.endpoint,
          region: stack.regions.primary,
          credentials: { ...keysOf(stack, who) },
        });
        found[who] = (await sts.send(new GetCallerIdentityCommand({}))).Arn;
      }
      expect(found).toMatchObject(identities);
      expect(Object.entries(found).filter(([, arn]) => /:root$/.test(arn ?? ":root"))).toEqual([
        ["admin", identities.admin],
      ]);
    });
  });

  describe("a second `pulumi up`", () => {
    it("has nothing to do, also after asking the cloud what is there, and leaves the state as it was", async () => {
      const resources = async (): Promise<readonly string[]> => {
        const { stdout } = await instance().pulumi(["stack", "export"]);
        return (JSON.parse(stdout) as Exported).deployment.resources.map(({ urn }) => urn).sort();
      };
      const before = await resources();
      const again = await instance().pulumi(["up", "--yes", "--skip-preview", "--refresh"]);
      expect(again.code, again.stdout + again.stderr).toBe(0);
      const unchanged = [...again.stdout.matchAll(/^Resources:\n((?: {4}.*\n)+)/gm)].map((match) => match[1]);
      expect(unchanged.length).toBeGreaterThan(0);
      for (const lines of unchanged) expect(lines).toMatch(/^ {4}\d+ unchanged\n$/);
      expect(await resources()).toEqual(before);
      expect(before.length).toBeGreaterThan(60);
    });
  });

  describe.each(places)("%s", (Bucket, site, role) => {
    const s3 = () => instance().s3("admin", site);

    it("is in its region, versioned, closed to the public and encrypted with its site's key by default", async () => {
      const location = await s3().send(new GetBucketLocationCommand({ Bucket }));
      // us-east-1 is told by the absence of a constraint (S3 API Reference, GetBucketLocation).
      expect(location.LocationConstraint ?? "us-east-1").toBe(site === "primary" ? "us-east-1" : "us-west-2");
      expect((await s3().send(new GetBucketVersioningCommand({ Bucket }))).Status).toBe("Enabled");
      const { PublicAccessBlockConfiguration } = await s3().send(new GetPublicAccessBlockCommand({ Bucket }));
      expect(PublicAccessBlockConfiguration).toEqual({
        BlockPublicAcls: true,
        BlockPublicPolicy: true,
        IgnorePublicAcls: true,
        RestrictPublicBuckets: true,
      });
      const { ServerSideEncryptionConfiguration } = await s3().send(new GetBucketEncryptionCommand({ Bucket }));
      const [rule, ...others] = ServerSideEncryptionConfiguration?.Rules ?? [];
      expect(others).toEqual([]);
      expect(rule?.BucketKeyEnabled).toBe(true);
      expect(rule?.ApplyServerSideEncryptionByDefault?.SSEAlgorithm).toBe("aws:kms");
      const region = site === "primary" ? "us-east-1" : "us-west-2";
      expect(rule?.ApplyServerSideEncryptionByDefault?.KMSMasterKeyID).toMatch(
        new RegExp(`^arn:aws:kms:${region}:000000000000:key/[0-9a-f-]{36}$`),
      );
    });

    it(
      role === "landing"
        ? "has no Object Lock, or nothing could expire"
        : "has Object Lock without a default retention (promise 1)",
      async () => {
        const lock = s3().send(new GetObjectLockConfigurationCommand({ Bucket }));
        if (role === "landing")
          await expect(lock).rejects.toThrow(/ObjectLockConfiguration|Object Lock configuration/i);
        else expect((await lock).ObjectLockConfiguration).toEqual({ ObjectLockEnabled: "Enabled" });
      },
    );
  });
}
