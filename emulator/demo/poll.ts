/** Asks again until the answer is the wanted one; fails with the last answer when the time is over. */
export async function until<T>(
  what: string,
  timeoutMs: number,
  ask: () => Promise<T>,
  enough: (answer: T) => boolean,
  tell: (answer: T) => void,
): Promise<T> {
  const deadline = Date.now() + timeoutMs;
  for (;;) {
    const answer = await ask();
    tell(answer);
    if (enough(answer)) return answer;
    if (Date.now() > deadline) throw new Error(`${what}: not reached within ${timeoutMs / 1_000} s`);
    await new Promise((resolve) => setTimeout(resolve, 250));
  }
}
