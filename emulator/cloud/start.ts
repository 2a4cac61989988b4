/**
 * Starts the emulated AWS: a proxy on a free loopback port and, behind it, the completed ministack.
 *
 * No variable of the user's AWS, Azure or Pulumi set-up reaches the two processes, and none is needed.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { closeSync, existsSync, mkdirSync, openSync, readFileSync, writeFileSync } from "node:fs";
import type { Socket } from "node:net";
import { homedir } from "node:os";
import { delimiter, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { EmulatedCloudError } from "./codes.ts";

const here = dirname(fileURLToPath(import.meta.url));

export const emulatedAccountId = "000000000000";

export interface Regions {
  readonly primary: string;
  readonly dr: string;
}

export interface StartOptions {
  /** Directory for logs, temporary files and `cloud.json`; made if absent. */
  readonly dir: string;
  /** Python that has `requirements.txt`; default `HOLDFAST_PYTHON`, else the virtual environment of the tool cache. */
  readonly python?: string;
  /** Called with one line per step. */
  readonly log?: (line: string) => void;
  /** Only recorded in `cloud.json`; the emulator serves every region. Default us-east-1 and us-west-2. */
  readonly regions?: Regions;
  /** Leave both processes running after this one ends. Default false: they end with this process. */
  readonly detached?: boolean;
  /** Milliseconds to wait for each process. Default 30,000. */
  readonly timeoutMs?: number;
}

/** Content of `cloud.json`. */
export interface CloudDescription {
  readonly schemaVersion: 1;
  /** What clients use: the proxy; `aws:SecureTransport` is true here and injected faults apply. */
  readonly endpoint: string;
  /** The emulator itself: `aws:SecureTransport` is false here; emulator controls live below `/_holdfast/`. */
  readonly plainEndpoint: string;
  /** Faults and statistics of the proxy. */
  readonly controlEndpoint: string;
  readonly accountId: string;
  readonly regions: Regions;
  readonly pids: { readonly proxy: number; readonly emulator: number };
}

export interface Cloud extends CloudDescription {
  /** Ends the two processes this call started, and waits until both are gone. */
  stop(): Promise<void>;
}

/** The Python of the tool cache: `python-<first 12 hex of sha256(requirements.txt)>` below the Holdfast cache. */
export function cachedPython(env: NodeJS.ProcessEnv = process.env): string {
  const cache = env.HOLDFAST_CACHE ?? join(env.XDG_CACHE_HOME ?? join(homedir(), ".cache"), "holdfast");
  const hash = createHash("sha256")
    .update(readFileSync(join(here, "requirements.txt")))
    .digest("hex")
    .slice(0, 12);
  return join(cache, `python-${hash}`, "bin", "python");
}

function findPython(option: string | undefined): string {
  const python = option ?? process.env.HOLDFAST_PYTHON ?? cachedPython();
  if (!existsSync(python)) {
    throw new EmulatedCloudError("HF5302", {
      subject: option === undefined && process.env.HOLDFAST_PYTHON !== undefined ? "HOLDFAST_PYTHON" : "python",
      value: python,
      why: "the file does not exist",
    });
  }
  return python;
}

/** Environment of the children: nothing but what is named here. */
function childEnvironment(home: string): Record<string, string> {
  const path = [dirname(process.execPath), process.env.PATH ?? "/usr/bin:/bin"].join(delimiter);
  return {
    PATH: path,
    HOME: home,
    TMPDIR: home,
    LANG: "C.UTF-8",
    TZ: "UTC",
    AWS_CONFIG_FILE: "/dev/null",
    AWS_SHARED_CREDENTIALS_FILE: "/dev/null",
    AWS_EC2_METADATA_DISABLED: "true",
    PYTHONDONTWRITEBYTECODE: "1",
    PYTHONUNBUFFERED: "1",
  };
}

/** Resolves with the one JSON line a child prints when it is ready. */
function firstLine(child: ChildProcess, name: string, logFile: string, timeoutMs: number): Promise<string> {
  return new Promise((resolve, reject) => {
    let text = "";
    const fail = (why: string): void => {
      clearTimeout(timer);
      const tail = readFileSync(logFile, "utf8").trimEnd().split("\n").slice(-15).join("\n    ");
      const log = tail === "" ? "" : `; the end of its log:\n    ${tail}`;
      reject(new EmulatedCloudError("HF5303", { subject: name, value: logFile, why: `${why}${log}` }));
    };
    const timer = setTimeout(() => fail(`not ready after ${timeoutMs} ms`), timeoutMs);
    child.once("error", (error) => fail(error.message));
    child.once("exit", (code, signal) => fail(`ended with ${signal ?? `exit code ${code}`}`));
    child.stdout?.on("data", (chunk: Buffer) => {
      text += chunk.toString("utf8");
      const end = text.indexOf("\n");
      if (end < 0) return;
      clearTimeout(timer);
      child.removeAllListeners("exit");
      child.stdout?.destroy();
      resolve(text.slice(0, end));
    });
  });
}

interface Started<T> {
  readonly child: ChildProcess;
  readonly ready: T;
}

async function launch<T>(
  name: string,
  command: string,
  args: readonly string[],
  options: { dir: string; env: Record<string, string>; detached: boolean; timeoutMs: number },
): Promise<Started<T>> {
  const logFile = join(options.dir, `${name}.log`);
  const log = openSync(logFile, "w");
  const child = spawn(command, args, {
    cwd: here,
    env: options.env,
    detached: options.detached,
    stdio: [options.detached ? "ignore" : "pipe", "pipe", log],
  });
  closeSync(log);
  try {
    return { child, ready: JSON.parse(await firstLine(child, name, logFile, options.timeoutMs)) as T };
  } catch (error) {
    child.kill("SIGKILL");
    throw error;
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  child.ref();
  const gone = new Promise<void>((resolve) => child.once("exit", () => resolve()));
  child.kill("SIGTERM");
  const timer = setTimeout(() => child.kill("SIGKILL"), 3_000);
  await gone;
  clearTimeout(timer);
}

/** Ends the processes of a detached cloud by the pids of its `cloud.json`, and waits until they are gone. */
export async function stopDetached(description: CloudDescription): Promise<void> {
  const pids = [description.pids.emulator, description.pids.proxy];
  for (const pid of pids) if (isAlive(pid)) process.kill(pid, "SIGTERM");
  for (let waited = 0; pids.some(isAlive); waited += 50) {
    if (waited === 3_000) for (const pid of pids) if (isAlive(pid)) process.kill(pid, "SIGKILL");
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

/** Reads `cloud.json` of `dir`; throws HF5304 when there is none. */
export function readCloud(dir: string): CloudDescription {
  const file = join(dir, "cloud.json");
  if (!existsSync(file)) throw new EmulatedCloudError("HF5304", { subject: file, why: "the file does not exist" });
  return JSON.parse(readFileSync(file, "utf8")) as CloudDescription;
}

/**
 * Starts proxy and emulator and waits until requests are answered.
 *
 * @throws EmulatedCloudError HF5301 wrong emulator version, HF5302 no Python, HF5303 no start.
 */
export async function startCloud(options: StartOptions): Promise<Cloud> {
  const began = performance.now();
  const python = findPython(options.python);
  const detached = options.detached ?? false;
  const data = join(options.dir, "emulator-data");
  mkdirSync(data, { recursive: true });
  // The emulator writes CommonJS workers here; the nearest package.json above would make them ES modules in a checkout.
  writeFileSync(join(data, "package.json"), '{ "type": "commonjs" }\n');
  const common = { dir: options.dir, env: childEnvironment(data), detached, timeoutMs: options.timeoutMs ?? 30_000 };

  const proxy = await launch<{ port: number; controlPort: number; pid: number }>(
    "proxy",
    process.execPath,
    [join(here, "proxy.ts"), ...(detached ? ["--detached"] : [])],
    common,
  );
  const emulatorEnv: Record<string, string> = { ...common.env, HOLDFAST_PROXY_PORT: String(proxy.ready.port) };
  if (!detached) emulatorEnv.HOLDFAST_PARENT = "stdin";
  let emulator: Started<{ port: number; pid: number }>;
  try {
    emulator = await launch("emulator", python, ["-m", "holdfast_emulator"], { ...common, env: emulatorEnv });
  } catch (error) {
    await end(proxy.child);
    throw error;
  }
  const controlEndpoint = `http://127.0.0.1:${proxy.ready.controlPort}`;
  await fetch(`${controlEndpoint}/target`, { method: "PUT", body: JSON.stringify({ port: emulator.ready.port }) });

  const description: CloudDescription = {
    schemaVersion: 1,
    endpoint: `http://127.0.0.1:${proxy.ready.port}`,
    plainEndpoint: `http://127.0.0.1:${emulator.ready.port}`,
    controlEndpoint,
    accountId: emulatedAccountId,
    regions: options.regions ?? { primary: "us-east-1", dr: "us-west-2" },
    pids: { proxy: proxy.ready.pid, emulator: emulator.ready.pid },
  };
  writeFileSync(join(options.dir, "cloud.json"), `${JSON.stringify(description, null, 2)}\n`);
  for (const child of [proxy.child, emulator.child]) {
    child.unref();
    (child.stdin as Socket | null)?.unref();
  }
  options.log?.(`emulated AWS ready at ${description.endpoint} after ${Math.round(performance.now() - began)} ms`);
  return {
    ...description,
    stop: async () => {
      await end(emulator.child);
      await end(proxy.child);
    },
  };
}
