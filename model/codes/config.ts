/** Troubleshooting paragraphs of the codes that stack config is refused or warned with. */
import { configPolicyCodes } from "./config-policy.ts";

const shapeCodes = {
  HF1000: {
    title: "Stack config cannot be used",
    meaning: "The program stopped before the first resource. The text below the heading says why.",
    fix: "Follow the text; if there is none, run `pulumi config` and compare it with docs/configuration.md.",
  },
  HF1001: {
    title: "A required key is missing",
    meaning: "The key has no default, or the section that it belongs to makes no sense without it.",
    fix: "Write the key that the message names.",
  },
  HF1002: {
    title: "Unknown key",
    meaning: "No key of this name is known at this place. Accepting it would mean to ignore what somebody wanted.",
    fix: "Use the key that the message suggests, or remove it. Tags in a `match` are written directly: `match: { department: finance }`.",
  },
  HF1003: {
    title: "A value of another type",
    meaning: "A list, map, number, boolean or text stands where something else is expected.",
    fix: "Look up the shape of the key in docs/configuration.md. With `pulumi config set --path`, build maps and lists one value at a time.",
  },
  HF1004: {
    title: "Not one of the allowed words",
    meaning: "The key takes one of a few words, written exactly as listed.",
    fix: "Use one of the words in the message.",
  },
  HF1005: {
    title: "Not a duration",
    meaning:
      "Durations are a whole number, a space and a unit: seconds, minutes, hours, days, weeks or years. There are no months, because their length differs, no fractions and no sums.",
    fix: "Write for example 90 days instead of 3 months, or 90 minutes instead of 1.5 hours.",
  },
  HF1006: {
    title: "A number without a unit",
    meaning: "A bare number could be minutes or days; guessing wrong would delete recordings too early.",
    fix: 'Write the unit, and quote the whole value on a command line: `pulumi config set --path holdfast:media.rpo "30 minutes"`.',
  },
  HF1007: {
    title: "A duration outside its range",
    meaning: "The duration is well formed but shorter or longer than what the key can mean.",
    fix: "Use a value from the range in the message.",
  },
  HF1008: {
    title: "A number outside its range",
    meaning: "The number is too small, too large, or not whole where only whole numbers make sense.",
    fix: "Use a value from the range in the message.",
  },
  HF1009: {
    title: "A number where text belongs",
    meaning:
      "`pulumi config set --path` stores digits as a number, and YAML reads unquoted digits after a leading zero as an octal number: 0123 becomes 83. What was typed cannot be told from what arrived.",
    fix: "Quote the value in the file, or use `pulumi config set --type string --path …`.",
  },
  HF1010: {
    title: "A boolean where text belongs",
    meaning: "`pulumi config set --path` and YAML turn an unquoted true or false into a boolean.",
    fix: "Quote the value in the file, or use `pulumi config set --type string --path …`.",
  },
  HF1011: {
    title: "The same entry twice",
    meaning: "A list names the same thing twice; probably one of the two was meant to be another.",
    fix: "Correct or remove one of them.",
  },
  HF1012: {
    title: "A key without a value",
    meaning: "The key is written, but nothing or only blanks follow it.",
    fix: "Write a value, or remove the key to get its default.",
  },
  HF1013: {
    title: "A secret in stack config",
    meaning:
      "The value or the name of the key looks like a credential. Stack config is committed, stored in state and shown in logs. Holdfast needs no secret in config.",
    fix: "Remove it, and revoke it if it was ever committed or shared. Credentials of the deployment come from the environment or `aws:profile`.",
  },
  HF1014: {
    title: "Keys without effect in this version",
    meaning: "The keys were checked, but belong to components that this version does not have yet.",
    fix: "Nothing needs to be done; do not rely on them.",
  },
  HF1016: {
    title: "A provider setting that is not handed on",
    meaning: "The stack makes its own AWS provider for both regions and hands a fixed list of `aws:*` keys to it.",
    fix: "Remove the key. Tags for all resources belong in `holdfast:tags`; regions in `holdfast:primaryRegion` and `holdfast:drRegion`.",
  },
  HF1017: {
    title: "A provider setting of an older version",
    meaning:
      "The key decided under which identity older versions of the AWS provider worked. Left unread, the stack would be deployed with other credentials than its config says, possibly into another account.",
    fix: "Use the key that the message names; `aws:assumeRoles` is a list of `{roleArn, …}`.",
  },
  HF1018: {
    title: "Not a size",
    meaning: "Sizes are a number and one of B, KB, MB, GB, in decimal units as AWS bills them.",
    fix: "Write for example 25 MB.",
  },
  HF1020: {
    title: "Azure is not available in this version",
    meaning: "The other keys were not checked, because they would be judged by the rules of another cloud.",
    fix: "Set `holdfast:cloud` to aws.",
  },
  HF1021: {
    title: "Direct writers are not available in this version",
    meaning: "Objects that are put straight into the store would never be checked, classified or catalogued.",
    fix: "Let the principals write to the landing in the plain layout: `holdfast:sources.plain.writers`.",
  },
  HF1022: {
    title: "NICE CXone is not available in this version",
    meaning: "The admission function does not read the CXone layout; its exports would wait in the landing.",
    fix: "Remove `holdfast:sources.cxone`.",
  },
  HF1023: {
    title: "Write-once retention is not available in this version",
    meaning: "No retain-until date is set at admission, so the recordings would not be write-once.",
    fix: "Remove `worm` from the class. Legal holds protect single recordings against deletion.",
  },
  HF1024: {
    title: "The compliance lock is not available in this version",
    meaning: "A hold sets the legal hold flag of each version and no retain-until date.",
    fix: "Use `lock: hold`, which is the default.",
  },
  HF1025: {
    title: "An RPO below one minute is not available in this version",
    meaning: "S3 replication promises 15 minutes; less than one minute needs a copy beside it.",
    fix: "Use 1 minute or more for `holdfast:metadata.rpo`.",
  },
  HF1026: {
    title: "Transfer acceleration is not available in this version",
    meaning: "The landing has no accelerated endpoint, so clients that use one would fail.",
    fix: "Remove `holdfast:uploads.acceleration`.",
  },
} as const;

const placeCodes = {
  HF1101: {
    title: "Unknown region",
    meaning: "No AWS region has this name. Availability zones (us-east-1a) are not regions.",
    fix: "Use a region from the list in docs/configuration.md.",
  },
  HF1102: {
    title: "An Azure region under AWS",
    meaning: "The name is that of an Azure region, and `holdfast:cloud` is aws.",
    fix: "Name an AWS region.",
  },
  HF1103: {
    title: "Both sites in one region",
    meaning: "The DR site exists to survive the loss of the primary region.",
    fix: "Choose another region for `holdfast:drRegion`.",
  },
  HF1104: {
    title: "Regions of two partitions",
    meaning:
      "The commercial regions, China and GovCloud are separate partitions of AWS: S3 does not replicate between them, and accounts and roles exist in one of them only.",
    fix: "Choose both regions in one partition.",
  },
  HF1105: {
    title: "A transfer between jurisdictions without a statement",
    meaning:
      "The regions lie in different countries, or one lies outside the European Union. Copying recordings of persons across that border needs a legal mechanism, which an auditor will ask for.",
    fix: "Write `holdfast:sovereignty: { mechanism, reference, signedOn }`, or choose two regions of one jurisdiction.",
  },
  HF1106: {
    title: "`aws:region` disagrees with the primary region",
    meaning: "Every resource names its own region, so `aws:region` has no effect on this stack.",
    fix: "Remove it, or set it to the primary region.",
  },
  HF1107: {
    title: "Not a date",
    meaning: "Dates are written as year, month and day, and must exist.",
    fix: "Write for example 2026-01-31.",
  },
} as const;

export const configCodes = { ...shapeCodes, ...placeCodes, ...configPolicyCodes } as const;
