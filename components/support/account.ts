/** The account that a stack is deployed to, and who deploys it. */
import { log, type ProviderResource, runtime } from "@pulumi/pulumi";
import { HoldfastError } from "../../model/errors.ts";
import { getCallerIdentity, getSessionContext } from "./aws-resources.ts";

export interface AwsAccount {
  readonly accountId: string;
  /** `aws`, `aws-us-gov`, …: first part of every ARN. */
  readonly partition: string;
  /** Role and user ARNs that may change the configuration of protected resources. */
  readonly deployers: readonly string[];
}

/** The account's root principal, which in a key policy stands for "as IAM in this account decides". */
export const accountRoot = (account: Pick<AwsAccount, "partition" | "accountId">): string =>
  `arn:${account.partition}:iam::${account.accountId}:root`;

/**
 * Looks up the account and the deployers: those of `holdfast:access.deployers`, else whoever runs this, resolved from
 * the session to its role, because conditions on `aws:PrincipalArn` see the role.
 *
 * @throws HoldfastError `HF4004` in an update whose caller is not among the configured deployers; a preview only warns,
 *   because it may well run under a role that reads only.
 */
export async function lookUpAccount(configured: readonly string[], provider: ProviderResource): Promise<AwsAccount> {
  const caller = await getCallerIdentity({}, { provider });
  const { issuerArn } = await getSessionContext({ arn: caller.arn }, { provider });
  const partition = caller.arn.split(":")[1] ?? "aws";
  if (configured.length > 0 && !configured.some((pattern) => arnLike(pattern, issuerArn))) {
    const message =
      `${issuerArn} runs this stack but is not listed in holdfast:access.deployers (${configured.join(", ")}). ` +
      "The bucket and key policies would shut it out half-way. Run as one of them, or add it to the list.";
    if (!runtime.isDryRun()) throw new HoldfastError("HF4004", message);
    await log.warn(`HF4004 ${message}`);
  }
  return { accountId: caller.accountId, partition, deployers: configured.length > 0 ? configured : [issuerArn] };
}

/** `ArnLike`: `*` and `?` within the pattern. */
function arnLike(pattern: string, arn: string): boolean {
  const expression = pattern
    .replace(/[.+^${}()|[\]\\]/g, "\\$&")
    .replace(/\*/g, ".*")
    .replace(/\?/g, ".");
  return new RegExp(`^${expression}$`).test(arn);
}
