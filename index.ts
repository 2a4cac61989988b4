import { getProject, getStack } from "@pulumi/pulumi";
import { buildFunctions, functionEntries } from "./components/support/bundles.ts";
import { awsStack } from "./stacks/aws.ts";
import { readSettings, reported } from "./stacks/report.ts";

const outputs = await reported(async () => {
  const settings = await readSettings();
  // Not awaited here: the account is looked up while the functions are built.
  const bundles = buildFunctions(import.meta.dirname, functionEntries);
  return awsStack({ project: getProject(), stack: getStack(), settings, bundles });
});

export const { cloud, primaryRegion, drRegion, locations, catalog, functions } = outputs;
