import type { AdmissionRules } from "../../model/admission-rules.ts";
import type { Site } from "../../model/cloud.ts";
import type { Removal, Settings } from "../../model/settings.ts";
import type { ReplicatedRecordingStore } from "../replicated-recording-store/index.ts";
import type { AwsAccount } from "../support/account.ts";
import type { FunctionBundle } from "../support/bundles.ts";
import type { NameScope } from "../support/naming.ts";
import type { Tags } from "../support/tags.ts";

export interface RecordingIntakeArgs {
  /** The store to admit into; its landing is where events come from and its topics are where alarms go. */
  readonly store: ReplicatedRecordingStore;
  readonly regions: Readonly<Record<Site, string>>;
  /** Platforms that write to the landing. Plain: which roles exist depends on it. */
  readonly sources: Settings["sources"];
  /** Classification, classes and standing holds, shipped with the function. */
  readonly rules: AdmissionRules;
  /** The built admission function. */
  readonly admit: FunctionBundle;
  readonly removal: Removal;
  readonly tags: Tags;
  readonly scope: NameScope;
  /** AWS only. */
  readonly aws: AwsAccount;
}
