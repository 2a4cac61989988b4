import type { ServerUnaryCall, sendUnaryData, UntypedServiceImplementation } from "@grpc/grpc-js";
import type * as pb from "@pulumi/pulumi/proto/provider_pb.js";
import { ProviderError } from "../codes.ts";
import { checkArguments, suggestion } from "./check.ts";
import { changes } from "./diff.ts";
import type { Autonaming } from "./names.ts";
import { type CloudPackage, Operations, type Session, type Target } from "./operations.ts";
import { diffOf, Empty, failuresOf, messages, pluginMessages, propsOf, rpcError, structOf } from "./protocol.ts";
import { containsUnknown, type Props } from "./values.ts";

/**
 * The provider service of the engine's protocol (`pulumirpc.ResourceProvider`) for one cloud.
 *
 * An attached provider serves several provider resources of one program at once; the requests do not say which, but
 * each has its own connection, so settings are kept by connection.
 */
export function providerService<S extends Session>(cloud: CloudPackage<S>): UntypedServiceImplementation {
  const operations = new Operations(cloud);
  const sessions = new Map<string, Promise<S>>();

  const sessionOf = async (peer: string): Promise<S> => {
    const own = sessions.get(peer);
    if (own) return own;
    const [only, ...others] = await Promise.all(new Set(sessions.values()));
    if (only && others.every((o) => JSON.stringify(o) === JSON.stringify(only))) return only;
    throw new ProviderError("HF5506", `the ${cloud.name} provider was asked before it was configured; run it again`);
  };

  return {
    handshake: handle(async () => handshakeAnswer()),
    attach: handle(async () => new Empty()),
    cancel: handle(async () => new Empty()),
    getPluginInfo: handle(async () => {
      const info = new pluginMessages.PluginInfo();
      info.setVersion(cloud.declarations.version);
      return info;
    }),
    getSchema: handle(async () => {
      const schema = new messages.GetSchemaResponse();
      schema.setSchema("{}");
      return schema;
    }),

    checkConfig: handle(async (request: pb.CheckRequest) => {
      const news = propsOf(request.getNews());
      return checkAnswer(news, cloud.checkSettings(news));
    }),
    diffConfig: handle(async (request: pb.DiffRequest) => {
      const olds = propsOf(request.getOldInputs() ?? request.getOlds());
      return diffOf(changes({ replaceOn: [] }, olds, propsOf(request.getNews())), false);
    }),
    configure: handle(async (request: pb.ConfigureRequest, peer) => {
      const session = cloud.configure(propsOf(request.getArgs()));
      sessions.set(peer, session);
      await session;
      const answer = new messages.ConfigureResponse();
      answer.setSupportspreview(true);
      answer.setSupportsAutonamingConfiguration(true);
      return answer;
    }),

    check: handle(async (request: pb.CheckRequest, peer) => {
      const session = await sessionOf(peer);
      const news = propsOf(request.getNews());
      const seed = request.getRandomseed_asU8();
      const naming = autonamingOf(request);
      const result = operations.check(session, targetOf(request), propsOf(request.getOlds()), news, seed, naming);
      return checkAnswer(result.inputs, result.failures);
    }),
    diff: handle(async (request: pb.DiffRequest, peer) => {
      const session = await sessionOf(peer);
      const state = propsOf(request.getOlds());
      const olds = request.hasOldInputs() ? propsOf(request.getOldInputs()) : state;
      const news = propsOf(request.getNews());
      const found = operations.diff(session, { ...targetOf(request), id: request.getId() }, olds, state, news);
      return diffOf(found.changes, found.deleteBeforeReplace);
    }),
    create: handle(async (request: pb.CreateRequest, peer) => {
      const session = await sessionOf(peer);
      const target = { ...targetOf(request), id: "" };
      const inputs = propsOf(request.getProperties());
      const answer = new messages.CreateResponse();
      if (request.getPreview()) {
        answer.setProperties(structOf(operations.previewCreate(session, target, inputs)));
      } else {
        const { id, state } = await operations.create(session, target, inputs);
        answer.setId(id);
        answer.setProperties(structOf(state));
      }
      return answer;
    }),
    read: handle(async (request: pb.ReadRequest, peer) => {
      const session = await sessionOf(peer);
      const target = { ...targetOf(request), id: request.getId() };
      const olds = propsOf(request.getInputs());
      const found = await operations.read(session, target, olds, propsOf(request.getProperties()));
      const answer = new messages.ReadResponse();
      if (!found) return answer;
      answer.setId(target.id);
      answer.setProperties(structOf(found.state));
      answer.setInputs(structOf(found.inputs));
      return answer;
    }),
    update: handle(async (request: pb.UpdateRequest, peer) => {
      const session = await sessionOf(peer);
      const target = { ...targetOf(request), id: request.getId() };
      const state = propsOf(request.getOlds());
      const olds = request.hasOldInputs() ? propsOf(request.getOldInputs()) : state;
      const news = propsOf(request.getNews());
      const answer = new messages.UpdateResponse();
      const outputs = request.getPreview()
        ? operations.previewUpdate(session, target, olds, state, news)
        : await operations.update(session, target, olds, state, news);
      answer.setProperties(structOf(outputs));
      return answer;
    }),
    delete: handle(async (request: pb.DeleteRequest, peer) => {
      const session = await sessionOf(peer);
      const target = { ...targetOf(request), id: request.getId() };
      await operations.delete(session, target, propsOf(request.getOldInputs()), propsOf(request.getProperties()));
      return new Empty();
    }),
    invoke: handle(async (request: pb.InvokeRequest, peer) => {
      const token = request.getTok();
      const invoke = cloud.invokes.get(token);
      if (!invoke) {
        const hint = suggestion(token, [...cloud.invokes.keys()]);
        throw new ProviderError("HF5503", `the embedded default has no function ${token}; ${hint}`);
      }
      const args = propsOf(request.getArgs());
      const answer = new messages.InvokeResponse();
      const failures = checkArguments(cloud.declarations.arguments(token), cloud.declarations, token, args);
      if (failures.length > 0) answer.setFailuresList(failuresOf(failures));
      else if (!containsUnknown(args)) answer.setReturn(structOf(await invoke(await sessionOf(peer), args)));
      return answer;
    }),
  };
}

type Handler<Request> = (request: Request, peer: string) => Promise<unknown>;

/** Answers one request after the other, each on its own; nothing is serialised. */
const handle =
  <Request>(handler: Handler<Request>) =>
  (call: ServerUnaryCall<Request, unknown>, answer: sendUnaryData<unknown>): void => {
    handler(call.request, call.getPeer()).then(
      (value) => answer(null, value),
      (error: unknown) => answer(rpcError(error)),
    );
  };

function handshakeAnswer() {
  const answer = new messages.ProviderHandshakeResponse();
  // Secrets and resource references arrive as plain values; the engine puts the secret marks back on answers.
  answer.setAcceptSecrets(false);
  answer.setAcceptResources(false);
  answer.setAcceptOutputs(false);
  answer.setSupportsAutonamingConfiguration(true);
  return answer;
}

function checkAnswer(inputs: Props, failures: Parameters<typeof failuresOf>[0]) {
  const answer = new messages.CheckResponse();
  answer.setInputs(structOf(inputs));
  answer.setFailuresList(failuresOf(failures));
  return answer;
}

/** Type and name out of a URN: `urn:pulumi:<stack>::<project>::<parent types>$<type>::<name>`. */
function targetOf(request: { getUrn(): string }): Omit<Target, "id"> {
  const parts = request.getUrn().split("::");
  const type = parts[2]?.split("$").at(-1) ?? "";
  return { type, name: parts.slice(3).join("::") };
}

function autonamingOf(request: pb.CheckRequest): Autonaming | undefined {
  const options = request.getAutonaming();
  if (!options) return undefined;
  const modes = ["propose", "enforce", "disable"] as const;
  return { mode: modes[options.getMode()] ?? "propose", proposedName: options.getProposedName() };
}
