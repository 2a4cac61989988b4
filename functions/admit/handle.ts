/** One batch of queue messages: each is handled by itself, and only those that failed come back. */
import { HoldfastError } from "../../model/errors.ts";
import { type MetricName, metricNames } from "../../model/metric-names.ts";
import { type ConfirmDeps, confirm } from "./confirm.ts";
import { type AdmitDeps, admit } from "./core.ts";
import { type IntakeMessage, parseMessage } from "./messages.ts";
import { pooled } from "./together.ts";

export interface HandleDeps extends AdmitDeps, ConfirmDeps {
  /** Name of the landing bucket; events of any other, replicas among them, are not for this function. */
  readonly landingBucket: string;
}

export interface QueueRecord {
  readonly id: string;
  readonly body: string;
}

/** Messages of one batch at work at the same time; each may read one recording's media. */
const parallelMessages = 4;

/** Handles a batch. @returns ids of the messages that must be tried again. */
export async function handleBatch(records: readonly QueueRecord[], deps: HandleDeps): Promise<readonly string[]> {
  const failed: string[] = [];
  await pooled(parallelMessages, records, async ({ id, body }) => {
    let metric: MetricName = metricNames.admissionFailed;
    try {
      for (const message of parseMessage(body)) {
        if (message.type === "confirm") metric = metricNames.confirmationFailed;
        await handleMessage(message, deps);
      }
    } catch (error) {
      failed.push(id);
      deps.metrics.count(metric);
      const code = error instanceof HoldfastError ? error.code : "unknown";
      deps.log.error("message failed", { code, messageId: id, error });
    }
  });
  return failed;
}

async function handleMessage(message: IntakeMessage, deps: HandleDeps): Promise<void> {
  if (message.type === "ignored") {
    deps.log.info("message ignored", { reason: message.reason });
  } else if (message.type === "confirm") {
    await confirm(message, deps);
  } else if (message.bucket !== deps.landingBucket) {
    deps.log.warn("event of another bucket ignored", { bucket: message.bucket, key: message.key });
  } else {
    await admit(message, deps);
  }
}
