/** The function as it is deployed: built, started, and asked. No network. */
import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type IncomingHttpHeaders } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { buildFunctions, bundleBudget, functionEntries } from "../../../components/support/bundles.ts";
import { rules } from "./harness.ts";

const root = join(import.meta.dirname, "../../..");
let folder = "";
let size = 0;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "holdfast-admit-"));
  const { admit } = await buildFunctions(root, { admit: functionEntries.admit });
  size = Buffer.byteLength(admit.code);
  writeFileSync(join(folder, "index.mjs"), admit.code);
});
afterAll(() => rmSync(folder, { recursive: true }));

const environment = {
  HOLDFAST_PRIMARY_REGION: "us-east-1",
  HOLDFAST_DR_REGION: "us-west-2",
  HOLDFAST_LANDING: "landing",
  HOLDFAST_PRIMARY_METADATA: "pm",
  HOLDFAST_PRIMARY_MEDIA: "pv",
  HOLDFAST_DR_METADATA: "dm",
  HOLDFAST_DR_MEDIA: "dv",
  HOLDFAST_CATALOG: "catalog",
  HOLDFAST_CONFIRM_QUEUE: "http://127.0.0.1:9/queue",
  HOLDFAST_GENESYS_ORGANIZATION: "",
  HOLDFAST_PLAIN_LAYOUT: "on",
  HOLDFAST_METRICS_NAMESPACE: "Holdfast",
  HOLDFAST_STACK: "test",
};

/** Starts the bundle in a process of its own and prints what the handler answers to the given bodies. */
function start(env: Readonly<Record<string, string>>, bodies: readonly string[] = []) {
  const script = `
    const { handler } = await import("./index.mjs");
    const Records = ${JSON.stringify(bodies)}.map((body, i) => ({ messageId: String(i), body }));
    console.log(JSON.stringify(await handler({ Records })));`;
  const { stdout, stderr, status } = spawnSync(process.execPath, ["--input-type=module", "-e", script], {
    cwd: folder,
    env,
    encoding: "utf8",
    timeout: 15_000,
  });
  return { lines: stdout.trim().split("\n"), stderr, status };
}

describe("the bundle", () => {
  it("fits its budget", () => {
    expect(size).toBeGreaterThan(100_000);
    expect(size).toBeLessThanOrEqual(bundleBudget);
    expect(bundleBudget).toBe(600_000);
  });

  it("does not start without its environment, and names what is missing", () => {
    const { HOLDFAST_LANDING: _landing, ...rest } = environment;
    const { status, stderr } = start({ ...rest, HOLDFAST_PLAIN_LAYOUT: "yes" });
    expect(status).not.toBe(0);
    expect(stderr).toContain("HF2030");
    expect(stderr).toContain("HOLDFAST_LANDING");
    expect(stderr).toContain("HOLDFAST_PLAIN_LAYOUT");
    expect(stderr).not.toContain("HOLDFAST_CATALOG:");
  });

  it("does not start without its rules", () => {
    const { status, stderr } = start(environment);
    expect(status).not.toBe(0);
    expect(stderr).toContain("HF2031");
  });

  it("answers per message", () => {
    writeFileSync(join(folder, "rules.json"), JSON.stringify(rules));
    const ignored = {
      source: "aws.s3",
      "detail-type": "Object Created",
      detail: { bucket: { name: "another" }, object: { key: "plain/r/a", "version-id": "1" } },
    };
    const bodies = [JSON.stringify({ Event: "s3:TestEvent" }), "nonsense", JSON.stringify(ignored)];
    const { lines, stderr, status } = start(environment, bodies);
    expect({ stderr, status }).toEqual({ stderr: "", status: 0 });
    expect(JSON.parse(lines.at(-1) ?? "")).toEqual({ batchItemFailures: [{ itemIdentifier: "1" }] });
    expect(lines.map((line) => JSON.parse(line))).toContainEqual(
      expect.objectContaining({ Stack: "test", AdmissionsFailed: 1 }),
    );
  });

  it("takes its credentials from the environment and from nowhere else (promise 9)", async () => {
    writeFileSync(join(folder, "rules.json"), JSON.stringify(rules));
    const asked: IncomingHttpHeaders[] = [];
    const server = createServer((request, response) => {
      asked.push(request.headers);
      response.writeHead(403).end();
    });
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    const address = server.address();
    if (address === null || typeof address === "string") throw new TypeError("no port");
    const event = {
      source: "aws.s3",
      "detail-type": "Object Created",
      detail: { bucket: { name: "landing" }, object: { key: "plain/r/a", "version-id": "1" } },
    };
    const run = async (credentials: Readonly<Record<string, string>>) => {
      const body = JSON.stringify(event);
      const code = `const { handler } = await import("./index.mjs");
        console.log(JSON.stringify(await handler({ Records: [{ messageId: "m", body: ${JSON.stringify(body)} }] })));`;
      const env = { ...environment, AWS_ENDPOINT_URL: `http://127.0.0.1:${address.port}`, ...credentials };
      const child = spawn(process.execPath, ["--input-type=module", "-e", code], { cwd: folder, env });
      let output = "";
      child.stdout.on("data", (data) => {
        output += data;
      });
      await once(child, "close");
      return output;
    };
    const refused = '{"batchItemFailures":[{"itemIdentifier":"m"}]}';
    expect(
      await run({
        AWS_ACCESS_KEY_ID: "AKIAEXAMPLE",
        AWS_SECRET_ACCESS_KEY: "not-a-secret",
        AWS_SESSION_TOKEN: "token",
      }),
    ).toContain(refused);
    expect(asked.length).toBeGreaterThanOrEqual(3);
    for (const headers of asked) {
      expect(headers.authorization).toMatch(/^AWS4-HMAC-SHA256 Credential=AKIAEXAMPLE\//);
      expect(headers["x-amz-security-token"]).toBe("token");
    }
    asked.length = 0;
    const without = await run({});
    expect(without).toContain(refused);
    expect(without).toContain("HF2030");
    expect(asked).toEqual([]);
    server.close();

    const code = readFileSync(join(folder, "index.mjs"), "utf8");
    const traces = ["sso_start_url", "AWS_WEB_IDENTITY_TOKEN_FILE", "credential_process"];
    expect(traces.filter((trace) => code.includes(trace))).toEqual([]);
  }, 30_000);
});
