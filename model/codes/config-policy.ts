/** Troubleshooting paragraphs of the config codes on retention, admission rules, principals and removal. */
export const configPolicyCodes = {
  HF1201: {
    title: "A class name that cannot be used",
    meaning: "The name becomes part of object keys, tag values and rule ids.",
    fix: "Use small letters, digits and hyphens, beginning with a letter, at most 63 characters.",
  },
  HF1202: {
    title: "A reserved class name",
    meaning: "The word means something else in keys, tags or lifecycle rules: `held` is a state, not a class.",
    fix: "Choose another name.",
  },
  HF1203: {
    title: "A class without a match",
    meaning: "Only `standard` takes what no other class takes. No recording could belong to this class.",
    fix: "Write a match, or move the ages to `standard`.",
  },
  HF1204: {
    title: "`standard` with a match",
    meaning: "Every recording belongs to a class; `standard` takes the rest and can therefore have no condition.",
    fix: "Move the match to a class of its own.",
  },
  HF1205: {
    title: "A class that no recording can reach",
    meaning:
      "Where several classes match a recording, the one that keeps it longest wins. Here such a class matches everything that this one matches.",
    fix: "Make the match of the longer class narrower, or remove one of the two.",
  },
  HF1206: {
    title: "Too many classes",
    meaning: "S3 accepts 1,000 lifecycle rules per bucket, and each class needs several.",
    fix: "Merge classes that end at the same age.",
  },
  HF1207: {
    title: "Ages out of order",
    meaning: "S3 moves objects to colder tiers only: cool, cold, archive, then deletion.",
    fix: "Raise the later age or lower the earlier one.",
  },
  HF1208: {
    title: "`cool` before 30 days",
    meaning: "S3 does not move objects to STANDARD_IA in the first 30 days after their creation.",
    fix: "Use 30 days or more, or use `coldAfter`, which has no such limit.",
  },
  HF1209: {
    title: "A tier left before its minimum stay",
    meaning:
      "S3 requires and bills a minimum stay: 30 days in STANDARD_IA, 90 in GLACIER_IR and GLACIER, 180 in DEEP_ARCHIVE. Leaving earlier is refused or costs the remaining days.",
    fix: "Use the age in the message, or leave one of the two tiers out.",
  },
  HF1210: {
    title: "Deleted before the minimum stay",
    meaning:
      "Deleting an object before the minimum stay of its tier costs an early-delete fee: the storage of the remaining days. This includes DR copies, which arrive in `drTier`.",
    fix: "Keep longer, move to the tier earlier, leave the tier out, or choose a warmer `drTier`.",
  },
  HF1211: {
    title: "Archived recordings cannot be back in time",
    meaning:
      "A restore from GLACIER takes 3 to 5 hours (5 to 12 at the bulk price), from DEEP_ARCHIVE up to 12 hours (48 at the bulk price).",
    fix: "Raise `archivedRto`, or use a tier that is readable at once.",
  },
  HF1212: {
    title: "DR copies that cannot be read",
    meaning: "Copies that arrive in an archive tier need a restore first, so readers cannot be served from DR in time.",
    fix: "Use hot, cool or cold as `drTier`, and `drArchiveAfter` for later.",
  },
  HF1213: {
    title: "`drArchiveAfter` does not fit `drTier`",
    meaning: "The copies are archived on arrival already, or would leave their arrival tier before its minimum stay.",
    fix: "Archive later, choose another `drTier`, or remove `drArchiveAfter`.",
  },
  HF1214: {
    title: "Not whole days",
    meaning: "S3 lifecycle rules count whole days from midnight UTC.",
    fix: "Write days, weeks or years.",
  },
  HF1216: {
    title: "A match on a tag that no rule gives",
    meaning:
      "Tags come from the rules under `holdfast:classification`. Without one that gives this value, nothing matches.",
    fix: "Add the rule, or correct the value.",
  },
  HF1219: {
    title: "An RPO below what S3 promises",
    meaning:
      "S3 Replication Time Control promises 15 minutes for 99.9 % of objects and can be set to nothing else. The RPO is the threshold of your alarm.",
    fix: "Keep it for an early alarm, or use 15 minutes.",
  },
  HF1220: {
    title: "DR archives before the primary region",
    meaning: "After this age the DR copy needs a restore while the primary one is still readable.",
    fix: "Leave `drArchiveAfter` out to archive both at the same age, or accept it for the lower cost.",
  },
  HF1221: {
    title: "Metadata is never archived",
    meaning: "Metadata says what there is to restore, so it stays readable for as long as its media exist.",
    fix: "Use a readable `drTier` and no `drArchiveAfter` under `holdfast:metadata`.",
  },
  HF1223: {
    title: "An RTO shorter than the time to notice an outage",
    meaning: "Reads switch after a number of failed probes in a row; until then nobody is served from DR.",
    fix: "Raise the `rto`, shorten `failover.probeInterval`, or lower `failover.failures`.",
  },
  HF1301: {
    title: "A match that asks for nothing",
    meaning: "An empty match could mean all recordings or none.",
    fix: 'Name at least one field. `key: "*"` means every recording.',
  },
  HF1302: {
    title: "Not a pattern",
    meaning: "Patterns know `*` (any run of characters) and `?` (one character). All else is compared as it stands.",
    fix: "Rewrite regular expressions; write one rule per alternative.",
  },
  HF1303: {
    title: "Two rules of one name",
    meaning: "The name of a hold rule is the matter it holds for, and the name of a rule is how reports refer to it.",
    fix: "Give each rule its own name.",
  },
  HF1304: {
    title: "A rule name that cannot be used",
    meaning: "The name becomes part of a matter's name.",
    fix: "Use small letters, digits and hyphens, at most 63 characters.",
  },
  HF1305: {
    title: "A tag name that cannot be used",
    meaning:
      "AWS limits the characters of tag names and reserves those that begin with aws:; the stack uses holdfast:.",
    fix: "Rename the tag.",
  },
  HF1306: {
    title: "A tag value that cannot be used",
    meaning:
      "S3 takes at most 256 letters, digits, spaces and + - = . _ : / @ as the value of an object tag. PII and PCI take `true` only: there is no value for not sensitive.",
    fix: "Change the value; for PII and PCI write true or leave the tag out.",
  },
  HF1307: {
    title: "Too many tags",
    meaning: "AWS accepts 50 tags per resource, of which the stack uses up to four.",
    fix: "Remove some.",
  },
  HF1308: {
    title: "Not a metadata field",
    meaning: "Fields are named by their path into the platform's JSON: names joined by single dots.",
    fix: "Write for example queue.name.",
  },
  HF1309: {
    title: "A classification rule without tags",
    meaning: "The rule would have no effect.",
    fix: "Name at least one of department, compliance, PII, PCI.",
  },
  HF1401: {
    title: "Not the ARN of a principal",
    meaning: "Access is given to IAM roles and users, named in full.",
    fix: "Write arn:aws:iam::<12 digits>:role/<name>.",
  },
  HF1402: {
    title: "A wildcard in a principal",
    meaning: "It would let in roles and users that nobody named, also those made later.",
    fix: "Name each role or user.",
  },
  HF1403: {
    title: "A session instead of a role",
    meaning: "Policies compare the ARN of the role, so a session's ARN would never match.",
    fix: "Use the role that the message names; add its path if it has one.",
  },
  HF1404: {
    title: "A whole account as a principal",
    meaning: "Every principal of the account with a broad policy would count.",
    fix: "Name roles or users.",
  },
  HF1405: {
    title: "A Microsoft Entra id under AWS",
    meaning: "The value looks like the object id of a principal of Azure.",
    fix: "Name the IAM role that takes its place.",
  },
  HF1406: {
    title: "A principal of another partition",
    meaning:
      "Accounts of China and GovCloud are separate from the others; their principals cannot sign requests there.",
    fix: "Name a principal of the partition of your regions.",
  },
  HF1407: {
    title: "An ARN of something else",
    meaning: "The ARN is well formed but names a group, a policy or a resource. Groups cannot be principals.",
    fix: "Name an IAM role or user.",
  },
  HF1408: {
    title: "A principal of another account",
    meaning: "Access across accounts works only when a policy in the other account grants it too. Often it is a slip.",
    fix: "Correct the account id, or grant the access there as well.",
  },
  HF1409: {
    title: "A reader that DR would deny",
    meaning: "While `failover.automaticReads` is on, readers switch to DR by themselves and must be let in there.",
    fix: "Add the principal to `holdfast:access.drReaders`, or switch `failover.automaticReads` off.",
  },
  HF1410: {
    title: "No compliance officers under `keep`",
    meaning: "Data that is kept must be holdable.",
    fix: "Write `holdfast:legalHold.officers`, or `holdfast:removal: destroy` for a throw-away stack.",
  },
  HF1411: {
    title: "Nobody is told under `keep`",
    meaning: "Alarms without an address are silence.",
    fix: "Write `holdfast:alerts.email`, or `holdfast:removal: destroy` for a throw-away stack.",
  },
  HF1412: {
    title: "Not an e-mail address",
    meaning: "One plain address per entry, without a display name.",
    fix: "Write name@example.com.",
  },
  HF1413: {
    title: "A second person is missing",
    meaning: "A release needs two persons. A role stands for several; an IAM user is one.",
    fix: "Name a second officer or a role, or set `releaseApprovals` to 1.",
  },
  HF1414: {
    title: "A lock that outlives the stack",
    meaning: "What is locked in compliance mode cannot be deleted by anyone, so `pulumi destroy` would fail for years.",
    fix: "Use `audit.lock: governance`, or `holdfast:removal: keep`.",
  },
  HF1415: {
    title: "Not a UUID",
    meaning: "Genesys Cloud organizations are identified by a UUID, which is also the external id of the export role.",
    fix: "Copy it from the organization's settings.",
  },
  HF1416: {
    title: "Not an account id",
    meaning: "AWS account ids have 12 digits. As an unquoted number an id loses its leading zeros.",
    fix: "Write all 12 digits, in quotes.",
  },
  HF1417: {
    title: "No break-glass principal under `keep`",
    meaning: "Bucket and key policies deny configuration changes and deletes to all but a few roles.",
    fix: "Name a role for emergencies under `holdfast:access.breakGlass`.",
  },
  HF1418: {
    title: "One person alone can release",
    meaning: "Under `keep` a release needs two persons unless config says otherwise.",
    fix: "Remove `releaseApprovals`, or set it to 2.",
  },
  HF1419: {
    title: "No source",
    meaning: "The stack can be deployed, but no platform may write to the landing.",
    fix: "Write `holdfast:sources`.",
  },
  HF1420: {
    title: "A break-glass principal in daily use",
    meaning:
      "Break-glass principals are exempt from every Deny, so daily work under one is work without protection, and nobody can tell an emergency from a normal day.",
    fix: "Use a role of its own for emergencies.",
  },
  HF1421: {
    title: "No deployers under `keep`",
    meaning:
      "Bucket and key policies deny configuration changes to all but deployers and break-glass roles. Without `holdfast:access.deployers` they name whoever ran the last update: another person or pipeline is denied half-way through the next one, and a preview under another role shows every policy as changed.",
    fix: "Name all roles that run `pulumi up` for this stack under `holdfast:access.deployers`.",
  },
} as const;
