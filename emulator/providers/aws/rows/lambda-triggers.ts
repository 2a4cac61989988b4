/** What makes a Lambda function run. Replacements: Terraform AWS provider, `aws_lambda_event_source_mapping`, `…_permission`, `…_function_event_invoke_config`, `…_function_recursion_config`. */
import type {
  EventSourceMappingConfiguration,
  EventSourceMappingMetric,
  FunctionResponseType,
  Lambda,
  RecursiveLoop,
} from "@aws-sdk/client-lambda";
import type { EventSourceMappingArgs } from "@pulumi/aws/lambda/eventSourceMapping.js";
import type { FunctionEventInvokeConfigArgs } from "@pulumi/aws/lambda/functionEventInvokeConfig.js";
import type { FunctionRecursionConfigArgs } from "@pulumi/aws/lambda/functionRecursionConfig.js";
import type { PermissionArgs } from "@pulumi/aws/lambda/permission.js";
import { ProviderError } from "../../codes.ts";
import { parseJson } from "../../engine/canonical.ts";
import { isObject, type Props } from "../../engine/values.ts";
import { ifThere } from "../clients.ts";
import { type AwsJob, client, compact, row, surplus } from "../row.ts";

const missing = "ResourceNotFoundException";

/** A function may be named by its name or its ARN: `arn:…:lambda:<region>:<account>:function:<name>`. */
const functionName = (text: unknown): unknown =>
  typeof text === "string" ? text.replace(/^arn:[^:]+:lambda:[^:]*:\d*:function:/, "") : text;

export const eventSourceMapping = row<EventSourceMappingArgs>({
  type: "aws:lambda/eventSourceMapping:EventSourceMapping",
  supports: [
    "batchSize",
    "enabled",
    "eventSourceArn",
    "filterCriteria",
    "functionName",
    "functionResponseTypes",
    "kmsKeyArn",
    "maximumBatchingWindowInSeconds",
    "metricsConfig",
    "region",
    "scalingConfig",
    "tags",
  ],
  identity: ["eventSourceArn", "functionName"],
  replaceOn: ["eventSourceArn"],
  defaults: { enabled: true, maximumBatchingWindowInSeconds: 0 },
  computed: ["batchSize", "filterCriteria", "metricsConfig"],
  sets: ["filterCriteria.filters", "functionResponseTypes", "metricsConfig.metrics"],
  json: { "filterCriteria.filters[].pattern": "json" },
  normalise: (inputs) => ({ ...inputs, functionName: functionName(inputs.functionName) }),
  volatile: ["lastModified", "state", "stateTransitionReason"],
  tagged: true,

  async create(job) {
    const lambda = await client(job, "lambda");
    const { UUID = "" } = await lambda.createEventSourceMapping({
      ...mapping(job),
      EventSourceArn: job.inputs.eventSourceArn,
      Tags: job.tags,
    });
    job.created(UUID);
    await mapped(lambda, UUID);
    return UUID;
  },
  async read(job) {
    const lambda = await client(job, "lambda");
    const has = await ifThere(lambda.getEventSourceMapping({ UUID: job.id }), missing);
    if (!has) return undefined;
    const { Tags } = await lambda.listTags({ Resource: await mappingArn(job, has) });
    return {
      arn: await mappingArn(job, has),
      batchSize: has.BatchSize,
      enabled: !/^Disabl/.test(has.State ?? ""),
      eventSourceArn: has.EventSourceArn,
      filterCriteria: has.FilterCriteria?.Filters?.length
        ? { filters: has.FilterCriteria.Filters.map((f) => ({ pattern: f.Pattern })) }
        : undefined,
      functionArn: has.FunctionArn,
      functionName: functionName(has.FunctionArn),
      functionResponseTypes: has.FunctionResponseTypes,
      kmsKeyArn: has.KMSKeyArn || undefined,
      lastModified: has.LastModified?.toISOString(),
      maximumBatchingWindowInSeconds: has.MaximumBatchingWindowInSeconds ?? 0,
      metricsConfig: has.MetricsConfig?.Metrics?.length ? { metrics: has.MetricsConfig.Metrics } : undefined,
      scalingConfig:
        has.ScalingConfig?.MaximumConcurrency === undefined
          ? undefined
          : { maximumConcurrency: has.ScalingConfig.MaximumConcurrency },
      state: has.State,
      stateTransitionReason: has.StateTransitionReason,
      tags: Tags ?? {},
      uuid: has.UUID,
    };
  },
  async update(job, changed) {
    const lambda = await client(job, "lambda");
    if ([...changed].some((property) => property !== "tags")) {
      await lambda.updateEventSourceMapping({ ...mapping(job), UUID: job.id });
      await mapped(lambda, job.id);
    }
    if (!changed.has("tags")) return;
    const Resource = String(job.state.arn);
    const TagKeys = surplus(job);
    if (TagKeys.length > 0) await lambda.untagResource({ Resource, TagKeys });
    if (Object.keys(job.tags).length > 0) await lambda.tagResource({ Resource, Tags: job.tags });
  },
  async delete(job) {
    const lambda = await client(job, "lambda");
    await ifThere(lambda.deleteEventSourceMapping({ UUID: job.id }), missing);
  },
});

type Mapping = AwsJob<EventSourceMappingArgs>;

/** The settings that creation and update share. What is not stated is stated as none. */
const mapping = ({ inputs }: Mapping) => ({
  FunctionName: inputs.functionName,
  BatchSize: inputs.batchSize,
  Enabled: inputs.enabled,
  FilterCriteria: { Filters: (inputs.filterCriteria?.filters ?? []).map((f) => ({ Pattern: f.pattern })) },
  FunctionResponseTypes: (inputs.functionResponseTypes ?? []) as FunctionResponseType[],
  KMSKeyArn: inputs.kmsKeyArn,
  MaximumBatchingWindowInSeconds: inputs.maximumBatchingWindowInSeconds,
  MetricsConfig: inputs.metricsConfig && { Metrics: inputs.metricsConfig.metrics as EventSourceMappingMetric[] },
  ScalingConfig: { MaximumConcurrency: inputs.scalingConfig?.maximumConcurrency },
});

async function mappingArn(job: Mapping, has: EventSourceMappingConfiguration): Promise<string> {
  if (has.EventSourceMappingArn) return has.EventSourceMappingArn;
  const [partition = "aws", , , account = ""] = (has.FunctionArn ?? "").split(":").slice(1);
  return `arn:${partition}:lambda:${job.region}:${account}:event-source-mapping:${job.id}`;
}

/** Waits until a mapping is out of `Creating`, `Enabling`, `Disabling` and `Updating`. */
async function mapped(lambda: Lambda, UUID: string): Promise<void> {
  for (let attempt = 0; attempt < 300; attempt++) {
    const { State = "" } = await lambda.getEventSourceMapping({ UUID });
    if (!State.endsWith("ing")) return;
    await new Promise((resolve) => setTimeout(resolve, Math.min(25 * 2 ** attempt, 1000)));
  }
  throw new ProviderError("HF5524", `the event source mapping ${UUID} did not settle within five minutes`);
}

const permissionProperties = [
  "action",
  "eventSourceToken",
  "function",
  "functionUrlAuthType",
  "principal",
  "principalOrgId",
  "qualifier",
  "sourceAccount",
  "sourceArn",
  "statementId",
  "statementIdPrefix",
];

export const permission = row<PermissionArgs>({
  type: "aws:lambda/permission:Permission",
  supports: [...permissionProperties, "region"],
  naming: { property: "statementId", prefix: "statementIdPrefix", max: 100 },
  identity: ["function", "qualifier", "statementId"],
  // There is no call that changes a statement.
  replaceOn: permissionProperties,
  normalise: (inputs) => ({ ...inputs, function: functionName(inputs.function) }),

  async create(job) {
    const lambda = await client(job, "lambda");
    const { inputs } = job;
    const StatementId = inputs.statementId ?? "";
    await lambda.addPermission({
      FunctionName: String(inputs.function),
      StatementId,
      Action: inputs.action,
      Principal: inputs.principal,
      EventSourceToken: inputs.eventSourceToken,
      FunctionUrlAuthType: inputs.functionUrlAuthType as "AWS_IAM",
      PrincipalOrgID: inputs.principalOrgId,
      Qualifier: inputs.qualifier,
      SourceAccount: inputs.sourceAccount,
      SourceArn: inputs.sourceArn,
    });
    return StatementId;
  },
  async read(job) {
    const lambda = await client(job, "lambda");
    const { function: FunctionName, qualifier: Qualifier } = job.inputs;
    const found = await ifThere(lambda.getPolicy({ FunctionName: String(FunctionName), Qualifier }), missing);
    const policy = parseJson(found?.Policy ?? "{}");
    const statements = (isObject(policy) ? (policy.Statement ?? []) : []) as Props[];
    const has = statements.find((s) => s.Sid === job.id);
    return has && { function: functionName(FunctionName), qualifier: Qualifier, ...fromStatement(has) };
  },
  async update() {
    // Every change replaces.
  },
  async delete(job) {
    const lambda = await client(job, "lambda");
    const { function: FunctionName, qualifier: Qualifier } = job.inputs;
    const call = lambda.removePermission({ FunctionName: String(FunctionName), Qualifier, StatementId: job.id });
    await ifThere(call, missing);
  },
});

function fromStatement(statement: Props): Props {
  const condition = (operators: readonly string[], key: string): unknown => {
    const all = isObject(statement.Condition) ? statement.Condition : {};
    for (const operator of operators) {
      const keys = all[operator];
      if (isObject(keys) && keys[key] !== undefined) return keys[key];
    }
    return undefined;
  };
  const { Principal: principal } = statement;
  return compact({
    action: statement.Action,
    eventSourceToken: condition(["StringEquals"], "lambda:EventSourceToken"),
    functionUrlAuthType: condition(["StringEquals"], "lambda:FunctionUrlAuthType"),
    principal: isObject(principal) ? (principal.Service ?? principal.AWS) : principal,
    principalOrgId: condition(["StringEquals"], "aws:PrincipalOrgID"),
    sourceAccount: condition(["StringEquals"], "AWS:SourceAccount"),
    sourceArn: condition(["ArnLike", "ArnEquals"], "AWS:SourceArn"),
    statementId: statement.Sid,
  });
}

export const eventInvokeConfig = row<FunctionEventInvokeConfigArgs>({
  type: "aws:lambda/functionEventInvokeConfig:FunctionEventInvokeConfig",
  supports: [
    "destinationConfig",
    "functionName",
    "maximumEventAgeInSeconds",
    "maximumRetryAttempts",
    "qualifier",
    "region",
  ],
  identity: ["functionName", "qualifier"],
  replaceOn: ["functionName", "qualifier"],
  // Terraform AWS provider; Lambda tries an event twice again.
  defaults: { maximumRetryAttempts: 2 },
  computed: ["maximumEventAgeInSeconds"],
  normalise: (inputs) => ({ ...inputs, functionName: functionName(inputs.functionName) }),

  async create(job) {
    await putInvokeConfig(job);
    const { functionName: name, qualifier } = job.inputs;
    return qualifier ? `${name}:${qualifier}` : name;
  },
  async read(job) {
    const lambda = await client(job, "lambda");
    const { functionName: FunctionName, qualifier: Qualifier } = job.inputs;
    const has = await ifThere(lambda.getFunctionEventInvokeConfig({ FunctionName, Qualifier }), missing);
    if (!has) return undefined;
    const onFailure = has.DestinationConfig?.OnFailure?.Destination;
    const onSuccess = has.DestinationConfig?.OnSuccess?.Destination;
    return {
      destinationConfig:
        onFailure || onSuccess
          ? compact({
              onFailure: onFailure ? { destination: onFailure } : undefined,
              onSuccess: onSuccess ? { destination: onSuccess } : undefined,
            })
          : undefined,
      functionName: functionName(FunctionName),
      maximumEventAgeInSeconds: has.MaximumEventAgeInSeconds,
      maximumRetryAttempts: has.MaximumRetryAttempts,
      qualifier: Qualifier,
    };
  },
  update: (job) => putInvokeConfig(job),
  async delete(job) {
    const lambda = await client(job, "lambda");
    const { functionName: FunctionName, qualifier: Qualifier } = job.inputs;
    await ifThere(lambda.deleteFunctionEventInvokeConfig({ FunctionName, Qualifier }), missing);
  },
});

async function putInvokeConfig(job: AwsJob<FunctionEventInvokeConfigArgs>): Promise<void> {
  const lambda = await client(job, "lambda");
  const { inputs } = job;
  const { onFailure, onSuccess } = inputs.destinationConfig ?? {};
  await lambda.putFunctionEventInvokeConfig({
    FunctionName: inputs.functionName,
    Qualifier: inputs.qualifier,
    MaximumEventAgeInSeconds: inputs.maximumEventAgeInSeconds,
    MaximumRetryAttempts: inputs.maximumRetryAttempts,
    DestinationConfig: {
      ...(onFailure ? { OnFailure: { Destination: onFailure.destination } } : {}),
      ...(onSuccess ? { OnSuccess: { Destination: onSuccess.destination } } : {}),
    },
  });
}

/** Every function has this setting; without the resource it is `Terminate` (Lambda API Reference, PutFunctionRecursionConfig). */
export const recursionConfig = row<FunctionRecursionConfigArgs>({
  type: "aws:lambda/functionRecursionConfig:FunctionRecursionConfig",
  supports: ["functionName", "recursiveLoop", "region"],
  identity: ["functionName"],
  replaceOn: ["functionName"],

  async create(job) {
    await putRecursion(job, job.inputs.recursiveLoop);
    return job.inputs.functionName;
  },
  async read(job) {
    const lambda = await client(job, "lambda");
    const { functionName } = job.inputs;
    const has = await ifThere(lambda.getFunctionRecursionConfig({ FunctionName: functionName }), missing);
    return has && { functionName, recursiveLoop: has.RecursiveLoop };
  },
  update: (job) => putRecursion(job, job.inputs.recursiveLoop),
  async delete(job) {
    await ifThere(putRecursion(job, "Terminate"), missing);
  },
});

async function putRecursion(job: AwsJob<FunctionRecursionConfigArgs>, wanted: string): Promise<void> {
  const lambda = await client(job, "lambda");
  await lambda.putFunctionRecursionConfig({
    FunctionName: job.inputs.functionName,
    RecursiveLoop: wanted as RecursiveLoop,
  });
}
