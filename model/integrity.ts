/** The ladder of integrity checks on one media object. One failed available check means quarantine. Pure. */
import type { AdmissionCode } from "./codes/admission.ts";
import type { Inspection } from "./media/inspector.ts";
import type { IntegrityLevel } from "./recording.ts";

/**
 * How far container and vendor duration may differ: 3 seconds or 2 %, whichever is more.
 *
 * The vendor's figure is wall-clock time of the capture; the container's is the end of its last frame. Screen captures
 * have few frames a second and often none while nothing moves, and capture starts after the session does: seconds at
 * both ends, and clock drift that grows with length. What the check is for is larger: a file that lost its end, or that
 * belongs to another recording.
 */
export function durationsAgree(containerMs: number, vendorMs: number): boolean {
  return Math.abs(containerMs - vendorMs) <= Math.max(3_000, vendorMs * 0.02);
}

/** What is known of one media object after its bytes were read. */
export interface MediaEvidence {
  /** Bytes read. */
  readonly size: number;
  /** Hex, over the bytes read. */
  readonly sha256: string;
  readonly inspection: Inspection;
  readonly vendor: {
    readonly durationMs?: number;
    readonly sha256?: string;
    readonly size?: number;
  };
}

export interface FailedCheck {
  readonly code: AdmissionCode;
  readonly detail: string;
}

export interface IntegrityResult {
  /** Reached if the store's checksum agrees, which is asked after the write; `failed` when a check failed. */
  readonly level: IntegrityLevel;
  readonly failures: readonly FailedCheck[];
}

/** Runs every check that the evidence makes available. */
export function checkMedia(evidence: MediaEvidence): IntegrityResult {
  const { size, sha256, inspection, vendor } = evidence;
  const failures: FailedCheck[] = [];
  const fail = (code: AdmissionCode, detail: string) => failures.push({ code, detail });

  if (size === 0) fail("HF2003", "the object has no bytes");
  else if (inspection.checked && !inspection.complete) fail("HF2004", inspection.problems.join("; "));
  else if (
    inspection.checked &&
    inspection.durationMs !== undefined &&
    vendor.durationMs !== undefined &&
    !durationsAgree(inspection.durationMs, vendor.durationMs)
  ) {
    fail("HF2005", `the container plays ${inspection.durationMs} ms, the metadata says ${vendor.durationMs} ms`);
  }
  if (vendor.size !== undefined && vendor.size !== size) {
    fail("HF2006", `the object has ${size} bytes, the metadata says ${vendor.size}`);
  }
  if (vendor.sha256 !== undefined && vendor.sha256 !== sha256) {
    fail("HF2006", `the object has SHA-256 ${sha256}, the metadata says ${vendor.sha256}`);
  }
  if (failures.length > 0) return { level: "failed", failures };
  if (vendor.sha256 !== undefined) return { level: "vendor-digest", failures };
  return { level: inspection.checked ? "container" : "stored", failures };
}
