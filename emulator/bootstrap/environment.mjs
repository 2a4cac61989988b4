/** The environments of child processes: nothing of the user's cloud set-up reaches any of them. */
import { devNull } from "node:os";
import { delimiter, dirname, join } from "node:path";
import { cacheDir, languageHostDir, localDir, projectDir } from "./paths.mjs";
import { BootstrapError } from "./problem.mjs";

/** Everything that names, or carries keys of, a cloud, its tools or a state of Pulumi's. */
const cloudVariables = new RegExp(
  `^(${[
    "AWS|AMAZON|EC2|BOTO|SAML2AWS|AWSU|S3|MINIO",
    "AZURE|ARM|MSI|IDENTITY|AAD",
    "GOOGLE|GCLOUD|GCP|CLOUDSDK|CLOUDSDK_CORE",
    "PULUMI|TF|TF_VAR|TERRAFORM|VAULT|CONSUL",
    "ALICLOUD|ALIBABA|OCI|DIGITALOCEAN|LINODE|HCLOUD|CLOUDFLARE|OS",
    "LOCALSTACK|MINISTACK|MOTO|AZURITE",
  ].join("|")})_`,
  "i",
);
const cloudVariableNames = new Set(["KUBECONFIG", "BOTO_CONFIG", "MSI_ENDPOINT", "MSI_SECRET", "GATEWAY_PORT"]);
/** Only loopback is contacted by the tasks, so no proxy has any business there (gRPC honours them, too). */
const proxyVariables = /^(https?|all|ftp|grpc|no|no_grpc)_proxy$/i;

/** Not a secret: it encrypts nothing but the state of an emulated cloud, which holds no secret. */
export const passphrase = "not-a-secret-embedded-default-only";

/** A loopback port nothing listens on: what clients meet while no emulated cloud runs. */
export const closedEndpoint = "http://127.0.0.1:9";

/** @param {string} text @returns {boolean} */
export function isLoopback(text) {
  let url;
  try {
    url = new URL(text);
  } catch {
    return false;
  }
  if (url.protocol !== "http:" && url.protocol !== "https:") return false;
  return url.hostname === "localhost" || url.hostname === "[::1]" || /^127(\.\d{1,3}){3}$/.test(url.hostname);
}

/**
 * @param {string} endpoint
 * @param {string} origin  Where it was read, for the message.
 * @returns {string} the endpoint
 * @throws {BootstrapError} HF5010
 */
export function requireLoopback(endpoint, origin) {
  if (isLoopback(endpoint)) return endpoint;
  throw new BootstrapError({
    code: "HF5010",
    path: origin,
    value: endpoint,
    allowed: "an http(s) address on 127.0.0.1, ::1 or localhost",
    reason: "the embedded default talks to this machine only, never to a real cloud",
    fix: "run `npm run local:down` and then `npm run local:up`, which write the address anew",
  });
}

/** @param {NodeJS.ProcessEnv} env @param {(name: string) => boolean} dropped @returns {Record<string, string>} */
function without(env, dropped) {
  /** @type {Record<string, string>} */
  const kept = {};
  for (const [name, value] of Object.entries(env)) if (value !== undefined && !dropped(name)) kept[name] = value;
  return kept;
}

/** @param {string} name */
const isCloudVariable = (name) => cloudVariables.test(name) || cloudVariableNames.has(name.toUpperCase());

/** @param {(string | undefined)[]} first @param {string | undefined} path @returns {string} */
export function prependPath(first, path) {
  const wanted = first.filter((dir) => dir !== undefined);
  const rest = (path ?? "").split(delimiter).filter((dir) => dir !== "" && !wanted.includes(dir));
  return [...wanted, ...rest].join(delimiter);
}

/**
 * For package managers and compilers during set-up: the user's registries, proxies and certificates stay.
 * @param {NodeJS.ProcessEnv} [env]
 */
export function setupEnv(env = process.env) {
  return without(env, isCloudVariable);
}

/**
 * For every task and everything it starts.
 *
 * @param {object} options
 * @param {NodeJS.ProcessEnv} [options.env]
 * @param {{endpoint?: string, regions?: {primary?: string}} | undefined} [options.cloud] content of cloud.json
 * @param {string} [options.node]   Node binary that children shall find first.
 * @param {string} [options.python] Python of the emulated cloud.
 * @param {{binary: string, languageHost: string | undefined} | undefined} [options.engine]
 * @param {{accessKeyId: string, secretAccessKey: string, sessionToken?: string} | undefined} [options.deployer]
 *   Whom the engine works as on the emulated cloud; without it a fake key that no cloud knows.
 * @returns {Record<string, string>}
 * @throws {BootstrapError} HF5010 when the recorded endpoint is not loopback
 */
export function safeEnv({ env = process.env, cloud, node = process.execPath, python, engine, deployer } = {}) {
  const local = localDir(env);
  const region = cloud?.regions?.primary ?? "us-east-1";
  const endpoint = requireLoopback(cloud?.endpoint ?? closedEndpoint, join(local, "cloud.json"));
  return {
    ...without(env, (name) => isCloudVariable(name) || proxyVariables.test(name)),
    PATH: prependPath(
      [
        dirname(node),
        engine ? dirname(engine.binary) : undefined,
        engine?.languageHost,
        join(projectDir, "node_modules", ".bin"),
      ],
      env.PATH,
    ),
    PWD: projectDir,
    NO_PROXY: "127.0.0.1,localhost,::1",
    HOLDFAST_CACHE: cacheDir(env),
    NODE_COMPILE_CACHE: join(cacheDir(env), "compiled"),
    HOLDFAST_LOCAL: local,
    HOLDFAST_LANGUAGE_HOST: join(languageHostDir, "language-host.mjs"),
    ...(python ? { HOLDFAST_PYTHON: python } : {}),
    PULUMI_HOME: join(local, "pulumi-home"),
    PULUMI_BACKEND_URL: `file://${join(local, "state")}`,
    PULUMI_CONFIG_PASSPHRASE: passphrase,
    PULUMI_SKIP_UPDATE_CHECK: "true",
    PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: "true",
    AWS_ACCESS_KEY_ID: deployer?.accessKeyId ?? "test",
    AWS_SECRET_ACCESS_KEY: deployer?.secretAccessKey ?? "test",
    ...(deployer?.sessionToken ? { AWS_SESSION_TOKEN: deployer.sessionToken } : {}),
    AWS_REGION: region,
    AWS_DEFAULT_REGION: region,
    AWS_ENDPOINT_URL: endpoint,
    AWS_CONFIG_FILE: devNull,
    AWS_SHARED_CREDENTIALS_FILE: devNull,
    AWS_EC2_METADATA_DISABLED: "true",
  };
}

/**
 * Words about a setting of the user's that was not followed, so that nobody thinks it was.
 * @param {NodeJS.ProcessEnv} env
 * @returns {string | undefined}
 */
export function ignoredEndpoint(env) {
  const names = Object.keys(env).filter((name) => /^AWS_ENDPOINT_URL(_|$)/.test(name));
  const foreign = names.filter((name) => !isLoopback(env[name] ?? ""));
  if (foreign.length === 0) return undefined;
  return `${foreign.map((name) => `${name}=${env[name]}`).join(", ")} is ignored: the embedded default talks to this machine only`;
}
