/** The Lambda function. Replacements: Terraform AWS provider, `aws_lambda_function`. */
import { createHash } from "node:crypto";
import type {
  Architecture,
  FunctionConfiguration,
  Lambda,
  LogFormat,
  Runtime,
  TracingMode,
} from "@aws-sdk/client-lambda";
import type { FunctionArgs } from "@pulumi/aws/lambda/function.js";
import { ProviderError } from "../../codes.ts";
import { zipOf } from "../../engine/archive.ts";
import { type ArchiveValue, archiveOfHash, type Props } from "../../engine/values.ts";
import { ifThere } from "../clients.ts";
import { type AwsJob, client, compact, row, surplus } from "../row.ts";

type Job = AwsJob<FunctionArgs>;
const missing = "ResourceNotFoundException";

export const lambdaFunction = row<FunctionArgs>({
  type: "aws:lambda/function:Function",
  supports: [
    "architectures",
    "code",
    "deadLetterConfig",
    "description",
    "environment",
    "ephemeralStorage",
    "handler",
    "kmsKeyArn",
    "layers",
    "loggingConfig",
    "memorySize",
    "name",
    "packageType",
    "publish",
    "region",
    "reservedConcurrentExecutions",
    "role",
    "runtime",
    "skipDestroy",
    "sourceCodeHash",
    "tags",
    "timeout",
    "tracingConfig",
  ],
  naming: { property: "name", max: 64 },
  identity: ["name"],
  replaceOn: ["name", "packageType"],
  // Lambda API Reference, CreateFunction; -1: no reservation (Terraform AWS provider).
  defaults: {
    architectures: ["x86_64"],
    description: "",
    "ephemeralStorage.size": 512,
    memorySize: 128,
    packageType: "Zip",
    publish: false,
    reservedConcurrentExecutions: -1,
    skipDestroy: false,
    timeout: 3,
  },
  computed: [
    "ephemeralStorage",
    "loggingConfig",
    "loggingConfig.applicationLogLevel",
    "loggingConfig.logGroup",
    "loggingConfig.systemLogLevel",
    "sourceCodeHash",
    "tracingConfig",
  ],
  sets: ["architectures"],
  local: ["publish", "skipDestroy", "sourceCodeHash"],
  volatile: ["codeSha256", "sourceCodeSize", "lastModified", "version", "qualifiedArn"],
  tagged: true,

  async create(job) {
    const lambda = await client(job, "lambda");
    const { inputs } = job;
    const FunctionName = inputs.name ?? "";
    await lambda.createFunction({
      ...configuration(job),
      FunctionName,
      Code: { ZipFile: codeOf(job) },
      Architectures: inputs.architectures as Architecture[],
      PackageType: inputs.packageType as "Zip",
      Publish: inputs.publish,
      Tags: job.tags,
    });
    job.created(FunctionName);
    await settled(lambda, FunctionName);
    await reserve(lambda, job);
    return FunctionName;
  },

  async read(job) {
    const lambda = await client(job, "lambda");
    const FunctionName = job.id;
    const found = await ifThere(lambda.getFunction({ FunctionName }), missing);
    if (!found?.Configuration) return undefined;
    const { ReservedConcurrentExecutions } = await lambda.getFunctionConcurrency({ FunctionName });
    const has = found.Configuration;
    return {
      ...settings(has),
      arn: has.FunctionArn,
      invokeArn: `arn:aws:apigateway:${job.region}:lambda:path/2015-03-31/functions/${has.FunctionArn}/invocations`,
      qualifiedArn: `${has.FunctionArn}:${has.Version}`,
      version: has.Version,
      lastModified: has.LastModified,
      codeSha256: has.CodeSha256,
      sourceCodeHash: has.CodeSha256,
      sourceCodeSize: has.CodeSize,
      code: codeInPlace(job, has.CodeSha256),
      reservedConcurrentExecutions: ReservedConcurrentExecutions ?? -1,
      tags: found.Tags ?? {},
    };
  },

  async update(job, changed) {
    const lambda = await client(job, "lambda");
    const FunctionName = job.id;
    const { inputs } = job;
    if (changed.has("code") || changed.has("architectures") || changed.has("sourceCodeHash")) {
      await lambda.updateFunctionCode({
        FunctionName,
        ZipFile: codeOf(job),
        Architectures: inputs.architectures as Architecture[],
        Publish: inputs.publish,
      });
      await settled(lambda, FunctionName);
    }
    if ([...changed].some((property) => inConfiguration.has(property))) {
      await lambda.updateFunctionConfiguration({ ...configuration(job), FunctionName });
      await settled(lambda, FunctionName);
    }
    if (changed.has("reservedConcurrentExecutions")) await reserve(lambda, job);
    if (changed.has("tags")) {
      const Resource = String(job.state.arn);
      const TagKeys = surplus(job);
      if (TagKeys.length > 0) await lambda.untagResource({ Resource, TagKeys });
      if (Object.keys(job.tags).length > 0) await lambda.tagResource({ Resource, Tags: job.tags });
    }
  },

  async delete(job) {
    if (job.inputs.skipDestroy) return;
    const lambda = await client(job, "lambda");
    await ifThere(lambda.deleteFunction({ FunctionName: job.id }), missing);
  },
});

const inConfiguration = new Set([
  "deadLetterConfig",
  "description",
  "environment",
  "ephemeralStorage",
  "handler",
  "kmsKeyArn",
  "layers",
  "loggingConfig",
  "memorySize",
  "role",
  "runtime",
  "timeout",
  "tracingConfig",
]);

/** The settings that creation and UpdateFunctionConfiguration share. What is not stated is stated as none. */
function configuration({ inputs }: Job) {
  return {
    Role: inputs.role,
    Runtime: inputs.runtime as Runtime,
    Handler: inputs.handler,
    Description: inputs.description,
    Timeout: inputs.timeout,
    MemorySize: inputs.memorySize,
    Environment: { Variables: inputs.environment?.variables ?? {} },
    KMSKeyArn: inputs.kmsKeyArn ?? "",
    DeadLetterConfig: { TargetArn: inputs.deadLetterConfig?.targetArn ?? "" },
    Layers: inputs.layers ?? [],
    ...(inputs.ephemeralStorage ? { EphemeralStorage: { Size: inputs.ephemeralStorage.size } } : {}),
    ...(inputs.tracingConfig ? { TracingConfig: { Mode: inputs.tracingConfig.mode as TracingMode } } : {}),
    ...(inputs.loggingConfig
      ? {
          LoggingConfig: {
            LogFormat: inputs.loggingConfig.logFormat as LogFormat,
            LogGroup: inputs.loggingConfig.logGroup,
            ApplicationLogLevel: inputs.loggingConfig.applicationLogLevel as "INFO",
            SystemLogLevel: inputs.loggingConfig.systemLogLevel as "INFO",
          },
        }
      : {}),
  };
}

const settings = (has: FunctionConfiguration): Props => ({
  architectures: has.Architectures,
  deadLetterConfig: has.DeadLetterConfig?.TargetArn ? { targetArn: has.DeadLetterConfig.TargetArn } : undefined,
  description: has.Description ?? "",
  environment: has.Environment?.Variables && { variables: has.Environment.Variables },
  ephemeralStorage: has.EphemeralStorage && { size: has.EphemeralStorage.Size },
  handler: has.Handler,
  kmsKeyArn: has.KMSKeyArn || undefined,
  layers: has.Layers?.map((layer) => layer.Arn),
  loggingConfig:
    has.LoggingConfig &&
    compact({
      logFormat: has.LoggingConfig.LogFormat,
      logGroup: has.LoggingConfig.LogGroup,
      applicationLogLevel: has.LoggingConfig.ApplicationLogLevel,
      systemLogLevel: has.LoggingConfig.SystemLogLevel,
    }),
  memorySize: has.MemorySize,
  name: has.FunctionName,
  packageType: has.PackageType,
  role: has.Role,
  runtime: has.Runtime,
  timeout: has.Timeout,
  tracingConfig: has.TracingConfig && { mode: has.TracingConfig.Mode },
});

function codeOf(job: Job): Buffer {
  if (job.inputs.code) return zipOf(job.inputs.code as unknown as ArchiveValue);
  throw new ProviderError("HF5511", `aws:lambda/function:Function ${job.inputs.name} needs the property "code"`);
}

/**
 * The code as the cloud has it: the program's own as long as nobody else put another one there, else an archive that
 * is known by its hash only, so that the next update puts the program's code back.
 */
function codeInPlace(job: Job, sha256: string | undefined): unknown {
  const code = job.inputs.code as unknown as (ArchiveValue & Props) | undefined;
  if (code === undefined) return undefined;
  const expected = hasContent(code) ? createHash("sha256").update(zipOf(code)).digest("base64") : job.state.codeSha256;
  if (expected === undefined || expected === sha256) return code;
  return archiveOfHash(Buffer.from(sha256 ?? "", "base64").toString("hex"));
}

/** On a read the engine sends archives without their content. */
const hasContent = (code: ArchiveValue): boolean =>
  code.path !== undefined || Object.keys(code.assets ?? {}).length > 0;

async function reserve(lambda: Lambda, job: Job): Promise<void> {
  const FunctionName = job.inputs.name ?? job.id;
  const ReservedConcurrentExecutions = job.inputs.reservedConcurrentExecutions ?? -1;
  if (ReservedConcurrentExecutions >= 0) {
    await lambda.putFunctionConcurrency({ FunctionName, ReservedConcurrentExecutions });
  } else if (job.id !== "") await lambda.deleteFunctionConcurrency({ FunctionName });
}

/** Waits until the function is active and its last update is through. */
async function settled(lambda: Lambda, FunctionName: string): Promise<void> {
  for (let attempt = 0; attempt < 300; attempt++) {
    const { Configuration } = await lambda.getFunction({ FunctionName });
    const state = Configuration?.State ?? "Active";
    const update = Configuration?.LastUpdateStatus ?? "Successful";
    if (state === "Active" && update === "Successful") return;
    if (state === "Failed" || update === "Failed") {
      const reason = Configuration?.StateReason ?? Configuration?.LastUpdateStatusReason;
      throw new ProviderError(
        "HF5524",
        `the function ${FunctionName} is ${state}, its last update ${update}: ${reason}`,
      );
    }
    await new Promise((resolve) => setTimeout(resolve, Math.min(25 * 2 ** attempt, 1000)));
  }
  throw new ProviderError("HF5524", `the function ${FunctionName} did not become active within five minutes`);
}
