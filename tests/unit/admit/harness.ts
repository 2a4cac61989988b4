/** One stack in memory, and recordings to put into its landing. */
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import {
  callLog,
  memoryCatalog,
  memoryClock,
  memoryLanding,
  memoryLog,
  memoryMetrics,
  memoryQueue,
  memoryRecordingStore,
} from "../../../adapters/memory/index.ts";
import { type ConfirmOutcome, confirm } from "../../../functions/admit/confirm.ts";
import { type AdmitOutcome, admit } from "../../../functions/admit/core.ts";
import type { ConfirmMessage } from "../../../functions/admit/messages.ts";
import type { AdmissionRules } from "../../../model/admission-rules.ts";

export const organization = "11111111-1111-4111-8111-111111111111";
export const conversation = "22222222-2222-4222-8222-222222222222";
export const genesysFolder = `${organization}/year=2026/month=5/day=7/hour=9/conversation_id=${conversation}/`;

const folder = join(import.meta.dirname, "../../../emulator/demo/media");
/** A whole capture of this folder, with its real duration. */
export const capture = (file: string) => new Uint8Array(readFileSync(join(folder, file)));
export const sha256 = (bytes: Uint8Array | string) => createHash("sha256").update(bytes).digest("hex");

export const rules: AdmissionRules = {
  classification: [
    { name: "cards", match: { metadata: { queue: "payments" } }, tags: { PCI: "true" } },
    { name: "finance", match: { metadata: { queue: "finance" } }, tags: { department: "finance" } },
  ],
  holdRules: [{ name: "case-7", match: { metadata: { agent: "agent-7" } } }],
  classes: [{ className: "finance", match: { tags: { department: "finance" } } }, { className: "standard" }],
};

export function stack(change: { readonly rules?: AdmissionRules } = {}) {
  const log = callLog();
  const clock = memoryClock("2026-05-07T10:00:00.000Z");
  const landing = memoryLanding({ clock, log });
  const primary = memoryRecordingStore({ site: "primary", clock, landing, log });
  const dr = memoryRecordingStore({ site: "dr", clock, log });
  primary.replicateTo(dr, { tier: "cool" });
  const deps = {
    landing,
    primary,
    dr,
    catalog: memoryCatalog({ log }),
    confirmQueue: memoryQueue<ConfirmMessage>({ clock, log, name: "queue" }),
    clock,
    metrics: memoryMetrics(),
    log: memoryLog(),
    rules: change.rules ?? rules,
    layouts: { genesysOrganization: organization, plain: true },
  };
  return {
    ...deps,
    deps,
    calls: log,
    /** What the event of the newest version of a key does. */
    admit(key: string): Promise<AdmitOutcome> {
      const version = landing.versions(key).at(-1);
      if (!version) throw new TypeError(`nothing landed at ${key}`);
      return admit({ key, versionId: version.versionId }, deps);
    },
    /** Lets time pass and handles what the confirm queue has by then. */
    async confirmAll(): Promise<ConfirmOutcome[]> {
      clock.advance(900_000);
      const outcomes: ConfirmOutcome[] = [];
      for (const message of deps.confirmQueue.drain()) outcomes.push(await confirm(message, deps));
      return outcomes;
    },
    /** Store keys of the primary site. */
    keys: () =>
      primary
        .versions()
        .map(({ key }) => key)
        .sort(),
  };
}
export type Stack = ReturnType<typeof stack>;

export interface Recording {
  readonly id: string;
  readonly layout: "genesys" | "plain";
  readonly media: readonly { readonly file: string; readonly bytes: Uint8Array; readonly digest?: boolean }[];
  readonly durationMs: number;
  /** Fields added to the vendor's JSON. */
  readonly fields?: Readonly<Record<string, unknown>>;
  /** Genesys: metadata named after the recording instead of the media. */
  readonly shared?: boolean;
}

/** Everything that the platform writes for a recording: metadata last. */
export function objectsOf(recording: Recording): { key: string; bytes: Uint8Array | string }[] {
  const { id, layout, media, durationMs, fields = {}, shared } = recording;
  const times = { startTime: "2026-05-07T09:00:00.000+0000", endTime: "2026-05-07T09:10:00.000+0000" };
  const common = { recordingId: id, durationMs, ...times };
  if (layout === "genesys") {
    const [first] = media;
    const json = { mediaType: "Screen", mediaSubtype: "Screen", conversationId: conversation, ...common, ...fields };
    return [
      ...media.map(({ file, bytes }) => ({ key: genesysFolder + file, bytes })),
      { key: `${genesysFolder}${shared ? id : first?.file}_metadata.json`, bytes: JSON.stringify(json) },
    ];
  }
  const listed = media.map(({ file, bytes, digest }) => ({
    file,
    ...(digest ? { sha256: sha256(bytes), size: bytes.length } : {}),
  }));
  return [
    ...media.map(({ file, bytes }) => ({ key: `plain/${id}/${file}`, bytes })),
    { key: `plain/${id}/metadata.json`, bytes: JSON.stringify({ ...common, media: listed, ...fields }) },
  ];
}

/** Writes a recording; keys in order, metadata last. */
export function land(to: Stack, recording: Recording): readonly string[] {
  const objects = objectsOf(recording);
  for (const { key, bytes } of objects) to.landing.put(key, bytes);
  return objects.map(({ key }) => key);
}

export const screen = (id: string, more: Partial<Recording> = {}): Recording => ({
  id,
  layout: "genesys",
  media: [{ file: `${id}.webm`, bytes: capture("order-10s-vp8.webm") }],
  durationMs: 10_000,
  ...more,
});
