/**
 * IAM grants computed from what a function calls: each port operation maps to the actions, resources and key uses that its
 * adapter needs, and nobody writes a role policy by hand.
 */
import type { Kind, Site } from "../../model/cloud.ts";
import { type PolicyDocument, policy, type Statement } from "./policy.ts";

/** Where the operations of one function act. All ARNs. */
export interface GrantTargets {
  readonly regions: Readonly<Record<Site, string>>;
  readonly store: Readonly<Record<Site, Readonly<Record<Kind, string>>>>;
  readonly landing: string;
  readonly keys: Readonly<Record<Site, string>>;
  readonly catalog: string;
  readonly queues: Readonly<Record<"intake" | "confirm", string>>;
}

/** One operation of one port, as `functions/<name>/needs.ts` lists them. */
export interface Need {
  readonly port: "landing" | "store" | "catalog" | "queue";
  readonly operation: string;
  /** For `store`: at which site. */
  readonly site?: Site;
  /** For `queue`: which queue. */
  readonly queue?: "intake" | "confirm";
}

type KeyUse = "decrypt" | "encrypt";
interface Grant {
  /** Actions on the bucket itself. */
  readonly bucket?: readonly string[];
  /** Actions on its objects. */
  readonly objects?: readonly string[];
  readonly key?: readonly KeyUse[];
  /** What the same call does at the landing (copies read there). */
  readonly landing?: Omit<Grant, "landing">;
}

/**
 * Without `s3:ListBucket` S3 answers 403 for a missing key instead of 404, and without `s3:GetObjectLegalHold` it leaves
 * the hold out of HEAD (S3 API Reference, HeadObject).
 */
const landingGrants: Readonly<Record<string, Grant>> = {
  open: { bucket: ["s3:ListBucket"], objects: ["s3:GetObjectVersion"], key: ["decrypt"] },
  openCurrent: { bucket: ["s3:ListBucket"], objects: ["s3:GetObject"], key: ["decrypt"] },
  list: { bucket: ["s3:ListBucketVersions"] },
  markAdmitted: { objects: ["s3:GetObjectVersionTagging", "s3:PutObjectVersionTagging"] },
};

const stat: Grant = {
  bucket: ["s3:ListBucket"],
  objects: [
    "s3:GetObject",
    "s3:GetObjectVersion",
    "s3:GetObjectTagging",
    "s3:GetObjectVersionTagging",
    "s3:GetObjectLegalHold",
  ],
  key: ["decrypt"],
};

/** A write carries tags and hold, and reads what is there when the key exists already. */
const write: Grant = {
  bucket: ["s3:ListBucket"],
  objects: ["s3:PutObject", "s3:PutObjectTagging", "s3:PutObjectLegalHold", "s3:GetObject", "s3:GetObjectLegalHold"],
  key: ["encrypt", "decrypt"],
};

const storeGrants: Readonly<Record<string, Grant>> = {
  admit: { ...write, landing: { objects: ["s3:GetObjectVersion"], key: ["decrypt"] } },
  put: write,
  stat,
  read: { bucket: ["s3:ListBucket"], objects: ["s3:GetObjectVersion"], key: ["decrypt"] },
  lock: { objects: ["s3:PutObjectLegalHold"] },
  mergeTags: { objects: ["s3:GetObjectVersionTagging", "s3:PutObjectVersionTagging"] },
};

/** `TransactWriteItems` with puts needs `dynamodb:PutItem` (DynamoDB Developer Guide, transaction-apis-iam). */
const catalogGrants: Readonly<Record<string, { action: string; index?: true; key: readonly KeyUse[] }>> = {
  rowsOf: { action: "dynamodb:Query", key: ["decrypt"] },
  rowsOfConversation: { action: "dynamodb:Query", index: true, key: ["decrypt"] },
  add: { action: "dynamodb:PutItem", key: ["decrypt", "encrypt"] },
};

const queueGrants: Readonly<Record<string, string>> = { send: "sqs:SendMessage" };

const keyActions = {
  decrypt: ["kms:Decrypt"],
  encrypt: ["kms:Encrypt", "kms:GenerateDataKey"],
} as const satisfies Record<KeyUse, readonly string[]>;

/** S3 encrypts with data keys only; DynamoDB also calls Encrypt for its table key. */
const keyActionsOf = (service: "s3" | "dynamodb", use: KeyUse): readonly string[] =>
  keyActions[use].filter((action) => service === "dynamodb" || action !== "kms:Encrypt");

/**
 * The role policy for a list of needs: one statement per resource, actions sorted, nothing twice. Key uses are limited to
 * calls that come through the service that holds the data.
 *
 * @throws TypeError for an operation that no port has (a mistake in `needs.ts`, not in config).
 */
export function grantsFor(needs: readonly Need[], targets: GrantTargets): PolicyDocument {
  const granted = new Map<string, { resource: string; via?: string; actions: Set<string> }>();
  const allow = (resource: string, actions: readonly string[], via?: string) => {
    const id = `${resource} ${via ?? ""}`;
    const entry = granted.get(id) ?? { resource, ...(via === undefined ? {} : { via }), actions: new Set<string>() };
    for (const action of actions) entry.actions.add(action);
    granted.set(id, entry);
  };
  const useKey = (site: Site, service: "s3" | "dynamodb", uses: readonly KeyUse[]) => {
    const actions = uses.flatMap((use) => keyActionsOf(service, use));
    if (actions.length > 0) allow(targets.keys[site], actions, `${service}.${targets.regions[site]}.amazonaws.com`);
  };
  const onBucket = (site: Site, bucket: string, grant: Grant) => {
    if (grant.bucket) allow(bucket, grant.bucket);
    if (grant.objects) allow(`${bucket}/*`, grant.objects);
    useKey(site, "s3", grant.key ?? []);
  };

  for (const need of needs) {
    if (need.port === "landing") {
      onBucket("primary", targets.landing, known(landingGrants, need));
    } else if (need.port === "store") {
      const site = need.site ?? "primary";
      const grant = known(storeGrants, need);
      for (const bucket of Object.values(targets.store[site])) onBucket(site, bucket, grant);
      if (grant.landing) onBucket("primary", targets.landing, grant.landing);
    } else if (need.port === "catalog") {
      const grant = known(catalogGrants, need);
      allow(grant.index ? `${targets.catalog}/index/*` : targets.catalog, [grant.action]);
      useKey("primary", "dynamodb", grant.key);
    } else {
      allow(targets.queues[need.queue ?? "confirm"], [known(queueGrants, need)]);
    }
  }
  return policy([...granted.values()].map(statement));
}

function statement(entry: { resource: string; via?: string; actions: Set<string> }, index: number): Statement {
  return {
    Sid: `Grant${index + 1}`,
    Effect: "Allow",
    Action: [...entry.actions].sort(),
    Resource: entry.resource,
    ...(entry.via === undefined ? {} : { Condition: { StringEquals: { "kms:ViaService": entry.via } } }),
  };
}

function known<Value>(table: Readonly<Record<string, Value>>, need: Need): Value {
  const found = table[need.operation];
  if (found === undefined) throw new TypeError(`port ${need.port} has no operation "${need.operation}"`);
  return found;
}
