import type { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { TransactionCanceledException } from "@aws-sdk/client-dynamodb";
import { describe, expect, it } from "vitest";
import { fromItem, toItem } from "../../../adapters/aws/catalog.ts";
import { awsCatalog } from "../../../adapters/aws/index.ts";
import type { CatalogRow } from "../../../ports/catalog.ts";
import { PortUnavailable } from "../../../ports/errors.ts";

const row: CatalogRow = {
  recordingId: "r-1",
  site: "primary",
  kind: "media",
  key: "recordings/normal/standard/genesys/r-1/0123456789abcdef-call.mp4",
  versionId: "v1",
  sha256: "ab".repeat(32),
  size: 25_000_000,
  source: "genesys",
  conversationId: "c-1",
  retentionClass: "standard",
  sensitivity: "normal",
  status: "admitted",
  integrity: "store-checksum",
  matters: ["policy/finance"],
  recordedAt: "2026-03-04T05:06:07.000Z",
};

const item = {
  recordingId: { S: "r-1" },
  sk: { S: "primary#media#recordings/normal/standard/genesys/r-1/0123456789abcdef-call.mp4#v1" },
  site: { S: "primary" },
  kind: { S: "media" },
  key: { S: "recordings/normal/standard/genesys/r-1/0123456789abcdef-call.mp4" },
  versionId: { S: "v1" },
  sha256: { S: "abababababababababababababababababababababababababababababababab" },
  size: { N: "25000000" },
  source: { S: "genesys" },
  conversationId: { S: "c-1" },
  retentionClass: { S: "standard" },
  sensitivity: { S: "normal" },
  status: { S: "admitted" },
  integrity: { S: "store-checksum" },
  matters: { L: [{ S: "policy/finance" }] },
  recordedAt: { S: "2026-03-04T05:06:07.000Z" },
};

describe("items", () => {
  it("have this form", () => {
    expect(toItem(row)).toEqual(item);
    expect(fromItem(item)).toEqual(row);
  });

  it("without a conversation have no such attribute, for the index refuses empty and null keys", () => {
    const { conversationId: _row, ...bareRow } = row;
    const { conversationId: _item, ...bareItem } = item;
    expect(toItem(bareRow)).toEqual(bareItem);
    expect(fromItem(bareItem)).toEqual(bareRow);
  });

  it.each([
    ["site", { S: "tertiary" }],
    ["kind", { S: "audio" }],
    ["size", { N: "-1" }],
    ["size", { S: "8" }],
    ["status", { S: "perhaps" }],
    ["sensitivity", { S: "" }],
    ["matters", { S: "policy/finance" }],
    ["matters", { L: [{ N: "1" }] }],
    ["sha256", { N: "1" }],
  ])("with %s = %j are refused", (name, value) => {
    expect(() => fromItem({ ...item, [name]: value } as never)).toThrow(expect.objectContaining({ code: "HF3008" }));
    expect(() => fromItem({ ...item, [name]: value } as never)).toThrow(name);
  });
});

describe("add", () => {
  const cancelled = (...codes: string[]) =>
    new TransactionCanceledException({
      message: "cancelled",
      $metadata: {},
      CancellationReasons: codes.map((Code) => ({ Code })),
    });
  /** A client that fails with these errors in turn, then succeeds; remembers the versions of each transaction. */
  const client = (...failures: readonly Error[]) => {
    const sent: string[][] = [];
    const send = async (command: { input: { TransactItems: { Put: { Item: typeof item } }[] } }) => {
      sent.push(command.input.TransactItems.map(({ Put }) => Put.Item.versionId.S));
      const failure = failures[sent.length - 1];
      if (failure) throw failure;
      return {};
    };
    return { sent, catalog: awsCatalog({ dynamodb: { send } as unknown as DynamoDBClient, table: "t" }) };
  };
  const rows = ["v1", "v2", "v3"].map((versionId) => ({ ...row, versionId }));

  it("tries again without the rows that exist", async () => {
    const { sent, catalog } = client(cancelled("None", "ConditionalCheckFailed", "None"));
    await catalog.add(rows);
    expect(sent).toEqual([
      ["v1", "v2", "v3"],
      ["v1", "v3"],
    ]);
  });

  it("is done when all rows exist", async () => {
    const { sent, catalog } = client(
      cancelled("ConditionalCheckFailed", "ConditionalCheckFailed", "ConditionalCheckFailed"),
    );
    await catalog.add(rows);
    expect(sent.length).toBe(1);
  });

  it("tries again after a collision, with all rows", async () => {
    const { sent, catalog } = client(cancelled("None", "TransactionConflict", "None"));
    await catalog.add(rows);
    expect(sent).toEqual([
      ["v1", "v2", "v3"],
      ["v1", "v2", "v3"],
    ]);
  });

  it("gives up on endless collisions as on any outage", async () => {
    const conflict = cancelled("TransactionConflict", "None", "None");
    const { catalog } = client(...Array.from({ length: 10 }, () => conflict));
    await expect(catalog.add(rows)).rejects.toBeInstanceOf(PortUnavailable);
  });

  it("hands on a cancellation it does not understand", async () => {
    const odd = cancelled("ConditionalCheckFailed", "ItemCollectionSizeLimitExceeded", "None");
    await expect(client(odd).catalog.add(rows)).rejects.toBe(odd);
    const unexplained = cancelled();
    await expect(client(unexplained).catalog.add(rows)).rejects.toBe(unexplained);
  });

  it("calls nobody for no rows", async () => {
    const { sent, catalog } = client();
    await catalog.add([]);
    expect(sent).toEqual([]);
  });
});
