/** Every port on AWS. */
export { awsCatalog, conversationIndex } from "./catalog.ts";
export { dynamodbClient, s3Client, s3TransferClient, sqsClient } from "./clients.ts";
export { UnexpectedAnswer } from "./errors.ts";
export { awsLanding } from "./landing.ts";
export type { JsonLogOptions } from "./log.ts";
export { jsonLog } from "./log.ts";
export type { EmfOptions } from "./metrics.ts";
export { emfMetrics } from "./metrics.ts";
export { awsQueue } from "./queue.ts";
export type { AwsRecordingStoreOptions } from "./recording-store.ts";
export { awsRecordingStore } from "./recording-store.ts";
