import { describe, expect, it } from "vitest";
import { longestName, type NamedThing, physicalName } from "../../../components/support/naming.ts";
import { deployCodes } from "../../../model/codes/deploy.ts";

const scope = { project: "holdfast", stack: "prod", accountId: "111122223333" };

describe("physicalName", () => {
  it.each([
    ["bucket", "media", "primary", "holdfast-prod-media-primary-111122223333"],
    ["role", "replication", undefined, "holdfast-prod-replication-111122223333"],
    ["table", "catalog", undefined, "holdfast-prod-catalog-111122223333"],
  ] as const)("%s %s %s", (thing, what, site, expected) => {
    expect(physicalName(scope, thing, what, site)).toBe(expected);
  });

  it("cuts project and stack, never what tells the resource apart, and stays within the limit", () => {
    const long = { ...scope, project: "contact-centre-screen-recordings", stack: "production-europe-west" };
    const name = physicalName(long, "bucket", "metadata", "primary");
    expect(name).toHaveLength(63);
    expect(name).toMatch(/^contact-centre-screen-re-[0-9a-f]{8}-metadata-primary-111122223333$/);
  });

  it("keeps names apart that are equal up to the cut", () => {
    const named = (stack: string) =>
      physicalName({ ...scope, project: "contact-centre-screen-recordings", stack }, "bucket", "metadata", "dr");
    expect(named("production-a")).not.toBe(named("production-b"));
  });

  it.each([
    ["My_App", "prod"],
    ["my.app", "prod"],
    ["my-app", "Prod"],
    ["-my-app-", "prod"],
  ])("replaces what %s/%s may not contain, and does not collide with my-app/prod", (project, stack) => {
    const name = physicalName({ ...scope, project, stack }, "bucket", "media", "dr");
    expect(name).toMatch(/^[a-z0-9][a-z0-9-]+$/);
    expect(name).not.toMatch(/--/);
    expect(name).not.toBe(physicalName({ ...scope, project: "my-app", stack: "prod" }, "bucket", "media", "dr"));
  });

  it.each(Object.entries(longestName))("%s names never exceed %i characters", (thing, limit) => {
    const name = physicalName(
      { ...scope, project: "p".repeat(100), stack: "s".repeat(100) },
      thing as NamedThing,
      "metadata",
      "primary",
    );
    expect(name.length).toBeLessThanOrEqual(limit);
    expect(name.endsWith("-metadata-primary-111122223333")).toBe(true);
  });

  it("has the limits of the services", () => {
    expect(longestName).toEqual({
      bucket: 63,
      role: 64,
      function: 64,
      queue: 80,
      table: 255,
      rule: 64,
      topic: 256,
      key: 250,
      alarm: 255,
    });
  });

  it("refuses a fixed part that leaves no room", () => {
    expect(() => physicalName({ ...scope, stack: "S" }, "bucket", "w".repeat(60))).toThrow(
      expect.objectContaining({ code: "HF4005" }),
    );
    expect(deployCodes).toHaveProperty("HF4005");
  });
});
