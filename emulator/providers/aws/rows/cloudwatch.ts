/** Rows of Amazon CloudWatch. Replacements: Terraform AWS provider, `aws_cloudwatch_metric_alarm` and `…_log_group`. */
import type { ComparisonOperator, Dimension, StandardUnit, Statistic } from "@aws-sdk/client-cloudwatch";
import type { CloudWatchLogs, LogGroupClass } from "@aws-sdk/client-cloudwatch-logs";
import type { LogGroupArgs } from "@pulumi/aws/cloudwatch/logGroup.js";
import type { MetricAlarmArgs } from "@pulumi/aws/cloudwatch/metricAlarm.js";
import { ifThere } from "../clients.ts";
import { type AwsJob, client, compact, row, surplus, tagList, tagMap } from "../row.ts";

export const metricAlarm = row<MetricAlarmArgs>({
  type: "aws:cloudwatch/metricAlarm:MetricAlarm",
  supports: [
    "actionsEnabled",
    "alarmActions",
    "alarmDescription",
    "comparisonOperator",
    "datapointsToAlarm",
    "dimensions",
    "evaluationPeriods",
    "insufficientDataActions",
    "metricName",
    "name",
    "namespace",
    "okActions",
    "period",
    "region",
    "statistic",
    "tags",
    "threshold",
    "treatMissingData",
    "unit",
  ],
  refuses: {
    evaluateLowSampleCountPercentiles: "the emulated CloudWatch has no percentiles",
    extendedStatistic: "the emulated CloudWatch has no percentiles",
    metricQueries: "the emulated CloudWatch drops metric math",
    thresholdMetricId: "the emulated CloudWatch drops metric math",
  },
  naming: { property: "name", max: 255 },
  identity: ["name"],
  replaceOn: ["name"],
  defaults: { actionsEnabled: true, treatMissingData: "missing" },
  sets: ["alarmActions", "insufficientDataActions", "okActions"],
  tagged: true,

  async create(job) {
    await putAlarm(job);
    return job.inputs.name ?? "";
  },
  async read(job) {
    const cloudwatch = await client(job, "cloudwatch");
    const found = await cloudwatch.describeAlarms({ AlarmNames: [job.id], AlarmTypes: ["MetricAlarm"] });
    const has = found.MetricAlarms?.find((a) => a.AlarmName === job.id);
    if (!has) return undefined;
    const { Tags } = await cloudwatch.listTagsForResource({ ResourceARN: has.AlarmArn });
    return {
      ...compact({
        actionsEnabled: has.ActionsEnabled,
        alarmActions: has.AlarmActions,
        alarmDescription: has.AlarmDescription || undefined,
        comparisonOperator: has.ComparisonOperator,
        datapointsToAlarm: has.DatapointsToAlarm,
        dimensions: fromDimensions(has.Dimensions),
        evaluationPeriods: has.EvaluationPeriods,
        insufficientDataActions: has.InsufficientDataActions,
        metricName: has.MetricName || undefined,
        namespace: has.Namespace || undefined,
        okActions: has.OKActions,
        period: has.Period || undefined,
        statistic: has.Statistic || undefined,
        threshold: has.Threshold,
        treatMissingData: has.TreatMissingData,
        unit: has.Unit || undefined,
      }),
      arn: has.AlarmArn,
      name: has.AlarmName,
      tags: tagMap(Tags),
    };
  },
  async update(job, changed) {
    const cloudwatch = await client(job, "cloudwatch");
    if ([...changed].some((property) => property !== "tags")) await putAlarm(job);
    if (!changed.has("tags")) return;
    const ResourceARN = String(job.state.arn);
    const TagKeys = surplus(job);
    if (TagKeys.length > 0) await cloudwatch.untagResource({ ResourceARN, TagKeys });
    const Tags = tagList(job.tags);
    if (Tags.length > 0) await cloudwatch.tagResource({ ResourceARN, Tags });
  },
  async delete(job) {
    const cloudwatch = await client(job, "cloudwatch");
    await ifThere(cloudwatch.deleteAlarms({ AlarmNames: [job.id] }), "ResourceNotFound");
  },
});

type Alarm = AwsJob<MetricAlarmArgs>;

/** The whole alarm: PutMetricAlarm overwrites what it is not told (CloudWatch API Reference). */
async function putAlarm(job: Alarm): Promise<void> {
  const cloudwatch = await client(job, "cloudwatch");
  const { inputs } = job;
  await cloudwatch.putMetricAlarm({
    AlarmName: inputs.name,
    ActionsEnabled: inputs.actionsEnabled,
    AlarmActions: inputs.alarmActions?.map(String),
    AlarmDescription: inputs.alarmDescription,
    ComparisonOperator: inputs.comparisonOperator as ComparisonOperator,
    DatapointsToAlarm: inputs.datapointsToAlarm,
    Dimensions: toDimensions(inputs.dimensions),
    EvaluationPeriods: inputs.evaluationPeriods,
    InsufficientDataActions: inputs.insufficientDataActions?.map(String),
    MetricName: inputs.metricName,
    Namespace: inputs.namespace,
    OKActions: inputs.okActions?.map(String),
    Period: inputs.period,
    Statistic: inputs.statistic as Statistic,
    Tags: tagList(job.tags),
    Threshold: inputs.threshold,
    TreatMissingData: inputs.treatMissingData,
    Unit: inputs.unit as StandardUnit,
  });
}

const toDimensions = (dimensions: Readonly<Record<string, string>> | undefined): Dimension[] | undefined =>
  dimensions && Object.entries(dimensions).map(([Name, Value]) => ({ Name, Value }));

const fromDimensions = (dimensions: readonly Dimension[] | undefined): Record<string, string> | undefined =>
  dimensions?.length ? Object.fromEntries(dimensions.map((d) => [d.Name ?? "", d.Value ?? ""])) : undefined;

export const logGroup = row<LogGroupArgs>({
  type: "aws:cloudwatch/logGroup:LogGroup",
  supports: ["logGroupClass", "name", "namePrefix", "region", "retentionInDays", "skipDestroy", "tags"],
  refuses: { kmsKeyId: "the emulated CloudWatch Logs has no call that changes the key" },
  naming: { property: "name", prefix: "namePrefix", max: 512 },
  identity: ["name"],
  replaceOn: ["logGroupClass", "name", "namePrefix"],
  // 0: kept for ever (Terraform AWS provider).
  defaults: { retentionInDays: 0, skipDestroy: false },
  computed: ["logGroupClass"],
  local: ["skipDestroy"],
  tagged: true,

  async create(job) {
    const logs = await client(job, "logs");
    const { inputs } = job;
    const logGroupName = inputs.name ?? "";
    await logs.createLogGroup({
      logGroupName,
      logGroupClass: inputs.logGroupClass as LogGroupClass,
      ...(Object.keys(job.tags).length > 0 ? { tags: job.tags } : {}),
    });
    job.created(logGroupName);
    if (inputs.retentionInDays)
      await logs.putRetentionPolicy({ logGroupName, retentionInDays: inputs.retentionInDays });
    return logGroupName;
  },
  async read(job) {
    const logs = await client(job, "logs");
    const has = await findGroup(logs, job.id);
    if (!has) return undefined;
    const arn = has.arn?.replace(/:\*$/, "");
    const { tags } = await logs.listTagsForResource({ resourceArn: arn });
    return {
      arn,
      logGroupClass: has.logGroupClass,
      name: has.logGroupName,
      retentionInDays: has.retentionInDays ?? 0,
      tags: tags ?? {},
    };
  },
  async update(job, changed) {
    const logs = await client(job, "logs");
    const { inputs, id: logGroupName } = job;
    if (changed.has("retentionInDays")) {
      const { retentionInDays } = inputs;
      if (retentionInDays) await logs.putRetentionPolicy({ logGroupName, retentionInDays });
      else await logs.deleteRetentionPolicy({ logGroupName });
    }
    if (changed.has("tags")) {
      const resourceArn = String(job.state.arn);
      const tagKeys = surplus(job);
      if (tagKeys.length > 0) await logs.untagResource({ resourceArn, tagKeys });
      if (Object.keys(job.tags).length > 0) await logs.tagResource({ resourceArn, tags: job.tags });
    }
  },
  async delete(job) {
    if (job.inputs.skipDestroy) return;
    const logs = await client(job, "logs");
    await ifThere(logs.deleteLogGroup({ logGroupName: job.id }), "ResourceNotFoundException");
  },
});

async function findGroup(logs: CloudWatchLogs, name: string) {
  let nextToken: string | undefined;
  do {
    const page = await logs.describeLogGroups({ logGroupNamePrefix: name, nextToken });
    const found = page.logGroups?.find((g) => g.logGroupName === name);
    if (found) return found;
    nextToken = page.nextToken;
  } while (nextToken);
  return undefined;
}
