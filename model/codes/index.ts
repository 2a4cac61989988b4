/** Every code that a message of Holdfast can carry, with its paragraph for docs/troubleshooting.md. */
import { admissionCodes } from "./admission.ts";
import { cloudCodes } from "./cloud.ts";
import { configCodes } from "./config.ts";
import { deployCodes } from "./deploy.ts";

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
};
