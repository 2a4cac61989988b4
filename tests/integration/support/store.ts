/** What is stored where, read with the root key so that nothing is hidden by permissions. */
import {
  GetObjectCommand,
  GetObjectTaggingCommand,
  HeadObjectCommand,
  ListObjectVersionsCommand,
} from "@aws-sdk/client-s3";
import { catalogRows } from "../../../emulator/demo/catalog.ts";
import type { Row } from "../../../emulator/demo/context.ts";
import { counts } from "../../../emulator/demo/emulated.ts";
import { eventually } from "./eventually.ts";
import type { Instance, Site } from "./instance.ts";
import { sha256 } from "./recordings.ts";

export interface Stored {
  readonly sha256: string;
  readonly locked: boolean;
  readonly tags: Readonly<Record<string, string>>;
  readonly metadata: Readonly<Record<string, string>>;
  readonly replication: string | undefined;
  /** ARN of the key that encrypts it. */
  readonly key: string | undefined;
}

export const rowsOf = async (instance: Instance, recordingId: string): Promise<readonly Row[]> =>
  (await catalogRows(instance.stack)).filter((row) => row.recordingId === recordingId);

export async function stored(instance: Instance, row: Row): Promise<Stored> {
  const client = instance.s3("admin", row.site);
  const at = { Bucket: instance.stack.outputs.locations[row.site][row.kind], Key: row.key, VersionId: row.versionId };
  const [head, body, tagging] = await Promise.all([
    client.send(new HeadObjectCommand(at)),
    client.send(new GetObjectCommand(at)),
    client.send(new GetObjectTaggingCommand(at)),
  ]);
  return {
    sha256: sha256((await body.Body?.transformToByteArray()) ?? new Uint8Array()),
    locked: head.ObjectLockLegalHoldStatus === "ON",
    tags: Object.fromEntries((tagging.TagSet ?? []).map(({ Key, Value }) => [Key, Value])),
    metadata: head.Metadata ?? {},
    replication: head.ReplicationStatus,
    key: head.SSEKMSKeyId,
  };
}

/** All versions and markers below a prefix. */
export async function versionsBelow(
  instance: Instance,
  site: Site,
  role: "metadata" | "media" | "landing",
  prefix: string,
): Promise<readonly { readonly key: string; readonly versionId: string }[]> {
  const list = await instance
    .s3("admin", site)
    .send(new ListObjectVersionsCommand({ Bucket: instance.stack.outputs.locations[site][role], Prefix: prefix }));
  return [...(list.Versions ?? []), ...(list.DeleteMarkers ?? [])].map(({ Key = "", VersionId = "" }) => ({
    key: Key,
    versionId: VersionId,
  }));
}

/** Whether each landed version of a key carries the tag that lets it expire. */
export async function landingMarks(instance: Instance, key: string): Promise<readonly boolean[]> {
  const Bucket = instance.stack.outputs.locations.primary.landing;
  const client = instance.s3("admin");
  const versions = await versionsBelow(instance, "primary", "landing", key);
  const ofKey = versions.filter((version) => version.key === key);
  return Promise.all(
    ofKey.map(async ({ key: Key, versionId }) => {
      const { TagSet } = await client.send(new GetObjectTaggingCommand({ Bucket, Key, VersionId: versionId }));
      return (TagSet ?? []).some((tag) => tag.Key === "holdfast-admitted" && tag.Value === "true");
    }),
  );
}

/** Counts of the deployed function and its queues. */
export const countsOf = ({ cloud, stack }: Instance) => counts(cloud, stack.outputs.functions.admit ?? "");

/** Waits until the recording has a media and a metadata row with this status at this site. */
export function settled(instance: Instance, recordingId: string, status: Row["status"], site: Site) {
  return eventually(
    `${recordingId} ${status} in ${site}`,
    () => rowsOf(instance, recordingId),
    (rows) =>
      (["media", "metadata"] as const).every((kind) =>
        rows.some((row) => row.site === site && row.kind === kind && row.status === status),
      ),
  );
}

/** Waits until every event was handled and every admitted object was confirmed in DR. */
export const quiet = (instance: Instance) =>
  eventually(
    "empty queues",
    () => countsOf(instance),
    (seen) => seen.intakeWaiting === 0 && seen.confirmWaiting === 0,
  );
