/** Reads, without changing it, a command line meant for `pulumi`, as far as the bootstrap has to know. */

/** Flags of every command that take a value in the next word (Pulumi CLI reference, inherited options). */
const valueFlags = new Set([
  "--cwd",
  "-C",
  "--color",
  "--memprofilerate",
  "--profiling",
  "--tracing",
  "--tracing-header",
  "--otel",
  "--verbose",
  "-v",
  "--stack",
  "-s",
  "--config-file",
]);

/** Short and old names of the commands that deploy. */
const aliases = { update: "up", pre: "preview", down: "destroy", dn: "destroy" };

/**
 * @typedef {object} Command
 * @property {string} name          `preview`, `up`, … with aliases resolved; empty when no command was given.
 * @property {string} sub           First word after `stack`, `config` and the like; else empty.
 * @property {readonly string[]} words  Every word that is no flag, from the command on.
 * @property {string | undefined} stack       Value of `--stack`.
 * @property {string | undefined} configFile  Value of `--config-file`.
 * @property {string | undefined} cwd
 * @property {boolean} help
 * @property {boolean} nonInteractive
 * @property {readonly string[]} flags  Names of all flags, without values.
 */

/** @param {readonly string[]} args @returns {Command} */
export function readCommand(args) {
  /** @type {Record<string, string>} */
  const values = {};
  const words = [];
  const flags = [];
  for (let i = 0; i < args.length; i++) {
    const arg = args[i] ?? "";
    if (arg === "--") break;
    if (!arg.startsWith("-") || arg === "-") {
      words.push(arg);
      continue;
    }
    const long = /^(--[^=]+)(?:=(.*))?$/s.exec(arg);
    const short = /^(-[sC])=?(.+)$/s.exec(arg);
    const name = long?.[1] ?? short?.[1] ?? arg;
    flags.push(name);
    const inline = long?.[2] ?? short?.[2];
    if (valueFlags.has(name)) values[name] = inline ?? args[++i] ?? "";
  }
  const first = words[0] ?? "";
  const name = first in aliases ? aliases[/** @type {keyof typeof aliases} */ (first)] : first;
  return {
    name,
    sub: words[1] ?? "",
    words,
    stack: values["--stack"] ?? values["-s"],
    configFile: values["--config-file"],
    cwd: values["--cwd"] ?? values["-C"],
    help: flags.includes("--help") || flags.includes("-h") || name === "help",
    nonInteractive: flags.includes("--non-interactive"),
    flags,
  };
}

/** `organization/project/stack` is called by its last part here: one project, one backend. @param {string} name */
export function shortStackName(name) {
  return name.slice(name.lastIndexOf("/") + 1);
}

/**
 * The stack that the command names itself: by `--stack`, or as the word after `stack select|init|rm`.
 * @param {Command} command
 */
export function namedStack(command) {
  if (command.stack !== undefined) return shortStackName(command.stack);
  const word = command.words[2];
  if (command.name === "stack" && ["select", "init", "rm"].includes(command.sub) && word) return shortStackName(word);
  return undefined;
}

const deploys = ["up", "refresh", "destroy", "import", "watch"];

/** Commands that change the deployed world, and so need a running cloud. @param {Command} command */
export function needsCloud(command) {
  if (deploys.includes(command.name)) return true;
  return command.name === "preview" && (command.flags.includes("--refresh") || command.flags.includes("-r"));
}

/** Commands that ask a provider. @param {Command} command */
export function needsProvider(command) {
  return command.name === "preview" || deploys.includes(command.name);
}

/** Commands about a stack; `false` for those that work without one. @param {Command} command */
export function needsStack(command) {
  if (needsProvider(command) || ["config", "logs", "cancel", "state", "console", "env"].includes(command.name))
    return true;
  if (command.name !== "stack") return false;
  return !["ls", "init", "select", "unselect"].includes(command.sub);
}

/**
 * How the stack's settings reach the command: `copy` for readers, which would otherwise write a salt into the
 * user's file; `file` for writers, which are meant to edit it; `none` for those without the option.
 * @param {Command} command
 * @returns {"copy" | "file" | "none"}
 */
export function settingsRoute(command) {
  if (needsProvider(command) || command.name === "logs") return "copy";
  if (command.name !== "config") return "none";
  return command.sub === "" || command.sub === "get" ? "copy" : "file";
}
