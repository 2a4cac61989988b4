/** Sizes, times and alarms of the intake, as data. Pure. */
import { duration, inDays, inSeconds } from "../../model/duration.ts";
import { type MetricName, metricNames } from "../../model/metric-names.ts";
import type { AlarmPlan } from "../support/alarms.ts";

/** CloudWatch namespace and dimension of what the functions report. */
export const metricsNamespace = "Holdfast";

/** The two queues of the admission function: what landed, and what waits for its DR copy. */
export const queueNames = ["intake", "confirm"] as const;
export type QueueName = (typeof queueNames)[number];

export const functionPlan = {
  runtime: "nodejs22.x",
  architecture: "arm64",
  /** Megabytes at which Lambda gives one whole vCPU (Lambda Developer Guide, configuration-memory): hashing is CPU-bound. */
  memory: 1_769,
  /** The largest recording that is admitted (4 GB) is read at about 75 MB/s and then copied by S3; twice that time. */
  timeoutSeconds: inSeconds(duration("300 seconds")),
  logRetentionDays: inDays(duration("90 days")),
} as const;

export interface MappingPlan {
  readonly batchSize: number;
  /** A recording's two files land within moments of each other, so waiting briefly brings both into one batch. */
  readonly windowSeconds: number;
  /** Batches at once. Bounded so that a backlog cannot take the account's whole concurrency. */
  readonly maximumConcurrency: number;
}

export const mappingPlans: Readonly<Record<QueueName, MappingPlan>> = {
  intake: { batchSize: 10, windowSeconds: 1, maximumConcurrency: 20 },
  confirm: { batchSize: 10, windowSeconds: 1, maximumConcurrency: 5 },
};

/** Deliveries of one message before it goes to the dead-letter queue; fewer lose messages to throttling (Lambda Developer Guide, services-sqs-configure). */
export const maxReceiveCount = 5;
/** The longest that SQS keeps a message: an outage of days must not lose the news of what landed. */
export const messageRetentionSeconds = inSeconds(duration("14 days"));

/** EventBridge's longest and most: 24 hours, 185 attempts (EventBridge User Guide, eb-rule-retry-policy). */
export const eventRetry = {
  maximumEventAgeInSeconds: inSeconds(duration("24 hours")),
  maximumRetryAttempts: 185,
} as const;

const withoutLoopDetection: readonly string[] = ["ap-southeast-6", "mx-central-1"];

/**
 * True where Lambda stops a function that is invoked about 16 times in one chain of messages: in all commercial regions but
 * two (Lambda Developer Guide, invocation-recursion).
 */
export const detectsLoops = (partition: string, region: string): boolean =>
  partition === "aws" && !withoutLoopDetection.includes(region);

/** Six times the function's timeout plus the window, or a slow batch is delivered twice (Lambda Developer Guide, services-sqs-configure). */
export function visibilitySeconds(queue: QueueName): number {
  return 6 * functionPlan.timeoutSeconds + mappingPlans[queue].windowSeconds;
}

/** What an alarm's dimensions are taken from. */
export type AlarmSubject = QueueName | `${QueueName}-dead` | "function" | "stack";
export interface IntakeAlarm extends AlarmPlan {
  readonly of: AlarmSubject;
}

/** Oldest waiting message that is still in time. Messages of `confirm` may rightly wait 15 minutes before their first delivery. */
const oldestInTime = { intake: duration("15 minutes"), confirm: duration("45 minutes") } as const;

/**
 * All alarms of the intake, in the primary region. Counts that are zero are not published, so for them missing data is
 * good; where silence itself is the trouble it breaches.
 */
export function intakeAlarms(): IntakeAlarm[] {
  return [...queueNames.flatMap(queueAlarms), ...functionAlarms(), ...metricAlarms()];
}

const inPrimary = {
  site: "primary",
  comparison: "GreaterThanThreshold",
  threshold: 0,
  missingData: "notBreaching",
} as const;

function queueAlarms(queue: QueueName): IntakeAlarm[] {
  const ofQueue = { ...inPrimary, namespace: "AWS/SQS", statistic: "Maximum" } as const;
  const oldest = oldestInTime[queue];
  return [
    {
      ...ofQueue,
      suffix: `${queue}-dead-letters`,
      of: `${queue}-dead`,
      metric: "ApproximateNumberOfMessagesVisible",
      periodSeconds: 300,
      periods: 1,
      description: `Messages of the ${queue} queue were given up after ${maxReceiveCount} attempts: those recordings are ${queue === "intake" ? "not admitted" : "admitted but not confirmed in DR, and stay in the landing"}. Find the cause in the function's log, then redrive the queue.`,
    },
    {
      ...ofQueue,
      suffix: `${queue}-late`,
      of: queue,
      metric: "ApproximateAgeOfOldestMessage",
      threshold: inSeconds(oldest),
      periodSeconds: 300,
      periods: 1,
      description: `The oldest message of the ${queue} queue is older than ${oldest.text}: the function does not keep up, or fails.`,
    },
  ];
}

function functionAlarms(): IntakeAlarm[] {
  const ofFunction = {
    ...inPrimary,
    of: "function",
    namespace: "AWS/Lambda",
    statistic: "Sum",
  } as const;
  return [
    {
      // One recording that takes the function's whole time fails once per delivery, and deliveries are half an hour apart
      // (`visibilitySeconds`): a single error must ring, and the hour makes its deliveries one alarm instead of five.
      ...ofFunction,
      suffix: "admit-errors",
      metric: "Errors",
      periodSeconds: inSeconds(duration("1 hour")),
      periods: 1,
      description:
        "The admission function failed as a whole at least once within an hour: a timeout, a crash or a broken start. Its batch is tried again; its log tells the cause.",
    },
    {
      ...ofFunction,
      suffix: "admit-throttles",
      metric: "Throttles",
      periodSeconds: 300,
      periods: 3,
      description:
        "The admission function was throttled for 15 minutes: something else uses up the account's Lambda concurrency.",
    },
  ];
}

function metricAlarms(): IntakeAlarm[] {
  const counted = (suffix: string, metric: MetricName, description: string): IntakeAlarm => ({
    ...inPrimary,
    suffix,
    of: "stack",
    namespace: metricsNamespace,
    metric,
    statistic: "Sum",
    periodSeconds: 300,
    periods: 1,
    description,
  });
  // No alarm on `RecordingsWaitingForPair`: the first of a recording's two files always waits for the other.
  return [
    counted(
      "quarantined",
      metricNames.quarantined,
      "Recordings failed a check at admission and are in quarantine: export them again.",
    ),
    counted(
      "unknown-keys",
      metricNames.unknownKey,
      "Objects landed under keys that no configured source writes; they stay in the landing.",
    ),
    counted(
      "admissions-failed",
      metricNames.admissionFailed,
      "Admissions failed and will be tried again; the dead-letter alarm follows if that does not help.",
    ),
    counted(
      "confirmations-failed",
      metricNames.confirmationFailed,
      "Admitted recordings could not be confirmed in DR and will be looked at again; the dead-letter alarm follows if that does not help.",
    ),
    counted(
      "landing-objects-gone",
      metricNames.landingGone,
      "Objects were removed from the landing before they were admitted: nothing that Holdfast deploys does that. Export them again, and find out who deleted them.",
    ),
    counted(
      "read-backs-repaired",
      metricNames.readBackRepaired,
      "Objects did not have the lock or the tags that they were written with, and were given them: the store lost them, or somebody changed them.",
    ),
    counted(
      "dr-copies-repaired",
      metricNames.drRepaired,
      "DR copies did not have the lock or the tags of their primary, and were given them: somebody changed them, or replication lost them or was slower than a later hold or classification.",
    ),
    counted(
      "replications-failed",
      metricNames.replicationFailed,
      "Admitted objects are not safe in both regions: S3 gave up replicating them, or the two copies differ. The function's log names each.",
    ),
    counted("replications-late", metricNames.replicationLate, "Admitted objects were not seen in DR within their RPO."),
    {
      ...counted(
        "nothing-admitted",
        metricNames.admitted,
        "No recording was admitted for three days: has the platform stopped exporting?",
      ),
      comparison: "LessThanThreshold",
      threshold: 1,
      periodSeconds: inSeconds(duration("1 day")),
      periods: 3,
      missingData: "breaching",
    },
  ];
}
