/** Troubleshooting paragraphs of the codes that ports and their adapters raise. */
export const cloudCodes = {
  HF3001: {
    title: "The cloud did not answer",
    meaning:
      "A call was cut, timed out, was throttled, or was answered with a server error, and so it was after the client's own retries. Whether the call had an effect is not known; every call that Holdfast makes may be repeated.",
    fix: "Nothing, if it is rare: the message comes back to its queue and is tried again. If it lasts, look at the health of the region and at the throttling metrics of the service that the message names.",
  },
  HF3002: {
    title: "The cloud refused a call",
    meaning:
      "The caller lacks a permission, a bucket or key policy denies the call, the encryption key is disabled, the object is locked, or it lies in an archive tier that cannot be read at once. Trying again does not help.",
    fix: "Compare the role of the function with the stack (`pulumi preview --refresh` shows policies that were changed by hand), and check that the encryption key is enabled. A lock is only cleared by releasing the hold.",
  },
  HF3003: {
    title: "Something that must exist does not",
    meaning:
      "A bucket, table, queue, key or object version that the call names is not there. A landed version that vanished before it was admitted was deleted by someone: Holdfast's own rules never remove it.",
    fix: "For a bucket, table or queue: compare the environment of the function with the stack outputs. For a landed version: export the recording again, and find out in the access log who deleted it.",
  },
  HF3004: {
    title: "Bytes are not the ones that were described",
    meaning:
      "The SHA-256 that the store computed over the bytes it stores differs from the one that was computed before, is missing although the write asked for it, or bytes did not match their checksum on the way. The error names the key and, if one was written, the version.",
    fix: "The recording is not admitted. If it happens once, let the queue try again. If it happens again for the same key, compare the two hashes in the log with a fresh export; the version that was written stays in the store for examination.",
  },
  HF3005: {
    title: "A write carries what no object version can have",
    meaning:
      "More than 10 tags, a tag with a character the clouds do not take (letters, digits, spaces and `_ . : / = + - @` are allowed; names up to 128 characters, values up to 256), metadata that is not printable ASCII under a lower-case name, or a hash that is not 64 hex digits.",
    fix: "Shorten or rename the value that the message quotes; most often it comes from a classification rule in the stack config, or a rule copies a vendor field with unusual characters.",
  },
  HF3006: {
    title: "A message cannot be delayed that long",
    meaning: "A queue delays one message by a whole number of seconds from 0 to 900 (15 minutes, the limit of SQS).",
    fix: "Use a delay of at most 900 seconds and send the message again when it arrives too early.",
  },
  HF3007: {
    title: "Too many catalog rows at once",
    meaning:
      "One transaction writes at most 100 rows (the limit of DynamoDB), and rows of one call are added all or none.",
    fix: "Add the rows of one recording in several calls. A recording with more than 100 objects in one site is most likely two recordings under one id.",
  },
  HF3008: {
    title: "The cloud answered what Holdfast does not understand",
    meaning:
      "An answer lacks what it must have or holds a value outside the known ones: no version id (versioning of the bucket is off), a storage class that no tier maps to, a replication status or a catalog row of an unknown form.",
    fix: "Check that versioning is on for the bucket that the message names and that nothing but Holdfast writes to the store or the catalog. `pulumi up` restores a bucket whose settings were changed.",
  },
} as const;
