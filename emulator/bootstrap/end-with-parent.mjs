/** Preloaded into helper processes: they end when their parent closes their stdin, or is killed. */
process.stdin.once("end", () => process.exit(0));
process.stdin.once("error", () => process.exit(0));
process.stdin.resume();
// Waiting for the parent's end must not by itself keep the process running.
/** @type {import("node:net").Socket} */ (/** @type {unknown} */ (process.stdin)).unref();
