import { describe, expect, it } from "vitest";
import {
  detectsLoops,
  functionPlan,
  intakeAlarms,
  mappingPlans,
  maxReceiveCount,
  messageRetentionSeconds,
  metricsNamespace,
  visibilitySeconds,
} from "../../../components/recording-intake/plan.ts";
import { genesysGrants, genesysTrust, platformGrants } from "../../../components/recording-intake/roles.ts";

describe("queues and mappings", () => {
  // Lambda Developer Guide, services-sqs-configure: six timeouts plus the window; 6 × 300 + 1.
  it("hides a message for as long as its batch may take", () => {
    expect(functionPlan.timeoutSeconds).toBe(300);
    expect(visibilitySeconds("intake")).toBe(1_801);
    expect(visibilitySeconds("confirm")).toBe(1_801);
  });

  it("stays within the limits of Lambda and SQS", () => {
    for (const { batchSize, windowSeconds, maximumConcurrency } of Object.values(mappingPlans)) {
      expect(batchSize).toBeLessThanOrEqual(10);
      expect(windowSeconds).toBeLessThanOrEqual(300);
      expect(maximumConcurrency).toBeGreaterThanOrEqual(2);
      expect(maximumConcurrency).toBeLessThanOrEqual(1_000);
    }
    expect(maxReceiveCount).toBeGreaterThanOrEqual(5);
    expect(messageRetentionSeconds).toBe(1_209_600);
  });

  // Lambda Developer Guide, invocation-recursion: all commercial regions except Mexico (Central) and New Zealand.
  it.each([
    ["aws", "us-east-1", true],
    ["aws", "eu-central-2", true],
    ["aws", "mx-central-1", false],
    ["aws", "ap-southeast-6", false],
    ["aws-us-gov", "us-gov-west-1", false],
  ])("in %s %s Lambda looks for loops: %s", (partition, region, detects) => {
    expect(detectsLoops(partition, region)).toBe(detects);
  });
});

describe("intakeAlarms (promise 10)", () => {
  const alarms = Object.fromEntries(intakeAlarms().map((alarm) => [alarm.suffix, alarm]));

  it("watches queues, function and what the function reports", () => {
    expect(
      Object.fromEntries(Object.values(alarms).map(({ suffix, of, metric }) => [suffix, `${of} ${metric}`])),
    ).toEqual({
      "intake-dead-letters": "intake-dead ApproximateNumberOfMessagesVisible",
      "intake-late": "intake ApproximateAgeOfOldestMessage",
      "confirm-dead-letters": "confirm-dead ApproximateNumberOfMessagesVisible",
      "confirm-late": "confirm ApproximateAgeOfOldestMessage",
      "admit-errors": "function Errors",
      "admit-throttles": "function Throttles",
      quarantined: "stack RecordingsQuarantined",
      "unknown-keys": "stack LandingKeysNotUnderstood",
      "admissions-failed": "stack AdmissionsFailed",
      "confirmations-failed": "stack ConfirmationsFailed",
      "landing-objects-gone": "stack LandingObjectsGone",
      "read-backs-repaired": "stack ReadBacksRepaired",
      "dr-copies-repaired": "stack DrCopiesRepaired",
      "replications-failed": "stack ReplicationsFailed",
      "replications-late": "stack ReplicationsLate",
      "nothing-admitted": "stack RecordingsAdmitted",
    });
  });

  it("rings for the first event, and for silence only where silence is the trouble", () => {
    for (const { suffix, threshold, comparison, missingData, namespace, of } of Object.values(alarms)) {
      const silence = suffix === "nothing-admitted";
      expect(missingData, suffix).toBe(silence ? "breaching" : "notBreaching");
      expect(comparison, suffix).toBe(silence ? "LessThanThreshold" : "GreaterThanThreshold");
      if (!silence && !suffix.endsWith("-late")) expect(threshold, suffix).toBe(0);
      if (of === "stack") expect(namespace).toBe(metricsNamespace);
    }
    expect(alarms["intake-late"]?.threshold).toBe(900);
    expect(alarms["confirm-late"]?.threshold).toBe(2_700);
  });

  // The tries of one message are 1,801 s apart, so a recording that times out makes one error per half hour.
  it("rings for a single error of the function, and goes on ringing until the next try of the same message", () => {
    expect(alarms["admit-errors"]).toMatchObject({ threshold: 0, periods: 1, statistic: "Sum" });
    expect(alarms["admit-errors"]?.periodSeconds).toBeGreaterThan(visibilitySeconds("intake"));
  });

  it("asks CloudWatch for no longer than it looks back: seven days", () => {
    for (const { periodSeconds, periods } of Object.values(alarms))
      expect(periodSeconds * periods).toBeLessThanOrEqual(7 * 86_400);
  });
});

describe("roles (promise 9)", () => {
  it("Genesys Cloud proves its organization and may only write", () => {
    const source = {
      organization: "00000000-0000-4000-8000-000000000000",
      accountId: "765628985471",
      objectOwnership: "enforced",
    } as const;
    expect(genesysTrust(source, "aws").Statement).toEqual([
      {
        Sid: "AllowGenesysCloud",
        Effect: "Allow",
        Principal: { AWS: "arn:aws:iam::765628985471:root" },
        Action: "sts:AssumeRole",
        Condition: { StringEquals: { "sts:ExternalId": "00000000-0000-4000-8000-000000000000" } },
      },
    ]);
    const grants = genesysGrants(
      "arn:aws:s3:::landing",
      "arn:aws:kms:us-east-1:111122223333:key/p",
      "us-east-1",
    ).Statement;
    expect(grants.map(({ Action, Resource, Condition }) => [Action, Resource, Condition])).toEqual([
      [["s3:PutObject", "s3:PutObjectAcl"], "arn:aws:s3:::landing/*", undefined],
      [["s3:GetBucketLocation", "s3:GetEncryptionConfiguration"], "arn:aws:s3:::landing", undefined],
      [
        ["kms:Decrypt", "kms:GenerateDataKey"],
        "arn:aws:kms:us-east-1:111122223333:key/p",
        { StringEquals: { "kms:ViaService": "s3.us-east-1.amazonaws.com" } },
      ],
    ]);
  });

  it("Lambda reads the queues and writes the log", () => {
    expect(platformGrants(["q1", "q2"], "log").Statement.map(({ Action, Resource }) => [Action, Resource])).toEqual([
      [
        ["sqs:DeleteMessage", "sqs:GetQueueAttributes", "sqs:ReceiveMessage"],
        ["q1", "q2"],
      ],
      [["logs:CreateLogStream", "logs:PutLogEvents"], "log:*"],
    ]);
  });
});
