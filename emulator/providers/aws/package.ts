import { createRequire } from "node:module";
import { dirname } from "node:path";
import { Declarations } from "../engine/declarations.ts";
import type { CloudPackage } from "../engine/operations.ts";
import { invokes } from "./invokes.ts";
import { rows } from "./rows/index.ts";
import { type AwsSession, checkSettings, configure } from "./session.ts";

/** AWS for the generic provider: the rows, the functions and the settings of `@pulumi/aws`. */
export function awsPackage(env: Readonly<Record<string, string | undefined>>): CloudPackage<AwsSession> {
  const require = createRequire(import.meta.url);
  const declarations = new Declarations(dirname(require.resolve("@pulumi/aws/package.json")));
  return {
    name: "aws",
    declarations,
    rows,
    invokes,
    checkSettings: (settings) => checkSettings(settings, declarations),
    configure: (settings) => configure(settings, declarations, env),
  };
}
