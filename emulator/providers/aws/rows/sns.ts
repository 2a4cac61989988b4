/** Rows of Amazon Simple Notification Service. Replacements: Terraform AWS provider, `aws_sns_topic`, `…_policy`, `…_subscription`. */
import type { TopicArgs } from "@pulumi/aws/sns/topic.js";
import type { TopicPolicyArgs } from "@pulumi/aws/sns/topicPolicy.js";
import type { TopicSubscriptionArgs } from "@pulumi/aws/sns/topicSubscription.js";
import { ifThere } from "../clients.ts";
import { client, row, surplus, tagList, tagMap } from "../row.ts";

const missing = ["NotFound", "NotFoundException"];

/** Input and the topic attribute that carries it (SNS API Reference, SetTopicAttributes). */
const attributes = {
  contentBasedDeduplication: "ContentBasedDeduplication",
  deliveryPolicy: "DeliveryPolicy",
  displayName: "DisplayName",
  kmsMasterKeyId: "KmsMasterKeyId",
  signatureVersion: "SignatureVersion",
  tracingConfig: "TracingConfig",
} as const;

type Attribute = keyof typeof attributes;

function parse(name: Attribute, value: string | undefined): unknown {
  if (value === undefined || value === "") return undefined;
  if (name === "contentBasedDeduplication") return value === "true";
  return name === "signatureVersion" ? Number(value) : value;
}

export const topic = row<TopicArgs>({
  type: "aws:sns/topic:Topic",
  supports: [...Object.keys(attributes), "fifoTopic", "name", "namePrefix", "region", "tags"],
  naming: {
    property: "name",
    prefix: "namePrefix",
    max: 256,
    tail: (inputs) => (inputs.fifoTopic === true ? ".fifo" : ""),
  },
  identity: ["name"],
  replaceOn: ["fifoTopic", "name", "namePrefix"],
  defaults: { contentBasedDeduplication: false, fifoTopic: false },
  computed: ["signatureVersion", "tracingConfig"],
  json: { deliveryPolicy: "json" },
  tagged: true,

  async create(job) {
    const sns = await client(job, "sns");
    const { inputs } = job;
    const wanted = Object.entries(attributes).flatMap(([name, attribute]) => {
      const value = inputs[name as Attribute];
      return value === undefined || value === false ? [] : [[attribute, String(value)] as const];
    });
    const { TopicArn = "" } = await sns.createTopic({
      Name: inputs.name,
      Attributes: Object.fromEntries([...wanted, ...(inputs.fifoTopic ? [["FifoTopic", "true"] as const] : [])]),
      Tags: tagList(job.tags),
    });
    return TopicArn;
  },

  async read(job) {
    const sns = await client(job, "sns");
    const found = await ifThere(sns.getTopicAttributes({ TopicArn: job.id }), ...missing);
    if (!found) return undefined;
    const { Tags } = await sns.listTagsForResource({ ResourceArn: job.id });
    const has = found.Attributes ?? {};
    const properties = Object.entries(attributes).map(([name, attribute]) => [
      name,
      parse(name as Attribute, has[attribute]),
    ]);
    return {
      ...Object.fromEntries(properties),
      arn: job.id,
      fifoTopic: has.FifoTopic === "true",
      name: job.id.slice(job.id.lastIndexOf(":") + 1),
      owner: has.Owner,
      policy: has.Policy,
      tags: tagMap(Tags),
    };
  },

  async update(job, changed) {
    const sns = await client(job, "sns");
    const TopicArn = job.id;
    for (const [name, AttributeName] of Object.entries(attributes)) {
      if (!changed.has(name)) continue;
      await sns.setTopicAttributes({
        TopicArn,
        AttributeName,
        AttributeValue: String(job.inputs[name as Attribute] ?? ""),
      });
    }
    if (changed.has("tags")) {
      const TagKeys = surplus(job);
      if (TagKeys.length > 0) await sns.untagResource({ ResourceArn: TopicArn, TagKeys });
      const Tags = tagList(job.tags);
      if (Tags.length > 0) await sns.tagResource({ ResourceArn: TopicArn, Tags });
    }
  },

  async delete(job) {
    const sns = await client(job, "sns");
    await ifThere(sns.deleteTopic({ TopicArn: job.id }), ...missing);
  },
});

export const topicPolicy = row<TopicPolicyArgs>({
  type: "aws:sns/topicPolicy:TopicPolicy",
  supports: ["arn", "policy", "region"],
  identity: ["arn"],
  replaceOn: ["arn"],
  json: { policy: "policy" },

  async create(job) {
    const sns = await client(job, "sns");
    const TopicArn = job.inputs.arn;
    const AttributeValue = String(job.inputs.policy);
    await sns.setTopicAttributes({ TopicArn, AttributeName: "Policy", AttributeValue });
    return TopicArn;
  },

  async read(job) {
    const sns = await client(job, "sns");
    const found = await ifThere(sns.getTopicAttributes({ TopicArn: job.id }), ...missing);
    if (!found?.Attributes?.Policy) return undefined;
    return { arn: job.id, owner: found.Attributes.Owner, policy: found.Attributes.Policy };
  },

  async update(job) {
    const sns = await client(job, "sns");
    const AttributeValue = String(job.inputs.policy);
    await sns.setTopicAttributes({ TopicArn: job.id, AttributeName: "Policy", AttributeValue });
  },

  /** A topic always has a policy: taking ours away puts back the one that SNS gives to a new topic. */
  async delete(job) {
    const sns = await client(job, "sns");
    const AttributeValue = JSON.stringify(defaultPolicy(job.id));
    const call = sns.setTopicAttributes({ TopicArn: job.id, AttributeName: "Policy", AttributeValue });
    await ifThere(call, ...missing);
  },
});

/** SNS Developer Guide, access control: the policy of a new topic. */
const defaultPolicy = (arn: string) => ({
  Version: "2008-10-17",
  Id: "__default_policy_ID",
  Statement: [
    {
      Sid: "__default_statement_ID",
      Effect: "Allow",
      Principal: { AWS: "*" },
      Action: [
        "SNS:GetTopicAttributes",
        "SNS:SetTopicAttributes",
        "SNS:AddPermission",
        "SNS:RemovePermission",
        "SNS:DeleteTopic",
        "SNS:Subscribe",
        "SNS:ListSubscriptionsByTopic",
        "SNS:Publish",
      ],
      Resource: arn,
      Condition: { StringEquals: { "AWS:SourceOwner": arn.split(":")[4] } },
    },
  ],
});

/** Input and the subscription attribute that carries it (SNS API Reference, SetSubscriptionAttributes). */
const subscriptionAttributes = {
  deliveryPolicy: "DeliveryPolicy",
  filterPolicy: "FilterPolicy",
  filterPolicyScope: "FilterPolicyScope",
  rawMessageDelivery: "RawMessageDelivery",
  redrivePolicy: "RedrivePolicy",
} as const;

type SubscriptionAttribute = keyof typeof subscriptionAttributes;

export const topicSubscription = row<TopicSubscriptionArgs>({
  type: "aws:sns/topicSubscription:TopicSubscription",
  supports: [
    ...Object.keys(subscriptionAttributes),
    "confirmationTimeoutInMinutes",
    "endpoint",
    "endpointAutoConfirms",
    "protocol",
    "region",
    "topic",
  ],
  identity: ["endpoint", "protocol", "topic"],
  replaceOn: ["endpoint", "protocol", "topic"],
  defaults: { rawMessageDelivery: false },
  computed: ["filterPolicyScope"],
  json: { deliveryPolicy: "json", filterPolicy: "json", redrivePolicy: "json" },
  local: ["confirmationTimeoutInMinutes", "endpointAutoConfirms"],

  async create(job) {
    const sns = await client(job, "sns");
    const { inputs } = job;
    const wanted = Object.entries(subscriptionAttributes).flatMap(([name, attribute]) => {
      const value = inputs[name as SubscriptionAttribute];
      return value === undefined || value === false ? [] : [[attribute, String(value)] as const];
    });
    const { SubscriptionArn = "" } = await sns.subscribe({
      TopicArn: String(inputs.topic),
      Protocol: inputs.protocol,
      Endpoint: inputs.endpoint,
      Attributes: Object.fromEntries(wanted),
      ReturnSubscriptionArn: true,
    });
    return SubscriptionArn;
  },

  async read(job) {
    const sns = await client(job, "sns");
    const found = await ifThere(sns.getSubscriptionAttributes({ SubscriptionArn: job.id }), ...missing);
    if (!found) return undefined;
    const has = found.Attributes ?? {};
    return {
      arn: job.id,
      confirmationWasAuthenticated: has.ConfirmationWasAuthenticated === "true",
      deliveryPolicy: has.DeliveryPolicy || undefined,
      endpoint: has.Endpoint,
      filterPolicy: has.FilterPolicy || undefined,
      filterPolicyScope: has.FilterPolicyScope || undefined,
      ownerId: has.Owner,
      pendingConfirmation: has.PendingConfirmation === "true",
      protocol: has.Protocol,
      rawMessageDelivery: has.RawMessageDelivery === "true",
      redrivePolicy: has.RedrivePolicy || undefined,
      topic: has.TopicArn,
    };
  },

  async update(job, changed) {
    const sns = await client(job, "sns");
    for (const [name, AttributeName] of Object.entries(subscriptionAttributes)) {
      if (!changed.has(name)) continue;
      const AttributeValue = String(job.inputs[name as SubscriptionAttribute] ?? "");
      await sns.setSubscriptionAttributes({ SubscriptionArn: job.id, AttributeName, AttributeValue });
    }
  },

  async delete(job) {
    const sns = await client(job, "sns");
    await ifThere(sns.unsubscribe({ SubscriptionArn: job.id }), ...missing);
  },
});
