import { HoldfastError } from "../model/errors.ts";

/** The cloud did not answer, throttled, or answered 5xx: nothing is known, trying again is right. Code `HF3001`. */
export class PortUnavailable extends HoldfastError {
  constructor(operation: string, options?: ErrorOptions) {
    super("HF3001", `${operation}: the cloud did not answer`, options);
  }
}

/** The cloud refused: permissions, key state, or a lock. Trying again without a change is pointless. Code `HF3002`. */
export class PortDenied extends HoldfastError {
  constructor(operation: string, options?: ErrorOptions) {
    super("HF3002", `${operation}: access denied`, options);
  }
}

/** A name, version or site that must exist does not. Code `HF3003`. */
export class PortMissing extends HoldfastError {
  constructor(operation: string, what: string, options?: ErrorOptions) {
    super("HF3003", `${operation}: ${what} does not exist`, options);
  }
}

/**
 * The bytes at the key are not the bytes that the caller described. Code `HF3004`.
 *
 * `versionId` is the version that exists in the store, absent when the store refused the write.
 */
export class ChecksumMismatch extends HoldfastError {
  readonly key: string;
  readonly versionId?: string;
  /** Hex SHA-256 that the caller gave; absent where only the transport's own checksum failed. */
  readonly expected?: string;
  /** Hex SHA-256 that the store computed; absent when it has none. */
  readonly stored?: string;

  constructor(
    operation: string,
    facts: {
      readonly key: string;
      readonly versionId?: string | undefined;
      readonly expected?: string | undefined;
      readonly stored?: string | undefined;
    },
    options?: ErrorOptions,
  ) {
    super(
      "HF3004",
      `${operation}: "${facts.key}" should have SHA-256 ${facts.expected ?? "as its own checksum says"}, the store has ${facts.stored ?? "none that matches"}`,
      options,
    );
    this.key = facts.key;
    if (facts.versionId !== undefined) this.versionId = facts.versionId;
    if (facts.expected !== undefined) this.expected = facts.expected;
    if (facts.stored !== undefined) this.stored = facts.stored;
  }
}
