import { describe, expect, it } from "vitest";
import { reconcile } from "../../../emulator/providers/engine/reconcile.ts";
import type { Row } from "../../../emulator/providers/engine/row.ts";

/** A small made-up type, so that every rule shows on its own. */
const row = {
  supports: ["name", "namePrefix", "size", "note", "policy", "chosen", "hidden", "steering", "items"],
  naming: { property: "name", prefix: "namePrefix", max: 10 },
  defaults: { size: 30 },
  computed: ["chosen", "items[].id"],
  json: { policy: "policy" },
  local: ["steering"],
  sets: ["items"],
  refuses: { "items[].output": "it is an output" },
  emulatorCannotRead: [{ property: "hidden", reason: "made up" }],
} as unknown as Row<never>;

const inputs = (olds: object, cloud: object) => reconcile(row, { ...olds }, { ...cloud }).inputs;

describe("what a refresh finds", () => {
  it("keeps the program's spelling where it means the same", () => {
    const olds = { policy: '{"Statement":[{"Action":"a"}]}', items: [{ k: 1 }, { k: 2 }] };
    const cloud = { policy: '{ "Statement": [ { "Action": ["a"] } ] }', items: [{ k: 2 }, { k: 1 }] };
    expect(reconcile(row, olds, cloud)).toEqual({ inputs: olds, state: olds });
  });

  it("takes the cloud's value where it differs, also of what was never stated", () => {
    expect(inputs({ note: "a" }, { note: "b" })).toEqual({ note: "b" });
    expect(inputs({}, { note: "b" })).toEqual({ note: "b" });
    expect(inputs({ note: "a" }, {})).toEqual({});
  });

  it("does not state a default that the program leaves out, but states another value", () => {
    expect(inputs({}, { size: 30 })).toEqual({});
    expect(inputs({}, { size: 31 })).toEqual({ size: 31 });
    expect(inputs({ size: 31 }, { size: 30 })).toEqual({ size: 30 });
  });

  it("leaves the cloud its own choice, and watches it once it is stated", () => {
    expect(inputs({}, { chosen: "x" })).toEqual({});
    expect(inputs({ chosen: "x" }, { chosen: "y" })).toEqual({ chosen: "y" });
    expect(inputs({ items: [{ k: 1 }] }, { items: [{ k: 1, id: "cloud", output: "o" }] })).toEqual({
      items: [{ k: 1 }],
    });
  });

  it("keeps what cannot be read and what never reaches the cloud", () => {
    const olds = { hidden: "h", steering: true, namePrefix: "p" };
    expect(reconcile(row, olds, {})).toEqual({ inputs: olds, state: olds });
  });

  it("adds outputs to the state only", () => {
    expect(reconcile(row, { note: "a" }, { note: "a", arn: "x" })).toEqual({
      inputs: { note: "a" },
      state: { note: "a", arn: "x" },
    });
  });
});
