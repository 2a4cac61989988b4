/** Running things at the same time without leaving any of them behind. */

/**
 * Waits for all, then throws what failed first in order. Unlike `Promise.all` nothing still runs when it throws: a
 * function that is frozen between two events must not hold half a request.
 */
export async function together<T extends readonly unknown[]>(
  promises: readonly [...{ readonly [I in keyof T]: Promise<T[I]> }],
): Promise<T> {
  const settled = await Promise.allSettled(promises);
  for (const result of settled) if (result.status === "rejected") throw result.reason;
  return settled.map((result) => (result.status === "fulfilled" ? result.value : undefined)) as unknown as T;
}

/** Maps with at most `limit` at work; waits for all that were started, then throws the first failure in order. */
export async function pooled<T, R>(
  limit: number,
  items: readonly T[],
  work: (item: T) => Promise<R>,
): Promise<readonly R[]> {
  const results = new Map<number, R>();
  const failures: unknown[] = [];
  let next = 0;
  const worker = async () => {
    while (next < items.length && failures.length === 0) {
      const index = next++;
      try {
        results.set(index, await work(items[index] as T));
      } catch (error) {
        failures.push(error);
      }
    }
  };
  await Promise.all(Array.from({ length: Math.min(limit, items.length) }, worker));
  if (failures.length > 0) throw failures[0];
  return items.map((_, index) => results.get(index) as R);
}
