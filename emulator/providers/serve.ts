/**
 * Serves the offline `aws` provider on a loopback port of its own and prints the port, alone, as the first line.
 *
 * The engine attaches to it with `PULUMI_DEBUG_PROVIDERS=aws:<port>`. It needs `AWS_ENDPOINT_URL` (loopback) in its
 * environment and ends on SIGTERM, on SIGINT and when its standard input closes. Relative paths of assets count from its working directory, which must be
 * the one that the engine runs in.
 */
import { Server, ServerCredentials } from "@grpc/grpc-js";
import { loopback } from "./aws/clients.ts";
import { awsPackage } from "./aws/package.ts";
import { ProviderError } from "./codes.ts";
import { ResourceProviderService } from "./engine/protocol.ts";
import { providerService } from "./engine/provider.ts";

/** What the engine itself allows for one message. */
const maxMessageBytes = 400 * 1024 * 1024;

async function serve(): Promise<void> {
  loopback(process.env.AWS_ENDPOINT_URL, "AWS_ENDPOINT_URL");
  const server = new Server({
    "grpc.max_receive_message_length": maxMessageBytes,
    "grpc.max_send_message_length": maxMessageBytes,
  });
  server.addService(ResourceProviderService, providerService(awsPackage(process.env)));
  const port = await new Promise<number>((resolve, reject) => {
    server.bindAsync("127.0.0.1:0", ServerCredentials.createInsecure(), (error, bound) =>
      error ? reject(error) : resolve(bound),
    );
  });
  const stop = () => {
    server.forceShutdown();
    process.stdin.destroy();
  };
  process.once("SIGTERM", stop);
  process.once("SIGINT", stop);
  process.stdin.once("end", stop).resume();
  process.stdout.write(`${port}\n`);
}

serve().catch((error: unknown) => {
  const text = error instanceof ProviderError ? error.message : error instanceof Error ? error.stack : String(error);
  process.stderr.write(`${text}\n`);
  process.exitCode = 1;
});
