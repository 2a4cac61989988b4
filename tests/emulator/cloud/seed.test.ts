/** The seeded principals exist, are what they say, and are safe to seed twice. */
import { ListBucketsCommand } from "@aws-sdk/client-s3";
import { GetCallerIdentityCommand, STSClient } from "@aws-sdk/client-sts";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type SeededCredentials, seedPrincipals } from "../../../emulator/cloud/seed.ts";
import { refusal, startTestCloud, type TestCloud } from "./support.ts";

let cloud: TestCloud;
let first: SeededCredentials;

beforeAll(async () => {
  cloud = await startTestCloud();
  first = await seedPrincipals(cloud);
});
afterAll(() => cloud.dispose());

const arnOf = async (who: keyof SeededCredentials, from = first) => {
  const sts = cloud.client(STSClient as new (config: object) => STSClient, "us-east-1", from[who]);
  return (await sts.send(new GetCallerIdentityCommand({}))).Arn;
};

test("each credential is a session of its role, and only admin is root", async () => {
  const assumed = "arn:aws:sts::000000000000:assumed-role";
  expect(await arnOf("officer")).toBe(`${assumed}/ComplianceOfficer/officer-one`);
  expect(await arnOf("officer2")).toBe(`${assumed}/ComplianceOfficer/officer-two`);
  expect(await arnOf("drReader")).toBe(`${assumed}/ComplianceAuditor/operator`);
  expect(await arnOf("sensitiveReader")).toBe(`${assumed}/PciAuditor/operator`);
  expect(await arnOf("reader")).toBe(`${assumed}/QaPortal/operator`);
  expect(await arnOf("outsider")).toBe(`${assumed}/Outsider/operator`);
  expect(await arnOf("breakGlass")).toBe(`${assumed}/BreakGlass/operator`);
  expect(await arnOf("deployer")).toBe(`${assumed}/HoldfastDeployer/operator`);
  expect(await arnOf("admin")).toBe("arn:aws:iam::000000000000:root");
});

test("a reader has nothing by itself, an outsider has S3", async () => {
  const list = (who: keyof SeededCredentials) => cloud.s3("us-east-1", first[who]).send(new ListBucketsCommand({}));
  expect(await refusal(list("reader"))).toBe("403 AccessDenied");
  expect((await list("outsider")).$metadata.httpStatusCode).toBe(200);
});

test("seeding again keeps earlier sessions valid", async () => {
  const second = await seedPrincipals(cloud);
  expect(await arnOf("reader", second)).toBe(await arnOf("reader", first));
  expect(second.reader.accessKeyId).not.toBe(first.reader.accessKeyId);
});

test("seeding against a cut cloud says so with its code", async () => {
  await fetch(`${cloud.controlEndpoint}/faults`, {
    method: "POST",
    body: JSON.stringify({ service: "iam", mode: "503" }),
  });
  await expect(seedPrincipals(cloud)).rejects.toThrow(/^HF5305 seeding principals/);
  await fetch(`${cloud.controlEndpoint}/faults`, { method: "DELETE" });
});
