/** Reading through Pulumi's own config, as the running program does. */
import * as pulumi from "@pulumi/pulumi";
import { afterEach, describe, expect, it } from "vitest";
import { SettingsError } from "../../../model/errors.ts";
import { loadSettings } from "../../../stacks/settings/load.ts";
import { base } from "./base.ts";

const give = (config: Record<string, unknown>) => {
  const entries = Object.entries(config).map(([key, value]) => [
    key,
    typeof value === "string" ? value : JSON.stringify(value),
  ]);
  pulumi.runtime.setAllConfig(Object.fromEntries(entries));
};

afterEach(() => pulumi.runtime.setAllConfig({}));

describe("loadSettings", () => {
  it("returns settings with their warnings", () => {
    give({ ...base, "aws:region": "eu-west-1" });
    const settings = loadSettings();
    expect(settings.primaryRegion).toBe("us-east-1");
    expect(settings.warnings.map(({ code }) => code)).toEqual(["HF1106"]);
  });

  it("leaves warnings out of the error, so that its count is what must be repaired", () => {
    give({ ...base, "aws:region": "eu-west-1", "holdfast:media": { drTier: "warm" } });
    expect(loadSettings).toThrow("Stack config of project/stack: 1 problem\n");
  });

  it("throws all errors at once", () => {
    give({ ...base, "holdfast:media": { rpo: 60, drTier: "warm" }, "holdfast:unknown": "x" });
    expect(loadSettings).toThrow(SettingsError);
    expect(loadSettings).toThrow(/HF1002 holdfast:unknown[\s\S]*HF1006|HF1006[\s\S]*HF1002 holdfast:unknown/);
    expect(loadSettings).toThrow(/HF1004 holdfast:media\.drTier = "warm"/);
  });
});
