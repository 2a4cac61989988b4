/** Progress for people: one live line on a terminal, plain lines every few seconds elsewhere. */

const live = process.stdout.isTTY === true;
const quietMs = 4_000;

export interface Progress {
  /** Says where the step stands, e.g. `admitted 12 of 40`. */
  tell(text: string): void;
  /** Ends the line with the result. */
  done(ok: boolean, text: string): void;
}

export function progress(title: string): Progress {
  const started = Date.now();
  let last = "";
  let printedAt = 0;
  const seconds = () => `${((Date.now() - started) / 1_000).toFixed(1)} s`;
  const print = (text: string) => {
    printedAt = Date.now();
    if (live) process.stdout.write(`\r\u001b[2K… ${title}: ${text} (${seconds()})`);
    else process.stdout.write(`… ${title}: ${text} (${seconds()})\n`);
  };
  // A heartbeat, so that nothing is silent for long while one call takes its time.
  const beat = setInterval(() => print(last || "working"), quietMs);
  return {
    tell(text) {
      const changed = text !== last;
      last = text;
      if (live ? changed : changed && Date.now() - printedAt > 1_000) print(text);
    },
    done(ok, text) {
      clearInterval(beat);
      process.stdout.write(`${live ? "\r\u001b[2K" : ""}${ok ? "✔" : "✘"} ${title}: ${text} (${seconds()})\n`);
    },
  };
}
