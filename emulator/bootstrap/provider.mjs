/**
 * Attaches the offline provider to an engine that starts at the same time.
 *
 * The engine must know the provider's port when it starts, and the provider needs as long as the engine itself to
 * start. So a forwarder takes a port at once, and holds what arrives there until the provider has named its own.
 */
import { spawn } from "node:child_process";
import { connect, createServer } from "node:net";
import { join } from "node:path";
import { nodeFlags, projectDir } from "./paths.mjs";

const providerScript = join(projectDir, "emulator", "providers", "serve.ts");
const endWithParent = new URL("end-with-parent.mjs", import.meta.url).href;

/**
 * @typedef {object} Attached
 * @property {number} port                 What PULUMI_DEBUG_PROVIDERS gets.
 * @property {Promise<string>} failed      Resolves with the reason when the provider ends before `stop`.
 * @property {() => Promise<void>} stop
 */

/**
 * @param {object} options
 * @param {string} options.node
 * @param {Record<string, string>} options.env
 * @param {readonly string[]} [options.command]  Arguments of Node; default the offline provider.
 * @returns {Promise<Attached>}
 */
export async function attachProvider({ node, env, command = [...nodeFlags, providerScript] }) {
  // Its own process group: a Ctrl-C on the terminal must reach the engine only, which still needs the provider to end
  // its operations. It ends when its stdin closes, which also happens when this process is killed.
  const child = spawn(node, ["--import", endWithParent, ...command], {
    cwd: projectDir,
    env,
    stdio: ["pipe", "pipe", "pipe"],
    detached: true,
  });
  child.stdin.on("error", () => {}); // Closing the stdin of a provider that is already gone is no news.
  let stopping = false;
  let words = "";
  child.stderr.setEncoding("utf8").on("data", (/** @type {string} */ chunk) => {
    words = (words + chunk).slice(-4000);
    if (process.env.HOLDFAST_DEBUG) process.stderr.write(chunk);
  });
  /** @type {(reason: string) => void} */
  let tellFailure = () => {};
  /** @type {Promise<string>} */
  const failed = new Promise((resolve) => {
    tellFailure = (reason) => {
      if (!stopping)
        resolve(`${reason}${words.trim() === "" ? "" : `:\n    ${words.trim().replaceAll("\n", "\n    ")}`}`);
    };
  });
  child.once("error", (error) => tellFailure(error.message));
  const gone = new Promise((resolve) => child.once("close", resolve));
  child.once("close", (code, signal) => tellFailure(`it ended with ${signal ?? `exit code ${code}`}`));

  /** @type {Promise<number>} */
  const ownPort = new Promise((resolve) => {
    let text = "";
    child.stdout.setEncoding("utf8").on("data", (/** @type {string} */ chunk) => {
      if (text.includes("\n")) return;
      text += chunk;
      const port = Number(text.split("\n")[0]);
      if (!text.includes("\n")) return;
      if (Number.isInteger(port) && port > 0) resolve(port);
      else tellFailure(`its first line is no port: ${text.trim()}`);
    });
  });

  const sockets = new Set();
  const server = createServer({ pauseOnConnect: true }, async (socket) => {
    sockets.add(socket);
    socket.once("close", () => sockets.delete(socket));
    socket.on("error", () => socket.destroy());
    const upstream = connect({ host: "127.0.0.1", port: await ownPort, noDelay: true });
    sockets.add(upstream);
    upstream.once("close", () => {
      sockets.delete(upstream);
      socket.destroy();
    });
    upstream.on("error", () => socket.destroy());
    socket.once("close", () => upstream.destroy());
    socket.setNoDelay(true);
    socket.pipe(upstream);
    upstream.pipe(socket);
  });
  await new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(0, "127.0.0.1", () => resolve(undefined));
  });
  const port = /** @type {import("node:net").AddressInfo} */ (server.address()).port;

  return {
    port,
    failed,
    async stop() {
      stopping = true;
      server.close();
      for (const socket of sockets) socket.destroy();
      child.stdin.end();
      child.kill("SIGTERM");
      const timer = setTimeout(() => child.kill("SIGKILL"), 3000);
      await gone;
      clearTimeout(timer);
    },
  };
}
