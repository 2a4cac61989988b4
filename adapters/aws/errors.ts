/** From errors of the AWS SDK to the errors of the ports. */
import { HoldfastError } from "../../model/errors.ts";
import { ChecksumMismatch, PortDenied, PortMissing, PortUnavailable } from "../../ports/errors.ts";

/** An answer without what it must have, or with a value outside the known ones. Code `HF3008`. */
export class UnexpectedAnswer extends HoldfastError {
  constructor(operation: string, what: string) {
    super("HF3008", `${operation}: ${what}`);
  }
}

/** Error codes of Node.js and libuv when a connection fails (Node.js documentation, errors). */
const networkCodes = new Set([
  "ECONNABORTED",
  "ECONNREFUSED",
  "ECONNRESET",
  "EAI_AGAIN",
  "EHOSTUNREACH",
  "ENETDOWN",
  "ENETUNREACH",
  "ENOTFOUND",
  "EPIPE",
  "ETIMEDOUT",
  "ERR_STREAM_PREMATURE_CLOSE",
]);

/** Service errors below 500 that mean "later" (S3 API Reference, error responses; DynamoDB and SQS API References, common errors). */
const laterNames = new Set([
  "LimitExceededException",
  "OperationAborted",
  "ProvisionedThroughputExceededException",
  "RequestLimitExceeded",
  "RequestThrottled",
  "RequestThrottledException",
  "RequestTimeout",
  "RequestTimeoutException",
  "SlowDown",
  "Throttling",
  "ThrottlingException",
  "TimeoutError",
  "TooManyRequestsException",
  "TransactionConflictException",
  "TransactionInProgressException",
  "KMS.ThrottlingException",
  "KmsThrottled",
]);

/** Refusals that some services answer with 400 instead of 403. */
const deniedNames = new Set([
  "AccessDenied",
  "AccessDeniedException",
  "ExpiredToken",
  "ExpiredTokenException",
  "IncompleteSignature",
  "InvalidClientTokenId",
  "InvalidSignatureException",
  "InvalidToken",
  "MissingAuthenticationToken",
  "MissingAuthenticationTokenException",
  "UnrecognizedClientException",
  "KMS.DisabledException",
  "KMS.InvalidStateException",
  "KMS.KMSInvalidStateException",
  "KMS.NotFoundException",
  "KmsAccessDenied",
  "KmsDisabled",
  "KmsInvalidState",
  "KmsNotFound",
]);

/** A key or version is not there. `NotFound` is the answer to HEAD, which has no body to say more. */
const goneNames = new Set(["NoSuchKey", "NoSuchVersion", "NotFound"]);

/** What holds the data is not there. */
const missingNames = new Set([
  "NoSuchBucket",
  "QueueDoesNotExist",
  "AWS.SimpleQueueService.NonExistentQueue",
  "ResourceNotFoundException",
]);

/** `gone`: key or version; `missing`: bucket, table or queue; `other`: no error of the ports, so most likely a bug. */
export type Failure = "unavailable" | "denied" | "gone" | "missing" | "mismatch" | "other";

interface SdkFields {
  readonly name?: unknown;
  readonly code?: unknown;
  readonly message?: unknown;
  readonly cause?: unknown;
  readonly errors?: unknown;
  readonly $metadata?: { readonly httpStatusCode?: unknown };
}

const has = (names: ReadonlySet<string>, name: unknown) => typeof name === "string" && names.has(name);

/** Says what kind of failure an error of the SDK is. */
export function failureOf(error: unknown): Failure {
  if (typeof error !== "object" || error === null) return "other";
  const { name, code, message, cause, errors, $metadata } = error as SdkFields;
  const status = $metadata?.httpStatusCode;
  if (has(missingNames, name)) return "missing";
  if (has(goneNames, name)) return "gone";
  // A delete marker addressed by its version id is no object: S3 answers 405 (S3 API Reference, HeadObject).
  if (status === 405) return "gone";
  if (name === "BadDigest" || name === "XAmzContentChecksumMismatch") return "mismatch";
  if (typeof message === "string" && message.startsWith("Checksum mismatch: expected")) return "mismatch";
  if (has(laterNames, name) || has(networkCodes, code)) return "unavailable";
  if (has(deniedNames, name)) return "denied";
  if (typeof status === "number") {
    if (status >= 500 || status === 429) return "unavailable";
    if (status === 403) return "denied";
    if (status === 404) return "gone";
    return "other";
  }
  // Node tries all addresses of a name and collects what each of them said.
  if (Array.isArray(errors) && errors.length > 0) {
    return errors.every((e) => failureOf(e) === "unavailable") ? "unavailable" : "other";
  }
  return cause === undefined ? "other" : failureOf(cause);
}

/**
 * The error to throw for a failed call. What is no error of the ports comes back unchanged.
 *
 * @param operation what was tried, for the message, e.g. `admit to primary media`.
 * @param what the object of the call, for `PortMissing`.
 */
export function portError(operation: string, what: string, error: unknown): unknown {
  if (error instanceof HoldfastError) return error;
  const options = { cause: error };
  switch (failureOf(error)) {
    case "unavailable":
      return new PortUnavailable(operation, options);
    case "denied":
      return new PortDenied(operation, options);
    case "gone":
      return new PortMissing(operation, what, options);
    case "missing":
      return new PortMissing(operation, `what holds ${what}`, options);
    case "mismatch":
      return new ChecksumMismatch(operation, { key: what }, options);
    case "other":
      return error;
  }
}

/** Waits for a call; its failure becomes an error of the ports. */
export async function asPort<R>(operation: string, what: string, call: Promise<R>): Promise<R> {
  try {
    return await call;
  } catch (error) {
    throw portError(operation, what, error);
  }
}

/** As `asPort`, but a key or version that is gone is an answer: `undefined`. */
export async function unlessGone<R>(operation: string, what: string, call: Promise<R>): Promise<R | undefined> {
  try {
    return await call;
  } catch (error) {
    if (failureOf(error) === "gone") return undefined;
    throw portError(operation, what, error);
  }
}
