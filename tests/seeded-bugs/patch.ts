/** Applies unified diffs exactly: the old lines of every hunk must stand in the file at one place. No fuzz, no other program. */

interface Hunk {
  /** Old and new text, each line with its end. */
  readonly before: string;
  readonly after: string;
}

export interface FileChange {
  /** Relative to the project's root. */
  readonly path: string;
  readonly hunks: readonly Hunk[];
}

/** Reads the file changes of a diff with `a/` and `b/` before its paths; text before the first of them is left alone. */
export function readPatch(text: string): FileChange[] {
  const lines = text.split("\n");
  const changes: { path: string; hunks: Hunk[] }[] = [];
  for (let at = 0; at < lines.length; ) {
    const line = lines[at++] ?? "";
    const file = /^\+\+\+ b\/(.+?)(?:\t.*)?$/.exec(line)?.[1];
    if (file !== undefined && lines[at - 2]?.startsWith("--- ")) changes.push({ path: file, hunks: [] });
    const counts = /^@@ -\d+(?:,(\d+))? \+\d+(?:,(\d+))? @@/.exec(line);
    const change = changes.at(-1);
    if (!counts || !change) continue;
    let [left, right] = [Number(counts[1] ?? 1), Number(counts[2] ?? 1)];
    let before = "";
    let after = "";
    while (left > 0 || right > 0) {
      const body = lines[at++];
      if (body === undefined) throw new Error(`the patch ends inside a hunk of ${change.path}`);
      const content = `${body.slice(1)}\n`;
      if (!body.startsWith("+")) {
        before += content;
        left--;
      }
      if (!body.startsWith("-")) {
        after += content;
        right--;
      }
    }
    change.hunks.push({ before, after });
  }
  return changes;
}

/**
 * The content of a file after its change.
 *
 * @throws Error that names the file when the old lines of a hunk are not there, or at several places.
 */
export function applyChange({ path, hunks }: FileChange, content: string): string {
  return hunks.reduce((text, { before, after }) => {
    const lines = `\n${text}`;
    const places: number[] = [];
    for (let at = lines.indexOf(`\n${before}`); at >= 0; at = lines.indexOf(`\n${before}`, at + 1)) places.push(at);
    const [place, ...more] = places;
    if (place === undefined || more.length > 0) {
      throw new Error(`${path}: the lines to change are found ${places.length} times\n${before}`);
    }
    return text.slice(0, place) + after + text.slice(place + before.length);
  }, content);
}
