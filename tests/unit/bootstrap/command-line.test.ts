import { describe, expect, it } from "vitest";
import {
  namedStack,
  needsCloud,
  needsProvider,
  needsStack,
  readCommand,
  settingsRoute,
} from "../../../emulator/bootstrap/pulumi-args.mjs";

const read = (line: string) => readCommand(line.split(" ").filter(Boolean));

describe("readCommand", () => {
  it.each([
    ["preview --stack prod", "preview", "prod"],
    ["--stack=prod pre --json", "preview", "prod"],
    ["up -s dev --yes", "up", "dev"],
    ["up -sdev", "up", "dev"],
    ["update -s organization/holdfast/dev", "up", "dev"],
    ["-v 3 --color never down --stack dev", "destroy", "dev"],
    ["stack select prod", "stack", "prod"],
    ["stack rm dev --yes", "stack", "dev"],
    ["stack output locations --stack dev", "stack", "dev"],
    ["stack output locations", "stack", undefined],
    ["config set --path holdfast:media.rpo value", "config", undefined],
    ["up -- --stack prod", "up", undefined],
  ])("%s", (line, name, stack) => {
    expect(read(line).name).toBe(name);
    expect(namedStack(read(line))).toBe(stack);
  });

  it("knows a value from a command", () => {
    expect(read("--cwd up preview")).toMatchObject({ name: "preview", cwd: "up" });
  });
});

describe("what a command needs", () => {
  it.each([
    ["preview", { provider: true, cloud: false, stack: true, settings: "copy" }],
    ["preview --refresh", { provider: true, cloud: true, stack: true, settings: "copy" }],
    ["up", { provider: true, cloud: true, stack: true, settings: "copy" }],
    ["refresh", { provider: true, cloud: true, stack: true, settings: "copy" }],
    ["dn", { provider: true, cloud: true, stack: true, settings: "copy" }],
    ["import a b c", { provider: true, cloud: true, stack: true, settings: "copy" }],
    ["config", { provider: false, cloud: false, stack: true, settings: "copy" }],
    ["config get a", { provider: false, cloud: false, stack: true, settings: "copy" }],
    ["config set a b", { provider: false, cloud: false, stack: true, settings: "file" }],
    ["config rm a", { provider: false, cloud: false, stack: true, settings: "file" }],
    ["stack output", { provider: false, cloud: false, stack: true, settings: "none" }],
    ["stack ls", { provider: false, cloud: false, stack: false, settings: "none" }],
    ["version", { provider: false, cloud: false, stack: false, settings: "none" }],
    ["", { provider: false, cloud: false, stack: false, settings: "none" }],
  ])("%s", (line, expected) => {
    const command = read(line);
    expect({
      provider: needsProvider(command),
      cloud: needsCloud(command),
      stack: needsStack(command),
      settings: settingsRoute(command),
    }).toEqual(expected);
  });
});
