import { describe, expect, it } from "vitest";
import { type ConfirmMessage, parseMessage } from "../../../functions/admit/messages.ts";
import { parseRules } from "../../../functions/admit/rules.ts";

const bridged = (change: object = {}) => ({
  version: "0",
  id: "17793124-05d4-b198-2fde-7ededc63b103",
  "detail-type": "Object Created",
  source: "aws.s3",
  account: "111122223333",
  time: "2026-05-07T10:00:00Z",
  region: "us-east-1",
  resources: ["arn:aws:s3:::landing"],
  detail: {
    version: "0",
    bucket: { name: "landing" },
    object: { key: "plain/r 1+x/a.webm", size: 5, etag: "e", "version-id": "v1", sequencer: "00" },
    "request-id": "R",
    requester: "111122223333",
    reason: "PutObject",
  },
  ...change,
});
const notified = (...records: object[]) => ({ Records: records });
const record = (eventName: string, key: string, versionId?: string) => ({
  eventVersion: "2.1",
  eventSource: "aws:s3",
  eventName,
  s3: { bucket: { name: "landing", arn: "a" }, object: { key, size: 1, eTag: "e", versionId, sequencer: "0" } },
});
const parse = (value: unknown) => parseMessage(JSON.stringify(value));

describe("queue messages", () => {
  it("EventBridge keys are taken as they are", () => {
    expect(parse(bridged())).toEqual([
      { type: "landed", bucket: "landing", key: "plain/r 1+x/a.webm", versionId: "v1" },
    ]);
  });

  it("notification keys are decoded: plus, then percent", () => {
    const records = notified(
      record("ObjectCreated:Put", "plain/red+flower%2B.jpg", "v1"),
      record("s3:ObjectCreated:CompleteMultipartUpload", "plain/%E6%97%A5/a.webm", "v2"),
      record("ObjectRemoved:Delete", "plain/x", "v3"),
    );
    expect(parse(records)).toEqual([
      { type: "landed", bucket: "landing", key: "plain/red flower+.jpg", versionId: "v1" },
      { type: "landed", bucket: "landing", key: "plain/日/a.webm", versionId: "v2" },
      { type: "ignored", reason: "otherEvent" },
    ]);
  });

  it("the test event has no records and asks for nothing", () => {
    const event = { Service: "Amazon S3", Event: "s3:TestEvent", Time: "2026-05-07T10:00:00Z", Bucket: "landing" };
    expect(parse(event)).toEqual([{ type: "ignored", reason: "testEvent" }]);
  });

  it.each([{ "detail-type": "Object Deleted" }, { source: "someone.else" }])(
    "other events are ignored: %j",
    (change) => {
      expect(parse(bridged(change))).toEqual([{ type: "ignored", reason: "otherEvent" }]);
    },
  );

  it("confirm messages come back as they were sent", () => {
    const message: ConfirmMessage = {
      type: "confirm",
      recordingId: "r1",
      landing: [{ key: "plain/r1/a.webm", versionId: "v1" }],
      admittedAt: "2026-05-07T10:00:00.000Z",
      attempt: 3,
      late: true,
    };
    expect(parse(message)).toEqual([message]);
    expect(() => parse({ ...message, attempt: -1 })).toThrow(expect.objectContaining({ code: "HF2001" }));
  });

  it.each(["", "hello", "{}", "[]", "null", '{"Records":5}', '{"type":"confirm"}'])("refuses %j", (body) => {
    expect(() => parseMessage(body)).toThrow(expect.objectContaining({ code: "HF2001" }));
  });

  it("refuses keys that are not encoded as they must be", () => {
    expect(() => parse(notified(record("ObjectCreated:Put", "100%", "v1")))).toThrow(
      expect.objectContaining({ code: "HF2001" }),
    );
  });

  it.each([
    bridged({ detail: { bucket: { name: "landing" }, object: { key: "plain/r/a" } } }),
    notified(record("ObjectCreated:Put", "plain/r/a")),
    notified(record("ObjectCreated:Put", "plain/r/a", "null")),
  ])("refuses events of a bucket without versions", (event) => {
    expect(() => parse(event)).toThrow(expect.objectContaining({ code: "HF2002" }));
  });
});

describe("rules.json", () => {
  const good = {
    classification: [{ name: "a", match: { metadata: { queue: "x*" } }, tags: { PII: "true" } }],
    holdRules: [{ name: "b", match: { key: "*", tags: { department: "f" } } }],
    classes: [{ className: "finance", match: {} }, { className: "standard" }],
  };

  it("is taken as it is", () => {
    expect(parseRules(JSON.stringify(good))).toEqual(good);
  });

  it.each([
    ["not JSON", "{"],
    ["no classes", JSON.stringify({ ...good, classes: [] })],
    ["last class with a match", JSON.stringify({ ...good, classes: [{ className: "standard", match: {} }] })],
    ["unknown tag", JSON.stringify({ ...good, classification: [{ name: "a", match: {}, tags: { other: "1" } }] })],
    ["unknown match", JSON.stringify({ ...good, holdRules: [{ name: "a", match: { regex: "x" } }] })],
  ])("refuses %s", (_what, text) => {
    expect(() => parseRules(text)).toThrow(expect.objectContaining({ code: "HF2031" }));
  });
});
