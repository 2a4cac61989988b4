/** What no emulator can show. Printed, never passed. */
export const unproven: readonly string[] = [
  "that the official providers and AWS itself accept what the offline provider checked",
  "replication delay, its metrics and their alarms",
  "KMS key policies of the account's own administrators",
  "lifecycle timing beyond the documented arithmetic",
];
