/** What the proxy in front of the emulated cloud adds to a request. */
import { GetObjectCommand, PutObjectCommand, S3Client } from "@aws-sdk/client-s3";
import { bucket, root as credentials, primary, startTestCloud } from "../tests/emulator/cloud/support.ts";
import { type Measurement, measurement } from "./report.ts";

const requestsPerRun = 50;

async function readSeconds(s3: S3Client, name: string): Promise<number> {
  const from = performance.now();
  for (let i = 0; i < requestsPerRun; i++) {
    const { Body } = await s3.send(new GetObjectCommand({ Bucket: name, Key: "k" }));
    await Body?.transformToByteArray();
  }
  return (performance.now() - from) / 1_000;
}

export async function benchProxy(runs: number): Promise<Measurement[]> {
  const cloud = await startTestCloud();
  const through = cloud.s3();
  const direct = new S3Client({ region: primary, credentials, endpoint: cloud.plainEndpoint, forcePathStyle: true });
  try {
    const name = await bucket(cloud, "bench");
    await through.send(new PutObjectCommand({ Bucket: name, Key: "k", Body: new Uint8Array(25_000) }));
    await readSeconds(through, name);
    await readSeconds(direct, name);
    const ratios: number[] = [];
    for (let run = 0; run < runs; run++)
      ratios.push((await readSeconds(through, name)) / (await readSeconds(direct, name)));
    return [
      measurement("proxy-overhead-ratio", ratios, {
        unit: "×",
        against: `the emulated S3 without its proxy: ${requestsPerRun} reads of 25 kB one after the other; ${runs} pairs`,
        goal: 2,
      }),
    ];
  } finally {
    through.destroy();
    direct.destroy();
    await cloud.dispose();
  }
}
