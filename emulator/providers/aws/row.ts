import type { Unwrap } from "@pulumi/pulumi";
import type { Job, Row } from "../engine/row.ts";
import type { Service, Services } from "./clients.ts";
import { type AwsSession, partitionOf } from "./session.ts";

/** A request on a resource whose inputs are those of `Args`, all known. */
export type AwsJob<Args> = Job<AwsSession, Unwrap<Args>>;

/** A row for the resource with these arguments of `@pulumi/aws`. */
export const row = <Args>(definition: Row<AwsSession, Unwrap<Args>>): Row<AwsSession, Unwrap<Args>> => definition;

/** The client of a service in the resource's own region. */
export const client = <K extends Service>(job: Job<AwsSession, unknown>, service: K): Promise<Services[K]> =>
  job.session.client(service, job.region);

/** `arn:<partition>:<service>:<region>:<account>:<resource>` of the account that the credentials belong to. */
export async function arn(job: Job<AwsSession, unknown>, service: string, resource: string): Promise<string> {
  const { partition } = partitionOf(job.region);
  return `arn:${partition}:${service}:${job.region}:${await job.session.accountId()}:${resource}`;
}

/** Tags as the lists of `{Key, Value}` that most services take. */
export const tagList = (tags: Readonly<Record<string, string>>): { Key: string; Value: string }[] =>
  Object.entries(tags).map(([Key, Value]) => ({ Key, Value }));

export const tagMap = (
  tags: readonly { readonly Key?: string | undefined; readonly Value?: string | undefined }[] | undefined,
): Record<string, string> => Object.fromEntries((tags ?? []).map(({ Key = "", Value = "" }) => [Key, Value]));

/** Tag keys that the resource has and should not have. */
export const surplus = (job: Job<AwsSession, unknown>): string[] =>
  Object.keys((job.state.tagsAll ?? {}) as Record<string, string>).filter((key) => !(key in job.tags));

/** Without the keys whose value is undefined, the form that the clients and the declarations both accept. */
export function compact<T extends object>(value: T): { [K in keyof T]: Exclude<T[K], undefined> } {
  const entries = Object.entries(value).filter(([, v]) => v !== undefined);
  return Object.fromEntries(entries) as { [K in keyof T]: Exclude<T[K], undefined> };
}
