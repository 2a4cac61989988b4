/** Names of the metrics that Holdfast publishes, with the single dimension `Stack`. Alarms and docs use this list. */
export const metricNames = {
  admitted: "RecordingsAdmitted",
  duplicate: "AdmissionsRepeated",
  quarantined: "RecordingsQuarantined",
  waitingForPair: "RecordingsWaitingForPair",
  unknownKey: "LandingKeysNotUnderstood",
  /** Landed versions that were gone before they could be read. */
  landingGone: "LandingObjectsGone",
  readBackRepaired: "ReadBacksRepaired",
  /** Recordings whose earlier versions were open to all readers until a later classification. */
  madeSensitive: "RecordingsMadeSensitive",
  admissionFailed: "AdmissionsFailed",
  confirmationFailed: "ConfirmationsFailed",
  /** Seconds from landing to admitted. */
  admissionSeconds: "AdmissionSeconds",
  /** Seconds from admitted to seen in DR. */
  replicationSeconds: "ReplicationSeconds",
  replicationFailed: "ReplicationsFailed",
  replicationLate: "ReplicationsLate",
  drRepaired: "DrCopiesRepaired",
} as const;
export type MetricName = (typeof metricNames)[keyof typeof metricNames];
