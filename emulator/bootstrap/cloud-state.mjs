/** The emulated cloud of one `.local`: is it there, is it the one that the stacks' state describes. */
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { connect } from "node:net";
import { join } from "node:path";
import { commandLine, startMark } from "./processes.mjs";

/**
 * Content of cloud.json, as far as the bootstrap reads it.
 * @typedef {object} CloudFile
 * @property {string} endpoint
 * @property {string} [plainEndpoint]
 * @property {{primary: string, dr: string}} regions
 * @property {Readonly<Record<string, number>>} pids
 */

/** How the command line of each recorded process looks; anything else has only inherited the number. */
const signatures = { emulator: /holdfast_emulator|ministack/, proxy: /proxy\.ts/ };

/** @param {string} local @returns {CloudFile | undefined} undefined when there is none or it is torn */
export function readCloudFile(local) {
  const file = join(local, "cloud.json");
  if (!existsSync(file)) return undefined;
  try {
    return JSON.parse(readFileSync(file, "utf8"));
  } catch {
    return undefined;
  }
}

/**
 * Whom the engine works as on the running cloud: the seeded deployer, so that the stack is made with the rights a
 * deployer has and not with a root key. Written by `local:up`, gone with the cloud.
 * @param {string} local
 * @returns {{accessKeyId: string, secretAccessKey: string, sessionToken?: string} | undefined}
 */
export function readDeployer(local) {
  const file = join(local, deployerFile);
  return existsSync(file) && existsSync(join(local, "cloud.json")) ? JSON.parse(readFileSync(file, "utf8")) : undefined;
}

/** Name of the file in `.local` that `readDeployer` reads. */
export const deployerFile = "deployer.json";

/** @param {string} name @param {number} pid */
export function isOurs(name, pid) {
  const signature = signatures[/** @type {keyof typeof signatures} */ (name)];
  return signature?.test(commandLine(pid) ?? "") === true;
}

/**
 * Names one run of the emulated cloud. It keeps nothing over a restart, so state made with another run is stale.
 * @param {CloudFile} cloud
 * @returns {string | undefined} undefined when any of its processes is gone
 */
export function cloudInstance(cloud) {
  const marks = [];
  for (const [name, pid] of Object.entries(cloud.pids).sort()) {
    const mark = isOurs(name, pid) ? startMark(pid) : undefined;
    if (mark === undefined) return undefined;
    marks.push(`${name}:${pid}@${mark}`);
  }
  return marks.join(",");
}

/** Whether something accepts connections there. @param {string} endpoint @param {number} [timeoutMs] @returns {Promise<boolean>} */
export function answers(endpoint, timeoutMs = 1000) {
  const { hostname, port } = new URL(endpoint);
  return new Promise((resolve) => {
    const socket = connect({ host: hostname.replace(/^\[|\]$/g, ""), port: Number(port) });
    const end = (/** @type {boolean} */ answer) => {
      socket.destroy();
      resolve(answer);
    };
    socket.setTimeout(timeoutMs, () => end(false));
    socket.once("connect", () => end(true));
    socket.once("error", () => end(false));
  });
}

/**
 * The running cloud, or why there is none.
 * @param {string} local
 * @returns {Promise<{cloud: CloudFile, instance: string} | {cloud: undefined, why: string}>}
 */
export async function runningCloud(local) {
  const cloud = readCloudFile(local);
  if (!cloud) return { cloud: undefined, why: "none was started here" };
  const instance = cloudInstance(cloud);
  if (instance === undefined) return { cloud: undefined, why: "its processes ended without `npm run local:down`" };
  for (const endpoint of [cloud.endpoint, cloud.plainEndpoint ?? cloud.endpoint]) {
    if (!(await answers(endpoint)))
      return { cloud: undefined, why: `its processes run, but ${endpoint} does not answer` };
  }
  return { cloud, instance };
}

/** @param {string} local */
const markFile = (local) => join(local, "state", "cloud-instance");

/**
 * True when the stacks' state was made with another run of the cloud than this one.
 * @param {string} local  @param {string} instance
 */
export function isStale(local, instance) {
  const file = markFile(local);
  return existsSync(file) && readFileSync(file, "utf8").trim() !== instance;
}

/** Remembers which run of the cloud the state belongs to. @param {string} local @param {string} instance */
export function markState(local, instance) {
  mkdirSync(join(local, "state"), { recursive: true });
  writeFileSync(markFile(local), `${instance}\n`);
}

/** Forgets what was deployed, because the cloud it was deployed to is gone. @param {string} local */
export function dropState(local) {
  for (const name of ["state", "stack.json"]) rmSync(join(local, name), { recursive: true, force: true });
}
