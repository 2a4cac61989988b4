/** Rows of Amazon Simple Queue Service. Replacements and defaults: Terraform AWS provider, `aws_sqs_queue`. */
import type { QueueAttributeName } from "@aws-sdk/client-sqs";
import type { QueueArgs } from "@pulumi/aws/sqs/queue.js";
import type { QueuePolicyArgs } from "@pulumi/aws/sqs/queuePolicy.js";
import { ifThere } from "../clients.ts";
import { client, row, surplus } from "../row.ts";

const missing = ["QueueDoesNotExist", "AWS.SimpleQueueService.NonExistentQueue"];

/** Input and the queue attribute that carries it (SQS API Reference, SetQueueAttributes). */
const attributes = {
  contentBasedDeduplication: "ContentBasedDeduplication",
  deduplicationScope: "DeduplicationScope",
  delaySeconds: "DelaySeconds",
  fifoThroughputLimit: "FifoThroughputLimit",
  kmsDataKeyReusePeriodSeconds: "KmsDataKeyReusePeriodSeconds",
  kmsMasterKeyId: "KmsMasterKeyId",
  maxMessageSize: "MaximumMessageSize",
  messageRetentionSeconds: "MessageRetentionPeriod",
  receiveWaitTimeSeconds: "ReceiveMessageWaitTimeSeconds",
  redriveAllowPolicy: "RedriveAllowPolicy",
  redrivePolicy: "RedrivePolicy",
  sqsManagedSseEnabled: "SqsManagedSseEnabled",
  visibilityTimeoutSeconds: "VisibilityTimeout",
} as const satisfies Partial<Record<keyof QueueArgs, QueueAttributeName>>;

type Attribute = keyof typeof attributes;
const texts: readonly Attribute[] = [
  "deduplicationScope",
  "fifoThroughputLimit",
  "kmsMasterKeyId",
  "redriveAllowPolicy",
  "redrivePolicy",
];
const flags: readonly Attribute[] = ["contentBasedDeduplication", "sqsManagedSseEnabled"];

function parse(name: Attribute, value: string | undefined): unknown {
  if (value === undefined || value === "") return undefined;
  if (texts.includes(name)) return value;
  return flags.includes(name) ? value === "true" : Number(value);
}

export const queue = row<QueueArgs>({
  type: "aws:sqs/queue:Queue",
  supports: [...Object.keys(attributes), "fifoQueue", "name", "namePrefix", "region", "tags"],
  naming: {
    property: "name",
    prefix: "namePrefix",
    max: 80,
    tail: (inputs) => (inputs.fifoQueue === true ? ".fifo" : ""),
  },
  identity: ["name"],
  replaceOn: ["fifoQueue", "name", "namePrefix"],
  // Terraform AWS provider, DefaultQueue… constants of aws_sqs_queue.
  defaults: {
    contentBasedDeduplication: false,
    delaySeconds: 0,
    fifoQueue: false,
    maxMessageSize: 262144,
    messageRetentionSeconds: 345600,
    receiveWaitTimeSeconds: 0,
    visibilityTimeoutSeconds: 30,
  },
  computed: ["deduplicationScope", "fifoThroughputLimit", "kmsDataKeyReusePeriodSeconds", "sqsManagedSseEnabled"],
  json: { redriveAllowPolicy: "json", redrivePolicy: "json" },
  tagged: true,

  async create(job) {
    const sqs = await client(job, "sqs");
    const { inputs } = job;
    const wanted = Object.entries(attributes)
      .filter(([name]) => name !== "contentBasedDeduplication" || inputs.contentBasedDeduplication)
      .flatMap(([name, attribute]) => {
        const value = inputs[name as Attribute];
        return value === undefined ? [] : [[attribute, String(value)] as const];
      });
    const { QueueUrl = "" } = await sqs.createQueue({
      QueueName: inputs.name,
      Attributes: Object.fromEntries([...wanted, ...(inputs.fifoQueue ? [["FifoQueue", "true"] as const] : [])]),
      tags: job.tags,
    });
    return QueueUrl;
  },

  async read(job) {
    const sqs = await client(job, "sqs");
    const QueueUrl = job.id;
    const found = await ifThere(sqs.getQueueAttributes({ QueueUrl, AttributeNames: ["All"] }), ...missing);
    if (!found) return undefined;
    const { Tags } = await sqs.listQueueTags({ QueueUrl });
    const has = found.Attributes ?? {};
    const properties = Object.entries(attributes).map(([name, attribute]) => [
      name,
      parse(name as Attribute, has[attribute]),
    ]);
    const arn = has.QueueArn ?? "";
    return {
      ...Object.fromEntries(properties),
      arn,
      fifoQueue: has.FifoQueue === "true",
      name: arn.slice(arn.lastIndexOf(":") + 1),
      tags: Tags ?? {},
      url: QueueUrl,
    };
  },

  async update(job, changed) {
    const sqs = await client(job, "sqs");
    const QueueUrl = job.id;
    const wanted = Object.entries(attributes).filter(([name]) => changed.has(name));
    if (wanted.length > 0) {
      // An empty text takes a setting away (SQS API Reference, SetQueueAttributes).
      const Attributes = Object.fromEntries(
        wanted.map(([name, a]) => [a, String(job.inputs[name as Attribute] ?? "")]),
      );
      await sqs.setQueueAttributes({ QueueUrl, Attributes });
    }
    if (changed.has("tags")) {
      const TagKeys = surplus(job);
      if (TagKeys.length > 0) await sqs.untagQueue({ QueueUrl, TagKeys });
      if (Object.keys(job.tags).length > 0) await sqs.tagQueue({ QueueUrl, Tags: job.tags });
    }
  },

  async delete(job) {
    const sqs = await client(job, "sqs");
    await ifThere(sqs.deleteQueue({ QueueUrl: job.id }), ...missing);
  },
});

export const queuePolicy = row<QueuePolicyArgs>({
  type: "aws:sqs/queuePolicy:QueuePolicy",
  supports: ["policy", "queueUrl", "region"],
  identity: ["queueUrl"],
  replaceOn: ["queueUrl"],
  json: { policy: "policy" },

  async create(job) {
    const sqs = await client(job, "sqs");
    const QueueUrl = job.inputs.queueUrl;
    await sqs.setQueueAttributes({ QueueUrl, Attributes: { Policy: String(job.inputs.policy) } });
    return QueueUrl;
  },

  async read(job) {
    const sqs = await client(job, "sqs");
    const found = await ifThere(sqs.getQueueAttributes({ QueueUrl: job.id, AttributeNames: ["Policy"] }), ...missing);
    const policy = found?.Attributes?.Policy;
    return policy ? { policy, queueUrl: job.id } : undefined;
  },

  async update(job) {
    const sqs = await client(job, "sqs");
    await sqs.setQueueAttributes({ QueueUrl: job.id, Attributes: { Policy: String(job.inputs.policy) } });
  },

  async delete(job) {
    const sqs = await client(job, "sqs");
    await ifThere(sqs.setQueueAttributes({ QueueUrl: job.id, Attributes: { Policy: "" } }), ...missing);
  },
});
