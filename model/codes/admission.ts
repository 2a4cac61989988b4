/** Codes of admission and integrity (HF2xxx); `docs/troubleshooting.md` is generated from these. */
export const admissionCodes = {
  HF2001: {
    title: "Queue message not understood",
    meaning:
      "A message on the intake or confirm queue is neither an S3 event nor a confirm message. It is tried again and then moved to the dead-letter queue.",
    fix: "Read the message in the dead-letter queue. If something else sends to this queue, stop it; then delete the message.",
  },
  HF2002: {
    title: "Landing event without a version",
    meaning:
      "The event names an object but no version id, so the landing bucket is not versioned. Nothing can be pinned, therefore nothing is admitted.",
    fix: "Turn versioning on for the landing bucket (`pulumi up` does it), then have the platform write the object again.",
  },
  HF2003: {
    title: "Media object is empty",
    meaning: "The platform wrote zero bytes. The pair was quarantined.",
    fix: "Export the recording again from the platform. The new version is admitted by itself.",
  },
  HF2004: {
    title: "Media file is not complete",
    meaning:
      "The container (MP4, WebM) ends in the middle, or parts that every complete file has are missing. The pair was quarantined; the log line says what was found.",
    fix: "Export the recording again from the platform. If the platform's own file is damaged, keep the quarantined copy as what there is.",
  },
  HF2005: {
    title: "Duration of the media does not fit its metadata",
    meaning:
      "The container's duration differs from `durationMs` by more than 3 seconds and more than 2 %. Either the file was cut or it belongs to another recording. The pair was quarantined.",
    fix: "Compare both with the platform and export the recording again.",
  },
  HF2006: {
    title: "Media differs from the digest or size in its metadata",
    meaning:
      "The metadata states a SHA-256 or a size for this file and the bytes that landed do not have it. The pair was quarantined.",
    fix: "Write the file again, and write metadata.json with the digest of exactly these bytes.",
  },
  HF2007: {
    title: "Metadata is not usable",
    meaning:
      "The metadata object is not UTF-8 JSON with an object at the top, is larger than 1 MiB, or (plain layout) lacks a documented field. The pair was quarantined.",
    fix: "Write the metadata again. The message in the log names the field.",
  },
  HF2008: {
    title: "Metadata names another recording",
    meaning: "`recordingId` in the metadata is not the recording id in the object's key. The pair was quarantined.",
    fix: "Write both objects again under the key of the recording that they belong to.",
  },
  HF2009: {
    title: "Recording id cannot be used",
    meaning:
      "The id in the key is empty, contains control characters or is longer than 384 bytes after percent-encoding. The object stays in the landing.",
    fix: "Write the recording under a shorter id of printable characters.",
  },
  HF2010: {
    title: "Object too large to admit",
    meaning:
      "The object is larger than 4 GiB: a single server-side copy ends at 5 GB (S3 API, CopyObject) and the function's time ends earlier. The message goes to the dead-letter queue; the object stays in the landing.",
    fix: "Have the platform split the recording. The object is not lost: it stays in the landing until it was admitted.",
  },
  HF2011: {
    title: "Stored bytes differ from the bytes that were read",
    meaning:
      "The store's own SHA-256 over what it stored is not the SHA-256 over what was read from the landing. The pair was quarantined and the bad version was not cataloged.",
    fix: "The bad version keeps the key that the good bytes would have, so an export of the same bytes goes to quarantine too. Have break-glass remove the version that the log names, then export the recording again. If it happens more than once, open a case with the cloud.",
  },
  HF2012: {
    title: "Store gave no checksum",
    meaning: "The read-back carries no SHA-256 of the store, so the copy cannot be called verified. It is tried again.",
    fix: "Check that the store computes SHA-256 on writes and that the function may read checksums.",
  },
  HF2013: {
    title: "Read-back disagrees after repair",
    meaning:
      "Lock, tags, size or hash of a written version are still not what was asked for. The recording is not admitted; the message is tried again.",
    fix: "Look for another principal that changes tags or locks in the store, and for a missing permission of the function's role.",
  },
  HF2014: {
    title: "Landing key not understood",
    meaning:
      "The key fits no layout that is switched on, or the file is not listed in its metadata. The object stays in the landing, counted as LandingKeysNotUnderstood.",
    fix: "Check the platform's export settings, the organization id in the stack config and the file names.",
  },
  HF2015: {
    title: "Recording waits for its other half",
    meaning:
      "Media without metadata, or metadata without all of its media. It stays in the landing and is admitted by the event of the missing half.",
    fix: "If it stays like this, export the recording again from the platform.",
  },
  HF2016: {
    title: "Landing object was not read to its end",
    meaning: "Fewer or more bytes arrived than the object has. It is tried again.",
    fix: "Nothing, unless it ends in the dead-letter queue; then redrive the queue when the cloud is healthy again.",
  },
  HF2017: {
    title: "Recording too large to admit in one go",
    meaning:
      "The media files of one recording have more than 8 GiB together: the function reads, checks and copies all of them in one call of 300 seconds. The message goes to the dead-letter queue; the objects stay in the landing.",
    fix: "Have the platform split the recording. Nothing is lost: it stays in the landing until it was admitted.",
  },
  HF2020: {
    title: "Replication of an object failed",
    meaning: "S3 reports FAILED for an object version and never tries again (S3 User Guide, replication-status).",
    fix: "Repair the cause (role, key, DR bucket), replicate the object with S3 Batch Replication, then redrive the confirm queue.",
  },
  HF2021: {
    title: "No replication rule covers an object",
    meaning: "The store reports no replication status for an admitted object version.",
    fix: "Run `pulumi up` to restore the replication rules, replicate the object with S3 Batch Replication, then redrive the confirm queue.",
  },
  HF2022: {
    title: "DR copy differs from the primary",
    meaning: "Size or SHA-256 of the DR version is not that of the primary version. It is not cataloged in DR.",
    fix: "Compare both versions. Replicate the object again with S3 Batch Replication, then redrive the confirm queue.",
  },
  HF2023: {
    title: "Recording to confirm is not in the catalog",
    meaning: "A confirm message names a recording without catalog rows in the primary site.",
    fix: "Check that the confirm queue belongs to the same stack as the catalog table.",
  },
  HF2024: {
    title: "DR copy disagrees after repair",
    meaning: "Lock or tags of the DR version are still not those of the primary version. The message is tried again.",
    fix: "Look for another principal that changes tags or locks in DR, and for a missing permission of the function's role.",
  },
  HF2025: {
    title: "Primary version to confirm is missing",
    meaning: "The catalog names a version of the primary store that does not exist there.",
    fix: "Find out who removed the version (bucket policy, audit). The DR version, if there is one, is the remaining copy.",
  },
  HF2030: {
    title: "Function environment is not usable",
    meaning: "A variable of the function is missing or has a wrong value; the function does not start.",
    fix: "Run `pulumi up`; the component writes these variables.",
  },
  HF2031: {
    title: "Admission rules are not usable",
    meaning: "`rules.json` beside the function's code is missing or does not have the expected form.",
    fix: "Run `pulumi up`; the component writes this file.",
  },
} as const;

export type AdmissionCode = keyof typeof admissionCodes;
