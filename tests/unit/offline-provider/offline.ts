/** The offline provider without a cloud: nothing here may make a call. */
import { awsPackage } from "../../../emulator/providers/aws/package.ts";
import { AwsSession } from "../../../emulator/providers/aws/session.ts";
import { Operations } from "../../../emulator/providers/engine/operations.ts";
import type { Props } from "../../../emulator/providers/engine/values.ts";

export const aws = awsPackage({ AWS_ENDPOINT_URL: "http://127.0.0.1:1" });
export const operations = new Operations(aws);

export const sessionWith = (region: string | undefined, defaultTags: Record<string, string> = {}): AwsSession => {
  const credentials = { accessKeyId: "test", secretAccessKey: "test" };
  return new AwsSession({ endpoints: { "": "http://127.0.0.1:1" }, credentials }, region, defaultTags);
};
export const session = sessionWith("us-east-1");

export const check = (type: string, news: Props, olds: Props = {}, name = "it") =>
  operations.check(session, { type, name }, olds, news, new Uint8Array([1, 2, 3]), undefined);

export const diff = (type: string, olds: Props, news: Props, state: Props = { tagsAll: olds.tags ?? {} }) =>
  operations.diff(session, { type, name: "it", id: "id" }, olds, state, news);
