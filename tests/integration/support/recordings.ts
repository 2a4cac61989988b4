/** Recordings as platforms write them: real screen captures, each with bytes of its own. */
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { PutObjectCommand, type S3Client } from "@aws-sdk/client-s3";
import { writers } from "../../../emulator/demo/steps/admit.ts";
import type { Instance } from "./instance.ts";

export interface LandingObject {
  readonly key: string;
  readonly bytes: Uint8Array;
}

export interface TestRecording {
  readonly source: "genesys" | "plain";
  readonly id: string;
  readonly media: LandingObject;
  readonly metadata: LandingObject;
}

/** Organization of the embedded stack's settings. */
export const organization = "11111111-1111-4111-8111-111111111111";

/** An MP4 of 12 seconds, and a `free` box that players skip (ISO/IEC 14496-12 §8.1.2) to make its bytes unique. */
export function screenCapture(own: string): Uint8Array {
  const capture = readFileSync(join(import.meta.dirname, "../../../emulator/demo/media/order-12s.mp4"));
  const payload = Buffer.from(own, "utf8");
  const header = Buffer.alloc(8);
  header.writeUInt32BE(8 + payload.length, 0);
  header.write("free", 4, "latin1");
  return Buffer.concat([capture, header, payload]);
}

export const sha256 = (bytes: Uint8Array): string => createHash("sha256").update(bytes).digest("hex");

interface Options {
  /** Further members of the vendor's metadata, e.g. those that the rules of the embedded stack ask for. */
  readonly facts?: Readonly<Record<string, unknown>>;
  readonly bytes?: Uint8Array;
}

const times = {
  startTime: "2026-05-07T09:00:00.000Z",
  endTime: "2026-05-07T09:00:12.000Z",
  durationMs: 12_000,
};

/** Holdfast's own layout: `plain/<recordingId>/<file>` and `metadata.json` beside it, with the platform's digest. */
export function plainRecording(id: string, { facts = {}, bytes = screenCapture(id) }: Options = {}): TestRecording {
  const metadata = {
    recordingId: id,
    conversationId: `conversation of ${id}`,
    ...times,
    media: [{ file: "screen.mp4", sha256: sha256(bytes), size: bytes.byteLength }],
    ...facts,
  };
  return {
    source: "plain",
    id,
    media: { key: `plain/${id}/screen.mp4`, bytes },
    metadata: { key: `plain/${id}/metadata.json`, bytes: Buffer.from(JSON.stringify(metadata)) },
  };
}

/** Folder of the conversation's UTC hour, as Genesys Cloud names it; offsets of times come without a colon. */
export function genesysRecording(n: number, { facts = {}, bytes }: Options = {}): TestRecording {
  const id = `99999999-0000-4000-8000-${String(n).padStart(12, "0")}`;
  const conversationId = `88888888-0000-4000-8000-${String(n).padStart(12, "0")}`;
  const key = `${organization}/year=2026/month=5/day=7/hour=9/conversation_id=${conversationId}/${id}.mp4`;
  const metadata = {
    mediaType: "Screen",
    conversationId,
    recordingId: id,
    startTime: times.startTime.replace("Z", "+0000"),
    endTime: times.endTime.replace("Z", "+0000"),
    durationMs: times.durationMs,
    ...facts,
  };
  return {
    source: "genesys",
    id,
    media: { key, bytes: bytes ?? screenCapture(id) },
    metadata: { key: `${key}_metadata.json`, bytes: Buffer.from(JSON.stringify(metadata)) },
  };
}

/** Writes into the landing as each platform does: with its own role and nothing but key and bytes. */
export interface Platforms {
  readonly clients: Readonly<Record<TestRecording["source"], S3Client>>;
  /** @returns the landed version's id. */
  write(source: TestRecording["source"], object: LandingObject): Promise<string>;
  writeBoth(recording: TestRecording): Promise<void>;
}

export async function platformsOf({ stack }: Instance): Promise<Platforms> {
  const clients = await writers(stack);
  const write = async (source: TestRecording["source"], { key, bytes }: LandingObject): Promise<string> => {
    const { VersionId } = await clients[source].send(
      new PutObjectCommand({ Bucket: stack.outputs.locations.primary.landing, Key: key, Body: bytes }),
    );
    if (VersionId === undefined) throw new Error(`${key} landed without a version id`);
    return VersionId;
  };
  return {
    clients,
    write,
    async writeBoth({ source, media, metadata }) {
      await write(source, media);
      await write(source, metadata);
    },
  };
}
