/** The provider as the engine meets it: a process of its own behind the engine's protocol. */
import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Client, credentials, type Metadata, type ServiceError } from "@grpc/grpc-js";
import type * as pb from "@pulumi/pulumi/proto/provider_pb.js";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Cloud, startCloud } from "../../../emulator/cloud/start.ts";
import { messages, propsOf, structOf } from "../../../emulator/providers/engine/protocol.ts";
import { type Props, unknownValue } from "../../../emulator/providers/engine/values.ts";

const require = createRequire(import.meta.url);
const { ResourceProviderClient } = require("@pulumi/pulumi/proto/provider_grpc_pb.js");
const { Status } = require("@pulumi/pulumi/proto/status_pb.js");
const entry = new URL("../../../emulator/providers/serve.ts", import.meta.url).pathname;

let dir: string;
let cloud: Cloud;
let provider: Served;
let engine: Engine;

interface Served {
  readonly child: ChildProcess;
  readonly port: number;
  readonly exited: Promise<number | null>;
}

function serve(endpoint: string): Promise<Served> {
  const env = { PATH: process.env.PATH, AWS_ENDPOINT_URL: endpoint };
  const child = spawn(process.execPath, [entry], { env, stdio: ["pipe", "pipe", "pipe"] });
  const exited = new Promise<number | null>((resolve) => child.once("close", (code) => resolve(code)));
  return new Promise((resolve, reject) => {
    let out = "";
    let err = "";
    child.stdout.on("data", (chunk: Buffer) => {
      out += chunk;
      if (/^\d+\n/.test(out)) resolve({ child, port: Number(out), exited });
    });
    child.stderr.on("data", (chunk: Buffer) => {
      err += chunk;
    });
    void exited.then((code) => reject(new Error(`exit ${code}: ${err}`)));
  });
}

/** One connection, as the engine opens one for each provider resource. */
class Engine {
  readonly #client: Client &
    Record<string, (request: unknown, answer: (e: ServiceError | null, a: unknown) => void) => void>;

  constructor(port: number) {
    const options = { "grpc.use_local_subchannel_pool": 1, "grpc.max_receive_message_length": -1 };
    this.#client = new ResourceProviderClient(`127.0.0.1:${port}`, credentials.createInsecure(), options);
  }

  call<A>(method: string, request: unknown): Promise<A> {
    return new Promise((resolve, reject) => {
      this.#client[method]?.(request, (error, answer) => (error ? reject(error) : resolve(answer as A)));
    });
  }

  async configure(settings: Props): Promise<pb.ConfigureResponse> {
    const request = new messages.ConfigureRequest();
    request.setArgs(structOf(settings));
    return this.call("configure", request);
  }

  async check(type: string, news: Props): Promise<pb.CheckResponse> {
    const request = new messages.CheckRequest();
    request.setUrn(urn(type));
    request.setNews(structOf(news));
    return this.call("check", request);
  }

  async create(type: string, inputs: Props, preview = false): Promise<pb.CreateResponse> {
    const request = new messages.CreateRequest();
    request.setUrn(urn(type));
    request.setProperties(structOf(inputs));
    request.setPreview(preview);
    return this.call("create", request);
  }

  async update(type: string, id: string, olds: Props, state: Props, news: Props): Promise<pb.UpdateResponse> {
    const request = new messages.UpdateRequest();
    request.setUrn(urn(type));
    request.setId(id);
    request.setOldInputs(structOf(olds));
    request.setOlds(structOf(state));
    request.setNews(structOf(news));
    return this.call("update", request);
  }

  async read(type: string, id: string, inputs: Props = {}): Promise<pb.ReadResponse> {
    const request = new messages.ReadRequest();
    request.setUrn(urn(type));
    request.setId(id);
    request.setInputs(structOf(inputs));
    request.setProperties(structOf({}));
    return this.call("read", request);
  }

  async invoke(token: string, args: Props = {}): Promise<Props> {
    const request = new messages.InvokeRequest();
    request.setTok(token);
    request.setArgs(structOf(args));
    const answer = await this.call<pb.InvokeResponse>("invoke", request);
    return propsOf(answer.getReturn());
  }

  close(): void {
    this.#client.close();
  }
}

const urn = (type: string) => `urn:pulumi:dev::holdfast::holdfast:index:Store$${type}::it`;
const key = "aws:kms/key:Key";
const queue = "aws:sqs/queue:Queue";
const table = "aws:dynamodb/table:Table";

beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), "holdfast-protocol-"));
  cloud = await startCloud({ dir });
  provider = await serve(cloud.endpoint);
  engine = new Engine(provider.port);
  await engine.configure({ region: "us-east-1" });
});

afterAll(async () => {
  engine.close();
  provider.child.stdin?.end();
  await provider.exited;
  await cloud.stop();
  rmSync(dir, { recursive: true, force: true });
});

describe("starting", () => {
  it.each(["", "https://s3.us-east-1.amazonaws.com"])("refuses the endpoint %j", async (endpoint) => {
    await expect(serve(endpoint)).rejects.toThrow(/^exit 1: HF5501 AWS_ENDPOINT_URL is /);
  });

  it("ends by itself when its standard input closes", async () => {
    const other = await serve(cloud.endpoint);
    other.child.stdin?.end();
    expect(await other.exited).toBe(0);
  });

  it("ends on SIGTERM while its standard input is open", async () => {
    const other = await serve(cloud.endpoint);
    other.child.kill("SIGTERM");
    expect(await other.exited).toBe(0);
  });

  it("tells the engine what it takes, and its version", async () => {
    const answer = await engine.call<pb.ProviderHandshakeResponse>(
      "handshake",
      new messages.ProviderHandshakeRequest(),
    );
    expect([
      answer.getAcceptSecrets(),
      answer.getAcceptResources(),
      answer.getSupportsAutonamingConfiguration(),
    ]).toEqual([false, false, true]);
    const { Empty } = require("google-protobuf/google/protobuf/empty_pb.js");
    const info = await engine.call<{ getVersion(): string }>("getPluginInfo", new Empty());
    expect(info.getVersion()).toBe(require("@pulumi/aws/package.json").version);
  });

  it("asks for its configuration first", async () => {
    const fresh = await serve(cloud.endpoint);
    const early = new Engine(fresh.port);
    await expect(early.check(queue, {})).rejects.toThrow(/HF5506 /);
    early.close();
    fresh.child.stdin?.end();
    await fresh.exited;
  });
});

describe("requests", () => {
  it("check answers failures by property", async () => {
    const answer = await engine.check(queue, { nam: "q" });
    expect(answer.getFailuresList().map((f) => [f.getProperty(), f.getReason().slice(0, 6)])).toEqual([
      ["nam", "HF5510"],
    ]);
  });

  it("check refuses an unknown type with a coded error", async () => {
    await expect(engine.check("aws:s3/bucketObject:BucketObject", {})).rejects.toThrow(/HF5502 .*BucketObject/);
  });

  it("a preview knows the inputs only, and makes nothing", async () => {
    const answer = await engine.create(queue, { name: "hf-preview", kmsMasterKeyId: unknownValue }, true);
    expect(answer.getId()).toBe("");
    const outputs = propsOf(answer.getProperties());
    expect(outputs).toEqual({ name: "hf-preview", kmsMasterKeyId: unknownValue, region: "us-east-1" });
    const url = `${cloud.endpoint}/000000000000/hf-preview`;
    expect((await engine.read(queue, url)).getId()).toBe("");
  });

  it("secrets arrive as plain values", async () => {
    const secret = { "4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270", value: "Alarms" };
    const answer = await engine.create("aws:sns/topic:Topic", { name: "hf-secret", displayName: secret });
    expect(propsOf(answer.getProperties()).displayName).toBe("Alarms");
  });

  it("a create that fails half-way reports the resource and what it has; the next update finishes it", async () => {
    // The replica may not be in the table's own region, which shows only when the table is there.
    const inputs = {
      name: "hf-half",
      billingMode: "PAY_PER_REQUEST",
      hashKey: "id",
      attributes: [{ name: "id", type: "S" }],
      streamEnabled: true,
      streamViewType: "NEW_AND_OLD_IMAGES",
      replicas: [{ regionName: "us-east-1" }],
    };
    const error = await failure(engine.create(table, inputs));
    expect(error.details).toMatch(
      /^HF5521 aws:dynamodb\/table:Table hf-half exists but is not finished: HF5520 UpdateTable .*: ValidationException: /,
    );
    const detail = initFailed(error.metadata);
    expect(detail.getId()).toBe("hf-half");
    expect(detail.getReasonsList()).toEqual([error.details]);
    const state = propsOf(detail.getProperties());
    expect(state).toMatchObject({ arn: "arn:aws:dynamodb:us-east-1:000000000000:table/hf-half", replicas: [] });

    const news = { ...inputs, replicas: [{ regionName: "us-west-2" }] };
    const done = await engine.update(table, "hf-half", inputs, state, news);
    expect(propsOf(done.getProperties()).replicas).toMatchObject([{ regionName: "us-west-2" }]);
  });

  it("a create that made nothing is a plain error", async () => {
    const role = { name: "twice", assumeRolePolicy: '{"Version":"2012-10-17","Statement":[]}' };
    await engine.create("aws:iam/role:Role", role);
    const error = await failure(engine.create("aws:iam/role:Role", role));
    expect(error.details).toMatch(/^HF5520 CreateRole \(iam\): EntityAlreadyExists/);
    expect(error.metadata.get("grpc-status-details-bin")).toEqual([]);
  });

  it("reading by id alone finds all that is not a default, as an import needs it", async () => {
    const made = await engine.create(queue, { name: "hf-import", delaySeconds: 5, tags: { a: "1" } });
    const found = await engine.read(queue, made.getId());
    expect(propsOf(found.getInputs())).toEqual({
      name: "hf-import",
      delaySeconds: 5,
      tags: { a: "1" },
      region: "us-east-1",
    });
  });

  it("two connections are two providers", async () => {
    const dr = new Engine(provider.port);
    await dr.configure({ region: "us-west-2", defaultTags: JSON.stringify({ tags: { site: "dr" } }) });
    const there = propsOf((await dr.create(queue, { name: "hf-two" })).getProperties());
    const here = propsOf((await engine.create(queue, { name: "hf-two" })).getProperties());
    expect([there.arn, there.tagsAll]).toEqual(["arn:aws:sqs:us-west-2:000000000000:hf-two", { site: "dr" }]);
    expect([here.arn, here.tagsAll]).toEqual(["arn:aws:sqs:us-east-1:000000000000:hf-two", {}]);
    dr.close();
  });

  it("refuses accounts that the provider does not allow", async () => {
    const other = new Engine(provider.port);
    await expect(other.configure({ region: "us-east-1", allowedAccountIds: '["111122223333"]' })).rejects.toThrow(
      /HF5505 /,
    );
    other.close();
  });
});

describe("functions", () => {
  it("say who runs the program", async () => {
    const caller = await engine.invoke("aws:index/getCallerIdentity:getCallerIdentity");
    expect(caller).toMatchObject({ accountId: "000000000000", arn: "arn:aws:iam::000000000000:root" });
    expect(await engine.invoke("aws:index/getPartition:getPartition")).toMatchObject({
      partition: "aws",
      dnsSuffix: "amazonaws.com",
      reverseDnsPrefix: "com.amazonaws",
    });
    expect(await engine.invoke("aws:index/getRegion:getRegion")).toMatchObject({ region: "us-east-1" });
  });

  it("find the role behind a session, with its path", async () => {
    const assumeRolePolicy = JSON.stringify({
      Version: "2012-10-17",
      Statement: [{ Effect: "Allow", Principal: { AWS: "*" }, Action: "sts:AssumeRole" }],
    });
    await engine.create("aws:iam/role:Role", { name: "Deployer", path: "/ops/", assumeRolePolicy });
    const token = "aws:iam/getSessionContext:getSessionContext";
    const session = "arn:aws:sts::000000000000:assumed-role/Deployer/me";
    expect(await engine.invoke(token, { arn: session })).toMatchObject({
      issuerArn: "arn:aws:iam::000000000000:role/ops/Deployer",
      issuerName: "Deployer",
      sessionName: "me",
    });
    const user = "arn:aws:iam::000000000000:user/me";
    expect(await engine.invoke(token, { arn: user })).toMatchObject({ issuerArn: user, sessionName: "" });
  });

  it("refuse unknown functions and arguments", async () => {
    await expect(engine.invoke("aws:ec2/getVpc:getVpc")).rejects.toThrow(/HF5503 /);
  });
});

describe("many at once", () => {
  it("makes seventy resources in two regions, each with an id of its own", async () => {
    const made = await Promise.all(
      Array.from({ length: 70 }, async (_, i) => {
        const region = i % 2 === 0 ? "us-east-1" : "us-west-2";
        if (i % 3 === 0) return engine.create(queue, { name: `hf-speed-${i}`, region, tags: { a: "1" } });
        if (i % 3 === 1)
          return engine.create("aws:s3/bucket:Bucket", { bucket: `hf-speed-${i}`, region, tags: { a: "1" } });
        return engine.create(key, { region, enableKeyRotation: true, tags: { a: "1" } });
      }),
    );
    expect(new Set(made.map((created) => created.getId())).size).toBe(70);
  });
});

async function failure(call: Promise<unknown>): Promise<ServiceError> {
  try {
    await call;
  } catch (error) {
    return error as ServiceError;
  }
  throw new Error("the call was expected to fail");
}

function initFailed(metadata: Metadata): pb.ErrorResourceInitFailed {
  const [rich] = metadata.get("grpc-status-details-bin");
  const [detail] = Status.deserializeBinary(rich).getDetailsList();
  expect(detail.getTypeUrl()).toBe("type.googleapis.com/pulumirpc.ErrorResourceInitFailed");
  return messages.ErrorResourceInitFailed.deserializeBinary(detail.getValue_asU8());
}
