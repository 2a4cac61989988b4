/** The SDK clients of one region, with the same limits everywhere. */
import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { S3Client } from "@aws-sdk/client-s3";
import { SQSClient } from "@aws-sdk/client-sqs";

/** Milliseconds until a connection must stand. */
const connectionTimeout = 2_000;
/** `requestTimeout`: milliseconds from the start of one attempt until its answer must begin. */
const calls: { readonly requestTimeout: number; readonly maxAttempts: number } = {
  requestTimeout: 10_000,
  maxAttempts: 4,
};
/**
 * The same for calls that carry or copy a whole object: S3 answers a copy when it is done, and copies of gigabytes take tens
 * of seconds. Two slow attempts fit into the 300 s of a function; a third would end in its timeout, which names no cause. A
 * client of their own, because in every other call these limits would hide a dead site.
 */
const transfers = { requestTimeout: 120_000, maxAttempts: 2 } as const;
/** Milliseconds of silence after which a body counts as cut. */
export const bodySilenceLimit = 20_000;

const limits = (region: string, { requestTimeout, maxAttempts } = calls) => ({
  region,
  maxAttempts,
  retryMode: "standard",
  requestHandler: {
    connectionTimeout,
    requestTimeout,
    throwOnRequestTimeout: true,
    // Longer than any attempt: silence is normal while S3 copies; reading bodies has its own limit.
    socketTimeout: transfers.requestTimeout + 10_000,
    httpAgent: { keepAlive: true, maxSockets: 64 },
    httpsAgent: { keepAlive: true, maxSockets: 64 },
  },
});

/**
 * True when an endpoint other than the cloud's own is set, e.g. the embedded default's: bucket names are no host names there.
 * Names as in AWS SDKs and Tools Reference Guide, "Service-specific endpoints".
 */
const endpointIsOverridden = () => Boolean(process.env.AWS_ENDPOINT_URL_S3 || process.env.AWS_ENDPOINT_URL);

/** S3 of one region. Uploads carry and downloads verify a checksum (the SDK's default). */
export const s3Client = (region: string): S3Client =>
  new S3Client({ ...limits(region), forcePathStyle: endpointIsOverridden() });

/** S3 of one region for calls that carry or copy a whole object: slow answers are waited for, twice. */
export const s3TransferClient = (region: string): S3Client =>
  new S3Client({ ...limits(region, transfers), forcePathStyle: endpointIsOverridden() });

/** DynamoDB of one region. */
export const dynamodbClient = (region: string): DynamoDBClient => new DynamoDBClient(limits(region));

/** SQS of one region. The endpoint is the region's, never the host in a queue's URL. */
export const sqsClient = (region: string): SQSClient =>
  new SQSClient({ ...limits(region), useQueueUrlAsEndpoint: false });
