/** IAM policy documents as data: built and tested as sets, rendered in one place, refused when AWS would refuse their size. */
import { HoldfastError } from "../../model/errors.ts";

export type Condition = Readonly<Record<string, Readonly<Record<string, string | readonly string[]>>>>;

export interface Statement {
  readonly Sid: string;
  readonly Effect: "Allow" | "Deny";
  /** Absent in policies of roles. */
  readonly Principal?: "*" | Readonly<Record<string, string | readonly string[]>>;
  readonly Action: string | readonly string[];
  /** Absent in trust policies. */
  readonly Resource?: string | readonly string[];
  /** In place of `Resource`: everything but this. */
  readonly NotResource?: string | readonly string[];
  readonly Condition?: Condition;
}

export interface PolicyDocument {
  readonly Version: "2012-10-17";
  readonly Statement: readonly Statement[];
}

/**
 * Size limits in bytes of the rendered document.
 *
 * Sources: S3 User Guide, bucket policies (20 KB); KMS quotas (key policy document 32 KB); IAM quotas (10,240 characters
 * for all inline policies of a role; 2,048 for a trust policy).
 */
export const policyLimit = { bucket: 20_480, key: 32_768, role: 10_240, trust: 2_048 } as const;
export type PolicyKind = keyof typeof policyLimit;

export const policy = (...statements: readonly (Statement | readonly Statement[])[]): PolicyDocument => ({
  Version: "2012-10-17",
  Statement: statements.flat(),
});

/**
 * Renders a policy.
 *
 * @param subject the thing the policy is for, as a person knows it, e.g. `bucket media in dr`
 * @throws HoldfastError `HF4001` when AWS would refuse the size.
 */
export function policyJson(kind: PolicyKind, subject: string, document: PolicyDocument): string {
  const json = JSON.stringify(document);
  const size = Buffer.byteLength(json);
  if (size > policyLimit[kind]) {
    throw new HoldfastError(
      "HF4001",
      `The policy of ${subject} would be ${size} bytes; AWS accepts ${policyLimit[kind]}. It grows with the principals ` +
        "under holdfast:access and holdfast:sources: name roles that people assume instead of each person.",
    );
  }
  return json;
}

/** Sorted and without repeats, so that a re-ordered list in the config changes nothing in the cloud. */
export const principals = (...lists: readonly (readonly string[])[]): string[] => [...new Set(lists.flat())].sort();

/**
 * Deny for everyone but `exempt`, recognised by the ARN of the role behind a session (`aws:PrincipalArn`). With nobody
 * exempt the Deny is unconditional. Lifecycle is not subject to bucket policies, and replication writes with
 * `s3:Replicate*` actions.
 */
export function denyExcept(
  sid: string,
  actions: readonly string[],
  resources: string | readonly string[],
  exempt: readonly string[],
  more: Condition = {},
): Statement {
  const condition = {
    ...(exempt.length > 0 ? { ArnNotLike: { "aws:PrincipalArn": principals(exempt) } } : {}),
    ...more,
  };
  return {
    Sid: sid,
    Effect: "Deny",
    Principal: "*",
    Action: actions,
    Resource: resources,
    ...(Object.keys(condition).length > 0 ? { Condition: condition } : {}),
  };
}
