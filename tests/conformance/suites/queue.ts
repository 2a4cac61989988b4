import { describe, expect, it } from "vitest";
import { PortDenied, PortUnavailable } from "../../../ports/errors.ts";
import type { QueueHarness } from "../support/harness.ts";

export interface Message {
  readonly type: string;
  readonly text?: string;
  readonly list?: readonly number[];
}

/** Behaviour that every `Queue` has. */
export function queueSuite(cloud: string, harness: () => QueueHarness<Message>): void {
  const queue = () => harness().queue;
  /** Receives and deletes what is visible. */
  const take = async () => {
    const received = await harness().receive();
    for (const message of received) await message.delete();
    return received.map((m) => m.body);
  };

  describe(`Queue on ${cloud}`, () => {
    it("delivers what was sent, once it is deleted never again", async () => {
      const message = { type: "confirm", text: 'ü 録音 <&> "quoted"\n', list: [1, 2.5, -3] };
      await queue().send(message);
      expect(await take()).toEqual([message]);
      await harness().elapse(harness().visibilitySeconds + 1);
      expect(await take()).toEqual([]);
    });

    it("delivers again what was not deleted", async () => {
      await queue().send({ type: "at least once" });
      expect((await harness().receive()).map((m) => m.body)).toEqual([{ type: "at least once" }]);
      expect(await harness().receive()).toEqual([]);
      await harness().elapse(harness().visibilitySeconds + 1);
      expect(await take()).toEqual([{ type: "at least once" }]);
    });

    it("keeps a delayed message back until its time", async () => {
      await queue().send({ type: "later" }, 3);
      await queue().send({ type: "now" });
      expect(await take()).toEqual([{ type: "now" }]);
      await harness().elapse(4);
      expect(await take()).toEqual([{ type: "later" }]);
    });

    it.each([-1, 901, 1.5, Number.NaN])("refuses a delay of %s seconds", async (delay) => {
      await expect(queue().send({ type: "never" }, delay)).rejects.toMatchObject({ code: "HF3006" });
      expect(await take()).toEqual([]);
    });

    it("takes the longest delay", async () => {
      await queue().send({ type: "in 15 minutes" }, 900);
      expect(await take()).toEqual([]);
    });

    it("says that the cloud is down, and that it refused", async () => {
      for (const how of ["cut", "server-error"] as const) {
        const failure = harness().duringOutage(how, () => queue().send({ type: "lost" }));
        await expect(failure, how).rejects.toBeInstanceOf(PortUnavailable);
      }
      await expect(harness().forOutsider.send({ type: "denied" })).rejects.toBeInstanceOf(PortDenied);
      expect(await take()).toEqual([]);
    });
  });
}
