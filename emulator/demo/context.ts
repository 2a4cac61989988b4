/** What the steps hand to each other. */
import type { CloudDescription } from "../cloud/start.ts";
import type { LocalStack } from "./aws.ts";
import type { DemoRecording } from "./recordings.ts";

export type Figures = Readonly<Record<string, string | number>>;

export interface StepResult {
  readonly name: string;
  readonly ok: boolean;
  readonly figures: Figures;
  /** One sentence for the closing screen. */
  readonly sentence: string;
}

export interface Context {
  /** `.local` directory of the demo's own instance. */
  readonly local: string;
  readonly cloud: CloudDescription;
  readonly stack: LocalStack;
  readonly recordings: readonly DemoRecording[];
}

/** One row of the catalog, as far as the demo reads it. */
export interface Row {
  readonly recordingId: string;
  readonly site: "primary" | "dr";
  readonly kind: "metadata" | "media";
  readonly key: string;
  readonly versionId: string;
  readonly sha256: string;
  readonly status: "admitted" | "quarantined";
}
