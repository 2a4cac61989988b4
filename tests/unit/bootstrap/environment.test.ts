import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import {
  closedEndpoint,
  ignoredEndpoint,
  isLoopback,
  safeEnv,
  setupEnv,
} from "../../../emulator/bootstrap/environment.mjs";
import { capture } from "../../../emulator/bootstrap/processes.mjs";

/** One of each kind that a laptop may hold; every value says POISON so that it can be found anywhere. */
const poison: Record<string, string> = Object.fromEntries(
  [
    "AWS_ACCESS_KEY_ID",
    "AWS_SECRET_ACCESS_KEY",
    "AWS_SESSION_TOKEN",
    "AWS_PROFILE",
    "AWS_DEFAULT_PROFILE",
    "AWS_CONFIG_FILE",
    "AWS_SHARED_CREDENTIALS_FILE",
    "AWS_ENDPOINT_URL_S3",
    "AWS_WEB_IDENTITY_TOKEN_FILE",
    "AWS_ROLE_ARN",
    "AWS_CONTAINER_CREDENTIALS_FULL_URI",
    "AWS_CA_BUNDLE",
    "AZURE_CLIENT_SECRET",
    "AZURE_TENANT_ID",
    "ARM_CLIENT_SECRET",
    "PULUMI_ACCESS_TOKEN",
    "PULUMI_HOME",
    "PULUMI_BACKEND_URL",
    "PULUMI_CONFIG_PASSPHRASE_FILE",
    "PULUMI_STACK",
    "PULUMI_DEBUG_PROVIDERS",
    "GOOGLE_APPLICATION_CREDENTIALS",
    "GCLOUD_PROJECT",
    "TF_TOKEN_x",
    "VAULT_TOKEN",
    "KUBECONFIG",
    "https_proxy",
    "HTTP_PROXY",
    "grpc_proxy",
    "aws_access_key_id",
  ].map((name) => [name, "POISON"]),
);

let home: string;
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), "holdfast env "));
  mkdirSync(join(home, ".aws"));
  writeFileSync(
    join(home, ".aws", "credentials"),
    "[default]\naws_access_key_id = POISON\naws_secret_access_key = POISON\n",
  );
  writeFileSync(
    join(home, ".aws", "config"),
    "[default]\nregion = eu-poison-1\nendpoint_url = https://POISON.example\n",
  );
});
afterEach(() => rmSync(home, { recursive: true, force: true }));

const planted = (): NodeJS.ProcessEnv => ({
  ...poison,
  AWS_ENDPOINT_URL: "https://POISON.example",
  PATH: process.env.PATH,
  HOME: home,
  HOLDFAST_LOCAL: join(home, "local"),
  EDITOR: "vi",
});

describe("safeEnv", () => {
  it("hands none of the user's cloud settings to a child process", () => {
    const script = "process.stdout.write(JSON.stringify(process.env))";
    const child = spawnSync(process.execPath, ["-e", script], { env: safeEnv({ env: planted() }), encoding: "utf8" });
    expect(child.status).toBe(0);
    expect(child.stdout).not.toContain("POISON");
    const env = JSON.parse(child.stdout);
    expect(env).toMatchObject({
      EDITOR: "vi",
      AWS_ACCESS_KEY_ID: "test",
      AWS_SECRET_ACCESS_KEY: "test",
      AWS_ENDPOINT_URL: closedEndpoint,
      AWS_CONFIG_FILE: "/dev/null",
      AWS_SHARED_CREDENTIALS_FILE: "/dev/null",
      AWS_EC2_METADATA_DISABLED: "true",
      PULUMI_HOME: join(home, "local", "pulumi-home"),
      PULUMI_BACKEND_URL: `file://${join(home, "local", "state")}`,
      PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: "true",
      NO_PROXY: "127.0.0.1,localhost,::1",
    });
    expect(
      Object.keys(env)
        .filter((name) => /^(AWS|PULUMI)_/.test(name))
        .sort(),
    ).toEqual([
      "AWS_ACCESS_KEY_ID",
      "AWS_CONFIG_FILE",
      "AWS_DEFAULT_REGION",
      "AWS_EC2_METADATA_DISABLED",
      "AWS_ENDPOINT_URL",
      "AWS_REGION",
      "AWS_SECRET_ACCESS_KEY",
      "AWS_SHARED_CREDENTIALS_FILE",
      "PULUMI_BACKEND_URL",
      "PULUMI_CONFIG_PASSPHRASE",
      "PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION",
      "PULUMI_HOME",
      "PULUMI_SKIP_UPDATE_CHECK",
    ]);
  });

  it("sends the SDK of the child to the emulated cloud, with the fake key and region", async () => {
    const seen: (string | undefined)[] = [];
    const server = createServer((request, response) => {
      seen.push(request.headers.authorization);
      response.end("<ListAllMyBucketsResult/>");
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const script = `
      import { ListBucketsCommand, S3Client } from "@aws-sdk/client-s3";
      await new S3Client({ forcePathStyle: true }).send(new ListBucketsCommand({}));`;
    const env = safeEnv({ env: planted(), cloud: { endpoint, regions: { primary: "eu-west-1" } } });
    const outcome = await capture(process.execPath, ["--input-type=module", "-e", script], { env });
    server.close();
    expect(outcome).toMatchObject({ code: 0, stderr: "" });
    expect(seen).toEqual([expect.stringMatching(/Credential=test\/\d{8}\/eu-west-1\/s3\//)]);
  });

  it("takes the endpoint from cloud.json and refuses one that is not on this machine", () => {
    expect(safeEnv({ env: planted(), cloud: { endpoint: "http://127.0.0.1:4567" } }).AWS_ENDPOINT_URL).toBe(
      "http://127.0.0.1:4567",
    );
    expect(() => safeEnv({ env: planted(), cloud: { endpoint: "https://s3.us-east-1.amazonaws.com" } })).toThrow(
      /^HF5010 .*cloud\.json = https:\/\/s3\.us-east-1\.amazonaws\.com/,
    );
  });

  it("says which endpoint of the user's it does not follow", () => {
    expect(ignoredEndpoint(planted())).toContain("AWS_ENDPOINT_URL=https://POISON.example");
    expect(ignoredEndpoint({ AWS_ENDPOINT_URL: "http://localhost:4566" })).toBeUndefined();
    expect(ignoredEndpoint({})).toBeUndefined();
  });
});

describe("setupEnv", () => {
  it("keeps registries and proxies, drops clouds", () => {
    const env = setupEnv({
      ...planted(),
      npm_config_registry: "http://127.0.0.1:4873",
      PIP_INDEX_URL: "x",
      GOPROXY: "direct",
    });
    expect(env).toMatchObject({
      npm_config_registry: "http://127.0.0.1:4873",
      PIP_INDEX_URL: "x",
      GOPROXY: "direct",
      https_proxy: "POISON",
    });
    expect(Object.keys(env).filter((name) => /^(aws|azure|arm|pulumi|google)_/i.test(name))).toEqual([]);
  });
});

describe("isLoopback", () => {
  it.each([
    ["http://127.0.0.1:4566", true],
    ["http://127.8.9.10", true],
    ["https://localhost:1", true],
    ["http://[::1]:80", true],
    ["http://127.0.0.1.example.com", false],
    ["http://localhost.example.com", false],
    ["http://0.0.0.0:4566", false],
    ["http://10.0.0.1", false],
    ["http://127.0.0.1@example.com/", false],
    ["ftp://127.0.0.1", false],
    ["127.0.0.1:4566", false],
    ["", false],
  ])("%s → %s", (text, expected) => {
    expect(isLoopback(text)).toBe(expected);
  });
});
