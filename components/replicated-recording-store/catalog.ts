/** The catalog: which object versions a recording consists of, per site. */
import type { CustomResourceOptions } from "@pulumi/pulumi";
import type { Site } from "../../model/cloud.ts";
import { type Key, Table } from "../support/aws-resources.ts";
import { physicalName } from "../support/naming.ts";
import { dataOptions } from "../support/removal.ts";
import type { ReplicatedRecordingStoreArgs } from "./args.ts";

/** Index for lookups by conversation or session id. */
export const conversationIndex = "byConversation";

/**
 * A DynamoDB global table with a replica in DR. Rows are written once and never changed, so last-writer-wins between the
 * regions cannot lose anything.
 */
export function createCatalog(
  name: string,
  keys: Readonly<Record<Site, Key>>,
  args: ReplicatedRecordingStoreArgs,
  opts: CustomResourceOptions,
): Table {
  const keep = args.removal === "keep";
  return new Table(
    `${name}-catalog`,
    {
      region: args.regions.primary,
      name: physicalName(args.scope, "table", "catalog"),
      billingMode: "PAY_PER_REQUEST",
      hashKey: "recordingId",
      rangeKey: "sk",
      attributes: [
        { name: "recordingId", type: "S" },
        { name: "sk", type: "S" },
        { name: "conversationId", type: "S" },
        { name: "recordedAt", type: "S" },
      ],
      globalSecondaryIndexes: [
        {
          name: conversationIndex,
          keySchemas: [
            { attributeName: "conversationId", keyType: "HASH" },
            { attributeName: "recordedAt", keyType: "RANGE" },
          ],
          projectionType: "ALL",
        },
      ],
      // Global tables replicate through the stream (DynamoDB Developer Guide, V2globaltables).
      streamEnabled: true,
      streamViewType: "NEW_AND_OLD_IMAGES",
      pointInTimeRecovery: { enabled: true },
      serverSideEncryption: { enabled: true, kmsKeyArn: keys.primary.arn },
      deletionProtectionEnabled: keep,
      replicas: [
        {
          regionName: args.regions.dr,
          kmsKeyArn: keys.dr.arn,
          pointInTimeRecovery: true,
          deletionProtectionEnabled: keep,
          propagateTags: true,
        },
      ],
      tags: args.tags,
    },
    { ...opts, ...dataOptions(args.removal) },
  );
}
