/** Arguments of components with every optional part present; account ids and names are AWS's own example values. */
import type { ReplicatedRecordingStoreArgs } from "../../../components/replicated-recording-store/args.ts";
import { duration } from "../../../model/duration.ts";
import type { RetentionClass, Settings } from "../../../model/settings.ts";
import { testAccount, testRegions } from "./record.ts";

export const role = (name: string) => `arn:aws:iam::${testAccount}:role/${name}`;

export const access: Settings["access"] = {
  readers: [role("QaPortal")],
  drReaders: [role("ComplianceAuditor"), role("QaPortal")],
  sensitiveReaders: [role("PciAuditor")],
  drAdmins: [role("DrAdmin")],
  breakGlass: [role("BreakGlass")],
  deployers: [],
};

export const targets: ReplicatedRecordingStoreArgs["targets"] = {
  metadata: {
    rpo: duration("15 minutes"),
    rto: duration("15 minutes"),
    archivedRto: duration("24 hours"),
    drTier: "hot",
  },
  media: {
    rpo: duration("60 minutes"),
    rto: duration("15 minutes"),
    archivedRto: duration("24 hours"),
    drTier: "cool",
  },
};

export const classes: readonly RetentionClass[] = [
  {
    name: "finance",
    match: { tags: { department: "finance" } },
    coolAfter: duration("30 days"),
    archiveAfter: duration("180 days"),
    archiveTo: "archive",
    deleteAfter: duration("7 years"),
  },
  {
    name: "standard",
    coolAfter: duration("30 days"),
    archiveAfter: duration("180 days"),
    archiveTo: "archive",
    deleteAfter: duration("365 days"),
  },
];

export const genesys = {
  organization: "00000000-0000-4000-8000-000000000000",
  accountId: "765628985471",
  objectOwnership: "enforced",
} as const;

export const scope = { project: "holdfast", stack: "test", accountId: testAccount };
export const aws = { accountId: testAccount, partition: "aws", deployers: [role("Deployer")] };
export const tags = { team: "recordings", "holdfast:project": "holdfast", "holdfast:stack": "test" };

export const storeArgs = (changes: Partial<ReplicatedRecordingStoreArgs> = {}): ReplicatedRecordingStoreArgs => ({
  regions: testRegions,
  removal: "keep",
  targets,
  access,
  admitRole: role("holdfast-test-admit-111122223333"),
  landing: {
    ownership: "enforced",
    roles: [role("holdfast-test-genesys-111122223333")],
    plainWriters: [role("Exporter")],
  },
  volumes: { recordingsPerDay: 40_000, averageMediaBytes: 25_000_000 },
  alertEmail: ["oncall@example.com"],
  tags,
  scope,
  aws,
  ...changes,
});
