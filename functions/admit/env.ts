/** Environment of the admit function: one schema, which the component writes and the handler reads. */
import * as z from "zod/mini";

export const admitEnv = z.object({
  HOLDFAST_PRIMARY_REGION: z.string(),
  HOLDFAST_DR_REGION: z.string(),
  HOLDFAST_LANDING: z.string(),
  HOLDFAST_PRIMARY_METADATA: z.string(),
  HOLDFAST_PRIMARY_MEDIA: z.string(),
  HOLDFAST_DR_METADATA: z.string(),
  HOLDFAST_DR_MEDIA: z.string(),
  /** Name of the DynamoDB global table. */
  HOLDFAST_CATALOG: z.string(),
  /** URL of the queue that carries `confirm` messages. */
  HOLDFAST_CONFIRM_QUEUE: z.string(),
  /** Genesys organization id whose keys are accepted; empty: the Genesys layout is not read. */
  HOLDFAST_GENESYS_ORGANIZATION: z.string(),
  /** `on` reads the plain layout. */
  HOLDFAST_PLAIN_LAYOUT: z.enum(["on", "off"]),
  /** CloudWatch namespace of the metrics that the function publishes. */
  HOLDFAST_METRICS_NAMESPACE: z.string(),
  /** Value of the `Stack` dimension of those metrics. */
  HOLDFAST_STACK: z.string(),
});

export type AdmitEnv = z.infer<typeof admitEnv>;
