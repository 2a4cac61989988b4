/** What arrives on the function's two queues: landing events and confirm messages. */
import * as z from "zod/mini";
import { HoldfastError } from "../../model/errors.ts";

/** A version of an object was written to the landing. */
export interface LandedEvent {
  readonly type: "landed";
  readonly bucket: string;
  /** Decoded. */
  readonly key: string;
  readonly versionId: string;
}

/** Drives an admitted recording to "confirmed in DR"; see `confirm.ts`. */
export interface ConfirmMessage {
  readonly type: "confirm";
  readonly recordingId: string;
  /** Landed versions that may be marked as admitted once every version in the catalog is confirmed. */
  readonly landing: readonly { readonly key: string; readonly versionId: string }[];
  /** ISO 8601, UTC. */
  readonly admittedAt: string;
  /** How often it was found pending. */
  readonly attempt: number;
  /** Lateness was counted already. */
  readonly late: boolean;
}

/** A message that is fine and asks for nothing. */
export interface IgnoredMessage {
  readonly type: "ignored";
  readonly reason: "testEvent" | "otherEvent";
}

export type IntakeMessage = LandedEvent | ConfirmMessage | IgnoredMessage;

const confirmMessage = z.object({
  type: z.literal("confirm"),
  recordingId: z.string().check(z.minLength(1)),
  landing: z.array(z.object({ key: z.string(), versionId: z.string() })),
  admittedAt: z.iso.datetime(),
  attempt: z.number().check(z.int(), z.nonnegative()),
  late: z.boolean(),
});

/** Amazon EventBridge event of S3 (S3 User Guide, ev-events); keys are not encoded. */
const eventBridgeEvent = z.object({
  source: z.string(),
  "detail-type": z.string(),
  detail: z.object({
    bucket: z.object({ name: z.string() }),
    object: z.object({ key: z.string(), "version-id": z.optional(z.string()) }),
  }),
});

/** S3 notification record (S3 User Guide, notification-content-structure); keys are form-url-encoded. */
const notification = z.object({
  Records: z.array(
    z.object({
      eventName: z.string(),
      s3: z.object({
        bucket: z.object({ name: z.string() }),
        object: z.object({ key: z.string(), versionId: z.optional(z.string()) }),
      }),
    }),
  ),
});

/** First message of a new notification configuration; it has no `Records`. */
const testEvent = z.object({ Event: z.literal("s3:TestEvent") });

/** Decodes a key of an S3 notification: `+` is a space, then `%XX`. */
function decodeKey(encoded: string): string {
  try {
    return decodeURIComponent(encoded.replaceAll("+", " "));
  } catch (error) {
    throw new HoldfastError("HF2001", `the key ${JSON.stringify(encoded)} is not form-url-encoded`, { cause: error });
  }
}

function landed(bucket: string, key: string, versionId: string | undefined): LandedEvent {
  if (versionId === undefined || versionId === "" || versionId === "null") {
    throw new HoldfastError(
      "HF2002",
      `the event for ${JSON.stringify(key)} in bucket ${bucket} has no version id; allowed: events of a versioned bucket; ` +
        "fix: turn versioning on for the landing bucket and have the object written again",
    );
  }
  return { type: "landed", bucket, key, versionId };
}

/**
 * Reads the body of one queue message.
 *
 * @throws HoldfastError `HF2001` when it is none of the known messages, `HF2002` when an event has no version id.
 */
export function parseMessage(body: string): readonly IntakeMessage[] {
  let json: unknown;
  try {
    json = JSON.parse(body);
  } catch (error) {
    throw new HoldfastError("HF2001", "the queue message is not JSON", { cause: error });
  }
  const confirm = z.safeParse(confirmMessage, json);
  if (confirm.success) return [confirm.data];
  if (z.safeParse(testEvent, json).success) return [{ type: "ignored", reason: "testEvent" }];

  const bridged = z.safeParse(eventBridgeEvent, json);
  if (bridged.success) {
    const { source, detail, "detail-type": type } = bridged.data;
    if (source !== "aws.s3" || type !== "Object Created") return [{ type: "ignored", reason: "otherEvent" }];
    return [landed(detail.bucket.name, detail.object.key, detail.object["version-id"])];
  }
  const notified = z.safeParse(notification, json);
  if (notified.success) {
    return notified.data.Records.map(({ eventName, s3 }) =>
      /^(s3:)?ObjectCreated:/.test(eventName)
        ? landed(s3.bucket.name, decodeKey(s3.object.key), s3.object.versionId)
        : { type: "ignored", reason: "otherEvent" },
    );
  }
  throw new HoldfastError(
    "HF2001",
    "the queue message is neither an S3 event, an S3 notification nor a confirm message; fix: find out who sends it",
  );
}
