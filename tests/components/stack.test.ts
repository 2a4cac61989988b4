/** The whole AWS stack under mocks: what the components get from settings, and what the stack answers. */
import * as pulumi from "@pulumi/pulumi";
import { afterEach, describe, expect, it } from "vitest";
import { duration } from "../../model/duration.ts";
import type { Settings } from "../../model/settings.ts";
import { awsStack } from "../../stacks/aws.ts";
import { access, classes, genesys, role, targets } from "./support/fixtures.ts";
import { inputsOf, promiseOf, useMocks } from "./support/record.ts";

const settings = (changes: Partial<Settings> = {}): Settings => ({
  cloud: "aws",
  primaryRegion: "us-east-1",
  drRegion: "us-west-2",
  removal: "keep",
  ...targets,
  retention: classes,
  legalHold: {
    officers: [],
    grace: duration("30 days"),
    releaseApprovals: 2,
    bulkThreshold: 1_000,
    approvalExpires: duration("7 days"),
  },
  access,
  admission: { classification: [], holdRules: [], classes: [{ className: "standard" }] },
  sources: { genesys, plain: { writers: [role("Exporter")] } },
  failover: { probeInterval: duration("30 seconds"), failures: 3, successes: 10, automaticReads: true },
  audit: { retention: duration("10 years"), lock: "compliance" },
  volumes: {},
  alerts: { email: [] },
  tags: { team: "recordings" },
  provider: { profile: "recordings" },
  ...changes,
});
const bundles = { admit: { name: "admit", code: "export {}" } };

/** A session of the role that deploys, as STS shows it and as IAM resolves it. */
const caller = (issuerArn: string) => ({
  "aws:index/getCallerIdentity:getCallerIdentity": {
    accountId: "111122223333",
    arn: "arn:aws:sts::111122223333:assumed-role/Deployer/session",
    id: "111122223333",
    userId: "AROAEXAMPLE:session",
  },
  "aws:iam/getSessionContext:getSessionContext": { issuerArn },
});

const build = async (changes: Partial<Settings> = {}, issuerArn = role("Deployer")) => {
  await useMocks(caller(issuerArn));
  return awsStack({
    project: "holdfast",
    stack: "test",
    settings: settings(changes),
    bundles: Promise.resolve(bundles),
  });
};

describe("awsStack", () => {
  afterEach(() => pulumi.runtime.disconnect());

  it("answers the outputs that tools rely on", async () => {
    const outputs = await build();
    expect(await promiseOf(outputs as never)).toEqual({
      cloud: "aws",
      primaryRegion: "us-east-1",
      drRegion: "us-west-2",
      locations: {
        primary: {
          metadata: "holdfast-test-metadata-primary-111122223333",
          media: "holdfast-test-media-primary-111122223333",
          landing: "holdfast-test-landing-primary-111122223333",
        },
        dr: {
          metadata: "holdfast-test-metadata-dr-111122223333",
          media: "holdfast-test-media-dr-111122223333",
          landing: "holdfast-test-landing-dr-111122223333",
        },
      },
      catalog: "holdfast-test-catalog-111122223333",
      functions: { admit: "holdfast-test-admit-111122223333" },
    });
  });

  it("names the intake's roles and the caller's role in the store's policies", async () => {
    await build();
    await pulumi.runtime.disconnect();
    const exempt = (bucket: string, sid: string) => {
      const { policy } = inputsOf("aws:s3/bucketPolicy:BucketPolicy", `store-${bucket}-policy`);
      const statements: { Sid: string; Condition: { ArnNotLike: Record<string, string[]> } }[] = JSON.parse(
        String(policy),
      ).Statement;
      return statements.find(({ Sid }) => Sid === sid)?.Condition.ArnNotLike["aws:PrincipalArn"];
    };
    expect(exempt("primary-media", "DenyWritesExceptAdmission")).toEqual([role("holdfast-test-admit-111122223333")]);
    expect(exempt("primary-landing", "DenyWritesExceptSources")).toEqual([
      role("Exporter"),
      role("holdfast-test-genesys-111122223333"),
    ]);
    expect(exempt("dr-media", "DenyConfiguration")).toEqual([role("BreakGlass"), role("Deployer")]);
    expect(inputsOf("pulumi:providers:aws", "aws")).toMatchObject({ region: "us-east-1", profile: "recordings" });
    expect(inputsOf("aws:s3/bucket:Bucket", "store-dr-media").tags).toEqual({
      team: "recordings",
      "holdfast:project": "holdfast",
      "holdfast:stack": "test",
      "holdfast:site": "dr",
      "holdfast:location": "media",
    });
  });

  it("refuses an update under a role that its own policies would shut out", async () => {
    const deployers = [role("Pipeline")];
    await expect(build({ access: { ...access, deployers } })).rejects.toMatchObject({
      code: "HF4004",
      message: expect.stringMatching(/role\/Deployer.*holdfast:access\.deployers.*role\/Pipeline/s),
    });
  });

  it.each([[role("Deployer")], ["arn:aws:iam::111122223333:role/Deploy*"]])(
    "accepts deployers %s",
    async (deployer) => {
      await expect(build({ access: { ...access, deployers: [deployer] } })).resolves.toBeDefined();
    },
  );

  it("refuses a cloud that this version has no stack for", async () => {
    await expect(build({ cloud: "azure" })).rejects.toMatchObject({ code: "HF4006" });
  });
});
