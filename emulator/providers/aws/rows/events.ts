/** Rows of Amazon EventBridge. Replacements: Terraform AWS provider, `aws_cloudwatch_event_rule` and `…_target`. */
import type { RuleState, Target } from "@aws-sdk/client-eventbridge";
import type { EventRuleArgs } from "@pulumi/aws/cloudwatch/eventRule.js";
import type { EventTargetArgs } from "@pulumi/aws/cloudwatch/eventTarget.js";
import { ProviderError } from "../../codes.ts";
import { ifThere } from "../clients.ts";
import { type AwsJob, client, compact, row, surplus, tagList, tagMap } from "../row.ts";

const missing = "ResourceNotFoundException";
const defaultBus = "default";

/** Ids of things on the default bus leave its name out. */
const onBus = (bus: string | undefined, id: string): string => (bus && bus !== defaultBus ? `${bus}/${id}` : id);

export const eventRule = row<EventRuleArgs>({
  type: "aws:cloudwatch/eventRule:EventRule",
  supports: [
    "description",
    "eventBusName",
    "eventPattern",
    "forceDestroy",
    "name",
    "namePrefix",
    "region",
    "roleArn",
    "scheduleExpression",
    "state",
    "tags",
  ],
  naming: { property: "name", prefix: "namePrefix", max: 64 },
  identity: ["name", "eventBusName"],
  replaceOn: ["eventBusName", "name", "namePrefix"],
  defaults: { eventBusName: defaultBus, forceDestroy: false, state: "ENABLED" },
  json: { eventPattern: "json" },
  local: ["forceDestroy"],
  emulatorCannotChange: [{ property: "roleArn", reason: "the emulated EventBridge keeps a role that is taken away" }],
  tagged: true,

  async create(job) {
    await putRule(job, true);
    return onBus(job.inputs.eventBusName, job.inputs.name ?? "");
  },
  async read(job) {
    const events = await client(job, "events");
    const { Name, EventBusName } = ruleOf(job.id);
    const found = await ifThere(events.describeRule({ Name, EventBusName }), missing);
    if (!found) return undefined;
    const { Tags } = await events.listTagsForResource({ ResourceARN: found.Arn });
    return {
      arn: found.Arn,
      description: found.Description || undefined,
      eventBusName: found.EventBusName ?? EventBusName,
      eventPattern: found.EventPattern,
      name: found.Name,
      roleArn: found.RoleArn || undefined,
      scheduleExpression: found.ScheduleExpression || undefined,
      state: found.State,
      tags: tagMap(Tags),
    };
  },
  async update(job, changed) {
    const events = await client(job, "events");
    if ([...changed].some((property) => property !== "tags")) await putRule(job, false);
    if (!changed.has("tags")) return;
    const ResourceARN = String(job.state.arn);
    const TagKeys = surplus(job);
    if (TagKeys.length > 0) await events.untagResource({ ResourceARN, TagKeys });
    const Tags = tagList(job.tags);
    if (Tags.length > 0) await events.tagResource({ ResourceARN, Tags });
  },
  async delete(job) {
    const events = await client(job, "events");
    await ifThere(events.deleteRule({ ...ruleOf(job.id), Force: job.inputs.forceDestroy }), missing);
  },
});

function ruleOf(id: string): { Name: string; EventBusName: string } {
  const slash = id.lastIndexOf("/");
  return slash < 0
    ? { Name: id, EventBusName: defaultBus }
    : { Name: id.slice(slash + 1), EventBusName: id.slice(0, slash) };
}

async function putRule(job: AwsJob<EventRuleArgs>, isNew: boolean): Promise<void> {
  const events = await client(job, "events");
  const { inputs } = job;
  const Tags = tagList(job.tags);
  await events.putRule({
    Name: inputs.name,
    EventBusName: inputs.eventBusName,
    // AWS forgets what it is not told; told an empty text, the emulated EventBridge does so too.
    Description: inputs.description ?? "",
    EventPattern: inputs.eventPattern,
    RoleArn: inputs.roleArn,
    ScheduleExpression: inputs.scheduleExpression,
    State: inputs.state as RuleState,
    // PutRule takes tags for a new rule only (EventBridge API Reference, PutRule).
    ...(isNew && Tags.length > 0 ? { Tags } : {}),
  });
}

export const eventTarget = row<EventTargetArgs>({
  type: "aws:cloudwatch/eventTarget:EventTarget",
  supports: [
    "arn",
    "deadLetterConfig",
    "eventBusName",
    "forceDestroy",
    "input",
    "inputPath",
    "inputTransformer",
    "region",
    "retryPolicy",
    "roleArn",
    "rule",
    "sqsTarget",
    "targetId",
  ],
  identity: ["rule", "targetId", "eventBusName"],
  replaceOn: ["eventBusName", "rule", "targetId"],
  defaults: { eventBusName: defaultBus, forceDestroy: false },
  computed: ["targetId"],
  local: ["forceDestroy"],

  async create(job) {
    const { inputs } = job;
    const Id = inputs.targetId ?? `holdfast-${job.name}`.slice(0, 64);
    await putTarget(job, Id);
    return onBus(inputs.eventBusName, `${inputs.rule}-${Id}`);
  },
  async read(job) {
    const events = await client(job, "events");
    const { rule, eventBusName = defaultBus } = job.inputs;
    const Id = targetOf(job);
    const found = await ifThere(events.listTargetsByRule({ Rule: rule, EventBusName: eventBusName }), missing);
    const has = found?.Targets?.find((t) => t.Id === Id);
    return has && { eventBusName, rule, ...fromCloud(has) };
  },
  async update(job) {
    await putTarget(job, targetOf(job));
  },
  async delete(job) {
    const events = await client(job, "events");
    const { rule: Rule, eventBusName: EventBusName, forceDestroy: Force } = job.inputs;
    await ifThere(events.removeTargets({ Rule, EventBusName, Ids: [targetOf(job)], Force }), missing);
  },
});

/** The target's own id: stated, known from before, or at the end of the resource's id. */
function targetOf(job: AwsJob<EventTargetArgs>): string {
  if (job.inputs.targetId !== undefined) return job.inputs.targetId;
  if (typeof job.state.targetId === "string") return job.state.targetId;
  return job.id.slice(onBus(job.inputs.eventBusName, `${job.inputs.rule}-`).length);
}

async function putTarget(job: AwsJob<EventTargetArgs>, Id: string): Promise<void> {
  const events = await client(job, "events");
  const { inputs } = job;
  const target: Target = {
    Id,
    Arn: inputs.arn,
    Input: inputs.input,
    InputPath: inputs.inputPath,
    RoleArn: inputs.roleArn,
    DeadLetterConfig: inputs.deadLetterConfig && { Arn: inputs.deadLetterConfig.arn },
    RetryPolicy: inputs.retryPolicy && {
      MaximumEventAgeInSeconds: inputs.retryPolicy.maximumEventAgeInSeconds,
      MaximumRetryAttempts: inputs.retryPolicy.maximumRetryAttempts,
    },
    SqsParameters: inputs.sqsTarget && { MessageGroupId: inputs.sqsTarget.messageGroupId },
    InputTransformer: inputs.inputTransformer && {
      InputPathsMap: inputs.inputTransformer.inputPaths,
      InputTemplate: inputs.inputTransformer.inputTemplate,
    },
  };
  const answer = await events.putTargets({ Rule: inputs.rule, EventBusName: inputs.eventBusName, Targets: [target] });
  const failure = answer.FailedEntries?.[0];
  if (!failure) return;
  // PutTargets answers 200 even where it refused the target.
  throw new ProviderError(
    "HF5520",
    `PutTargets (events, ${job.region}): ${failure.ErrorCode}: ${failure.ErrorMessage}`,
  );
}

const fromCloud = (has: Target) =>
  compact({
    targetId: has.Id,
    arn: has.Arn,
    input: has.Input,
    inputPath: has.InputPath,
    roleArn: has.RoleArn,
    deadLetterConfig: has.DeadLetterConfig?.Arn === undefined ? undefined : { arn: has.DeadLetterConfig.Arn },
    retryPolicy:
      has.RetryPolicy &&
      compact({
        maximumEventAgeInSeconds: has.RetryPolicy.MaximumEventAgeInSeconds,
        maximumRetryAttempts: has.RetryPolicy.MaximumRetryAttempts,
      }),
    sqsTarget: has.SqsParameters && { messageGroupId: has.SqsParameters.MessageGroupId },
    inputTransformer:
      has.InputTransformer &&
      compact({
        inputPaths: has.InputTransformer.InputPathsMap,
        inputTemplate: has.InputTransformer.InputTemplate,
      }),
  });
