import { createServer } from "node:http";
import { Readable } from "node:stream";
import { HeadObjectCommand } from "@aws-sdk/client-s3";
import { afterEach, describe, expect, it, vi } from "vitest";
import { asPort } from "../../../adapters/aws/errors.ts";
import { s3Client, s3TransferClient } from "../../../adapters/aws/index.ts";
import { bodyOf, copySource, taggingHeader } from "../../../adapters/aws/s3-objects.ts";
import { PortUnavailable } from "../../../ports/errors.ts";

afterEach(() => {
  vi.unstubAllEnvs();
});

describe("headers", () => {
  it.each([
    ["plain/key.mp4", "landing/plain/key.mp4?versionId=v"],
    ["a b+c%/ü", "landing/a%20b%2Bc%25/%C3%BC?versionId=v"],
    ["what?/is#this&that=(1)*!'", "landing/what%3F/is%23this%26that%3D%281%29%2A%21%27?versionId=v"],
    ["//twice", "landing///twice?versionId=v"],
  ])("copySource of %j", (key, expected) => {
    expect(copySource("landing", key, "v")).toBe(expected);
  });

  it("taggingHeader encodes names and values", () => {
    expect(taggingHeader({ "a b": "c+d=e&f", empty: "" })).toBe("a%20b=c%2Bd%3De%26f&empty=");
    expect(taggingHeader({})).toBe("");
  });
});

describe("bodyOf", () => {
  const read = async (body: AsyncIterable<Uint8Array>) => {
    const parts: Uint8Array[] = [];
    for await (const part of body) parts.push(part);
    return Buffer.concat(parts).toString();
  };

  it("passes bytes through", async () => {
    expect(await read(bodyOf("op", "k", Readable.from([Buffer.from("ab"), Buffer.from("c")])))).toBe("abc");
  });

  it("says that the cloud is down when the connection breaks in the middle", async () => {
    const stream = new Readable({ read() {} });
    stream.push("half");
    const reading = read(bodyOf("op", "k", stream));
    stream.destroy(Object.assign(new Error("aborted"), { code: "ECONNRESET" }));
    await expect(reading).rejects.toBeInstanceOf(PortUnavailable);
  });

  it("takes long silence for a broken connection", async () => {
    const stream = new Readable({ read() {} });
    stream.push("half");
    await expect(read(bodyOf("op", "k", stream, 30))).rejects.toBeInstanceOf(PortUnavailable);
    expect(stream.destroyed).toBe(true);
  });

  it("frees the connection when the reader stops, also before it began", async () => {
    const stopped = Readable.from([Buffer.from("a"), Buffer.from("b")]);
    for await (const _ of bodyOf("op", "k", stopped)) break;
    expect(stopped.destroyed).toBe(true);
    const unread = Readable.from([Buffer.from("a")]);
    await bodyOf("op", "k", unread)[Symbol.asyncIterator]().return?.();
    expect(unread.destroyed).toBe(true);
  });
});

describe("clients", () => {
  const pathStyle = async (env: Readonly<Record<string, string>>) => {
    for (const name of ["AWS_ENDPOINT_URL", "AWS_ENDPOINT_URL_S3"]) vi.stubEnv(name, env[name] ?? "");
    return s3Client("eu-central-1").config.forcePathStyle;
  };

  it("uses path style only where an endpoint is set", async () => {
    expect(await pathStyle({})).toBe(false);
    expect(await pathStyle({ AWS_ENDPOINT_URL: "http://127.0.0.1:1" })).toBe(true);
    expect(await pathStyle({ AWS_ENDPOINT_URL_S3: "http://127.0.0.1:1" })).toBe(true);
  });

  it("waits two minutes for a copy, and tries it once more: both fit into the 300 seconds of a function", async () => {
    const { maxAttempts, requestHandler } = s3TransferClient("eu-central-1").config;
    expect(await maxAttempts()).toBe(2);
    // The handler reads its options when it is used first.
    const handler = requestHandler as unknown as { configProvider: Promise<{ requestTimeout: number }> };
    expect((await handler.configProvider).requestTimeout).toBe(120_000);
  });

  it.each([
    ["four", 4, s3Client],
    ["two, where whole objects travel,", 2, s3TransferClient],
  ])("gives up on a server that accepts and never answers, after %s attempts", async (_words, attempts, client) => {
    let requests = 0;
    const server = createServer(() => {
      requests += 1;
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const address = server.address();
    if (address === null || typeof address === "string") throw new TypeError("no port");
    vi.stubEnv("AWS_ENDPOINT_URL", `http://127.0.0.1:${address.port}`);
    vi.stubEnv("AWS_ACCESS_KEY_ID", "AKIAEXAMPLE");
    vi.stubEnv("AWS_SECRET_ACCESS_KEY", "not-a-secret");
    const s3 = client("eu-central-1");
    const call = s3.send(new HeadObjectCommand({ Bucket: "b", Key: "k" }), { requestTimeout: 50 });
    await expect(asPort("op", "k", call)).rejects.toBeInstanceOf(PortUnavailable);
    expect(requests).toBe(attempts);
    s3.destroy();
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });
});
