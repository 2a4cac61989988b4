/**
 * Pulumi language host for Node.js programs (the LanguageRuntime service of the Pulumi language protocol), for
 * machines that cannot download the official one. With this folder on PATH the plain `pulumi` command line runs the
 * program of the folder it is called in. gRPC and the protocol come from that program's own @pulumi/pulumi.
 */
import { spawn, spawnSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

/** Exit code of the SDK's runner when it has reported the error to the engine itself (@pulumi/pulumi cmd/run). */
const alreadyReported = 32;

const preloads = ["inspect-guard.cjs", "plain-stacks.cjs"].map((file) => fileURLToPath(new URL(file, import.meta.url)));
const engineAddress = process.argv.slice(2).findLast((argument) => !argument.startsWith("-")) ?? "";
const sdk = requireSdk(process.cwd());
const grpc = sdk("@grpc/grpc-js");
const language = sdk("@pulumi/pulumi/proto/language_pb.js");
const services = sdk("@pulumi/pulumi/proto/language_grpc_pb.js");
const plugins = sdk("@pulumi/pulumi/proto/plugin_pb.js");

/** Programs now running; there is one at a time, but a cancelled one may still be ending. */
const programs = new Set();

function requireSdk(directory) {
  try {
    return createRequire(createRequire(join(directory, "index.js")).resolve("@pulumi/pulumi/package.json"));
  } catch (error) {
    console.error(`@pulumi/pulumi is not installed for ${directory}; run \`npm ci\` there (${error.code})`);
    process.exit(1);
  }
}

/** Splits `runtime.options.nodeargs` as a shell would: blanks separate, quotes and backslashes protect. */
function splitWords(text) {
  const words = [];
  let word;
  let quote = "";
  for (let i = 0; i < text.length; i++) {
    const c = text[i];
    if (c === "\\" && quote !== "'" && i + 1 < text.length) word = (word ?? "") + text[++i];
    else if (quote !== "") {
      if (c === quote) quote = "";
      else word += c;
    } else if (c === '"' || c === "'") {
      quote = c;
      word ??= "";
    } else if (/\s/.test(c)) {
      if (word !== undefined) words.push(word);
      word = undefined;
    } else word = (word ?? "") + c;
  }
  if (word !== undefined) words.push(word);
  return words;
}

function runnerArguments(request, info, options) {
  const programDirectory = info?.getProgramDirectory() || request.getPwd() || process.cwd();
  const runner = createRequire(join(programDirectory, "index.js")).resolve("@pulumi/pulumi/cmd/run");
  const named = {
    "--monitor": request.getMonitorAddress(),
    "--engine": engineAddress,
    "--project": request.getProject(),
    "--stack": request.getStack(),
    "--organization": request.getOrganization(),
    "--pwd": request.getPwd(),
    "--parallel": String(request.getParallel()),
  };
  return [
    ...preloads.flatMap((file) => ["--require", file]),
    ...(Array.isArray(options.nodeargs) ? options.nodeargs.map(String) : splitWords(String(options.nodeargs ?? ""))),
    runner,
    ...Object.entries(named).flatMap(([name, value]) => (value === "" ? [] : [name, value])),
    ...(request.getDryrun() ? ["--dry-run"] : []),
    ...(request.getQuerymode() ? ["--query-mode"] : []),
    info?.getEntryPoint() || request.getProgram() || ".",
    ...request.getArgsList(),
  ];
}

function runnerEnvironment(request, options) {
  const config = {};
  request.getConfigMap().forEach((value, key) => {
    config[key] = value;
  });
  return {
    ...process.env,
    PULUMI_CONFIG: JSON.stringify(config),
    PULUMI_CONFIG_SECRET_KEYS: JSON.stringify(request.getConfigsecretkeysList()),
    PULUMI_NODEJS_TYPESCRIPT: String(options.typescript !== false),
    ...(options.tsconfig === undefined ? {} : { PULUMI_NODEJS_TSCONFIG_PATH: String(options.tsconfig) }),
  };
}

/** Runs the program to its end. An error is reported once: by the runner when it can, else in the answer. */
function run(call) {
  const { request } = call;
  const info = request.getInfo();
  const options = info?.getOptions()?.toJavaScript() ?? {};
  const directory = info?.getProgramDirectory() || request.getPwd() || process.cwd();
  return new Promise((resolve, reject) => {
    const program = spawn(process.execPath, runnerArguments(request, info, options), {
      cwd: request.getPwd() || directory,
      env: runnerEnvironment(request, options),
      // The engine shows both streams of this process as the program's words.
      stdio: ["ignore", "inherit", "inherit"],
    });
    programs.add(program);
    const cancel = () => program.kill("SIGKILL");
    call.on("cancelled", cancel);
    program.once("error", reject);
    program.once("close", (code, signal) => {
      programs.delete(program);
      call.removeListener("cancelled", cancel);
      const response = new language.RunResponse();
      if (code === alreadyReported) response.setBail(true);
      else if (signal) response.setError(`the program was ended by ${signal}`);
      else if (code !== 0) response.setError(`the program ended with exit code ${code}; what it said is above`);
      resolve(response);
    });
  });
}

/** Packages below node_modules that say in their package.json that they are Pulumi packages. */
function installedPackages(directory) {
  const found = new Map();
  for (let at = directory; ; at = dirname(at)) {
    const modules = join(at, "node_modules");
    const scopes = existsSync(modules) ? readdirSync(modules) : [];
    const names = scopes.flatMap((name) =>
      name.startsWith("@") ? readdirSync(join(modules, name)).map((sub) => `${name}/${sub}`) : [name],
    );
    // Reading every manifest costs more than the whole answer is worth: only packages that use the SDK can qualify,
    // and those carry `pulumi` in their scope or name.
    for (const name of names.filter((name) => name.includes("pulumi"))) {
      const file = join(modules, name, "package.json");
      if (found.has(name) || !existsSync(file)) continue;
      const manifest = JSON.parse(readFileSync(file, "utf8"));
      if (manifest.pulumi?.resource === true) found.set(name, manifest);
    }
    if (dirname(at) === at) return [...found.values()];
  }
}

/** What the engine has to install before it runs the program: nothing that is attached to it already. */
function requiredPackages(request) {
  const attached = (process.env.PULUMI_DEBUG_PROVIDERS ?? "").split(",").map((entry) => entry.split(":")[0]);
  const info = request.getInfo();
  const directory = info?.getProgramDirectory() || process.cwd();
  return installedPackages(directory)
    .map((manifest) => ({
      name: manifest.pulumi.name ?? manifest.name.replace(/^@pulumi\//, ""),
      version: `v${String(manifest.pulumi.version ?? manifest.version).replace(/^v/, "")}`,
      server: manifest.pulumi.server ?? "",
    }))
    .filter(({ name }) => !attached.includes(name));
}

function describePackages(request, Kind) {
  return requiredPackages(request).map(({ name, version, server }) => {
    const entry = new Kind();
    entry.setName(name);
    entry.setKind("resource");
    entry.setVersion(version);
    entry.setServer(server);
    return entry;
  });
}

/** Direct dependencies by package.json, as `pulumi about` lists them. */
function programDependencies(request) {
  const directory = request.getInfo()?.getProgramDirectory() || process.cwd();
  const file = join(directory, "package.json");
  const manifest = existsSync(file) ? JSON.parse(readFileSync(file, "utf8")) : {};
  return Object.entries({ ...manifest.dependencies, ...manifest.devDependencies }).map(([name, version]) => {
    const entry = new language.DependencyInfo();
    entry.setName(name);
    entry.setVersion(String(version));
    return entry;
  });
}

function about() {
  const response = new language.AboutResponse();
  response.setExecutable(process.execPath);
  response.setVersion(process.version);
  return response;
}

/** `pulumi install`: npm's own words go to the engine as they come. */
function installDependencies(call) {
  const directory = call.request.getInfo()?.getProgramDirectory() || process.cwd();
  const npm = spawnSync("npm", ["ci", "--no-audit", "--no-fund"], { cwd: directory });
  const response = new language.InstallDependenciesResponse();
  response.setStdout(npm.stdout ?? "");
  response.setStderr(npm.stderr ?? "");
  call.write(response);
  if (npm.status === 0) call.end();
  else
    call.emit("error", {
      code: grpc.status.UNKNOWN,
      message: `npm ci ended with exit code ${npm.status ?? npm.error?.code}`,
    });
}

function filled(Response, fill = () => {}) {
  const response = new Response();
  fill(response);
  return response;
}

function endPrograms() {
  for (const program of programs) program.kill("SIGKILL");
}

function leave() {
  endPrograms();
  process.exit(0);
}

/** @param respond gets the call, returns the answer or a promise of it. */
const unary = (respond) => (call, callback) => {
  Promise.resolve(call)
    .then(respond)
    .then(
      (response) => callback(null, response),
      (error) => callback({ code: grpc.status.UNKNOWN, message: error.message }),
    );
};

const methods = {
  handshake: unary(() => new language.LanguageHandshakeResponse()),
  getRequiredPlugins: unary(({ request }) =>
    filled(language.GetRequiredPluginsResponse, (r) =>
      r.setPluginsList(describePackages(request, plugins.PluginDependency)),
    ),
  ),
  getRequiredPackages: unary(({ request }) =>
    filled(language.GetRequiredPackagesResponse, (r) =>
      r.setPackagesList(describePackages(request, plugins.PackageDependency)),
    ),
  ),
  getPluginInfo: unary(() =>
    filled(plugins.PluginInfo, (r) => r.setVersion(sdk("@pulumi/pulumi/package.json").version)),
  ),
  getProgramDependencies: unary(({ request }) =>
    filled(language.GetProgramDependenciesResponse, (r) => r.setDependenciesList(programDependencies(request))),
  ),
  runtimeOptionsPrompts: unary(() => new language.RuntimeOptionsResponse()),
  about: unary(about),
  run: unary(run),
  cancel: unary(() => {
    endPrograms();
    return new (sdk("google-protobuf/google/protobuf/empty_pb.js").Empty)();
  }),
  installDependencies,
};

// The engine interrupts the host's process group when it is done or cancelled, and waits for it to end.
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.on(signal, leave);
// A killed engine cannot interrupt anybody: its host, and the program with it, must not outlive it.
const parent = process.ppid;
setInterval(() => {
  if (process.ppid !== parent) leave();
}, 1000).unref();

const server = new grpc.Server({ "grpc.max_receive_message_length": 400 * 1024 * 1024 });
server.addService(services.LanguageRuntimeService, methods);
server.bindAsync("127.0.0.1:0", grpc.ServerCredentials.createInsecure(), (error, port) => {
  if (error) {
    console.error(error.message);
    process.exit(1);
  }
  process.stdout.write(`${port}\n`);
});
