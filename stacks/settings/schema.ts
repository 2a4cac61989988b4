/**
 * The one schema of stack config (namespace `holdfast`). Every key carries what docs/configuration.md says of it;
 * everything is optional here, because what is required depends on other keys (rules.ts) and a first mistake must not
 * hide a second one.
 */
import { z } from "zod";
import { type Tier, tiers } from "../../model/cloud.ts";
import { defaults } from "./defaults.ts";
import {
  amount,
  choice,
  durationOf,
  durationOrNever,
  faultIssue,
  flag,
  integer,
  notAvailable,
  text,
} from "./leaves.ts";
import { accountId, bytes, date, email, principal, region, uuid } from "./leaves-identity.ts";
import { glob, markerTag, ruleName, tagValue } from "./leaves-rules.ts";
import { unavailable } from "./unavailable.ts";

/** What the configuration page says of a key. */
export interface KeyDoc {
  readonly meaning: string;
  /** In words when it depends on other keys; absent: nothing. */
  readonly default?: string;
  readonly required?: string;
  /** What the key changes, where its meaning does not say so. */
  readonly effect?: string;
}

const backlogEffect = "Threshold of the replication backlog alarms.";

export const keyDocs = z.registry<KeyDoc>();

/** The schema under `optional`, for walks over the shape. */
export function withoutOptional(schema: z.core.$ZodType): z.core.$ZodType {
  return schema instanceof z.ZodOptional ? withoutOptional(schema.unwrap()) : schema;
}

/** Makes a schema an optional, documented key. */
function key<S extends z.ZodType>(doc: KeyDoc, schema: S): z.ZodOptional<S> {
  const optional = schema.optional();
  keyDocs.add(optional, doc);
  return optional;
}

/** A list whose entries are all different. */
function list<S extends z.ZodType>(element: S) {
  return z.array(element.optional()).check((ctx) => {
    const seen = new Set<string>();
    for (const [index, entry] of ctx.value.entries()) {
      const identity = JSON.stringify(entry);
      if (entry !== undefined && seen.has(identity)) {
        const fault = {
          code: "HF1011",
          reason: "the same entry stands in this list before",
          fix: "Remove one of them.",
        };
        ctx.issues.push(faultIssue(entry, fault, [index]));
      }
      seen.add(identity);
    }
  });
}

const whole = { max: "100 years", wholeDays: true } as const;
const word = (allowed: string) => text({ type: "text", allowed }, (value) => value);

const targets = (kind: "metadata" | "media") => ({
  rpo: key(
    {
      meaning: "Longest time from admission to presence in DR.",
      default: defaults[kind].rpo,
      effect: "15 minutes or less turns on S3 Replication Time Control; any value sets the latency alarm.",
    },
    durationOf({
      min: "1 minute",
      max: "7 days",
      ...(kind === "metadata" ? { below: unavailable.fastPath } : {}),
    }),
  ),
  rto: key(
    {
      meaning: "Longest time from the begin of an outage until readers are served from DR.",
      default: defaults[kind].rto,
    },
    durationOf({ min: "1 minute", max: "30 days" }),
  ),
  archivedRto: key(
    { meaning: "The same for recordings in an archive tier.", default: defaults[kind].archivedRto },
    durationOf({ min: "1 hour", max: "30 days" }),
  ),
  drTier: key(
    {
      meaning: `Tier in which copies arrive in DR${kind === "metadata" ? "; a readable one" : ""}.`,
      default: defaults[kind].drTier,
    },
    choice(tiers),
  ),
  drArchiveAfter: key(
    {
      meaning:
        kind === "metadata"
          ? "Refused: metadata stays readable."
          : "Age at which the DR copy moves to the archive tier of its class.",
      default: kind === "metadata" ? "never" : "as the class says",
    },
    durationOf({ min: "1 day", ...whole }),
  ),
});

const tagKeys = {
  department: key({ meaning: "Value of the tag `department`." }, tagValue()),
  compliance: key({ meaning: "Value of the tag `compliance`." }, tagValue()),
  PII: key({ meaning: "Tag `PII`: personal data." }, markerTag()),
  PCI: key({ meaning: "Tag `PCI`: payment card data." }, markerTag()),
};

const fieldMatch = {
  key: key({ meaning: "Pattern on the key in the landing." }, glob()),
  metadata: key(
    { meaning: "Pattern per metadata field, named by its dotted path, e.g. `queue.name`." },
    z.record(z.string(), glob().optional()),
  ),
};

const threshold = (tier: string, note: string) =>
  key(
    {
      meaning: `Age at which media move to ${tier}; \`never\` switches a default off.`,
      ...(note === "" ? {} : { default: note }),
    },
    durationOrNever({ min: "1 day", ...whole }),
  );

const retentionClass = z.strictObject({
  match: key(
    { meaning: "Which recordings belong to the class; all given fields must match. Not for `standard`." },
    z.strictObject({ ...fieldMatch, ...tagKeys }),
  ),
  coolAfter: threshold("`cool`", `${defaults.standard.coolAfter} for \`standard\`, where it fits`),
  coldAfter: threshold("`cold`", ""),
  archiveAfter: threshold("the archive tier", `${defaults.standard.archiveAfter} for \`standard\`, where it fits`),
  archiveTo: key(
    { meaning: "Which tier archiving means.", default: defaults.archiveTo },
    choice(["archive", "deepArchive"]),
  ),
  deleteAfter: key(
    {
      meaning: "Age at which the recording ends in both sites, media and metadata together.",
      default: `${defaults.standard.deleteAfter} for \`standard\``,
      required: "for every other class",
    },
    durationOf({ min: "1 day", ...whole }),
  ),
  worm: key(
    { meaning: "Retain-until date set at admission.", default: "none" },
    choice(["none"], { governance: unavailable.worm, compliance: unavailable.worm }),
  ),
});

const principals = (meaning: string, more: Omit<KeyDoc, "meaning"> = {}) =>
  key({ meaning, default: "none", ...more }, list(principal()));

const price = (tier: Tier) => key({ meaning: `Price of the tier \`${tier}\`.` }, amount());

export const settingsSchema = z.strictObject({
  cloud: key(
    { meaning: "The cloud of this stack.", required: "always" },
    choice(["aws"], { azure: unavailable.azure }),
  ),
  primaryRegion: key({ meaning: "Region that takes new recordings.", required: "always" }, region()),
  drRegion: key({ meaning: "Region that survives the loss of the primary one.", required: "always" }, region()),
  removal: key(
    {
      meaning: "`keep` protects data; `destroy` is for stacks that are thrown away.",
      default: defaults.removal,
      effect: "What cannot be undone is refused under `destroy`; under `keep`, missing officers or alerts are errors.",
    },
    choice(["keep", "destroy"]),
  ),
  metadata: key(
    { meaning: "Targets for the small JSON object of each recording." },
    z.strictObject(targets("metadata")),
  ),
  media: key({ meaning: "Targets for the video of each recording." }, z.strictObject(targets("media"))),
  retention: key(
    {
      meaning:
        "Retention classes by name. Where several match, the one that keeps longest wins (then the first by name).",
      default: "`standard`",
      effect:
        "Ages apply to recordings that are there already: a shorter `deleteAfter` deletes from the next midnight (UTC) on. Recordings of a class that is removed are never deleted, until a class of that name is back.",
    },
    z.record(z.string(), retentionClass),
  ),
  classification: key(
    { meaning: "Rules that give tags; applied in order, the first to set a tag wins.", default: "none" },
    list(
      z.strictObject({
        name: key({ meaning: "Name for reports.", required: "always" }, ruleName()),
        match: key({ meaning: "What the rule applies to.", required: "always" }, z.strictObject(fieldMatch)),
        tags: key({ meaning: "Tags that the rule gives.", required: "always" }, z.strictObject(tagKeys)),
      }),
    ),
  ),
  holdRules: key(
    {
      meaning: "What these match is held for the matter `policy/<name>` from admission on.",
      default: "none",
      effect: "Removing a rule stops new holds and releases nothing.",
    },
    list(
      z.strictObject({
        name: key({ meaning: "Name of the rule; the matter is `policy/<name>`.", required: "always" }, ruleName()),
        match: key(
          { meaning: "What the rule holds; all given fields must match.", required: "always" },
          z.strictObject({ ...fieldMatch, ...tagKeys }),
        ),
      }),
    ),
  ),
  legalHold: key(
    { meaning: "Who places and releases holds, and how." },
    z.strictObject({
      officers: principals("Compliance officers.", { required: "under `keep`" }),
      grace: key(
        { meaning: "How long a released recording stays readable and undeletable.", default: defaults.legalHold.grace },
        durationOf({ min: "1 hour", max: "10 years" }),
      ),
      releaseApprovals: key(
        { meaning: "Persons needed for a release.", default: "2 under `keep`, 1 under `destroy`" },
        integer(1, 2),
      ),
      lock: key(
        { meaning: "What a hold sets on each version.", default: "hold" },
        choice(["hold"], { "hold+compliance": unavailable.complianceLock }),
      ),
      bulkThreshold: key(
        {
          meaning: "Recordings from which a bulk hold runs as a batch job.",
          default: `${defaults.legalHold.bulkThreshold}`,
        },
        integer(1, 1_000_000),
      ),
      approvalExpires: key(
        { meaning: "How long a release waits for its second person.", default: defaults.legalHold.approvalExpires },
        durationOf({ min: "1 hour", max: "90 days" }),
      ),
    }),
  ),
  access: key(
    { meaning: "Who reads and who repairs. Readers must exist before `pulumi up`, or AWS refuses the policies." },
    z.strictObject({
      readers: principals("Readers in the primary region."),
      drReaders: principals("Readers in DR.", {
        effect: "Must contain all readers while `failover.automaticReads` is on.",
      }),
      sensitiveReaders: principals("Readers of recordings tagged `PII` or `PCI`."),
      drAdmins: principals("Read in DR as `drReaders` do; settings stay with `deployers` and `breakGlass`."),
      breakGlass: principals("May do what is denied to all others: watch their use in CloudTrail."),
      deployers: principals("Roles that deploy this stack and alone change its settings.", {
        default: "whoever runs `pulumi`: an update by another role is then denied half-way",
      }),
    }),
  ),
  sovereignty: key(
    { meaning: "Why data may be copied between the jurisdictions of the two regions.", required: "when they differ" },
    z.strictObject({
      mechanism: key(
        { meaning: "Legal mechanism, e.g. standard contractual clauses.", required: "always" },
        word("any text"),
      ),
      reference: key({ meaning: "Where the document is filed.", required: "always" }, word("any text")),
      signedOn: key({ meaning: "Day of signature.", required: "always" }, date()),
    }),
  ),
  sources: key(
    { meaning: "The platforms that write into the landing." },
    z.strictObject({
      genesys: key(
        { meaning: "Genesys Cloud CX recording export." },
        z.strictObject({
          organization: key(
            { meaning: "Organization id; also the external id of the role that Genesys assumes.", required: "always" },
            uuid(),
          ),
          accountId: key(
            { meaning: "AWS account that Genesys writes from (FedRAMP differs).", default: defaults.genesys.accountId },
            accountId(),
          ),
          objectOwnership: key(
            {
              meaning: "`enforced`: the bucket owner owns everything. `preferred` where the platform sends an ACL.",
              default: defaults.genesys.objectOwnership,
            },
            choice(["enforced", "preferred"]),
          ),
        }),
      ),
      plain: key(
        { meaning: "The plain layout, for everything that writes files itself." },
        z.strictObject({ writers: principals("Principals that write to the landing.", { required: "always" }) }),
      ),
      cxone: key({ meaning: "NICE CXone export: not available in this version." }, notAvailable(unavailable.cxone)),
      direct: key(
        { meaning: "Direct writers into the store: not available in this version." },
        notAvailable(unavailable.direct),
      ),
    }),
  ),
  failover: key(
    { meaning: "How an outage is noticed and ended." },
    z.strictObject({
      probeInterval: key(
        { meaning: "Time between two probes.", default: defaults.failover.probeInterval },
        durationOf({ min: "5 seconds", max: "10 minutes" }),
      ),
      failures: key(
        { meaning: "Failed probes in a row that switch reads.", default: `${defaults.failover.failures}` },
        integer(1, 100),
      ),
      successes: key(
        { meaning: "Healthy probes in a row before reads go back.", default: `${defaults.failover.successes}` },
        integer(1, 1_000),
      ),
      automaticReads: key(
        { meaning: "Readers switch to DR by themselves.", default: `${defaults.failover.automaticReads}` },
        flag(),
      ),
    }),
  ),
  audit: key(
    { meaning: "How the audit log is kept." },
    z.strictObject({
      retention: key(
        { meaning: "How long each record is locked.", default: "10 years under `keep`, 1 day under `destroy`" },
        durationOf({ min: "1 day", ...whole }),
      ),
      lock: key(
        { meaning: "Mode of the lock.", default: "compliance under `keep`, governance under `destroy`" },
        choice(["governance", "compliance"]),
      ),
    }),
  ),
  uploads: key(
    { meaning: "How platforms upload." },
    z.strictObject({
      acceleration: key(
        { meaning: "S3 Transfer Acceleration on the landing: not available in this version.", default: "false" },
        flag({ value: true, fault: unavailable.acceleration }),
      ),
    }),
  ),
  volumes: key(
    { meaning: "Expected load." },
    z.strictObject({
      recordingsPerDay: key({ meaning: "Recordings per day.", effect: backlogEffect }, integer(0, 100_000_000)),
      averageMedia: key({ meaning: "Average size of the media of one recording.", effect: backlogEffect }, bytes()),
    }),
  ),
  prices: key(
    { meaning: "Your own prices in place of the list prices." },
    z.strictObject({
      source: key({ meaning: "Where the prices come from.", required: "always" }, word("any text")),
      asOf: key({ meaning: "Day on which they were read.", required: "always" }, date()),
      perGbMonth: key(
        { meaning: "USD per GB-month by tier." },
        z.strictObject({
          hot: price("hot"),
          cool: price("cool"),
          cold: price("cold"),
          archive: price("archive"),
          deepArchive: price("deepArchive"),
        }),
      ),
    }),
  ),
  alerts: key(
    { meaning: "Who is told." },
    z.strictObject({
      email: key(
        { meaning: "Addresses that alarms are sent to.", default: "none", required: "under `keep`" },
        list(email()),
      ),
    }),
  ),
  tags: key(
    { meaning: "Tags on every resource that can carry them.", default: "none" },
    z.record(z.string(), tagValue().optional()),
  ),
});

/** Stack config as it was written and understood; what was wrong is left out. */
export type Draft = z.output<typeof settingsSchema>;
