/**
 * Proves that the AWS adapters behave as the ports say, with signatures and permissions checked, against the emulated
 * AWS. It does not prove that AWS itself behaves as the emulated one does.
 */
import { afterAll, beforeAll } from "vitest";
import { catalogSuite } from "./suites/catalog.ts";
import { landingSuite } from "./suites/landing.ts";
import type { Message } from "./suites/queue.ts";
import { queueSuite } from "./suites/queue.ts";
import { recordingStoreSuite } from "./suites/recording-store.ts";
import type { AwsHarness } from "./support/aws.ts";
import { startAws } from "./support/aws.ts";

let aws: AwsHarness | undefined;
const started = (): AwsHarness => {
  if (!aws) throw new TypeError("the emulated AWS did not start");
  return aws;
};

beforeAll(async () => {
  aws = await startAws();
});
afterAll(async () => {
  await aws?.stop();
});

landingSuite("aws", () => started().landing());
recordingStoreSuite("aws", () => started().store());
catalogSuite("aws", () => started().catalog());
queueSuite("aws", () => started().queue<Message>());
