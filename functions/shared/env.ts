/** Parts of environments that several functions have. */
import * as z from "zod/mini";

/** Both sites' regions, the metrics, and where the function runs. */
export const stackEnv = {
  /** Site that this copy of the function runs in; its region is `AWS_REGION`. */
  HOLDFAST_SITE: z.enum(["primary", "dr"]),
  HOLDFAST_PRIMARY_REGION: z.string(),
  HOLDFAST_DR_REGION: z.string(),
  /** CloudWatch namespace of the metrics that the function publishes. */
  HOLDFAST_METRICS_NAMESPACE: z.string(),
  /** Value of the `Stack` dimension of those metrics. */
  HOLDFAST_STACK: z.string(),
};

/** Store buckets of both sites. */
export const bucketsEnv = {
  HOLDFAST_PRIMARY_METADATA: z.string(),
  HOLDFAST_PRIMARY_MEDIA: z.string(),
  HOLDFAST_DR_METADATA: z.string(),
  HOLDFAST_DR_MEDIA: z.string(),
};

/** DynamoDB global tables, the same name in both regions. */
export const tablesEnv = {
  HOLDFAST_CATALOG: z.string(),
  HOLDFAST_LEDGER: z.string(),
  HOLDFAST_AGENDA: z.string(),
};

/** WORM bucket of the own site, in which the own region's chain is. */
export const auditEnv = { HOLDFAST_AUDIT: z.string() };
