import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { drRegion, Harness, live, region } from "./harness.ts";

let h: Harness;
beforeAll(async () => {
  h = await Harness.start();
});
afterAll(() => h.stop());

describe("DynamoDB rows", () => {
  const index = (name: string, rangeKey: string) => ({
    name,
    keySchemas: [
      { attributeName: "conversationId", keyType: "HASH" },
      { attributeName: rangeKey, keyType: "RANGE" },
    ],
    projectionType: "ALL",
  });

  it("Table with a replica", async () => {
    const key = await h.create("aws:kms/key:Key", { region });
    const drKey = await h.create("aws:kms/key:Key", { region: drRegion });
    const replica = (more: object) => ({ regionName: drRegion, kmsKeyArn: drKey.state.arn, ...more });
    const stated = {
      name: "hf-it-catalog",
      region,
      billingMode: "PAY_PER_REQUEST",
      hashKey: "recordingId",
      rangeKey: "sk",
      attributes: [
        { name: "recordingId", type: "S" },
        { name: "sk", type: "S" },
        { name: "conversationId", type: "S" },
        { name: "recordedAt", type: "S" },
      ],
      globalSecondaryIndexes: [index("byConversation", "recordedAt")],
      streamEnabled: true,
      streamViewType: "NEW_AND_OLD_IMAGES",
      pointInTimeRecovery: { enabled: true },
      serverSideEncryption: { enabled: true, kmsKeyArn: key.state.arn },
      replicas: [replica({ pointInTimeRecovery: true, propagateTags: true })],
      tags: { a: "1" },
    };
    const aws = () => h.client("dynamodb");
    await live(h, {
      type: "aws:dynamodb/table:Table",
      inputs: stated,
      updates: [
        {
          ...stated,
          deletionProtectionEnabled: true,
          globalSecondaryIndexes: [index("byConversation", "recordedAt"), index("second", "sk")],
          replicas: [replica({ deletionProtectionEnabled: true, propagateTags: true })],
          ttl: { attributeName: "expires", enabled: true },
          tags: { b: "1" },
        },
        { ...stated, pointInTimeRecovery: { enabled: false }, tags: { b: "1" } },
        stated,
      ],
      outside: [
        {
          sees: "pointInTimeRecovery",
          change: async ({ id: TableName }) =>
            (await aws()).updateContinuousBackups({
              TableName,
              PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: false },
            }),
        },
        {
          sees: "deletionProtectionEnabled",
          change: async ({ id: TableName }) =>
            (await aws()).updateTable({ TableName, DeletionProtectionEnabled: true }),
        },
        {
          sees: "replicas",
          change: async ({ id: TableName }) =>
            (await h.client("dynamodb", drRegion)).updateContinuousBackups({
              TableName,
              PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: false },
            }),
        },
        {
          sees: "globalSecondaryIndexes",
          change: async ({ id: TableName }) =>
            (await aws()).updateTable({
              TableName,
              GlobalSecondaryIndexUpdates: [{ Delete: { IndexName: "byConversation" } }],
            }),
        },
        {
          sees: "tags",
          change: async ({ state }) =>
            (await aws()).tagResource({ ResourceArn: String(state.arn), Tags: [{ Key: "x", Value: "y" }] }),
        },
      ],
    });
  });

  it("a table under deletion protection stays", async () => {
    const made = await h.create("aws:dynamodb/table:Table", {
      name: "hf-it-protected",
      region,
      billingMode: "PAY_PER_REQUEST",
      hashKey: "id",
      attributes: [{ name: "id", type: "S" }],
      deletionProtectionEnabled: true,
    });
    await expect(h.delete(made)).rejects.toThrow(/^HF5520 DeleteTable /);
    expect(await h.drift(made)).toEqual([]);
  });
});
