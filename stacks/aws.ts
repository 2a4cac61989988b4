/** The AWS stack: one provider for both regions, and the components in the order in which they need each other. */
import { deferredOutput, type Output } from "@pulumi/pulumi";
import { RecordingIntake } from "../components/recording-intake/index.ts";
import { ReplicatedRecordingStore } from "../components/replicated-recording-store/index.ts";
import { RetentionPolicy } from "../components/retention-policy/index.ts";
import { lookUpAccount } from "../components/support/account.ts";
import { Provider, type ProviderArgs } from "../components/support/aws-resources.ts";
import type { FunctionBundle, FunctionName } from "../components/support/bundles.ts";
import { stackTags } from "../components/support/tags.ts";
import { HoldfastError } from "../model/errors.ts";
import type { Settings } from "../model/settings.ts";
import type { StackOutputs } from "./outputs.ts";

export interface StackInput {
  readonly project: string;
  readonly stack: string;
  readonly settings: Settings;
  /** Awaited before the first component is made. */
  readonly bundles: Promise<Readonly<Record<FunctionName, FunctionBundle>>>;
}

/** @throws HoldfastError `HF4006` for a stack of another cloud, and what `lookUpAccount` throws. */
export async function awsStack({ project, stack, settings, bundles: building }: StackInput): Promise<StackOutputs> {
  if (settings.cloud !== "aws")
    throw new HoldfastError("HF4006", `holdfast:cloud is ${settings.cloud}; this version has aws.`);
  const { removal, sources, access } = settings;
  const regions = { primary: settings.primaryRegion, dr: settings.drRegion };
  const targets = { metadata: settings.metadata, media: settings.media };
  const tags = stackTags(settings.tags, project, stack);

  // Explicit providers do not read `aws:*` config, so what is configured there is handed on.
  const provider = new Provider("aws", { ...(settings.provider as ProviderArgs), region: regions.primary });
  const [aws, bundles] = await Promise.all([lookUpAccount(access.deployers, provider), building]);
  const scope = { project, stack, accountId: aws.accountId };
  const common = { regions, removal, tags, scope, aws };

  // The store's policies name roles of the intake, which itself needs the store.
  const [admitRole, setAdmitRole] = deferredOutput<string>();
  const [genesysRole, setGenesysRole] = deferredOutput<string>();
  const store = new ReplicatedRecordingStore(
    "store",
    {
      ...common,
      targets,
      access,
      admitRole,
      landing: {
        ownership: sources.genesys?.objectOwnership ?? "enforced",
        roles: sources.genesys ? [genesysRole] : [],
        plainWriters: sources.plain?.writers ?? [],
      },
      volumes: settings.volumes,
      alertEmail: settings.alerts.email,
    },
    { provider },
  );
  const intake = new RecordingIntake(
    "intake",
    { ...common, store, sources, rules: settings.admission, admit: bundles.admit },
    { provider },
  );
  setAdmitRole(intake.admitRole);
  if (intake.genesysRole) setGenesysRole(intake.genesysRole);
  new RetentionPolicy("retention", { store, regions, classes: settings.retention, targets }, { provider });

  const functions: Record<string, Output<string>> = { ...intake.functions };
  const { locations, catalog } = store;
  return { cloud: "aws", primaryRegion: regions.primary, drRegion: regions.dr, locations, catalog, functions };
}
