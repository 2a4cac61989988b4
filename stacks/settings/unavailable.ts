/** Keys that are part of the vocabulary but that this version cannot act on: accepting them silently would be dangerous. */
import type { Fault } from "./leaves.ts";

export const unavailable = {
  azure: {
    code: "HF1020",
    allowed: "aws",
    reason: "this version deploys to AWS only",
    fix: "Set `holdfast:cloud` to aws and name two AWS regions.",
  },
  direct: {
    code: "HF1021",
    reason: "this version admits recordings from the landing only; a direct writer's objects would never be checked",
    fix: "Remove the key and let the principals write to the landing: `holdfast:sources.plain.writers`.",
  },
  cxone: {
    code: "HF1022",
    reason: "this version does not read the CXone layout, so its exports would wait in the landing unadmitted",
    fix: "Remove the key.",
  },
  worm: {
    code: "HF1023",
    reason: "this version sets no retain-until date, so nothing would be write-once although the config says so",
    fix: "Use worm: none, or remove the key.",
  },
  complianceLock: {
    code: "HF1024",
    reason: "this version sets the hold alone, so the compliance lock would be missing although the config says so",
    fix: "Use lock: hold, or remove the key.",
  },
  fastPath: {
    code: "HF1025",
    reason: "an RPO below one minute needs a copy beside S3 replication, which this version does not make",
    fix: "Use 1 minute or more.",
  },
  acceleration: {
    code: "HF1026",
    reason: "this version does not turn on transfer acceleration, so clients of the accelerated endpoint would fail",
    fix: "Set it to false, or remove the key.",
  },
} as const satisfies Record<string, Fault>;
