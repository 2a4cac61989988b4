/** Config with one mistake each, and by hand the code and path with which it is refused. */
import { role } from "./base.ts";

export type Row = readonly [what: string, changes: Record<string, unknown>, ...expected: string[]];

export const retention = (cls: Record<string, unknown>, more: Record<string, unknown> = {}) => ({
  "holdfast:retention": { finance: { match: { key: "finance/*" }, deleteAfter: "7 years", ...cls }, ...more },
});
const standard = (cls: Record<string, unknown>) => ({ "holdfast:retention": { standard: cls } });
const readers = (...readers: unknown[]) => ({
  "holdfast:access": { readers, drReaders: readers, breakGlass: [role("BreakGlass")] },
});
export const genesys = (more: Record<string, unknown>) => ({
  "holdfast:sources": { genesys: { organization: "00000000-0000-4000-8000-000000000000", ...more } },
});
const classification = (rule: Record<string, unknown>) => ({
  "holdfast:classification": [{ name: "rule", match: { key: "a/*" }, tags: { department: "a" }, ...rule }],
});
export const numbered = (count: number, cls: (n: number) => unknown) =>
  Object.fromEntries(Array.from({ length: count }, (_, n) => [`c${n}`, cls(n)]));

const shape: Row[] = [
  ["no cloud", { "holdfast:cloud": undefined }, "HF1001 holdfast:cloud"],
  ["no primary region", { "holdfast:primaryRegion": undefined }, "HF1001 holdfast:primaryRegion"],
  ["no DR region", { "holdfast:drRegion": undefined }, "HF1001 holdfast:drRegion"],
  ["a key that is not known", { "holdfast:mediaa": {} }, "HF1002 holdfast:mediaa"],
  ["a key that is not known, deeper", { "holdfast:media": { drteir: "hot" } }, "HF1002 holdfast:media.drteir"],
  ["a key that is not known in a list", classification({ colour: "red" }), "HF1002 holdfast:classification[0].colour"],
  [
    "two unknown keys at one place",
    { "holdfast:media": { a: 1, b: 2 } },
    "HF1002 holdfast:media.a",
    "HF1002 holdfast:media.b",
  ],
  ["another namespace by a slip", { "holdfst:media": {} }, "HF1002 holdfst:media"],
  [
    "tags under match",
    retention({ match: { tags: { department: "a" } } }),
    "HF1002 holdfast:retention.finance.match.tags",
  ],
  ["text for a map", { "holdfast:media": "60 minutes" }, "HF1003 holdfast:media"],
  ["a list for a map", { "holdfast:media": [] }, "HF1003 holdfast:media"],
  ["a map for a list", { "holdfast:holdRules": {} }, "HF1003 holdfast:holdRules"],
  ["a map for text", { "holdfast:media": { rpo: {} } }, "HF1003 holdfast:media.rpo"],
  ["text for a number", { "holdfast:failover": { failures: "3" } }, "HF1003 holdfast:failover.failures"],
  ["text for a flag", { "holdfast:failover": { automaticReads: "true" } }, "HF1003 holdfast:failover.automaticReads"],
  ["another word", { "holdfast:removal": "delete" }, "HF1004 holdfast:removal"],
  ["another tier", { "holdfast:media": { drTier: "warm" } }, "HF1004 holdfast:media.drTier"],
  ["no duration", { "holdfast:media": { rpo: "soon" } }, "HF1005 holdfast:media.rpo"],
  ["months", standard({ deleteAfter: "6 months" }), "HF1005 holdfast:retention.standard.deleteAfter"],
  ["a short unit", standard({ deleteAfter: "400d" }), "HF1005 holdfast:retention.standard.deleteAfter"],
  ["a bare number", standard({ coolAfter: 30 }), "HF1006 holdfast:retention.standard.coolAfter"],
  ["a bare number as text", standard({ coolAfter: "30" }), "HF1006 holdfast:retention.standard.coolAfter"],
  ["too long an RPO", { "holdfast:media": { rpo: "8 days" } }, "HF1007 holdfast:media.rpo"],
  ["too short an RPO for media", { "holdfast:media": { rpo: "30 seconds" } }, "HF1007 holdfast:media.rpo"],
  [
    "too short a grace",
    { "holdfast:legalHold": { officers: [role("O")], grace: "59 minutes" } },
    "HF1007 holdfast:legalHold.grace",
  ],
  [
    "too many approvals",
    { "holdfast:legalHold": { officers: [role("O")], releaseApprovals: 3 } },
    "HF1008 holdfast:legalHold.releaseApprovals",
  ],
  ["half a failure", { "holdfast:failover": { failures: 2.5 } }, "HF1008 holdfast:failover.failures"],
  ["an account id that lost a zero", genesys({ accountId: 12345678901 }), "HF1009 holdfast:sources.genesys.accountId"],
  [
    "an organization that became a number",
    genesys({ organization: 83 }),
    "HF1009 holdfast:sources.genesys.organization",
  ],
  ["a tag that became a number", { "holdfast:tags": { costCenter: 34 } }, "HF1009 holdfast:tags.costCenter"],
  ["a tag that became a boolean", { "holdfast:tags": { shared: true } }, "HF1010 holdfast:tags.shared"],
  [
    "the same officer twice",
    { "holdfast:legalHold": { officers: [role("O"), role("O")] } },
    "HF1011 holdfast:legalHold.officers[1]",
  ],
  [
    "the same address twice",
    { "holdfast:alerts": { email: ["a@example.com", "b@example.com", "a@example.com"] } },
    "HF1011 holdfast:alerts.email[2]",
  ],
  ["a key without a value", { "holdfast:media": { rpo: null } }, "HF1012 holdfast:media.rpo"],
  ["a section without a value", { "holdfast:media": null }, "HF1012 holdfast:media"],
  ["an empty region", { "holdfast:drRegion": " " }, "HF1012 holdfast:drRegion"],
  ["an access key id", { "holdfast:tags": { owner: "AKIAIOSFODNN7EXAMPLE" } }, "HF1013 holdfast:tags.owner"],
  [
    "a secret by its name",
    { "holdfast:sources": { plain: { writers: [role("W")], password: "x" } } },
    "HF1013 holdfast:sources.plain.password",
  ],
  ["provider credentials", { "aws:secretKey": "fake" }, "HF1013 aws:secretKey"],
  ["a key of older providers", { "aws:assumeRole": { roleArn: role("A") } }, "HF1017 aws:assumeRole"],
  ["a provider key of another type", { "aws:maxRetries": "many" }, "HF1003 aws:maxRetries"],
  [
    "a provider account that lost a zero",
    { "aws:allowedAccountIds": [11122223333] },
    "HF1416 aws:allowedAccountIds[0]",
  ],
  ["no size", { "holdfast:volumes": { averageMedia: "25 megs" } }, "HF1018 holdfast:volumes.averageMedia"],
];

const unavailable: Row[] = [
  [
    "Azure",
    { "holdfast:cloud": "azure", "holdfast:primaryRegion": "westeurope", "holdfast:drRegion": "northeurope" },
    "HF1020 holdfast:cloud",
  ],
  ["direct writers", { "holdfast:sources": { direct: [role("W")] } }, "HF1021 holdfast:sources.direct"],
  ["CXone", { "holdfast:sources": { cxone: {} } }, "HF1022 holdfast:sources.cxone"],
  ["governance retention", standard({ worm: "governance" }), "HF1023 holdfast:retention.standard.worm"],
  ["compliance retention", retention({ worm: "compliance" }), "HF1023 holdfast:retention.finance.worm"],
  [
    "the compliance lock",
    { "holdfast:legalHold": { officers: [role("O")], lock: "hold+compliance" } },
    "HF1024 holdfast:legalHold.lock",
  ],
  ["the fast path", { "holdfast:metadata": { rpo: "30 seconds" } }, "HF1025 holdfast:metadata.rpo"],
  ["acceleration", { "holdfast:uploads": { acceleration: true } }, "HF1026 holdfast:uploads.acceleration"],
];

const places: Row[] = [
  ["a region nobody knows", { "holdfast:drRegion": "us-west-9" }, "HF1101 holdfast:drRegion"],
  ["a zone", { "holdfast:primaryRegion": "us-east-1a" }, "HF1101 holdfast:primaryRegion"],
  ["an Azure region", { "holdfast:drRegion": "westeurope" }, "HF1102 holdfast:drRegion"],
  ["an Azure region as the portal writes it", { "holdfast:drRegion": "West Europe" }, "HF1102 holdfast:drRegion"],
  ["one region for both", { "holdfast:drRegion": "us-east-1" }, "HF1103 holdfast:drRegion"],
  ["China and the rest", { "holdfast:drRegion": "cn-north-1" }, "HF1104 holdfast:drRegion"],
  ["GovCloud and the rest", { "holdfast:drRegion": "us-gov-west-1" }, "HF1104 holdfast:drRegion"],
  ["two jurisdictions", { "holdfast:drRegion": "eu-central-1" }, "HF1105 holdfast:sovereignty"],
  [
    "the United Kingdom is not the EU",
    { "holdfast:primaryRegion": "eu-west-1", "holdfast:drRegion": "eu-west-2" },
    "HF1105 holdfast:sovereignty",
  ],
  [
    "no such day",
    { "holdfast:sovereignty": { mechanism: "SCC", reference: "4711", signedOn: "2026-02-30" } },
    "HF1107 holdfast:sovereignty.signedOn",
  ],
  [
    "half a statement",
    { "holdfast:sovereignty": { mechanism: "SCC" } },
    "HF1001 holdfast:sovereignty.reference",
    "HF1001 holdfast:sovereignty.signedOn",
  ],
];

const ages: Row[] = [
  [
    "a class name with capitals",
    { "holdfast:retention": { Finance: { match: { key: "a" }, deleteAfter: "2 years" } } },
    "HF1201 holdfast:retention.Finance",
  ],
  [
    "a class called held",
    { "holdfast:retention": { held: { match: { key: "a" }, deleteAfter: "2 years" } } },
    "HF1202 holdfast:retention.held",
  ],
  ["a class without match", retention({ match: undefined }), "HF1203 holdfast:retention.finance.match"],
  ["standard with a match", standard({ match: { key: "a" } }), "HF1204 holdfast:retention.standard.match"],
  [
    "the same match twice",
    retention({}, { tax: { match: { key: "finance/*" }, deleteAfter: "2 years" } }),
    "HF1205 holdfast:retention.tax.match",
  ],
  [
    "a narrower match that ends earlier",
    retention({}, { cards: { match: { key: "finance/*", metadata: { queue: "cards" } }, deleteAfter: "2 years" } }),
    "HF1205 holdfast:retention.cards.match",
  ],
  [
    "too many classes",
    { "holdfast:retention": numbered(333, (n) => ({ match: { key: `${n}/*` }, deleteAfter: "2 years" })) },
    "HF1206 holdfast:retention",
  ],
  ["no end", retention({ deleteAfter: undefined }), "HF1001 holdfast:retention.finance.deleteAfter"],
  [
    "archived before cool",
    retention({ coolAfter: "60 days", archiveAfter: "50 days" }),
    "HF1207 holdfast:retention.finance.archiveAfter",
  ],
  [
    "deleted before archived",
    standard({ archiveAfter: "180 days", deleteAfter: "90 days" }),
    "HF1207 holdfast:retention.standard.deleteAfter",
  ],
  ["cool before 30 days", retention({ coolAfter: "29 days" }), "HF1208 holdfast:retention.finance.coolAfter"],
  [
    "29 days in STANDARD_IA",
    retention({ coolAfter: "30 days", coldAfter: "59 days" }),
    "HF1209 holdfast:retention.finance.coldAfter",
  ],
  [
    "89 days in GLACIER_IR",
    retention({ coldAfter: "30 days", archiveAfter: "119 days" }),
    "HF1209 holdfast:retention.finance.archiveAfter",
  ],
  [
    "10 days in cool on arrival in DR",
    retention({ coldAfter: "10 days" }),
    "HF1209 holdfast:retention.finance.coldAfter",
  ],
  [
    "89 days in GLACIER",
    retention({ archiveAfter: "100 days", deleteAfter: "189 days" }),
    "HF1210 holdfast:retention.finance.deleteAfter",
  ],
  [
    "179 days in DEEP_ARCHIVE",
    retention({ archiveAfter: "186 days", archiveTo: "deepArchive", deleteAfter: "365 days" }),
    "HF1210 holdfast:retention.finance.deleteAfter",
  ],
  ["29 days in cool in DR", retention({ deleteAfter: "29 days" }), "HF1210 holdfast:retention.finance.deleteAfter"],
  [
    "a restore after arrival in an archive",
    { "holdfast:media": { drTier: "deepArchive", rto: "1 day", archivedRto: "6 hours" } },
    "HF1211 holdfast:media.archivedRto",
  ],
  [
    "a restore of 5 hours",
    { ...retention({ archiveAfter: "180 days" }), "holdfast:media": { archivedRto: "4 hours" } },
    "HF1211 holdfast:media.archivedRto",
  ],
  [
    "a restore of 12 hours",
    {
      ...retention({ archiveAfter: "180 days", archiveTo: "deepArchive" }),
      "holdfast:media": { archivedRto: "11 hours" },
    },
    "HF1211 holdfast:media.archivedRto",
  ],
  ["copies arrive in GLACIER", { "holdfast:media": { drTier: "archive" } }, "HF1212 holdfast:media.drTier"],
  [
    "copies arrive in DEEP_ARCHIVE",
    { "holdfast:media": { drTier: "deepArchive", rto: "5 hours" } },
    "HF1212 holdfast:media.drTier",
  ],
  [
    "archived in DR after arriving archived",
    { "holdfast:media": { drTier: "archive", rto: "5 hours", drArchiveAfter: "90 days" } },
    "HF1213 holdfast:media.drArchiveAfter",
  ],
  [
    "29 days in cool, then archived in DR",
    { "holdfast:media": { drArchiveAfter: "29 days" } },
    "HF1213 holdfast:media.drArchiveAfter",
  ],
  ["hours of retention", standard({ deleteAfter: "36 hours" }), "HF1214 holdfast:retention.standard.deleteAfter"],
  ["metadata arrives archived", { "holdfast:metadata": { drTier: "archive" } }, "HF1221 holdfast:metadata.drTier"],
  [
    "metadata is archived in DR",
    { "holdfast:metadata": { drArchiveAfter: "90 days" } },
    "HF1221 holdfast:metadata.drArchiveAfter",
  ],
  ["an outage noticed too late", { "holdfast:media": { rto: "1 minute" } }, "HF1223 holdfast:media.rto"],
];

const rules: Row[] = [
  ["a match on nothing", retention({ match: {} }), "HF1301 holdfast:retention.finance.match"],
  ["a hold on nothing", { "holdfast:holdRules": [{ name: "x", match: {} }] }, "HF1301 holdfast:holdRules[0].match"],
  ["no fields under metadata", classification({ match: { metadata: {} } }), "HF1301 holdfast:classification[0].match"],
  [
    "a regular expression",
    classification({ match: { key: "^finance/.*" } }),
    "HF1302 holdfast:classification[0].match.key",
  ],
  [
    "a key with a slash in front",
    classification({ match: { key: "/finance/*" } }),
    "HF1302 holdfast:classification[0].match.key",
  ],
  [
    "two hold rules of one name",
    {
      "holdfast:holdRules": [
        { name: "x", match: { key: "a" } },
        { name: "x", match: { key: "b" } },
      ],
    },
    "HF1303 holdfast:holdRules[1].name",
  ],
  [
    "a rule name with blanks",
    { "holdfast:holdRules": [{ name: "my rule", match: { key: "a" } }] },
    "HF1304 holdfast:holdRules[0].name",
  ],
  [
    "a hold rule without a name",
    { "holdfast:holdRules": [{ match: { key: "a" } }] },
    "HF1001 holdfast:holdRules[0].name",
  ],
  ["a reserved tag", { "holdfast:tags": { "aws:owner": "a" } }, 'HF1305 holdfast:tags["aws:owner"]'],
  [
    "a tag value that S3 refuses",
    classification({ tags: { department: "a&b" } }),
    "HF1306 holdfast:classification[0].tags.department",
  ],
  [
    "a tag that says not sensitive",
    classification({ tags: { PII: false } }),
    "HF1306 holdfast:classification[0].tags.PII",
  ],
  [
    "a tag that no rule may give",
    classification({ tags: { source: "a" } }),
    "HF1002 holdfast:classification[0].tags.source",
  ],
  ["47 resource tags", { "holdfast:tags": numbered(47, () => "x") }, "HF1307 holdfast:tags"],
  [
    "a metadata field that is no path",
    classification({ match: { metadata: { "a..b": "x" } } }),
    'HF1308 holdfast:classification[0].match.metadata["a..b"]',
  ],
  ["a rule without tags", classification({ tags: {} }), "HF1309 holdfast:classification[0].tags"],
  ["a rule without tags at all", classification({ tags: undefined }), "HF1001 holdfast:classification[0].tags"],
];

const people: Row[] = [
  ["no ARN", readers("QaPortal"), "HF1401 holdfast:access.drReaders[0]", "HF1401 holdfast:access.readers[0]"],
  [
    "an account of 11 digits",
    { "holdfast:legalHold": { officers: ["arn:aws:iam::11122223333:role/O"] } },
    "HF1401 holdfast:legalHold.officers[0]",
  ],
  ["a wildcard", { "holdfast:legalHold": { officers: [role("*")] } }, "HF1402 holdfast:legalHold.officers[0]"],
  [
    "a session",
    { "holdfast:legalHold": { officers: ["arn:aws:sts::111122223333:assumed-role/O/jane"] } },
    "HF1403 holdfast:legalHold.officers[0]",
  ],
  [
    "the root user",
    { "holdfast:legalHold": { officers: ["arn:aws:iam::111122223333:root"] } },
    "HF1404 holdfast:legalHold.officers[0]",
  ],
  [
    "a bare account",
    { "holdfast:sources": { plain: { writers: ["111122223333"] } } },
    "HF1404 holdfast:sources.plain.writers[0]",
  ],
  [
    "an Entra object id",
    { "holdfast:legalHold": { officers: ["9f0c2a34-1111-4222-8333-444455556666"] } },
    "HF1405 holdfast:legalHold.officers[0]",
  ],
  [
    "a principal of China",
    { "holdfast:access": { breakGlass: ["arn:aws-cn:iam::111122223333:role/B"] } },
    "HF1406 holdfast:access.breakGlass[0]",
  ],
  [
    "a group",
    { "holdfast:legalHold": { officers: ["arn:aws:iam::111122223333:group/O"] } },
    "HF1407 holdfast:legalHold.officers[0]",
  ],
  [
    "a bucket",
    { "holdfast:legalHold": { officers: ["arn:aws:s3:::recordings"] } },
    "HF1407 holdfast:legalHold.officers[0]",
  ],
  [
    "a reader whom DR denies",
    {
      "holdfast:access": { readers: [role("A"), role("B")], drReaders: [role("A")], breakGlass: [role("BreakGlass")] },
    },
    "HF1409 holdfast:access.readers[1]",
  ],
  ["no officers", { "holdfast:legalHold": undefined }, "HF1410 holdfast:legalHold.officers"],
  ["an empty list of officers", { "holdfast:legalHold": { officers: [] } }, "HF1410 holdfast:legalHold.officers"],
  ["no alerts", { "holdfast:alerts": undefined }, "HF1411 holdfast:alerts.email"],
  ["no address", { "holdfast:alerts": { email: ["oncall"] } }, "HF1412 holdfast:alerts.email[0]"],
  [
    "two addresses in one",
    { "holdfast:alerts": { email: ["a@example.com, b@example.com"] } },
    "HF1412 holdfast:alerts.email[0]",
  ],
  [
    "one person for two approvals",
    { "holdfast:legalHold": { officers: ["arn:aws:iam::111122223333:user/jane"] } },
    "HF1413 holdfast:legalHold.officers",
  ],
  [
    "a compliance lock on a throw-away stack",
    { "holdfast:removal": "destroy", "holdfast:audit": { lock: "compliance" } },
    "HF1414 holdfast:audit.lock",
  ],
  ["no UUID", genesys({ organization: "acme" }), "HF1415 holdfast:sources.genesys.organization"],
  ["no organization", { "holdfast:sources": { genesys: {} } }, "HF1001 holdfast:sources.genesys.organization"],
  ["an account id of 11 digits", genesys({ accountId: "76562898547" }), "HF1416 holdfast:sources.genesys.accountId"],
  ["a plain source without writers", { "holdfast:sources": { plain: {} } }, "HF1001 holdfast:sources.plain.writers"],
];

export const groups = { shape, unavailable, places, ages, rules, people };
