/**
 * Reverse proxy in front of the emulated AWS, in its own process.
 *
 * - Passes every request through unchanged (Host and signature included: SigV4 signs the Host header) with streamed
 *   bodies, and adds `X-Forwarded-Proto: https`, so that `aws:SecureTransport` is true through the proxy only.
 * - Injects faults by (service, region), both read from the credential scope `<key>/<date>/<region>/<service>/aws4_request`
 *   (AWS General Reference, "Signature Version 4"), so that a region can be cut for every client at once.
 *
 * Started by `start.ts`. Prints one JSON line `{port, controlPort, pid}` when ready. Ends when standard input closes
 * unless started with `--detached`.
 */
import http from "node:http";
import { type Fault, type FaultRequest, FaultTable, type Scope, scopeOf } from "./faults.ts";
import { operationOf, RequestStats } from "./stats.ts";

const hopByHop = new Set(["connection", "keep-alive", "proxy-connection", "te", "trailer", "upgrade"]);

const faults = new FaultTable();
const stats = new RequestStats();
const agent = new http.Agent({ keepAlive: true, maxSockets: 512, keepAliveMsecs: 10_000, timeout: 0 });
let targetPort: number | undefined;

function errorBody(scope: Scope | undefined, fault: Fault): { type: string; body: string } {
  const message = `injected fault: ${scope?.service ?? "any"} in ${scope?.region ?? "any"} is ${fault.mode}`;
  return scope?.service === "s3"
    ? {
        type: "application/xml",
        body: `<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>ServiceUnavailable</Code><Message>${message}</Message></Error>`,
      }
    : {
        type: "application/x-amz-json-1.1",
        body: JSON.stringify({ __type: "ServiceUnavailableException", message }),
      };
}

function forward(request: http.IncomingMessage, response: http.ServerResponse): void {
  const headers: string[] = ["X-Forwarded-Proto", "https"];
  for (let i = 0; i < request.rawHeaders.length; i += 2) {
    const name = request.rawHeaders[i] ?? "";
    const lower = name.toLowerCase();
    if (hopByHop.has(lower) || lower === "x-forwarded-proto") continue;
    headers.push(name, request.rawHeaders[i + 1] ?? "");
  }
  const upstream = http.request({
    host: "127.0.0.1",
    port: targetPort,
    method: request.method,
    path: request.url,
    headers: headers as unknown as http.OutgoingHttpHeaders,
    agent,
  });
  upstream.on("response", (answer) => {
    response.writeHead(
      answer.statusCode ?? 502,
      answer.statusMessage,
      answer.rawHeaders as unknown as http.OutgoingHttpHeaders,
    );
    answer.pipe(response);
    answer.on("error", () => response.destroy());
  });
  upstream.on("continue", () => response.writeContinue());
  upstream.on("error", (error) => {
    if (response.headersSent) response.destroy();
    else {
      response.writeHead(502, { "content-type": "text/plain", connection: "close" });
      response.end(`the emulated cloud does not answer: ${error.message}\n`);
    }
  });
  response.on("close", () => {
    if (!response.writableFinished) upstream.destroy();
  });
  request.pipe(upstream);
}

function handle(request: http.IncomingMessage, response: http.ServerResponse): void {
  const scope = scopeOf(request.headers.authorization, request.url ?? "");
  stats.count(scope, operationOf(request.method ?? "", request.url ?? "", request.headers));
  if ((request.url ?? "").startsWith("/_holdfast/")) {
    response.writeHead(404, { "content-type": "text/plain" });
    response.end("emulator controls are not reachable through the cloud's endpoint\n");
    return;
  }
  const fault = faults.match(scope);
  if (!fault) {
    forward(request, response);
    return;
  }
  stats.injected(scope, fault.mode);
  switch (fault.mode) {
    case "503": {
      const { type, body } = errorBody(scope, fault);
      request.resume();
      response.writeHead(503, { "content-type": type, "content-length": Buffer.byteLength(body) });
      response.end(request.method === "HEAD" ? undefined : body);
      return;
    }
    case "reset":
      request.socket.resetAndDestroy();
      return;
    case "hang":
      request.resume();
      return;
    case "slow":
      setTimeout(() => forward(request, response), fault.delayMs);
      return;
  }
}

/** Replication between regions stands still while S3 of either is cut, as it would be for a real outage. */
async function tellCutRegions(): Promise<void> {
  if (targetPort === undefined) return;
  const answer = await fetch(`http://127.0.0.1:${targetPort}/_holdfast/replication`, {
    method: "PUT",
    body: JSON.stringify({ cutRegions: faults.cutRegions("s3") }),
  });
  if (!answer.ok) throw new Error(`the emulator refused the cut regions: ${await answer.text()}`);
}

async function readBody(request: http.IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString("utf8");
}

async function control(request: http.IncomingMessage, response: http.ServerResponse): Promise<void> {
  const answer = (status: number, value: unknown): void => {
    response.writeHead(status, { "content-type": "application/json" });
    response.end(`${JSON.stringify(value)}\n`);
  };
  const route = `${request.method} ${request.url}`;
  try {
    if (route === "GET /health") answer(targetPort === undefined ? 503 : 200, { targetPort, pid: process.pid });
    else if (route === "PUT /target") {
      targetPort = (JSON.parse(await readBody(request)) as { port: number }).port;
      answer(200, { targetPort });
    } else if (route === "POST /faults") {
      const fault = faults.add(JSON.parse(await readBody(request)) as FaultRequest);
      await tellCutRegions();
      answer(201, fault);
    } else if (route === "GET /faults") answer(200, faults.list());
    else if (route === "DELETE /faults") {
      const removed = faults.clear();
      await tellCutRegions();
      answer(200, { removed });
    } else if (route === "GET /stats") answer(200, stats.report());
    else if (route === "DELETE /stats") answer(200, stats.clear());
    else answer(404, { error: `unknown control route ${route}` });
  } catch (error) {
    answer(400, { error: error instanceof Error ? error.message : String(error) });
  }
}

const listen = (server: http.Server): Promise<number> =>
  new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(0, "127.0.0.1", 1024, () => {
      const address = server.address();
      if (address === null || typeof address === "string") reject(new Error("no TCP address"));
      else resolve(address.port);
    });
  });

const server = http.createServer({ keepAliveTimeout: 60_000, requestTimeout: 0, noDelay: true }, handle);
server.on("checkContinue", handle);
const controlServer = http.createServer((request, response) => {
  void control(request, response);
});
const [port, controlPort] = await Promise.all([listen(server), listen(controlServer)]);
if (!process.argv.includes("--detached")) {
  process.stdin.on("end", () => process.exit(0));
  process.stdin.on("error", () => process.exit(0));
  process.stdin.resume();
}
process.on("SIGTERM", () => process.exit(0));
process.stdout.write(`${JSON.stringify({ port, controlPort, pid: process.pid })}\n`);
