/** `npm run pulumi -- …`: the plain command line of Pulumi on the embedded default. */
import { existsSync, mkdirSync } from "node:fs";
import { join, resolve } from "node:path";
import { dropState, isStale, markState, runningCloud } from "./cloud-state.mjs";
import { removeLeftovers } from "./lock.mjs";
import { embeddedStack, projectDir } from "./paths.mjs";
import { BootstrapError } from "./problem.mjs";
import { attachProvider } from "./provider.mjs";
import {
  namedStack,
  needsCloud,
  needsProvider,
  needsStack,
  readCommand,
  settingsRoute,
  shortStackName,
} from "./pulumi-args.mjs";
import { clearDeadLocks, pendingOperations } from "./pulumi-locks.mjs";
import {
  copySettings,
  ensureStack,
  selectedStack,
  stackFile,
  stacksWithFiles,
  unknownStack,
} from "./pulumi-stacks.mjs";
import { runForeground } from "./run-task.mjs";

/**
 * @param {object} options
 * @param {readonly string[]} options.args   As the user typed them.
 * @param {string} options.local
 * @param {string} options.node
 * @param {import("./engine.mjs").Engine} options.engine
 * @param {Record<string, string>} options.env   From safeEnv.
 * @param {(words: string) => void} options.say
 * @returns {Promise<number>} Pulumi's exit code
 */
export async function pulumiTask({ args, local, node, engine, env, say }) {
  const command = readCommand(args);
  mkdirSync(join(local, "state"), { recursive: true });
  removeLeftovers(local);
  // Another working directory means another project, which this bootstrap knows nothing about.
  const elsewhere = command.cwd !== undefined;
  const named = elsewhere ? undefined : namedStack(command);
  if (named === undefined && !elsewhere && needsStack(command) && !command.help) {
    return withStack(selectedStack(env.PULUMI_HOME ?? "") ?? fail(unknownStack(undefined)));
  }
  return named === undefined || command.help ? plain([]) : withStack(named);

  /** @param {string} stack */
  async function withStack(stack) {
    if (needsCloud(command)) await requireCloud(stack, local, say);
    if (command.name === "stack" && command.sub === "init" && !existsSync(stackFile(stack))) return plain([]);
    const made = await ensureStack({ local, stack, binary: engine.binary, env });
    if (command.name === "stack" && command.sub === "init" && made) {
      say(`made stack ${stack}; its settings stay as they are in ${stackFile(stack)}`);
      return 0;
    }
    const alive = clearDeadLocks(local, stack, say);
    const lock = alive[0];
    if (lock && needsCloud(command) && command.name !== "preview") fail(lockedProblem(stack, lock));
    if (needsCloud(command)) tellPending(stack, local, say);
    return plain(injected(stack));
  }

  /** @param {string} stack */
  function injected(stack) {
    const extra = [];
    const route = settingsRoute(command);
    if (route === "copy") {
      const from = command.configFile === undefined ? undefined : resolve(projectDir, command.configFile);
      extra.push("--config-file", copySettings({ local, stack, ...(from ? { from } : {}) }));
      if (command.flags.includes("--config") || command.flags.includes("-c")) {
        say("values given with --config count for this run only; `npm run pulumi -- config set` keeps them");
      }
    }
    if (route === "file" && stack === embeddedStack && command.configFile === undefined) {
      extra.push("--config-file", stackFile(stack));
    }
    // Pulumi would remove the stack's file with the stack.
    if (command.name === "stack" && command.sub === "rm" && !command.flags.includes("--preserve-config")) {
      extra.push("--preserve-config");
    }
    return extra;
  }

  /** @param {readonly string[]} extra */
  async function plain(extra) {
    const interactive = process.stdin.isTTY === true && process.stdout.isTTY === true;
    if (!interactive && !command.nonInteractive && command.name !== "") extra = [...extra, "--non-interactive"];
    const line = withFlags(args, extra);
    if (!needsProvider(command) || command.help)
      return runForeground(engine.binary, line, { env, countsInterrupts: true });
    const provider = await attachProvider({ node, env });
    const stop = new AbortController();
    let reason = "";
    provider.failed.then((words) => {
      reason = words;
      stop.abort();
    });
    try {
      return await runForeground(engine.binary, line, {
        env: { ...env, PULUMI_DEBUG_PROVIDERS: `aws:${provider.port}` },
        stop: stop.signal,
        countsInterrupts: true,
      });
    } finally {
      await provider.stop();
      if (reason !== "") {
        fail({
          code: "HF5036",
          path: "offline provider",
          reason,
          fix: "run the command again; HOLDFAST_DEBUG=1 shows everything the provider says",
        });
      }
    }
  }
}

/** Own flags go before a `--`; every word of the user's stays in its place. @param {readonly string[]} args @param {readonly string[]} extra */
function withFlags(args, extra) {
  // A second --config-file would win over ours: the copy was made from it.
  const own = extra.includes("--config-file") ? dropConfigFile(args) : args;
  const end = own.indexOf("--");
  return end < 0 ? [...own, ...extra] : [...own.slice(0, end), ...extra, ...own.slice(end)];
}

/** @param {readonly string[]} args */
function dropConfigFile(args) {
  return args.filter(
    (arg, i) => !arg.startsWith("--config-file=") && arg !== "--config-file" && args[i - 1] !== "--config-file",
  );
}

/**
 * @param {import("./problem.mjs").Problem | BootstrapError} problem
 * @returns {never}
 */
function fail(problem) {
  throw problem instanceof BootstrapError ? problem : new BootstrapError(problem);
}

/** @param {string} stack @param {string} local @param {(words: string) => void} say */
async function requireCloud(stack, local, say) {
  if (!existsSync(stackFile(stack)) && !stacksWithFiles().includes(stack)) return;
  const running = await runningCloud(local);
  if (!running.cloud) {
    fail({
      code: "HF5033",
      path: "emulated cloud",
      value: "not running",
      reason: `this command works on deployed resources, and ${running.why}`,
      fix: "start it with `npm run local:up` and run the command again; `preview` works without it",
    });
  }
  if (isStale(local, running.instance)) {
    say("the emulated cloud was started anew since the last deployment and is empty: starting with fresh state");
    dropState(local);
  }
  markState(local, running.instance);
}

/** @param {string} stack @param {import("./pulumi-locks.mjs").StackLock} lock */
function lockedProblem(stack, lock) {
  return {
    code: "HF5037",
    path: `--stack ${shortStackName(stack)}`,
    value: `in use by process ${lock.pid}${lock.since ? ` since ${lock.since}` : ""}`,
    reason: "another command is deploying this stack, perhaps in another terminal",
    fix: "wait until it ends; if it hangs, end that process, and the next command removes its lock",
  };
}

/** @param {string} stack @param {string} local @param {(words: string) => void} say */
function tellPending(stack, local, say) {
  const pending = pendingOperations(local, stack);
  if (pending.length === 0) return;
  say(
    `the last deployment of ${stack} was killed while ${pending.join(", ")}; if this run meets things that already ` +
      "exist, `npm run local:down` and `npm run local:up` start afresh",
  );
}
