import { createRequire } from "node:module";
import { readFileSync } from "node:fs";
import { parseSettings } from "./stacks/settings/parse.ts";
import { renderProblems } from "./model/errors.ts";
const yaml = createRequire(import.meta.url)("js-yaml");
for (const f of process.argv.slice(2)) {
  const c = yaml.load(readFileSync(f, "utf8")).config;
  const r = parseSettings(c, {project:"holdfast",stack:"x"});
  console.log(f, renderProblems(r.problems, f), r.settings ? "SETTINGS" : "none");
  if (process.env.SHOW) console.log(JSON.stringify(r.settings,null,1));
}
