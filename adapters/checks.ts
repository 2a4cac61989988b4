/** What every adapter refuses before it calls its cloud. */
import { HoldfastError } from "../model/errors.ts";
import { maxRowsPerAdd } from "../ports/catalog.ts";
import type { ObjectTags, WriteRequest } from "../ports/recording-store.ts";

/** A request that no cloud could accept. Code `HF3005`: tags or metadata, `HF3006`: queue delay, `HF3007`: too many rows. */
export class RequestRefused extends HoldfastError {}

/** Most tags that one object version can have (S3 User Guide, object-tagging). */
export const maxTags = 10;
/** Longest delay of one message in seconds (SQS Developer Guide, message quotas). */
export const maxDelaySeconds = 900;

/** Letters and digits of any script, white space and `_ . : / = + - @` (S3 User Guide, object-tagging). */
const tagText = /^[\p{L}\p{Z}\p{N}_.:/=+\-@]*$/u;
const metadataName = /^[a-z0-9!#$%&'*+.^_`|~-]+$/;
const printableAscii = /^[\x20-\x7e]*$/;
const hexSha256 = /^[0-9a-f]{64}$/;

/** @throws RequestRefused `HF3005` when the set is too large or a tag cannot be stored. */
export function checkTags(operation: string, tags: ObjectTags): void {
  const entries = Object.entries(tags);
  if (entries.length > maxTags) {
    throw new RequestRefused("HF3005", `${operation}: ${entries.length} tags, at most ${maxTags} fit on one version`);
  }
  for (const [name, value] of entries) {
    if (name.length === 0 || name.length > 128 || !tagText.test(name)) {
      throw new RequestRefused("HF3005", `${operation}: tag name ${JSON.stringify(name)} cannot be stored`);
    }
    if (value.length > 256 || !tagText.test(value)) {
      throw new RequestRefused(
        "HF3005",
        `${operation}: value ${JSON.stringify(value)} of tag ${name} cannot be stored`,
      );
    }
  }
}

/** @throws RequestRefused `HF3005` when hash, metadata or tags are not what the port asks for. */
export function checkWrite(operation: string, request: WriteRequest): void {
  if (!hexSha256.test(request.sha256)) {
    throw new RequestRefused("HF3005", `${operation}: sha256 ${JSON.stringify(request.sha256)} is not 64 hex digits`);
  }
  for (const [name, value] of Object.entries(request.metadata)) {
    if (!metadataName.test(name)) {
      throw new RequestRefused(
        "HF3005",
        `${operation}: metadata name ${JSON.stringify(name)} is not a lower-case token`,
      );
    }
    if (!printableAscii.test(value)) {
      throw new RequestRefused("HF3005", `${operation}: value of metadata ${name} is not printable ASCII`);
    }
  }
  checkTags(operation, request.tags);
}

/** @throws RequestRefused `HF3006` when the delay is not a whole number of seconds from 0 to 900. */
export function checkDelay(operation: string, delaySeconds: number): void {
  if (!Number.isInteger(delaySeconds) || delaySeconds < 0 || delaySeconds > maxDelaySeconds) {
    throw new RequestRefused(
      "HF3006",
      `${operation}: delay of ${delaySeconds} s is not a whole number from 0 to ${maxDelaySeconds}`,
    );
  }
}

/** @throws RequestRefused `HF3007` when one transaction cannot carry that many rows. */
export function checkRowCount(operation: string, count: number): void {
  if (count > maxRowsPerAdd) {
    throw new RequestRefused("HF3007", `${operation}: ${count} rows, at most ${maxRowsPerAdd} can be added at once`);
  }
}
