/** A queue of JSON messages, delivered at least once and in any order. */
export interface Queue<T> {
  /**
   * Sends one message; it becomes visible after `delaySeconds` (0 to 900, the limit of SQS).
   *
   * @throws PortUnavailable when the queue did not confirm.
   */
  send(message: T, delaySeconds?: number): Promise<void>;
}
