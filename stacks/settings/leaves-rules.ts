/** Leaves for patterns, names and tags: what classification, hold rules and classes are made of. */
import { asText, faulty, leaf, text } from "./leaves.ts";

/** `*` any run, `?` one character; nothing else is special. */
export function glob() {
  const info = { type: "a pattern", allowed: "text with * (any run of characters) and ? (one character)" };
  return text(info, (pattern) => {
    if (pattern.length > 512) return faulty("HF1302", "the pattern is longer than 512 characters", "Shorten it.");
    if (/^\^|\$$|\.\*|\.\+|\(\?|\\[dswb.]|\[[^\]]*\]/.test(pattern)) {
      return faulty(
        "HF1302",
        "this looks like a regular expression, and would be compared character by character",
        "Use * and ? only: `.*` becomes `*`; write one rule per alternative.",
      );
    }
    if (pattern.startsWith("/") || pattern.startsWith("s3://")) {
      return faulty(
        "HF1302",
        "keys start without a slash or bucket name",
        "Write the pattern from the key's first letter on.",
      );
    }
    return pattern;
  });
}

/** The name of a hold rule or classification rule; a hold rule `x` holds for the matter `policy/x`. */
export function ruleName() {
  const info = { type: "a name", allowed: "a-z, 0-9 and -, at most 63 characters" };
  return text(info, (name) =>
    /^[a-z0-9][a-z0-9-]{0,62}$/.test(name)
      ? name
      : faulty(
          "HF1304",
          "the name becomes part of a matter's name and of reports",
          "Use small letters, digits and hyphens.",
        ),
  );
}

const s3TagCharacters = /^[\p{L}\p{N}\s+\-=._:/@]*$/u;

/** A value of an object tag (S3 User Guide, object-tagging: at most 256 characters of a limited set). */
export function tagValue() {
  const info = { type: "text", allowed: "at most 256 letters, digits, spaces and + - = . _ : / @" };
  return text(info, (value) =>
    value.length <= 256 && s3TagCharacters.test(value)
      ? value
      : faulty("HF1306", "S3 does not accept this as the value of a tag", `Use ${info.allowed}.`),
  );
}

/** `PII` and `PCI` mark a recording as sensitive by being there; there is no value for "not sensitive". */
export function markerTag() {
  const info = { type: "true", allowed: "true" };
  return leaf(info, (value) => {
    if (value === true) return "true";
    const read = typeof value === "boolean" ? String(value) : asText(value, info);
    if (typeof read !== "string" || read === "true") return read;
    return faulty(
      "HF1306",
      "the tag marks a recording as sensitive by being there, whatever its value",
      "Write true, or leave the tag out of the rule.",
    );
  });
}
