import type { SQSClient } from "@aws-sdk/client-sqs";
import { SendMessageCommand } from "@aws-sdk/client-sqs";
import type { Queue } from "../../ports/queue.ts";
import { checkDelay } from "../checks.ts";
import { asPort } from "./errors.ts";

/** A standard SQS queue of JSON messages. The caller needs `sqs:SendMessage`. */
export function awsQueue<T>({ sqs, url }: { readonly sqs: SQSClient; readonly url: string }): Queue<T> {
  return {
    async send(message, delaySeconds) {
      checkDelay("queue.send", delaySeconds ?? 0);
      await asPort(
        "queue.send",
        `queue ${url}`,
        sqs.send(
          new SendMessageCommand({
            QueueUrl: url,
            MessageBody: JSON.stringify(message),
            // Without the field the queue's own delay would apply.
            DelaySeconds: delaySeconds ?? 0,
          }),
        ),
      );
    },
  };
}
