/** What a key means when it is not written. No other file of the product knows a default of stack config. */
export const defaults = {
  removal: "keep",
  metadata: { rpo: "15 minutes", rto: "15 minutes", archivedRto: "24 hours", drTier: "hot" },
  media: { rpo: "60 minutes", rto: "15 minutes", archivedRto: "24 hours", drTier: "cool" },
  /** For the class `standard` only; a threshold that does not fit what was written is left out. */
  standard: { coolAfter: "30 days", archiveAfter: "180 days", deleteAfter: "365 days" },
  archiveTo: "archive",
  legalHold: {
    grace: "30 days",
    releaseApprovals: { keep: 2, destroy: 1 },
    bulkThreshold: 1_000,
    approvalExpires: "7 days",
  },
  failover: { probeInterval: "30 seconds", failures: 3, successes: 10, automaticReads: true },
  audit: {
    keep: { retention: "10 years", lock: "compliance" },
    destroy: { retention: "1 day", lock: "governance" },
  },
  /** Account of the core and satellite regions of Genesys Cloud ("AWS S3 recording bulk actions integration"). */
  genesys: { accountId: "765628985471", objectOwnership: "enforced" },
} as const;
