/** `aws:*` config that is handed to the AWS provider, typed as the provider takes it. */
import type { Problem } from "../../model/errors.ts";
import { shown } from "./paths.ts";

const passedOn: Readonly<Record<string, "text" | "flag" | "number" | "list" | "map">> = {
  profile: "text",
  sharedConfigFiles: "list",
  sharedCredentialsFiles: "list",
  assumeRoles: "list",
  assumeRoleWithWebIdentity: "map",
  allowedAccountIds: "list",
  forbiddenAccountIds: "list",
  endpoints: "list",
  s3UsePathStyle: "flag",
  skipCredentialsValidation: "flag",
  skipMetadataApiCheck: "flag",
  skipRequestingAccountId: "flag",
  stsRegion: "text",
  useDualstackEndpoint: "flag",
  useFipsEndpoint: "flag",
  maxRetries: "number",
};

/** Keys of older providers that decide as whom a stack is deployed: ignoring one could mean the wrong account. */
const replaced: Readonly<Record<string, string>> = {
  assumeRole: "assumeRoles, a list",
  sharedCredentialsFile: "sharedCredentialsFiles, a list",
};

const wanted = {
  text: "text",
  flag: "true or false",
  number: "a whole number",
  list: "a list",
  map: "a map of keys",
} as const;

export interface ProviderConfig {
  readonly provider: Readonly<Record<string, unknown>>;
  readonly problems: readonly Problem[];
}

export function providerConfig(aws: Readonly<Record<string, unknown>>): ProviderConfig {
  const provider: Record<string, unknown> = {};
  const problems: Problem[] = [];
  for (const [key, value] of Object.entries(aws)) {
    if (key === "region") continue;
    const type = Object.hasOwn(passedOn, key) ? passedOn[key] : undefined;
    if (Object.hasOwn(replaced, key)) {
      problems.push({
        code: "HF1017",
        severity: "error",
        path: `aws:${key}`,
        reason: "version 7 of the provider does not know this key, so the stack would be deployed as somebody else",
        fix: `Write aws:${replaced[key]}.`,
      });
    } else if (type === undefined) {
      problems.push({
        code: "HF1016",
        severity: "warning",
        path: `aws:${key}`,
        allowed: Object.keys(passedOn).join(", "),
        reason: "the stack makes its own AWS provider, to which this key is not handed on",
        fix: "Remove the key; tags belong in `holdfast:tags`.",
      });
    } else if (!isA(type, value)) {
      problems.push({
        code: "HF1003",
        severity: "error",
        path: `aws:${key}`,
        value: shown(value),
        allowed: wanted[type],
        reason: `the AWS provider takes ${wanted[type]} here`,
        fix: `Write ${wanted[type]}.`,
      });
    } else {
      const ids = key.endsWith("AccountIds") && Array.isArray(value) ? value : [];
      const faulty = ids.filter((id) => !/^\d{12}$/.test(String(id)));
      problems.push(...faulty.map((id) => accountProblem(key, ids.indexOf(id), id)));
      provider[key] = ids.length > 0 ? ids.map(String) : type === "text" ? String(value) : value;
    }
  }
  return { provider, problems };
}

function isA(type: keyof typeof wanted, value: unknown): boolean {
  if (type === "list") return Array.isArray(value);
  if (type === "flag") return typeof value === "boolean";
  if (type === "number") return Number.isInteger(value);
  if (type === "map") return typeof value === "object" && value !== null && !Array.isArray(value);
  return typeof value !== "object";
}

const accountProblem = (key: string, index: number, id: unknown): Problem => ({
  code: "HF1416",
  severity: "error",
  path: `aws:${key}[${index}]`,
  value: shown(id),
  allowed: "12 digits, in quotes",
  reason:
    typeof id === "number"
      ? "an account id has 12 digits, and a number has lost its leading zeros"
      : "an AWS account id has exactly 12 digits",
  fix: "Write all 12 digits, in quotes.",
});
