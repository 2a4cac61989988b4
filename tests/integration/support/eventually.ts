/** Asks again until the answer is the wanted one. The limit only ends what would never end; no test measures time. */
export async function eventually<T>(
  what: string,
  ask: () => Promise<T>,
  enough: (answer: T) => boolean,
  limitMs = 60_000,
): Promise<T> {
  const deadline = performance.now() + limitMs;
  for (;;) {
    const answer = await ask();
    if (enough(answer)) return answer;
    if (performance.now() > deadline) {
      throw new Error(`${what}: not reached within ${limitMs / 1_000} s; last answer: ${JSON.stringify(answer)}`);
    }
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}
