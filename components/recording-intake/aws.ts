/** The intake on AWS: bucket events → EventBridge → SQS → Lambda. */
import { all, type CustomResourceOptions, type Input, type Output, type Resource } from "@pulumi/pulumi";
import { type AdmitEnv, admitEnv } from "../../functions/admit/env.ts";
import { admitNeeds } from "../../functions/admit/needs.ts";
import { type AlarmContext, createAlarm } from "../support/alarms.ts";
import {
  BucketNotification,
  EventRule,
  EventSourceMapping,
  EventTarget,
  FunctionRecursionConfig,
  LambdaFunction,
  LogGroup,
  type MetricAlarm,
  type Role,
  type RolePolicy,
} from "../support/aws-resources.ts";
import { functionArchive } from "../support/bundles.ts";
import { physicalName } from "../support/naming.ts";
import type { RecordingIntakeArgs } from "./args.ts";
import {
  type AlarmSubject,
  detectsLoops,
  eventRetry,
  functionPlan,
  intakeAlarms,
  mappingPlans,
  metricsNamespace,
  type QueueName,
  queueNames,
} from "./plan.ts";
import { createQueuePair, createQueuePolicy, type QueuePair } from "./queues.ts";
import { createAdmitPolicy, createAdmitRole, createGenesysPolicy, createGenesysRole } from "./roles.ts";

export interface AwsIntake {
  readonly cloud: "aws";
  readonly admitRole: Role;
  /** Only with the Genesys source. */
  readonly genesysRole?: Role;
  readonly admit: LambdaFunction;
  readonly queues: Readonly<Record<QueueName, QueuePair>>;
  readonly notification: BucketNotification;
  readonly alarms: readonly MetricAlarm[];
}

type Queues = AwsIntake["queues"];

export function createAwsIntake(name: string, args: RecordingIntakeArgs, opts: CustomResourceOptions): AwsIntake {
  const admitRole = createAdmitRole(name, args, opts);
  const genesysRole = createGenesysWriter(name, args, opts);
  const queues = {
    intake: createQueuePair(name, "intake", args, opts),
    confirm: createQueuePair(name, "confirm", args, opts),
  };
  const notification = createLandingEvents(name, queues, args, opts);
  const logGroup = createLogGroup(name, args, opts);
  const rolePolicy = createAdmitPolicy(name, admitRole, admitNeeds, queues, logGroup, args, opts);
  const admit = createAdmitFunction(name, admitRole, rolePolicy, logGroup, queues, args, opts);
  const recursion = allowConfirmLoop(name, admit, args, opts);
  createMappings(name, admit, [rolePolicy, ...recursion], queues, args, opts);
  const alarms = createIntakeAlarms(name, admit, queues, args, opts);
  return { cloud: "aws", admitRole, ...(genesysRole && { genesysRole }), admit, queues, notification, alarms };
}

function createGenesysWriter(name: string, args: RecordingIntakeArgs, opts: CustomResourceOptions): Role | undefined {
  if (args.sources.genesys === undefined) return undefined;
  const role = createGenesysRole(name, args.sources.genesys, args, opts);
  createGenesysPolicy(name, role, args, opts);
  return role;
}

/** Events of the landing to the intake queue. The bucket begins to send when everything behind it is there. */
function createLandingEvents(
  name: string,
  queues: Queues,
  args: RecordingIntakeArgs,
  opts: CustomResourceOptions,
): BucketNotification {
  const region = args.regions.primary;
  const landing = args.store.locations.primary.landing;
  const rule = new EventRule(
    `${name}-landed`,
    {
      region,
      name: physicalName(args.scope, "rule", "landed"),
      description: "Objects that platforms wrote to the landing",
      eventPattern: landing.apply((bucket) =>
        JSON.stringify({
          source: ["aws.s3"],
          "detail-type": ["Object Created"],
          detail: { bucket: { name: [bucket] } },
        }),
      ),
      tags: args.tags,
    },
    opts,
  );
  // EventBridge gives up into the same dead-letter queue that the function's failures end in: one place to look.
  const policies = [
    createQueuePolicy(`${name}-intake`, queues.intake.queue, rule.arn, args, opts),
    createQueuePolicy(`${name}-intake-dead`, queues.intake.dead, rule.arn, args, opts),
    createQueuePolicy(`${name}-confirm`, queues.confirm.queue, undefined, args, opts),
    createQueuePolicy(`${name}-confirm-dead`, queues.confirm.dead, undefined, args, opts),
  ];
  const target = new EventTarget(
    `${name}-landed-to-intake`,
    {
      region,
      rule: rule.name,
      targetId: "intake",
      arn: queues.intake.queue.arn,
      deadLetterConfig: { arn: queues.intake.dead.arn },
      retryPolicy: eventRetry,
    },
    { ...opts, dependsOn: policies },
  );
  const { bucket } = args.store.native.buckets.primary.landing;
  return new BucketNotification(
    `${name}-landing-events`,
    { region, bucket: bucket.bucket, eventbridge: true },
    { ...opts, deletedWith: bucket, dependsOn: [target] },
  );
}

function createLogGroup(name: string, args: RecordingIntakeArgs, opts: CustomResourceOptions): LogGroup {
  return new LogGroup(
    `${name}-admit-log`,
    {
      region: args.regions.primary,
      name: `/aws/lambda/${physicalName(args.scope, "function", "admit")}`,
      retentionInDays: functionPlan.logRetentionDays,
      tags: args.tags,
    },
    opts,
  );
}

function createAdmitFunction(
  name: string,
  role: Role,
  rolePolicy: RolePolicy,
  logGroup: LogGroup,
  queues: Queues,
  args: RecordingIntakeArgs,
  opts: CustomResourceOptions,
): LambdaFunction {
  return new LambdaFunction(
    `${name}-admit`,
    {
      region: args.regions.primary,
      name: physicalName(args.scope, "function", "admit"),
      description: "Checks, classifies and admits recordings, and confirms their DR copies",
      role: role.arn,
      runtime: functionPlan.runtime,
      architectures: [functionPlan.architecture],
      handler: "index.handler",
      code: functionArchive(args.admit, { "rules.json": args.rules }),
      timeout: functionPlan.timeoutSeconds,
      memorySize: functionPlan.memory,
      environment: { variables: admitEnvironment(queues, args) },
      loggingConfig: { logFormat: "JSON", logGroup: logGroup.name },
      tags: args.tags,
    },
    { ...opts, dependsOn: [rolePolicy] },
  );
}

/** Written through the schema that the handler reads, so a variable that it misses is missed here first. */
function admitEnvironment(queues: Queues, { store, regions, sources, scope }: RecordingIntakeArgs): Output<AdmitEnv> {
  const variables = {
    HOLDFAST_PRIMARY_REGION: regions.primary,
    HOLDFAST_DR_REGION: regions.dr,
    HOLDFAST_LANDING: store.locations.primary.landing,
    HOLDFAST_PRIMARY_METADATA: store.locations.primary.metadata,
    HOLDFAST_PRIMARY_MEDIA: store.locations.primary.media,
    HOLDFAST_DR_METADATA: store.locations.dr.metadata,
    HOLDFAST_DR_MEDIA: store.locations.dr.media,
    HOLDFAST_CATALOG: store.catalog,
    HOLDFAST_CONFIRM_QUEUE: queues.confirm.queue.url,
    HOLDFAST_GENESYS_ORGANIZATION: sources.genesys?.organization ?? "",
    HOLDFAST_PLAIN_LAYOUT: sources.plain ? "on" : "off",
    HOLDFAST_METRICS_NAMESPACE: metricsNamespace,
    HOLDFAST_STACK: scope.stack,
  } satisfies Record<keyof AdmitEnv, Input<string>>;
  return all(variables).apply((values) => admitEnv.parse(values));
}

/**
 * The function sends its own confirm queue the next look at what is still pending. After about 16 such rounds, less than three
 * hours of an outage, Lambda takes that for a runaway loop and refuses the message, unless the function says that it is meant
 * (Lambda Developer Guide, invocation-recursion). The growing delay of each round is the guard that AWS asks for.
 */
function allowConfirmLoop(
  name: string,
  admit: LambdaFunction,
  args: RecordingIntakeArgs,
  opts: CustomResourceOptions,
): Resource[] {
  const region = args.regions.primary;
  if (!detectsLoops(args.aws.partition, region)) return [];
  return [
    new FunctionRecursionConfig(
      `${name}-admit-recursion`,
      { region, functionName: admit.name, recursiveLoop: "Allow" },
      { ...opts, deletedWith: admit },
    ),
  ];
}

function createMappings(
  name: string,
  admit: LambdaFunction,
  before: readonly Resource[],
  queues: Queues,
  args: RecordingIntakeArgs,
  opts: CustomResourceOptions,
): void {
  const { replication, buckets } = args.store.native;
  // S3 replicates only what is written after the rule exists: events wait in the queue until it does.
  const ready = [...before, replication.metadata, replication.media, buckets.primary.landing.policy];
  for (const which of queueNames) {
    const plan = mappingPlans[which];
    new EventSourceMapping(
      `${name}-admit-from-${which}`,
      {
        region: args.regions.primary,
        functionName: admit.name,
        eventSourceArn: queues[which].queue.arn,
        batchSize: plan.batchSize,
        maximumBatchingWindowInSeconds: plan.windowSeconds,
        functionResponseTypes: ["ReportBatchItemFailures"],
        scalingConfig: { maximumConcurrency: plan.maximumConcurrency },
        tags: args.tags,
      },
      { ...opts, dependsOn: ready },
    );
  }
}

function createIntakeAlarms(
  name: string,
  admit: LambdaFunction,
  queues: Queues,
  args: RecordingIntakeArgs,
  opts: CustomResourceOptions,
): MetricAlarm[] {
  const { regions, scope, tags } = args;
  const context: AlarmContext = { regions, topics: args.store.native.topics, scope, tags };
  const dimensions: Record<AlarmSubject, Record<string, Input<string>>> = {
    intake: { QueueName: queues.intake.queue.name },
    "intake-dead": { QueueName: queues.intake.dead.name },
    confirm: { QueueName: queues.confirm.queue.name },
    "confirm-dead": { QueueName: queues.confirm.dead.name },
    function: { FunctionName: admit.name },
    stack: { Stack: scope.stack },
  };
  return intakeAlarms().map((alarm) => createAlarm(name, alarm, dimensions[alarm.of], context, opts));
}
