/** One line per set-up step on stderr: live on a terminal, plain lines elsewhere; never silent for long. */

/**
 * @typedef {object} Line
 * @property {(words: string) => void} say   What the step does now.
 * @property {(words: string) => void} done
 * @property {() => void} failed
 */

/** @param {number} ms */
export function elapsed(ms) {
  const seconds = Math.round(ms / 1000);
  return seconds < 60 ? `${seconds} s` : `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
}

/** @param {number} bytes */
export function megabytes(bytes) {
  return bytes >= 1e9 ? `${(bytes / 1e9).toFixed(1)} GB` : `${Math.round(bytes / 1e6)} MB`;
}

/**
 * @param {{stream?: {write(text: string): unknown, isTTY?: boolean, columns?: number}, heartbeatMs?: number, now?: () => number}} [options]
 * @returns {{step(name: string): Line, note(words: string): void, end(): void}}
 */
export function createProgress(options = {}) {
  const { stream = process.stderr, heartbeatMs = 10_000, now = Date.now } = options;
  const live = stream.isTTY === true;
  /** @type {{name: string, words: string, began: number, state: "running" | "done" | "failed", spoke: number, ended: number}[]} */
  const steps = [];
  let drawn = 0;
  /** @type {NodeJS.Timeout | undefined} */
  let timer;

  /** @param {typeof steps[number]} s */
  const render = (s) => {
    const mark = { running: "…", done: "✓", failed: "✗" }[s.state];
    const time = elapsed((s.state === "running" ? now() : s.ended) - s.began);
    return `${mark} ${s.name.padEnd(8)} ${s.words} (${time})`;
  };
  const draw = () => {
    const width = Math.max(20, (stream.columns ?? 80) - 1);
    const up = drawn > 0 ? `\u001b[${drawn}A` : "";
    stream.write(up + steps.map((s) => `\u001b[2K${render(s).slice(0, width)}\n`).join(""));
    drawn = steps.length;
  };
  /** @param {typeof steps[number]} s */
  const plain = (s) => {
    s.spoke = now();
    stream.write(`${render(s)}\n`);
  };
  const tick = () => {
    if (live) return draw();
    for (const s of steps) if (s.state === "running" && now() - s.spoke >= heartbeatMs) plain(s);
  };
  const start = () => {
    timer ??= setInterval(tick, live ? 500 : Math.min(1000, heartbeatMs));
    timer.unref();
  };

  return {
    step(name) {
      start();
      const s = {
        name,
        words: "getting ready",
        began: now(),
        state: /** @type {"running" | "done" | "failed"} */ ("running"),
        spoke: 0,
        ended: 0,
      };
      steps.push(s);
      let announced = "";
      return {
        say(words) {
          s.words = words;
          if (live) return draw();
          // Counters change many times a second; a plain log gets a new line only when the sentence itself changes.
          const sentence = words.replace(/[\d,.]+/g, "#");
          if (sentence !== announced) plain(s);
          announced = sentence;
        },
        done(words) {
          Object.assign(s, { words, state: "done", ended: now() });
          if (live) draw();
          else plain(s);
        },
        failed() {
          Object.assign(s, { state: "failed", ended: now() });
          if (live) draw();
          else plain(s);
        },
      };
    },
    note(words) {
      stream.write(`${words}\n`);
      drawn = 0;
      if (live && steps.length > 0) draw();
    },
    end() {
      clearInterval(timer);
      timer = undefined;
      drawn = 0;
    },
  };
}
