/** Every resource type of AWS that the offline provider offers. */
import type { Row } from "../../engine/row.ts";
import type { AwsSession } from "../session.ts";
import { logGroup, metricAlarm } from "./cloudwatch.ts";
import { table } from "./dynamodb-table.ts";
import { eventRule, eventTarget } from "./events.ts";
import { role, rolePolicy } from "./iam.ts";
import { alias, key } from "./kms.ts";
import { lambdaFunction } from "./lambda-function.ts";
import { eventInvokeConfig, eventSourceMapping, permission, recursionConfig } from "./lambda-triggers.ts";
import { bucket } from "./s3-bucket.ts";
import { bucketLifecycle } from "./s3-lifecycle.ts";
import { bucketNotification } from "./s3-notification.ts";
import { bucketReplication } from "./s3-replication.ts";
import {
  bucketEncryption,
  bucketObjectLock,
  bucketOwnershipControls,
  bucketPolicy,
  bucketPublicAccessBlock,
  bucketVersioning,
} from "./s3-settings.ts";
import { topic, topicPolicy, topicSubscription } from "./sns.ts";
import { queue, queuePolicy } from "./sqs.ts";

// Each row narrows its own inputs; the list cannot know them.
// biome-ignore lint/suspicious/noExplicitAny: see above
const all: readonly Row<AwsSession, any>[] = [
  alias,
  bucket,
  bucketEncryption,
  bucketLifecycle,
  bucketNotification,
  bucketObjectLock,
  bucketOwnershipControls,
  bucketPolicy,
  bucketPublicAccessBlock,
  bucketReplication,
  bucketVersioning,
  eventInvokeConfig,
  eventRule,
  eventSourceMapping,
  eventTarget,
  key,
  lambdaFunction,
  logGroup,
  metricAlarm,
  permission,
  queue,
  queuePolicy,
  recursionConfig,
  role,
  rolePolicy,
  table,
  topic,
  topicPolicy,
  topicSubscription,
];

export const rows = new Map(all.map((row) => [row.type, row]));

/** What the emulated cloud cannot prove of a resource type, for the list that the demo prints. */
export interface Unproven {
  readonly type: string;
  readonly property: string;
  readonly reason: string;
}

/** Inputs that the emulated cloud cannot tell, and changes that it does not carry out. */
export const unproven = (): Unproven[] =>
  all.flatMap(({ type, emulatorCannotRead = [], emulatorCannotChange = [] }) =>
    [...emulatorCannotRead, ...emulatorCannotChange].map(({ property, reason }) => ({ type, property, reason })),
  );
