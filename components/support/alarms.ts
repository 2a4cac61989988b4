/** Alarms as plans (pure, tested) and the one function that makes them. */
import type { CustomResourceOptions, Input } from "@pulumi/pulumi";
import type { Site } from "../../model/cloud.ts";
import { MetricAlarm, type Topic } from "./aws-resources.ts";
import { type NameScope, physicalName } from "./naming.ts";
import type { Tags } from "./tags.ts";

export interface AlarmPlan {
  /** Suffix of the child's name and part of the physical name. */
  readonly suffix: string;
  /** Site whose region the metric is published in; the alarm must be there too. */
  readonly site: Site;
  readonly namespace: string;
  readonly metric: string;
  readonly statistic: "Maximum" | "Sum" | "SampleCount";
  readonly comparison: "GreaterThanThreshold" | "LessThanThreshold";
  readonly threshold: number;
  readonly periodSeconds: number;
  readonly periods: number;
  readonly missingData: "ignore" | "notBreaching" | "breaching";
  /** What happened and what to do, for the person who is woken. */
  readonly description: string;
}

export interface AlarmContext {
  readonly regions: Readonly<Record<Site, string>>;
  readonly topics: Readonly<Record<Site, Topic>>;
  readonly scope: NameScope;
  readonly tags: Tags;
}

/** Makes one planned alarm; it tells its topic both that the alarm began and that it ended. */
export function createAlarm(
  name: string,
  plan: AlarmPlan,
  dimensions: Readonly<Record<string, Input<string>>>,
  context: AlarmContext,
  opts: CustomResourceOptions,
): MetricAlarm {
  const topic = context.topics[plan.site].arn;
  return new MetricAlarm(
    `${name}-${plan.suffix}`,
    {
      region: context.regions[plan.site],
      name: physicalName(context.scope, "alarm", plan.suffix),
      alarmDescription: plan.description,
      namespace: plan.namespace,
      metricName: plan.metric,
      dimensions,
      statistic: plan.statistic,
      comparisonOperator: plan.comparison,
      threshold: plan.threshold,
      period: plan.periodSeconds,
      evaluationPeriods: plan.periods,
      treatMissingData: plan.missingData,
      alarmActions: [topic],
      okActions: [topic],
      tags: context.tags,
    },
    opts,
  );
}
