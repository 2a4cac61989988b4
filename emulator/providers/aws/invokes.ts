import { ProviderError } from "../codes.ts";
import type { Props } from "../engine/values.ts";
import { type AwsSession, partitionOf } from "./session.ts";

type Invoke = (session: AwsSession, args: Props) => Promise<Props>;

const regionOf = (session: AwsSession, args: Props): string => {
  const region = args.region ?? args.name ?? session.region;
  if (typeof region === "string" && region !== "") return region;
  throw new ProviderError("HF5516", "aws.getRegion needs a region, in its arguments or on its provider");
};

/** The provider functions that the program calls, by token. */
export const invokes: ReadonlyMap<string, Invoke> = new Map<string, Invoke>([
  [
    "aws:index/getCallerIdentity:getCallerIdentity",
    async (session) => {
      const { accountId, arn, userId } = await session.identity();
      return { accountId, arn, userId, id: accountId };
    },
  ],
  [
    "aws:index/getPartition:getPartition",
    async (session) => {
      const { partition, dnsSuffix } = partitionOf(session.region ?? "us-east-1");
      return { partition, dnsSuffix, id: partition, reverseDnsPrefix: dnsSuffix.split(".").reverse().join(".") };
    },
  ],
  [
    "aws:index/getRegion:getRegion",
    async (session, args) => {
      const region = regionOf(session, args);
      const endpoint = `ec2.${region}.${partitionOf(region).dnsSuffix}`;
      return { region, name: region, id: region, endpoint, description: region };
    },
  ],
  ["aws:iam/getSessionContext:getSessionContext", async (session, args) => sessionContext(session, String(args.arn))],
]);

/**
 * The role behind an assumed-role session: `arn:aws:sts::<account>:assumed-role/<role>/<session>` is a session of
 * `arn:aws:iam::<account>:role/<path><role>`. Any other principal is its own issuer.
 */
async function sessionContext(session: AwsSession, arn: string): Promise<Props> {
  const match = /^arn:[^:]+:sts::\d*:assumed-role\/([^/]+)\/(.+)$/.exec(arn);
  if (!match) return { id: arn, arn, issuerArn: arn, issuerId: "", issuerName: "", sessionName: "" };
  const [, role = "", name = ""] = match;
  if (session.offline) {
    const issuerArn = arn.replace(/:sts:/, ":iam:").replace(/:assumed-role\/([^/]+)\/.*$/, ":role/$1");
    return { id: arn, arn, issuerArn, issuerId: "", issuerName: role, sessionName: name };
  }
  // The path of the role is not part of the session's ARN: only the role itself tells it.
  const iam = await session.client("iam", "");
  const { Role } = await iam.getRole({ RoleName: role });
  return {
    id: arn,
    arn,
    issuerArn: Role?.Arn,
    issuerId: Role?.RoleId,
    issuerName: Role?.RoleName,
    sessionName: name,
  };
}
