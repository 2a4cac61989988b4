/** Leaves for who and where: regions, principals, accounts, organizations, addresses, dates. */
import { awsRegions, isAzureRegion } from "../../model/regions.ts";
import { asText, faulty, leaf, text, wrongType } from "./leaves.ts";
import { nearest } from "./suggest.ts";

const uuidPattern = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

export function region() {
  const names = [...awsRegions.keys()];
  const info = { type: "an AWS region", allowed: "the name of an AWS region, for example us-east-1 or eu-central-1" };
  return text(info, (name) => {
    if (awsRegions.has(name)) return name;
    if (isAzureRegion(name)) {
      return faulty(
        "HF1102",
        "this is the name of an Azure region, but `holdfast:cloud` is aws",
        "Name an AWS region, for example eu-central-1.",
      );
    }
    const zone = /^([a-z]+(?:-[a-z]+)+-\d)[a-z]$/.exec(name)?.[1];
    const meant = zone !== undefined && awsRegions.has(zone) ? zone : nearest(name, names);
    return faulty(
      "HF1101",
      zone === meant && zone !== undefined
        ? "this is an availability zone, not a region"
        : "no AWS region has this name",
      meant === undefined ? "Use a region from the list in docs/configuration.md." : `Did you mean "${meant}"?`,
    );
  });
}

const arnForm = "arn:aws:iam::<12 digits>:role/<name> or arn:aws:iam::<12 digits>:user/<name>";
const arnPattern = /^arn:(aws|aws-cn|aws-us-gov):iam::(\d{12}):(role|user)\/([\w+=,.@/-]+)$/;

/** The parts of a principal's ARN that rules ask for; the input must have passed `principal()`. */
export function principalParts(arn: string): { partition: string; accountId: string; type: string; name: string } {
  const [, partition = "", accountId = "", type = "", name = ""] = arnPattern.exec(arn) ?? [];
  return { partition, accountId, type, name };
}

/**
 * The ARN of an IAM role or user. Policies compare `aws:PrincipalArn`, which for an assumed role is the role's ARN with
 * its path (IAM User Guide, reference_policies_condition-keys), so session ARNs would never match.
 */
export function principal() {
  return text({ type: "the ARN of an IAM role or user", allowed: arnForm }, (arn) => {
    if (uuidPattern.test(arn)) {
      return faulty(
        "HF1405",
        "this looks like the object id of a Microsoft Entra principal, but `holdfast:cloud` is aws",
        "Name the IAM role that takes its place.",
      );
    }
    if (/[*?]/.test(arn)) {
      return faulty(
        "HF1402",
        "a wildcard would let in principals that nobody named",
        "Name each role or user in full.",
      );
    }
    const session = /^arn:([\w-]+):sts::(\d{12}):assumed-role\/([^/]+)\/.+$/.exec(arn);
    if (session !== null) {
      const [, partition, account, role] = session;
      return faulty(
        "HF1403",
        "this is one session of an assumed role; policies compare the role",
        `Use the role: "arn:${partition}:iam::${account}:role/${role}" (with its path, if it has one).`,
      );
    }
    if (/^arn:[\w-]+:iam::\d{12}:root$/.test(arn) || /^\d{12}$/.test(arn)) {
      return faulty(
        "HF1404",
        "this names the whole account, so every principal with a broad policy in it would count",
        "Name the roles or users that need access.",
      );
    }
    const other = /^arn:[\w-]+:([\w-]+):[\w-]*:\d{0,12}:(.+)$/.exec(arn);
    if (other !== null && !/^(role|user)\//.test(other[2] ?? "")) {
      const what = other[1] === "iam" ? `the IAM ${other[2]?.split("/")[0]}` : `something of ${other[1]}`;
      return faulty("HF1407", `the ARN names ${what}, not a role or user`, "Name an IAM role or user.");
    }
    return arnPattern.test(arn)
      ? arn
      : faulty("HF1401", "this is not the ARN of an IAM role or user", `Write it as ${arnForm}.`);
  });
}

/** Twelve digits. A number of twelve digits is taken as typed: with a lost leading zero it would be shorter. */
export function accountId() {
  const info = { type: "an AWS account id", allowed: "12 digits, in quotes" };
  return leaf(info, (value) => {
    if (typeof value === "number" && Number.isInteger(value) && /^[1-9]\d{11}$/.test(String(value)))
      return String(value);
    const id = asText(value, info);
    if (typeof id !== "string" || /^\d{12}$/.test(id)) return id;
    return faulty("HF1416", "an AWS account id has exactly 12 digits", "Write all 12 digits, in quotes.");
  });
}

export function uuid() {
  const info = { type: "a UUID", allowed: "xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx" };
  return text(info, (id) =>
    uuidPattern.test(id)
      ? id.toLowerCase()
      : faulty("HF1415", "this is not a UUID", "Copy the organization id from the Genesys Cloud admin page."),
  );
}

export function email() {
  return text({ type: "an e-mail address", allowed: "name@example.com" }, (address) =>
    /^[^\s@<>",;]+@[^\s@<>",;]+\.[^\s@<>",;.]+$/.test(address) && address.length <= 254
      ? address
      : faulty("HF1412", "this is not one e-mail address", "Write one plain address per list entry."),
  );
}

/** A calendar day. Pulumi hands an unquoted YAML date on as `2026-01-31 00:00:00 +0000 UTC`. */
export function date() {
  const info = { type: "a date", allowed: "YYYY-MM-DD" };
  return text(info, (value) => {
    const day = /^(\d{4}-\d{2}-\d{2})(?: 00:00:00 \+0000 UTC|T00:00:00Z)?$/.exec(value)?.[1];
    const parsed = day === undefined ? Number.NaN : Date.parse(`${day}T00:00:00Z`);
    return day !== undefined && !Number.isNaN(parsed) && new Date(parsed).toISOString().startsWith(day)
      ? day
      : faulty("HF1107", "this is not a calendar date", "Write year, month and day: 2026-01-31.");
  });
}

const byteUnits: Readonly<Record<string, number>> = { B: 1, KB: 1e3, MB: 1e6, GB: 1e9 };

/** A size in decimal units, as AWS bills them. */
export function bytes() {
  const info = { type: "a size", allowed: 'a number and B, KB, MB or GB, for example "25 MB"' };
  return leaf(info, (value) => {
    if (typeof value === "number") return wrongType(value, `${info.allowed}, with its unit`);
    const read = asText(value, info);
    if (typeof read !== "string") return read;
    const match = /^(\d{1,6}(?:\.\d{1,3})?)\s*(B|KB|MB|GB)$/.exec(read);
    const factor = byteUnits[match?.[2] ?? ""];
    return match !== null && factor !== undefined
      ? Math.round(Number(match[1]) * factor)
      : faulty("HF1018", "this is not a size", 'Write a number and a unit: "25 MB".');
  });
}
