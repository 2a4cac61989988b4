/** What no emulator can show. Printed, never passed. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { unproven as notRead } from "../providers/aws/rows/index.ts";

interface Semantics {
  readonly semantics: readonly { readonly name: string; readonly state: string; readonly why?: string }[];
}

/** What matters most to a reader of the closing screen; the rest is in the report. */
export const headlines: readonly string[] = [
  "that AWS and the official provider accept what the offline provider checked",
  "replication delay and the alarms on S3's own metrics",
  "changes of locks and tags carried to DR by S3 itself",
];

/** Everything, in sentences, from the tables that the emulator and the offline provider keep of themselves. */
export function unproven(): string[] {
  const file = join(import.meta.dirname, "..", "cloud", "semantics.json");
  const { semantics } = JSON.parse(readFileSync(file, "utf8")) as Semantics;
  return [
    ...headlines,
    ...semantics
      .filter((row) => row.state === "unproven")
      .map((row) => (row.why ? `${row.name} (${row.why})` : row.name)),
    ...notRead().map(({ type, property, reason }) => `${type} ${property}: ${reason}`),
  ];
}
