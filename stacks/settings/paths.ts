/** Names of places in stack config, as the user types them. */

/** `["retention", "standard", "coolAfter"]` → `holdfast:retention.standard.coolAfter`; the form `--path` takes. */
export function pathOf(path: readonly PropertyKey[]): string {
  const [first, ...rest] = path;
  const top = String(first ?? "");
  const namespaced = top.includes(":") ? top : `holdfast:${top}`;
  return rest.reduce<string>((text, part) => {
    if (typeof part === "number") return `${text}[${part}]`;
    const name = String(part);
    return /^[\w-]+$/.test(name) ? `${text}.${name}` : `${text}["${name}"]`;
  }, namespaced);
}

/** A value as a message shows it: text in quotes, so that "30" and 30 differ; long values are cut. */
export function shown(value: unknown): string {
  const text = JSON.stringify(value) ?? String(value);
  return text.length > 120 ? `${text.slice(0, 117)}…` : text;
}
