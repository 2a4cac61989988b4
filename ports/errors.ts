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
