/** docs/configuration.md, from the schema of stack config. */
import { awsRegions } from "../../model/regions.ts";
import { restoreTime } from "../../model/retention.ts";
import { describeKeys, type KeyRow } from "../../stacks/settings/describe.ts";
import { pathOf } from "../../stacks/settings/paths.ts";
import { withoutEffect } from "../../stacks/settings/rules.ts";

const cell = (text: string): string => text.replaceAll("|", "\\|").replaceAll(/<([\w -]+)>/g, "&lt;$1&gt;");

function defaultOf({ doc }: KeyRow): string {
  const required = doc.required === undefined ? [] : [`required ${doc.required}`];
  return [doc.default, ...required].filter((part) => part !== undefined).join("; ") || "–";
}

function table(rows: readonly KeyRow[]): string {
  const lines = rows.map((row) =>
    [
      `\`${row.path}\``,
      cell(row.doc.meaning),
      cell(row.type),
      cell(row.allowed) || "–",
      cell(defaultOf(row)),
      cell(row.doc.effect ?? "–"),
    ].join(" | "),
  );
  return [
    "| key | meaning | type | allowed | default | effect |",
    "|---|---|---|---|---|---|",
    ...lines.map((line) => `| ${line} |`),
  ].join("\n");
}

function sections(): string {
  const rows = describeKeys();
  const single = rows.filter(
    ({ path }) => !rows.some((other) => other.path !== path && topOf(other.path) === topOf(path)),
  );
  const tops = [...new Set(rows.map(({ path }) => topOf(path)))].filter(
    (top) => !single.some(({ path }) => path === top),
  );
  return [
    `## Single keys\n\n${table(single)}`,
    ...tops.map((top) => {
      const [head, ...children] = rows.filter(({ path }) => topOf(path) === top);
      const note = [head?.doc.meaning, head?.doc.effect].filter((part) => part !== undefined).join(" ");
      const fallback = head === undefined || defaultOf(head) === "–" ? "" : ` Default: ${defaultOf(head)}.`;
      return `## \`${top}\`\n\n${note}${fallback}\n\n${table(children)}`;
    }),
  ].join("\n\n");
}

const topOf = (path: string): string => path.split(/[.[]/)[0] ?? path;

function regions(): string {
  const lines = [...awsRegions].map(
    ([name, { place, jurisdiction, partition }]) => `| \`${name}\` | ${place} | ${jurisdiction} | ${partition} |`,
  );
  return ["| region | place | jurisdiction | partition |", "|---|---|---|---|", ...lines].join("\n");
}

export function configurationPage(): string {
  return `# Configuration

Stack config lives in \`Pulumi.<stack>.yaml\`, in the namespace \`holdfast\`. \`Pulumi.yaml\` declares \`cloud\`, \`primaryRegion\`,
\`drRegion\` and \`removal\`; everything else is checked by the program before the first resource is made. All problems are
reported at once, each with its path, value, allowed values, reason, fix and a code that
[troubleshooting.md](troubleshooting.md) explains.

\`\`\`yaml
config:
  holdfast:cloud: aws
  holdfast:primaryRegion: us-east-1
  holdfast:drRegion: us-west-2
  holdfast:retention:
    standard: { deleteAfter: 400 days }
    finance: { match: { department: finance }, coolAfter: 30 days, archiveAfter: 180 days, deleteAfter: 7 years }
  holdfast:classification:
    - { name: finance, match: { metadata: { queue.name: "Finance*" } }, tags: { department: finance } }
  holdfast:legalHold: { officers: [arn:aws:iam::111122223333:role/ComplianceOfficer] }
  holdfast:sources: { genesys: { organization: 00000000-0000-4000-8000-000000000000 } }
  holdfast:alerts: { email: [oncall@example.com] }
\`\`\`

## How values are written

- **Durations** are text: a whole number, a space and a unit (\`seconds\`, \`minutes\`, \`hours\`, \`days\`, \`weeks\`, \`years\`). A year is
  366 days, so that it is never shorter than a calendar year. There are no months.
- **Digits.** \`pulumi config set --path\` stores digits as a number and \`true\`/\`false\` as a boolean, and YAML reads unquoted digits
  after a leading zero as an octal number. Quote account ids, tags and dates in the file, or use
  \`pulumi config set --type string --path …\`.
- **Maps have no order.** Pulumi hands maps over sorted by name. Where several retention classes match a recording, the one that
  keeps it longest wins. Lists keep their order: the first classification rule to set a tag wins.
- **Patterns** know \`*\` (any run of characters) and \`?\` (one character).
- **No secrets.** What looks like a credential is refused.

The ages of a class are for media; metadata stays readable and ends with its media. In DR, moves to a tier that is warmer than or
equal to the arrival tier are left out. A restore takes up to ${restoreTime.archive.standard.text} from \`archive\` (${restoreTime.archive.bulk.text} at the bulk price) and up to
${restoreTime.deepArchive.standard.text} from \`deepArchive\` (${restoreTime.deepArchive.bulk.text}).

Checked, without effect in this version: ${withoutEffect.map((path) => `\`${pathOf(path)}\``).join(", ")}.

${sections()}

## Provider

These \`aws:*\` keys are handed to the AWS provider unchanged: \`profile\`, \`assumeRoles\`, \`allowedAccountIds\`,
\`forbiddenAccountIds\`, \`endpoints\`, \`s3UsePathStyle\`, \`skipCredentialsValidation\`, \`skipMetadataApiCheck\`,
\`skipRequestingAccountId\`, \`maxRetries\`. Regions come from \`holdfast:primaryRegion\` and \`holdfast:drRegion\`.

## Regions

Two regions of different jurisdictions need \`holdfast:sovereignty\`; two partitions cannot be combined.

${regions()}
`;
}
