/** How the bootstrap says that something is wrong: same layout as the rest of Holdfast, without its code. */

/**
 * @typedef {object} Problem
 * @property {string} code     Stable code; its paragraph is in codes.mjs.
 * @property {string} path     The thing as the user knows it, e.g. `python3` or `--stack staging`.
 * @property {string} [value]  What was found.
 * @property {string} [allowed] What would do.
 * @property {string} reason   Why it stops the work.
 * @property {string} fix      What to do about it.
 */

/** An expected failure: printed without a stack. Anything else that is thrown is a bug. */
export class BootstrapError extends Error {
  /** @param {Problem | readonly Problem[]} problems  @param {ErrorOptions} [options] */
  constructor(problems, options) {
    const list = /** @type {readonly Problem[]} */ (Array.isArray(problems) ? problems : [problems]);
    const [first] = list;
    if (!first) throw new TypeError("an error without a problem");
    super(renderProblems(list), options);
    this.name = "BootstrapError";
    this.problems = list;
    this.code = first.code;
  }
}

/**
 * Renders problems as the text a person reads.
 * @param {readonly Problem[]} problems
 * @returns {string}
 */
export function renderProblems(problems) {
  const blocks = problems.map((p) => {
    const lines = [`${p.code} ${p.path}${p.value === undefined ? "" : ` = ${p.value}`}`, `  why:     ${p.reason}`];
    if (p.allowed !== undefined) lines.push(`  allowed: ${p.allowed}`);
    lines.push(`  fix:     ${p.fix}`);
    return lines.join("\n");
  });
  if (problems.length < 2) return blocks.join("\n");
  return [`${problems.length} things are missing`, ...blocks].join("\n\n");
}

/**
 * Turns "no space left" and "not permitted" of the file system into words; other errors come back unchanged.
 * @param {unknown} error
 * @param {string} doing  What was under way, e.g. `installing node_modules`.
 * @returns {unknown}
 */
export function explainFileError(error, doing) {
  const { code, path } = /** @type {NodeJS.ErrnoException} */ (error ?? {});
  if (code === "ENOSPC" || code === "EDQUOT") {
    return new BootstrapError(
      {
        code: "HF5006",
        path: path ?? "disk",
        reason: `the disk became full while ${doing}`,
        fix: "free some space, or set HOLDFAST_CACHE to a directory on a larger disk; the next run goes on from here",
      },
      { cause: error },
    );
  }
  if (code === "EACCES" || code === "EPERM" || code === "EROFS") {
    return new BootstrapError(
      {
        code: "HF5007",
        path: path ?? "file",
        reason: `writing is not permitted (${code}) while ${doing}`,
        fix: "make it writable for your user, or set HOLDFAST_CACHE / HOLDFAST_LOCAL to directories that are",
      },
      { cause: error },
    );
  }
  return error;
}
