/** The measurements that need neither the engine nor an emulated cloud. */
import { benchCpu, benchRounds } from "./admission.ts";
import { benchBundle } from "./bundle.ts";
import type { Measurement } from "./report.ts";

export interface QuickSize {
  /** How often each timed measurement is taken. */
  readonly runs: number;
  readonly megabytes: number;
}

export const quickSize: QuickSize = { runs: 7, megabytes: 100 };

/** @param folder for scratch files; made where it is missing. */
export async function quick(folder: string, { runs, megabytes }: QuickSize): Promise<Measurement[]> {
  return [...(await benchBundle(folder, runs)), ...(await benchRounds()), ...(await benchCpu(megabytes, runs))];
}
