import { describe, expect, it } from "vitest";
import { loopback } from "../../../emulator/providers/aws/clients.ts";
import { awsPackage } from "../../../emulator/providers/aws/package.ts";
import { aws } from "./offline.ts";

describe("only the emulated cloud is ever talked to", () => {
  it.each([
    "http://127.0.0.1:4566",
    "http://127.0.0.9",
    "https://localhost:4566/",
    "http://[::1]:4566",
    "http://cloud.localhost:1",
  ])("takes %s", (address) => {
    expect(loopback(address, "AWS_ENDPOINT_URL")).toBe(address);
  });

  it.each([
    undefined,
    "",
    "not an address",
    "https://s3.us-east-1.amazonaws.com",
    "http://10.0.0.1:4566",
    "http://127.0.0.1.example.com",
    "http://localhost.example.com",
    "http://127.0.0.1@example.com",
    "http://user:secret@127.0.0.1",
    "http://0.0.0.0:4566",
    "http://169.254.169.254",
    "ftp://127.0.0.1",
  ])("refuses %s", (address) => {
    expect(() => loopback(address, "AWS_ENDPOINT_URL")).toThrow(/^HF5501 AWS_ENDPOINT_URL is /);
  });

  it("is refused at configuration too, in the environment and in the provider's own endpoints", async () => {
    const real = awsPackage({ AWS_ENDPOINT_URL: "https://sts.amazonaws.com" });
    await expect(real.configure({ region: "us-east-1" })).rejects.toThrow(/^HF5501 AWS_ENDPOINT_URL /);
    const endpoints = JSON.stringify([{ s3: "http://127.0.0.1:1", sqs: "https://sqs.us-east-1.amazonaws.com" }]);
    expect(aws.checkSettings({ region: "us-east-1", endpoints })).toEqual([
      { property: "endpoints", reason: expect.stringMatching(/^HF5501 aws\.Provider endpoints\.sqs is "https:/) },
    ]);
    await expect(aws.configure({ region: "us-east-1", endpoints })).rejects.toThrow(/^HF5501 /);
  });
});

describe("settings of the provider resource", () => {
  it("takes what a program states, with lists and flags as the JSON texts that the package sends", () => {
    const settings = {
      region: "us-east-1",
      version: "7.48.0",
      defaultTags: JSON.stringify({ tags: { a: "1" } }),
      endpoints: JSON.stringify([{ s3: "http://127.0.0.1:4566" }]),
      s3UsePathStyle: "true",
      skipCredentialsValidation: "false",
      skipRegionValidation: "true",
    };
    expect(aws.checkSettings(settings)).toEqual([]);
  });

  it("makes its tags and its region those of the session", async () => {
    const session = await aws.configure({ region: "eu-west-1", defaultTags: '{"tags":{"a":"1"}}' });
    expect([session.region, session.defaultTags]).toEqual(["eu-west-1", { a: "1" }]);
  });

  it.each([
    ["profile", "prod"],
    ["accessKey", "AKIAEXAMPLE"],
    ["secretKey", "secret"],
    ["assumeRoles", JSON.stringify([{ roleArn: "arn:aws:iam::111122223333:role/Admin" }])],
    ["sharedCredentialsFiles", JSON.stringify(["/home/somebody/.aws/credentials"])],
    ["httpProxy", "http://proxy.example.com"],
    ["ignoreTags", JSON.stringify({ keys: ["a"] })],
  ])("refuses %s, which leads away from the emulated cloud or is not carried out", (key, value) => {
    const [failure] = aws.checkSettings({ region: "us-east-1", [key]: value });
    expect(failure?.property).toBe(key);
    expect(failure?.reason).toMatch(/^HF5504 /);
  });

  it("refuses unknown settings and wrong types", () => {
    const failures = aws.checkSettings({ regoin: "us-east-1", maxRetries: "many", defaultTags: '{"tag":{}}' });
    expect(failures.map((f) => [f.property, f.reason.slice(0, 6)])).toEqual([
      ["regoin", "HF5510"],
      ["maxRetries", "HF5512"],
      ["defaultTags.tag", "HF5510"],
    ]);
  });
});
