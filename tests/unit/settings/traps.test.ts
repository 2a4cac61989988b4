/**
 * Known traps of S3 replication, Object Lock, lifecycle, events and access. Each is refused or pointed out in config by a
 * code, or cannot be written in config at all, and then the table says which part of the product answers for it.
 */
import { describe, expect, it } from "vitest";
import { codes } from "../../../model/codes/index.ts";

type Answer = { readonly code: string } | { readonly notConfig: string };
const config = (code: string): Answer => ({ code });
const store: Answer = { notConfig: "components/replicated-recording-store" };
const retentionPolicy: Answer = { notConfig: "components/retention-policy" };
const intake: Answer = { notConfig: "components/recording-intake" };
const admit: Answer = { notConfig: "functions/admit" };
const support: Answer = { notConfig: "components/support" };
const adapter: Answer = { notConfig: "adapters/aws" };
/** Part of a component that does not exist in this version, so nothing can fall into the trap. */
const absent = (what: string): Answer => ({ notConfig: `absent: ${what}` });

const traps: readonly (readonly [number: number, trap: string, answer: Answer])[] = [
  [1, "replication time control of another length than 15 minutes", config("HF1219")],
  [2, "replication time without metrics", store],
  [3, "a replication rule without filter", store],
  [4, "delete-marker replication on a tag rule", store],
  [5, "waiting for lifecycle deletes to replicate", retentionPolicy],
  [6, "expiration alone on a versioned bucket", retentionPolicy],
  [7, "marker and upload clean-up in a tagged rule", retentionPolicy],
  [8, "days together with marker clean-up", retentionPolicy],
  [9, "a longer rule that a shorter one overlaps", config("HF1205")],
  [10, "a hold by lock alone", admit],
  [11, "a hold by tag alone", admit],
  [12, "holding the current version only", absent("hold worker")],
  [13, "trusting replication for the hold in DR", admit],
  [14, "compliance retention on the recordings", config("HF1023")],
  [15, "a default retention on the DR bucket", store],
  [16, "replication alarms in the wrong region", store],
  [17, "replication events over EventBridge", store],
  [18, "replication events without metrics", store],
  [19, "waiting for a retry of FAILED", admit],
  [20, "FAILED objects that never expire", store],
  [21, "KMS objects not selected for replication", store],
  [22, "a replication role without GetObjectVersionTagging", store],
  [23, "a KMS condition on the object with bucket keys", store],
  [24, "one multi-Region key for both sites", store],
  [25, "replication chosen by tags that are added later", store],
  [26, "uploading straight to an archive class", adapter],
  [27, "tiers entered or left too early", config("HF1209")],
  [28, "tier moves of small objects", retentionPolicy],
  [29, "a tag write that wipes other tags", adapter],
  [30, "two configuration resources for one bucket", store],
  [31, "a notification before its permission", intake],
  [32, "the test event taken for poison", admit],
  [33, "keys that are not decoded", admit],
  [34, "sequencers of different keys compared", admit],
  [35, "a visibility timeout as short as the function's", intake],
  [36, "a failure destination on a queue mapping", intake],
  [37, "a schema that drops replicationEventData", absent("replication monitor")],
  [38, "an HTTP API with a resource policy", absent("legal hold API")],
  [39, "failover state in the primary region only", absent("failover component")],
  [40, "a lock by conditional write on a global table", absent("failover component")],
  [41, "a strongly consistent global table for idempotency", store],
  [42, "an access point that is expected to fail over", absent("reader library")],
  [43, "the store's SHA-256 of a multipart upload", adapter],
  [44, "the ETag as a proof of integrity", adapter],
  [45, "Object Lambda", absent("reader library")],
  [46, "a deny that forgets the roles that must pass", store],
  [47, "a lock deny in DR that stops replication", store],
  [48, "a deny of deletes by object tag", store],
  [49, "destroying a stack whose objects are locked", config("HF1414")],
  [50, "a key that ends before its data", support],
  [51, "access logs into a locked bucket", absent("audit log")],
  [52, "lifecycle deletes looked for in the trail", absent("reconcile")],
  [53, "purging in one site only", absent("purge")],
  [54, "replicating again after a hard delete in DR", admit],
  [55, "a batch job without version ids", absent("bulk holds")],
];

describe("traps", () => {
  it("are all answered, 1 to 55", () => {
    expect(traps.map(([number]) => number)).toEqual(Array.from({ length: 55 }, (_, index) => index + 1));
  });

  it.each(traps)("%i: %s", (_number, _trap, answer) => {
    if ("code" in answer) expect(Object.keys(codes)).toContain(answer.code);
    else expect(answer.notConfig).toMatch(/^(components\/[\w-]+|functions\/admit|adapters\/aws|absent: \w.*)$/);
  });
});
