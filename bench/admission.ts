/** What one admission costs: rounds in series at the ports, and processor time per byte. */
import { createHash } from "node:crypto";
import type { LoggedCall } from "../adapters/memory/index.ts";
import { readMedia } from "../functions/admit/read.ts";
import { land, screen, stack } from "../tests/unit/admit/harness.ts";
import { type Measurement, measurement } from "./report.ts";

/** The most calls of which each began after the one before had ended. */
function roundsOf(calls: readonly LoggedCall[]): number {
  let rounds = 0;
  let lastEnd = -1;
  const finished = calls.flatMap(({ start, end }) => (end === undefined ? [] : [{ start, end }]));
  for (const { start, end } of finished.sort((a, b) => a.end - b.end)) {
    if (start <= lastEnd) continue;
    rounds += 1;
    lastEnd = end;
  }
  return rounds;
}

/** Admits one held recording and counts. Opening bodies is left out: reading them is what the work is. */
export async function benchRounds(): Promise<Measurement[]> {
  const s = stack();
  const [media = ""] = land(s, screen("r1", { fields: { agent: "agent-7" } }));
  s.calls.clear();
  const { outcome } = await s.admit(media);
  if (outcome !== "admitted") throw new Error(`the recording was not admitted but ${outcome}`);
  const { calls } = s.calls;
  const rounds = (name: string, wanted: (call: LoggedCall) => boolean, goal: number) =>
    measurement(name, [roundsOf(calls.filter(wanted))], {
      unit: "rounds",
      against: "nothing: calls in series of one admission, counted on the memory adapters",
      goal,
    });
  const isStore = ({ port, op }: LoggedCall) => (port === "landing" || port.startsWith("store:")) && op !== "open";
  return [
    rounds("admit-store-rounds", isStore, 3),
    rounds("admit-catalog-rounds", ({ port }) => port === "catalog", 2),
  ];
}

/** EBML element with a four-byte size (RFC 8794). */
function element(idHex: string, ...content: readonly Uint8Array[]): Buffer {
  const body = Buffer.concat(content);
  const size = Buffer.alloc(4);
  size.writeUInt32BE(0x1000_0000 + body.length);
  return Buffer.concat([Buffer.from(idHex, "hex"), size, body]);
}

const chunkBytes = 65_536;
const blockBytes = 4_000;
const blocksPerCluster = 256;

/**
 * A live WebM in the chunks in which a network hands it out: a header, then clusters of about 1 MB until `bytes` are
 * reached. 4 kB blocks, as screen captures of some minutes have, so the inspector has about 25,000 of them to look at.
 */
function synthetic(bytes: number): { readonly size: number; readonly chunks: readonly Uint8Array[] } {
  const docType = element("4282", Buffer.from("webm"));
  const track = element("ae", element("d7", Buffer.from([1])));
  const header = Buffer.concat([
    element("1a45dfa3", docType),
    Buffer.from("1853806701ffffffffffffff", "hex"),
    element("1654ae6b", track),
  ]);
  const block = element("a3", Buffer.from([0x81, 0, 0, 0x80]), Buffer.alloc(blockBytes, 7));
  const time = element("e7", Buffer.from([0, 0, 0, 1]));
  const cluster = element("1f43b675", time, ...Array.from({ length: blocksPerCluster }, () => block));
  const clusters = Math.max(1, Math.round(bytes / cluster.length));
  const cut = Array.from({ length: Math.ceil(cluster.length / chunkBytes) }, (_, i) =>
    cluster.subarray(i * chunkBytes, (i + 1) * chunkBytes),
  );
  return {
    size: header.length + clusters * cluster.length,
    chunks: [header, ...Array.from({ length: clusters }, () => cut).flat()],
  };
}

async function* stream(chunks: readonly Uint8Array[]): AsyncGenerator<Uint8Array> {
  for (const chunk of chunks) yield chunk;
}

/** Processor seconds of this process, which a busy machine stretches less than time on the clock. */
async function cpuSeconds(work: () => Promise<unknown>): Promise<number> {
  const from = process.cpuUsage();
  await work();
  const { user, system } = process.cpuUsage(from);
  return (user + system) / 1e6;
}

/** @param megabytes size of the synthetic recording. @param runs pairs, after one that only warms up. */
export async function benchCpu(megabytes: number, runs: number): Promise<Measurement[]> {
  const { size, chunks } = synthetic(megabytes * 1e6);
  const object = { key: "k", versionId: "v", size, landedAt: new Date(0) };
  const admitted = async () => {
    const { inspection } = await readMedia({ ...object, body: stream(chunks) });
    if (!inspection.complete)
      throw new Error(`the synthetic recording is not whole: ${inspection.problems.join("; ")}`);
  };
  const bare = async () => {
    const hash = createHash("sha256");
    for await (const chunk of stream(chunks)) hash.update(chunk);
    return hash.digest("hex");
  };
  const ratios: number[] = [];
  for (let run = 0; run <= runs; run++) {
    const ratio = (await cpuSeconds(admitted)) / (await cpuSeconds(bare));
    if (run > 0) ratios.push(ratio);
  }
  return [
    measurement("admit-cpu-ratio", ratios, {
      unit: "×",
      against: `SHA-256 alone over the same stream, in processor time: ${megabytes} MB of WebM in blocks of 4 kB; ${runs} pairs`,
      goal: 3,
    }),
  ];
}
