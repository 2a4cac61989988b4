/** Physical names: explicit, pure, and within each service's limits, so that a lost state file never means lost data. */
import { createHash } from "node:crypto";
import type { Site } from "../../model/cloud.ts";
import { HoldfastError } from "../../model/errors.ts";

/** What every physical name of a stack begins and ends with. */
export interface NameScope {
  readonly project: string;
  readonly stack: string;
  /** Account that owns the resources; it makes names unique where the service's names are global (S3). */
  readonly accountId: string;
}

/**
 * Longest name per service. Names are made of `a-z`, `0-9` and `-` only, which every one of them accepts.
 *
 * Sources: S3 User Guide, bucketnamingrules; IAM and STS quotas; Lambda CreateFunction; SQS CreateQueue; DynamoDB naming
 * rules; EventBridge PutRule; SNS CreateTopic; KMS CreateAlias (256 with `alias/`); CloudWatch PutMetricAlarm.
 */
export const longestName = {
  bucket: 63,
  role: 64,
  function: 64,
  queue: 80,
  table: 255,
  rule: 64,
  topic: 256,
  key: 250,
  alarm: 255,
} as const;
export type NamedThing = keyof typeof longestName;

const hashLength = 8;

/**
 * `<project>-<stack>-<what>[-<site>]-<accountId>`.
 *
 * Where the service's limit is shorter, project and stack are cut and a hash of the whole name follows them; the same
 * hash is added where characters had to be replaced, so two stacks never share a name.
 *
 * @throws HoldfastError `HF4005` when even the fixed part does not fit.
 */
export function physicalName(scope: NameScope, thing: NamedThing, what: string, site?: Site): string {
  const head = `${scope.project}-${scope.stack}`;
  const tail = [what, site, scope.accountId].filter((part) => part !== undefined).join("-");
  const clean = head
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "-")
    .replace(/^-|-$/g, "");
  const limit = longestName[thing];
  const whole = `${clean}-${tail}`;
  if (clean === head && whole.length <= limit) return whole;

  const room = limit - tail.length - hashLength - 2;
  if (room < 1) {
    throw new HoldfastError(
      "HF4005",
      `"${tail}" leaves no room for project and stack in the ${limit} characters of a ${thing} name`,
    );
  }
  const hash = createHash("sha256")
    .update(JSON.stringify([scope.project, scope.stack, tail]))
    .digest("hex")
    .slice(0, hashLength);
  return `${clean.slice(0, room).replace(/-$/, "")}-${hash}-${tail}`;
}
