/** docs/troubleshooting.md, from the paragraphs registered for each code of the product and of the embedded default. */
import { allCodes } from "./codes.ts";

const areas: readonly { readonly digit: string; readonly title: string }[] = [
  { digit: "1", title: "Stack config" },
  { digit: "2", title: "Admission and integrity" },
  { digit: "3", title: "The cloud" },
  { digit: "4", title: "Components and deployment" },
  { digit: "5", title: "The embedded default" },
  { digit: "6", title: "Operator commands" },
];

export function troubleshootingPage(): string {
  const sections = areas.flatMap(({ digit, title }) => {
    const entries = Object.entries(allCodes()).filter(([code]) => code.startsWith(`HF${digit}`));
    if (entries.length === 0) return [];
    const paragraphs = entries
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([code, { title: what, meaning, fix }]) => `### ${code} · ${what}\n\n${meaning}\n\n**Fix.** ${fix}`);
    return [`## ${title}\n\n${paragraphs.join("\n\n")}`];
  });
  return `# Troubleshooting\n\nEvery message of Holdfast carries a code. Search this page for it.\n\n${sections.join("\n\n")}\n`;
}
