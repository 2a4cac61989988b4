/** Reads landed objects: every byte through the hash, media through the inspector too. */
import { createHash } from "node:crypto";
import { HoldfastError } from "../../model/errors.ts";
import { type Inspection, inspector } from "../../model/media/inspector.ts";
import { maxMetadataBytes } from "../../model/vendor-metadata.ts";
import type { LandedObject, Landing } from "../../ports/landing.ts";

export type OpenedObject = LandedObject & { readonly body: AsyncIterable<Uint8Array> };

export interface MediaReading {
  readonly sha256: string;
  readonly inspection: Inspection;
}

export interface MetadataReading {
  readonly sha256: string;
  /** At most one byte more than `maxMetadataBytes`, so that the limit is seen and memory stays bounded. */
  readonly bytes: Uint8Array;
}

/** The landed version is not there any more: it expired, or somebody removed it. */
export class LandingGone extends Error {
  readonly key: string;
  readonly versionId: string;

  constructor({ key, versionId }: Pick<LandedObject, "key" | "versionId">) {
    super(`version ${versionId} of ${JSON.stringify(key)} is gone from the landing`);
    this.name = "LandingGone";
    this.key = key;
    this.versionId = versionId;
  }
}

/** Hands out landed versions, the event's own from the stream that is open already; closes it if nobody asked. */
export interface Reader {
  open(object: LandedObject): Promise<OpenedObject>;
  close(): Promise<void>;
}

export function reader(landing: Landing, first: OpenedObject): Reader {
  let waiting: OpenedObject | undefined = first;
  return {
    async open(object) {
      if (waiting?.key === object.key && waiting.versionId === object.versionId) {
        const opened = waiting;
        waiting = undefined;
        return opened;
      }
      const opened = await landing.open(object.key, object.versionId);
      if (!opened) throw new LandingGone(object);
      return opened;
    },
    async close() {
      if (!waiting) return;
      const { body } = waiting;
      waiting = undefined;
      await closeBody(body);
    },
  };
}

/** Ends a stream that nobody will read. */
export async function closeBody(body: AsyncIterable<Uint8Array>): Promise<void> {
  await body[Symbol.asyncIterator]().return?.();
}

/** Streams a body through `use`; its hash. @throws HoldfastError `HF2016` when bytes are missing. */
async function hashed(opened: OpenedObject, use: (chunk: Uint8Array) => void): Promise<string> {
  const hash = createHash("sha256");
  let size = 0;
  for await (const chunk of opened.body) {
    size += chunk.length;
    hash.update(chunk);
    use(chunk);
  }
  if (size !== opened.size) {
    throw new HoldfastError(
      "HF2016",
      `${JSON.stringify(opened.key)} version ${opened.versionId}: ${size} of ${opened.size} bytes arrived; it is tried again`,
    );
  }
  return hash.digest("hex");
}

export async function readMedia(opened: OpenedObject): Promise<MediaReading> {
  const inspect = inspector();
  const sha256 = await hashed(opened, (chunk) => inspect.push(chunk));
  return { sha256, inspection: inspect.finish() };
}

export async function readMetadata(opened: OpenedObject): Promise<MetadataReading> {
  const kept: Uint8Array[] = [];
  let room = maxMetadataBytes + 1;
  const sha256 = await hashed(opened, (chunk) => {
    // A copy: the stream's owner may use the chunk's memory again, and `slice` of a Node.js buffer copies nothing.
    const part = Uint8Array.from(chunk.subarray(0, room));
    room -= part.length;
    if (part.length > 0) kept.push(part);
  });
  return { sha256, bytes: Buffer.concat(kept) };
}
