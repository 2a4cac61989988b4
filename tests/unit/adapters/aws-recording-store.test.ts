import { describe, expect, it } from "vitest";
import { awsRecordingStore } from "../../../adapters/aws/index.ts";
import { PortUnavailable } from "../../../ports/errors.ts";
import type { WriteRequest } from "../../../ports/recording-store.ts";
import { fakeS3, s3Error, type WireAnswer, type WireRequest } from "./fake-s3.ts";

// printf 'evidence' | sha256sum, and its base64
const sha256 = "ee8250fb76e094b34b471f13a73dbbe51d1ae142e9df59d7c0d31ec20f0a0a8e";
const base64 = "7oJQ+3bglLNLRx8Tpz275R0a4ULp31nXwNMewg8KCo4=";

const request: WriteRequest = {
  kind: "media",
  key: "recordings/normal/standard/genesys/r/ee8250fb76e094b3-call.mp4",
  sha256,
  contentType: "video/mp4",
  metadata: { "recording-id": "r" },
  tags: { "retention-class": "standard", source: "a b+c" },
  locked: true,
};

type Answer = (request: WireRequest) => WireAnswer | Promise<WireAnswer>;
const storeOf = (answer: Answer, transfer: Answer = answer) =>
  awsRecordingStore({
    s3: fakeS3(answer),
    transfers: fakeS3(transfer),
    site: "primary",
    buckets: { metadata: "store-metadata", media: "store-media" },
    landing: "landing",
  });

const copied = (sum: string | undefined, versionId = "v1"): WireAnswer => ({
  status: 200,
  headers: { "x-amz-version-id": versionId },
  body: `<CopyObjectResult><ETag>"e"</ETag>${sum === undefined ? "" : `<ChecksumSHA256>${sum}</ChecksumSHA256><ChecksumType>FULL_OBJECT</ChecksumType>`}</CopyObjectResult>`,
});

const headHeaders = {
  "x-amz-version-id": "v1",
  "content-length": "8",
  "last-modified": "Wed, 04 Mar 2026 05:06:07 GMT",
};
const tagging = (versionId = "v1", value = "standard"): WireAnswer => ({
  status: 200,
  headers: { "x-amz-version-id": versionId },
  body: `<Tagging><TagSet><Tag><Key>retention-class</Key><Value>${value}</Value></Tag></TagSet></Tagging>`,
});

describe("admit", () => {
  it("sends what carries or copies whole objects through the client with the longer limits", async () => {
    const methods: string[] = [];
    const slow = (wire: WireRequest) => {
      methods.push(wire.method);
      return methods.length === 1 ? copied(base64) : { status: 200, headers: { "x-amz-version-id": "v1" } };
    };
    const store = storeOf(() => {
      throw new Error("the other client was used");
    }, slow);
    await store.admit(request, { key: "org/a.mp4", versionId: "l1" });
    await store.put(request, new TextEncoder().encode("evidence"));
    expect(methods).toEqual(["PUT", "PUT"]);
  });

  it("sends one copy that carries everything (promise 1, promise 3)", async () => {
    const sent: WireRequest[] = [];
    const store = storeOf((wire) => {
      sent.push(wire);
      return copied(base64);
    });
    const result = await store.admit(request, { key: "org/a b+c%/ü(1).mp4", versionId: "l/1=" });
    expect(result).toEqual({ versionId: "v1", created: true });
    expect(sent.length).toBe(1);
    const { method, path, headers } = sent[0] ?? { method: "", path: "", headers: {} };
    expect(method).toBe("PUT");
    expect(path).toBe("/store-media/recordings/normal/standard/genesys/r/ee8250fb76e094b3-call.mp4");
    expect(headers).toMatchObject({
      "content-type": "video/mp4",
      "if-none-match": "*",
      "x-amz-copy-source": "landing/org/a%20b%2Bc%25/%C3%BC%281%29.mp4?versionId=l%2F1%3D",
      "x-amz-metadata-directive": "REPLACE",
      "x-amz-meta-recording-id": "r",
      "x-amz-tagging-directive": "REPLACE",
      "x-amz-tagging": "retention-class=standard&source=a%20b%2Bc",
      "x-amz-object-lock-legal-hold": "ON",
      "x-amz-checksum-algorithm": "SHA256",
    });
    // The bucket's default encryption applies; naming a key here would have to name the right one.
    expect(Object.keys(headers).filter((name) => name.startsWith("x-amz-server-side-encryption"))).toEqual([]);
  });

  it("sends no hold when none is asked for", async () => {
    let headers: Readonly<Record<string, string>> = {};
    const store = storeOf((wire) => {
      headers = wire.headers;
      return copied(base64);
    });
    await store.admit({ ...request, locked: false }, { key: "k", versionId: "l1" });
    expect(Object.keys(headers)).not.toContain("x-amz-object-lock-legal-hold");
  });

  it.each([
    ["another SHA-256", `${"A".repeat(43)}=`, "0".repeat(64)],
    ["none", undefined, undefined],
    ["one over part hashes", `${base64}-3`, undefined],
  ])("fails when the store computed %s (promise 5)", async (_what, sum, stored) => {
    const failure = storeOf(() => copied(sum)).admit(request, { key: "k", versionId: "l1" });
    await expect(failure).rejects.toMatchObject({ code: "HF3004", versionId: "v1", expected: sha256, stored });
  });

  it("writes again when S3 answers that two writes collided", async () => {
    let calls = 0;
    const store = storeOf(() => (++calls < 3 ? s3Error(409, "ConditionalRequestConflict") : copied(base64)));
    expect(await store.admit(request, { key: "k", versionId: "l1" })).toEqual({ versionId: "v1", created: true });
    expect(calls).toBe(3);
  });

  it("writes again when the winner vanished before it could be looked at", async () => {
    const answers = [s3Error(412, "PreconditionFailed"), { status: 404 }, copied(base64)];
    const store = storeOf(() => answers.shift() ?? { status: 500 });
    expect((await store.admit(request, { key: "k", versionId: "l1" })).created).toBe(true);
    expect(answers).toEqual([]);
  });

  it("gives up on endless collisions as on any outage", async () => {
    const store = storeOf(() => s3Error(409, "ConditionalRequestConflict"));
    await expect(store.admit(request, { key: "k", versionId: "l1" })).rejects.toBeInstanceOf(PortUnavailable);
  });

  it("takes an error inside a 200 for an error", async () => {
    const store = storeOf(() => ({ ...s3Error(200, "InternalError") }));
    await expect(store.admit(request, { key: "k", versionId: "l1" })).rejects.toBeInstanceOf(PortUnavailable);
  });

  it("fails on a bucket without versioning", async () => {
    const store = storeOf(() => ({ ...copied(base64), headers: {} }));
    await expect(store.admit(request, { key: "k", versionId: "l1" })).rejects.toMatchObject({ code: "HF3008" });
  });

  it("hands on what it does not know", async () => {
    const store = storeOf(() => s3Error(400, "InvalidRequest"));
    await expect(store.admit(request, { key: "k", versionId: "l1" })).rejects.toMatchObject({ name: "InvalidRequest" });
  });
});

describe("put", () => {
  it("sends the checksum, so that S3 refuses other bytes, and the hold (promise 1, promise 5)", async () => {
    let headers: Readonly<Record<string, string>> = {};
    const store = storeOf((wire) => {
      headers = wire.headers;
      return { status: 200, headers: { "x-amz-version-id": "v1", "x-amz-checksum-sha256": base64 } };
    });
    expect(await store.put(request, Buffer.from("evidence"))).toEqual({ versionId: "v1", created: true });
    expect(headers).toMatchObject({
      "if-none-match": "*",
      "x-amz-checksum-sha256": base64,
      "x-amz-object-lock-legal-hold": "ON",
      "x-amz-tagging": "retention-class=standard&source=a%20b%2Bc",
    });
  });

  it("fails when S3 refused the bytes", async () => {
    const failure = storeOf(() => s3Error(400, "BadDigest")).put(request, Buffer.from("evidence"));
    await expect(failure).rejects.toMatchObject({ code: "HF3004", expected: sha256, key: request.key });
  });
});

describe("stat", () => {
  const statOf = (headers: Readonly<Record<string, string>>) =>
    storeOf((wire) =>
      "tagging" in wire.query ? tagging() : { status: 200, headers: { ...headHeaders, ...headers } },
    ).stat("media", "k");

  it("asks for state and tags at the same time", async () => {
    let inFlight = 0;
    let bothThere: () => void = () => {};
    const both = new Promise<void>((resolve) => {
      bothThere = resolve;
    });
    const store = storeOf(async (wire) => {
      inFlight += 1;
      if (inFlight === 2) bothThere();
      // In series, the second request would never come and this would never end.
      await both;
      return "tagging" in wire.query ? tagging() : { status: 200, headers: headHeaders };
    });
    expect((await store.stat("media", "k", "v1"))?.tags).toEqual({ "retention-class": "standard" });
    expect(inFlight).toBe(2);
  });

  it("reads every field from the answer", async () => {
    expect(
      await statOf({
        "x-amz-checksum-sha256": base64,
        "x-amz-checksum-type": "FULL_OBJECT",
        "x-amz-meta-recording-id": "r",
        "x-amz-object-lock-legal-hold": "ON",
        "x-amz-storage-class": "GLACIER_IR",
        "x-amz-replication-status": "PENDING",
      }),
    ).toEqual({
      site: "primary",
      kind: "media",
      key: "k",
      versionId: "v1",
      size: 8,
      storeSha256: sha256,
      metadata: { "recording-id": "r" },
      tags: { "retention-class": "standard" },
      locked: true,
      tier: "cold",
      replication: "pending",
      createdAt: new Date("2026-03-04T05:06:07Z"),
    });
  });

  it.each([
    ["PENDING", "pending"],
    ["COMPLETED", "completed"],
    ["COMPLETE", "completed"],
    ["FAILED", "failed"],
    ["REPLICA", "replica"],
  ])("replication status %s is %s", async (status, expected) => {
    expect((await statOf({ "x-amz-replication-status": status }))?.replication).toBe(expected);
  });

  it.each([
    ["STANDARD", "hot"],
    ["STANDARD_IA", "cool"],
    ["GLACIER_IR", "cold"],
    ["GLACIER", "archive"],
    ["DEEP_ARCHIVE", "deepArchive"],
  ])("storage class %s is tier %s", async (storageClass, expected) => {
    expect((await statOf({ "x-amz-storage-class": storageClass }))?.tier).toBe(expected);
  });

  it("takes missing headers for no lock, the hot tier, no replication and no checksum", async () => {
    const state = await statOf({});
    expect(state).toMatchObject({ locked: false, tier: "hot", replication: "none" });
    expect(state && "storeSha256" in state).toBe(false);
  });

  it.each([
    [{ "x-amz-checksum-sha256": `${base64}-3` }],
    [{ "x-amz-checksum-sha256": base64, "x-amz-checksum-type": "COMPOSITE" }],
  ])("does not take a hash over part hashes for a hash of the bytes: %j", async (headers) => {
    const state = await statOf(headers);
    expect(state && "storeSha256" in state).toBe(false);
  });

  it.each([{ "x-amz-storage-class": "ONEZONE_IA" }, { "x-amz-replication-status": "LATER" }])(
    "refuses to guess at %j",
    async (headers) => {
      await expect(statOf(headers)).rejects.toMatchObject({ code: "HF3008" });
    },
  );

  it("reads the tags of the version it describes, also when a newer one comes in between", async () => {
    const asked: unknown[] = [];
    const store = storeOf((wire) => {
      if (!("tagging" in wire.query)) return { status: 200, headers: headHeaders };
      asked.push(wire.query.versionId);
      return wire.query.versionId === "v1" ? tagging("v1", "of v1") : tagging("v2", "of v2");
    });
    const state = await store.stat("media", "k");
    expect(state?.versionId).toBe("v1");
    expect(state?.tags).toEqual({ "retention-class": "of v1" });
    expect(asked).toEqual([undefined, "v1"]);
  });
});

describe("lock", () => {
  it("sets the hold on the version that was named, whatever lies above it (promise 1)", async () => {
    const sent: WireRequest[] = [];
    const store = storeOf((wire) => {
      sent.push(wire);
      return { status: 200 };
    });
    await store.lock("media", "k", "v1");
    expect(sent).toMatchObject([{ method: "PUT", path: "/store-media/k" }]);
    expect(sent[0]?.query).toMatchObject({ "legal-hold": "", versionId: "v1" });
  });
});

describe("mergeTags", () => {
  it("writes the tags that the version has together with the new ones (promise 3)", async () => {
    const written: string[] = [];
    const store = storeOf((wire) => {
      if (wire.method === "PUT") written.push(wire.body ?? "");
      return tagging();
    });
    await store.mergeTags("media", "k", "v1", { "compliance-status": "legal-hold" });
    expect(written).toHaveLength(1);
    expect(
      [...(written[0] ?? "").matchAll(/<Key>(.*?)<\/Key><Value>(.*?)<\/Value>/g)].map(([, k, v]) => [k, v]),
    ).toEqual([
      ["retention-class", "standard"],
      ["compliance-status", "legal-hold"],
    ]);
  });

  it("writes nothing when nothing changes", async () => {
    const methods: string[] = [];
    const store = storeOf((wire) => {
      methods.push(wire.method);
      return tagging();
    });
    await store.mergeTags("media", "k", "v1", { "retention-class": "standard" });
    expect(methods).toEqual(["GET"]);
  });
});
