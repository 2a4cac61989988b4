import { describe, expect, it } from "vitest";
import { asPort, failureOf, portError, unlessGone } from "../../../adapters/aws/errors.ts";
import { ChecksumMismatch, PortDenied, PortMissing, PortUnavailable } from "../../../ports/errors.ts";

const sdk = (name: string, status?: number) =>
  Object.assign(new Error(name), { name, $metadata: status === undefined ? {} : { httpStatusCode: status } });
const node = (code: string) => Object.assign(new Error(code), { code });

describe("failureOf", () => {
  it.each([
    // Names and statuses: S3 API Reference, error responses; DynamoDB and SQS API References, common errors.
    ["S3 overload", sdk("SlowDown", 503), "unavailable"],
    ["S3 internal error", sdk("InternalError", 500), "unavailable"],
    ["S3 slow upload, answered with 400", sdk("RequestTimeout", 400), "unavailable"],
    ["S3 bucket being changed", sdk("OperationAborted", 409), "unavailable"],
    ["DynamoDB throttling, answered with 400", sdk("ProvisionedThroughputExceededException", 400), "unavailable"],
    ["DynamoDB request throttling", sdk("ThrottlingException", 400), "unavailable"],
    ["DynamoDB colliding transaction", sdk("TransactionConflictException", 400), "unavailable"],
    ["SQS throttling", sdk("RequestThrottled", 400), "unavailable"],
    ["KMS throttling seen through S3", sdk("KMS.ThrottlingException", 400), "unavailable"],
    ["a 429 of any name", sdk("Whatever", 429), "unavailable"],
    ["a gateway between", sdk("Unknown", 502), "unavailable"],
    ["time limit of the client", sdk("TimeoutError"), "unavailable"],
    ["refused connection", node("ECONNREFUSED"), "unavailable"],
    ["reset connection", node("ECONNRESET"), "unavailable"],
    ["unknown host", node("ENOTFOUND"), "unavailable"],
    ["name server in trouble", node("EAI_AGAIN"), "unavailable"],
    ["body cut short", node("ERR_STREAM_PREMATURE_CLOSE"), "unavailable"],
    ["every address refused", new AggregateError([node("ECONNREFUSED"), node("ENETUNREACH")]), "unavailable"],
    ["network error below another error", new Error("outer", { cause: node("EPIPE") }), "unavailable"],
    ["S3 denial", sdk("AccessDenied", 403), "denied"],
    ["S3 wrong signature", sdk("SignatureDoesNotMatch", 403), "denied"],
    ["archived object", sdk("InvalidObjectState", 403), "denied"],
    ["HEAD denial without a name", sdk("403", 403), "denied"],
    ["DynamoDB denial, answered with 400", sdk("AccessDeniedException", 400), "denied"],
    ["expired session, answered with 400", sdk("ExpiredToken", 400), "denied"],
    ["disabled key, answered with 400", sdk("KMS.DisabledException", 400), "denied"],
    ["disabled key of a queue", sdk("KmsDisabled", 400), "denied"],
    ["no such key", sdk("NoSuchKey", 404), "gone"],
    ["no such version", sdk("NoSuchVersion", 404), "gone"],
    ["HEAD of nothing", sdk("NotFound", 404), "gone"],
    ["a delete marker by its version", sdk("MethodNotAllowed", 405), "gone"],
    ["no such bucket", sdk("NoSuchBucket", 404), "missing"],
    ["no such table, answered with 400", sdk("ResourceNotFoundException", 400), "missing"],
    ["no such queue, answered with 400", sdk("QueueDoesNotExist", 400), "missing"],
    ["bytes refused by S3", sdk("BadDigest", 400), "mismatch"],
    [
      "bytes refused by the client",
      new Error('Checksum mismatch: expected "a" but received "b" in response header "x-amz-checksum-crc32".'),
      "mismatch",
    ],
    ["a bad request", sdk("InvalidArgument", 400), "other"],
    ["a lost condition", sdk("PreconditionFailed", 412), "other"],
    ["a bucket of another region", sdk("PermanentRedirect", 301), "other"],
    ["a bug", new TypeError("x is undefined"), "other"],
    [
      "one address refused, another with a bug",
      new AggregateError([node("ECONNREFUSED"), new TypeError("x")]),
      "other",
    ],
    ["no addresses at all", new AggregateError([]), "other"],
    ["something thrown that is no error", "text", "other"],
    ["nothing", undefined, "other"],
  ] as const)("%s", (_what, error, expected) => {
    expect(failureOf(error)).toBe(expected);
  });
});

describe("portError", () => {
  it.each([
    [sdk("SlowDown", 503), PortUnavailable, "HF3001", "store.stat: the cloud did not answer"],
    [sdk("AccessDenied", 403), PortDenied, "HF3002", "store.stat: access denied"],
    [sdk("NoSuchKey", 404), PortMissing, "HF3003", 'store.stat: "k" in b does not exist'],
    [sdk("NoSuchBucket", 404), PortMissing, "HF3003", 'store.stat: what holds "k" in b does not exist'],
  ])("%s", (error, type, code, message) => {
    const mapped = portError("store.stat", '"k" in b', error);
    expect(mapped).toBeInstanceOf(type);
    expect(mapped).toMatchObject({ code, message, cause: error });
  });

  it("hands on, unchanged, what is no failure of the cloud", () => {
    const bug = new TypeError("x is undefined");
    expect(portError("op", "what", bug)).toBe(bug);
    const own = new ChecksumMismatch("op", { key: "k" });
    expect(portError("op", "what", own)).toBe(own);
  });
});

describe("waiting for a call", () => {
  it("asPort lets nothing be undefined, unlessGone only what is gone", async () => {
    await expect(asPort("op", "k", Promise.reject(sdk("NoSuchKey", 404)))).rejects.toBeInstanceOf(PortMissing);
    expect(await unlessGone("op", "k", Promise.reject(sdk("NoSuchKey", 404)))).toBeUndefined();
    await expect(unlessGone("op", "k", Promise.reject(sdk("NoSuchBucket", 404)))).rejects.toBeInstanceOf(PortMissing);
    await expect(unlessGone("op", "k", Promise.reject(sdk("AccessDenied", 403)))).rejects.toBeInstanceOf(PortDenied);
    expect(await asPort("op", "k", Promise.resolve(7))).toBe(7);
  });
});
