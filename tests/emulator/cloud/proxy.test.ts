/** The proxy passes through unchanged, cuts what it is told to cut, and both processes end with their parent. */
import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { GetObjectCommand, HeadBucketCommand, ListBucketsCommand, PutObjectCommand } from "@aws-sdk/client-s3";
import { ListQueuesCommand, SQSClient } from "@aws-sdk/client-sqs";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { cachedPython, readCloud, startCloud, stopDetached } from "../../../emulator/cloud/start.ts";
import { bucket, dr, primary, refusal, startTestCloud, type TestCloud } from "./support.ts";

let cloud: TestCloud;
beforeAll(async () => {
  cloud = await startTestCloud();
  await bucket(cloud, "here");
  await bucket(cloud, "there", { region: dr });
});
const control = async (method: string, path: string, body?: object) =>
  (await fetch(`${cloud.controlEndpoint}${path}`, { method, ...(body ? { body: JSON.stringify(body) } : {}) })).json();
afterEach(() => control("DELETE", "/faults"));
afterAll(() => cloud.dispose());

const head = (Bucket: string, region: string) => cloud.s3(region).send(new HeadBucketCommand({ Bucket }));

test("a fault hits its service and region only", async () => {
  await control("POST", "/faults", { service: "s3", region: primary, mode: "503" });
  expect(await refusal(head("here", primary))).toMatch(/^503 /);
  expect((await head("there", dr)).BucketRegion).toBe(dr);
  const sqs = cloud.client(SQSClient as new (config: object) => SQSClient);
  expect((await sqs.send(new ListQueuesCommand({}))).$metadata.httpStatusCode).toBe(200);
});

test("a fault with a count ends by itself", async () => {
  await control("POST", "/faults", { service: "s3", mode: "503", count: 1 });
  expect(await refusal(cloud.s3().send(new ListBucketsCommand({})))).toMatch(/^503 /);
  expect((await cloud.s3().send(new ListBucketsCommand({}))).Buckets).toHaveLength(2);
});

test("reset breaks the connection, hang never answers, slow answers late", async () => {
  await control("POST", "/faults", { region: primary, mode: "reset", count: 1 });
  await expect(head("here", primary)).rejects.toThrow(/ECONNRESET|socket hang up/);
  await control("POST", "/faults", { region: primary, mode: "hang", count: 1 });
  const aborted = cloud.s3().send(new HeadBucketCommand({ Bucket: "here" }), { abortSignal: AbortSignal.timeout(300) });
  await expect(aborted).rejects.toThrow(/abort/i);
  await control("POST", "/faults", { region: primary, mode: "slow", delayMs: 300, count: 1 });
  const began = performance.now();
  await head("here", primary);
  expect(performance.now() - began).toBeGreaterThan(290);
});

test("a bad fault is refused with the allowed values, and nothing is added", async () => {
  expect(await control("POST", "/faults", { mode: "explode" })).toEqual({
    error: expect.stringContaining("503, hang, reset, slow"),
  });
  expect(await control("POST", "/faults", { mode: "503", regoin: dr })).toEqual({
    error: expect.stringContaining("unknown regoin"),
  });
  expect(await control("GET", "/faults")).toEqual([]);
});

test("requests and injected faults are counted by service, region and operation", async () => {
  await control("DELETE", "/stats");
  await cloud.s3(dr).send(new PutObjectCommand({ Bucket: "there", Key: "k", Body: "x" }));
  await control("POST", "/faults", { service: "s3", region: dr, mode: "503", count: 1 });
  await refusal(head("there", dr));
  const { requests, injected } = (await control("GET", "/stats")) as Record<string, Record<string, number>>;
  expect(requests).toMatchObject({ "s3 us-west-2 PUT object": 1, "s3 us-west-2 HEAD bucket": 1 });
  expect(injected).toEqual({ "s3 us-west-2 503": 1 });
});

test("bodies of many megabytes pass through unchanged in both directions", async () => {
  const big = Buffer.alloc(9 * 1024 * 1024, "holdfast ");
  await cloud.s3().send(new PutObjectCommand({ Bucket: "here", Key: "big", Body: big }));
  const { Body } = await cloud.s3().send(new GetObjectCommand({ Bucket: "here", Key: "big" }));
  expect(Buffer.from((await Body?.transformToByteArray()) ?? []).equals(big)).toBe(true);
});

test("emulator controls are not reachable through the cloud's endpoint", async () => {
  expect((await fetch(`${cloud.endpoint}/_holdfast/health`)).status).toBe(404);
  expect((await fetch(`${cloud.plainEndpoint}/_holdfast/health`)).status).toBe(200);
});

const alive = (pid: number) => {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
};

test("both processes end when their parent is killed", async () => {
  const dir = mkdtempSync(join(tmpdir(), "holdfast-orphan-"));
  const start = fileURLToPath(new URL("../../../emulator/cloud/start.ts", import.meta.url));
  const code = `import(${JSON.stringify(start)}).then(async (m) => {
    await m.startCloud({ dir: ${JSON.stringify(dir)} }); console.log("ready"); setInterval(() => {}, 1000); });`;
  const child = spawn(process.execPath, ["-e", code], { stdio: ["ignore", "pipe", "inherit"] });
  await new Promise((resolve) => child.stdout.once("data", resolve));
  const { pids } = readCloud(dir);
  expect([alive(pids.proxy), alive(pids.emulator)]).toEqual([true, true]);
  child.kill("SIGKILL");
  await expect.poll(() => [alive(pids.proxy), alive(pids.emulator)], { timeout: 5_000 }).toEqual([false, false]);
  rmSync(dir, { recursive: true, force: true });
});

test("a detached cloud outlives its starter's handle and is stopped by its cloud.json", async () => {
  const dir = mkdtempSync(join(tmpdir(), "holdfast-detached-"));
  await startCloud({ dir, detached: true });
  const description = readCloud(dir);
  expect((await fetch(`${description.endpoint}/_ministack/health`)).status).toBe(200);
  await stopDetached(description);
  expect([alive(description.pids.proxy), alive(description.pids.emulator)]).toEqual([false, false]);
  rmSync(dir, { recursive: true, force: true });
});

test("another ministack version is refused by number", async () => {
  const dir = mkdtempSync(join(tmpdir(), "holdfast-version-"));
  mkdirSync(join(dir, "ministack-9.9.9.dist-info"));
  writeFileSync(
    join(dir, "ministack-9.9.9.dist-info", "METADATA"),
    "Metadata-Version: 2.1\nName: ministack\nVersion: 9.9.9\n",
  );
  const python = join(dir, "python");
  const real = process.env.HOLDFAST_PYTHON ?? cachedPython();
  writeFileSync(python, `#!/bin/sh\nPYTHONPATH=${dir} exec ${real} "$@"\n`, { mode: 0o755 });
  await expect(startCloud({ dir, python })).rejects.toThrow(/HF5301 ministack = 9\.9\.9/);
  rmSync(dir, { recursive: true, force: true });
});

test("the Python of the tool cache is named after the requirements", () => {
  const requirements = readFileSync(new URL("../../../emulator/cloud/requirements.txt", import.meta.url));
  const hash = createHash("sha256").update(requirements).digest("hex").slice(0, 12);
  expect(cachedPython({ HOLDFAST_CACHE: "/cache" })).toBe(`/cache/python-${hash}/bin/python`);
  expect(cachedPython({ XDG_CACHE_HOME: "/xdg" })).toBe(`/xdg/holdfast/python-${hash}/bin/python`);
});

test("no Python, and a Python without the requirements, say what is wrong and how to repair it", async () => {
  const dir = mkdtempSync(join(tmpdir(), "holdfast-nopython-"));
  await expect(startCloud({ dir, python: "/nowhere/python" })).rejects.toThrow(/^HF5302 python = \/nowhere\/python/);
  const system = "/usr/bin/env";
  await expect(startCloud({ dir, python: system })).rejects.toThrow(/^HF5303 emulator = /);
  rmSync(dir, { recursive: true, force: true });
});
