/** Every code that a message of Holdfast can carry, with its paragraph for docs/troubleshooting.md. */
import { admissionCodes } from "./admission.ts";
import { auditCodes } from "./audit.ts";
import { cliCodes } from "./cli.ts";
import { cloudCodes } from "./cloud.ts";
import { configCodes } from "./config.ts";
import { deployCodes } from "./deploy.ts";
import { holdApiCodes } from "./hold-api.ts";
import { holdWorkerCodes } from "./hold-worker.ts";
import { reconcileCodes } from "./reconcile.ts";

export interface CodeParagraph {
  readonly title: string;
  readonly meaning: string;
  readonly fix: string;
}

export const codes: Readonly<Record<string, CodeParagraph>> = {
  ...configCodes,
  ...admissionCodes,
  ...cloudCodes,
  ...deployCodes,
  ...holdApiCodes,
  ...holdWorkerCodes,
  ...reconcileCodes,
  ...auditCodes,
  ...cliCodes,
};
