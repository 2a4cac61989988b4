/** Entry of the admit function on AWS Lambda: environment, clients, queue batches. No logic. */
import { readFileSync } from "node:fs";
import type { SQSBatchResponse, SQSEvent } from "aws-lambda";
import * as z from "zod/mini";
import { awsCatalog } from "../../adapters/aws/catalog.ts";
import { dynamodbClient, s3Client, s3TransferClient, sqsClient } from "../../adapters/aws/clients.ts";
import { awsLanding } from "../../adapters/aws/landing.ts";
import { jsonLog } from "../../adapters/aws/log.ts";
import { emfMetrics } from "../../adapters/aws/metrics.ts";
import { awsQueue } from "../../adapters/aws/queue.ts";
import { awsRecordingStore } from "../../adapters/aws/recording-store.ts";
import type { AdmissionRules } from "../../model/admission-rules.ts";
import { HoldfastError } from "../../model/errors.ts";
import { systemClock } from "../../ports/clock.ts";
import { type AdmitEnv, admitEnv } from "./env.ts";
import { type HandleDeps, handleBatch } from "./handle.ts";
import type { ConfirmMessage } from "./messages.ts";
import { parseRules } from "./rules.ts";

/** @throws HoldfastError `HF2030` naming every variable that is wrong. */
function readEnv(variables: Readonly<Record<string, string | undefined>>): AdmitEnv {
  const parsed = z.safeParse(admitEnv, variables);
  if (parsed.success) return parsed.data;
  const wrong = parsed.error.issues.map(({ path, message }) => `${path.join(".")}: ${message}`);
  throw new HoldfastError("HF2030", `environment of the function: ${wrong.join("; ")}; fix: run \`pulumi up\``);
}

function readRules(): AdmissionRules {
  let text: string;
  try {
    text = readFileSync(new URL("./rules.json", import.meta.url), "utf8");
  } catch (error) {
    throw new HoldfastError("HF2031", "rules.json beside the function's code cannot be read; fix: run `pulumi up`", {
      cause: error,
    });
  }
  return parseRules(text);
}

function wire(env: AdmitEnv): HandleDeps {
  const primaryS3 = s3Client(env.HOLDFAST_PRIMARY_REGION);
  const drS3 = s3Client(env.HOLDFAST_DR_REGION);
  return {
    landingBucket: env.HOLDFAST_LANDING,
    landing: awsLanding({ s3: primaryS3, bucket: env.HOLDFAST_LANDING }),
    primary: awsRecordingStore({
      s3: primaryS3,
      transfers: s3TransferClient(env.HOLDFAST_PRIMARY_REGION),
      site: "primary",
      buckets: { metadata: env.HOLDFAST_PRIMARY_METADATA, media: env.HOLDFAST_PRIMARY_MEDIA },
      landing: env.HOLDFAST_LANDING,
    }),
    dr: awsRecordingStore({
      s3: drS3,
      transfers: s3TransferClient(env.HOLDFAST_DR_REGION),
      site: "dr",
      buckets: { metadata: env.HOLDFAST_DR_METADATA, media: env.HOLDFAST_DR_MEDIA },
    }),
    catalog: awsCatalog({ dynamodb: dynamodbClient(env.HOLDFAST_PRIMARY_REGION), table: env.HOLDFAST_CATALOG }),
    confirmQueue: awsQueue<ConfirmMessage>({
      sqs: sqsClient(env.HOLDFAST_PRIMARY_REGION),
      url: env.HOLDFAST_CONFIRM_QUEUE,
    }),
    clock: systemClock,
    metrics: emfMetrics({ namespace: env.HOLDFAST_METRICS_NAMESPACE, dimensions: { Stack: env.HOLDFAST_STACK } }),
    log: jsonLog({ fields: { function: "admit", stack: env.HOLDFAST_STACK } }),
    rules: readRules(),
    layouts: {
      ...(env.HOLDFAST_GENESYS_ORGANIZATION === "" ? {} : { genesysOrganization: env.HOLDFAST_GENESYS_ORGANIZATION }),
      plain: env.HOLDFAST_PLAIN_LAYOUT === "on",
    },
  };
}

// At module load, so that a wrong environment fails the cold start and not the first recording.
const deps = wire(readEnv(process.env));

export async function handler(event: SQSEvent): Promise<SQSBatchResponse> {
  const records = event.Records.map(({ messageId, body }) => ({ id: messageId, body }));
  const failed = await handleBatch(records, deps);
  return { batchItemFailures: failed.map((itemIdentifier) => ({ itemIdentifier })) };
}
