import { createRequire } from "node:module";
import { Metadata, status } from "@grpc/grpc-js";
import type { Failure } from "./check.ts";
import type { Change } from "./diff.ts";
import { messageOf, Unfinished } from "./operations.ts";
import { defined, type Props, plainProps } from "./values.ts";

/** The generated messages are CommonJS without names that an ES module can import. */
const require = createRequire(import.meta.url);
export const messages =
  require("@pulumi/pulumi/proto/provider_pb.js") as typeof import("@pulumi/pulumi/proto/provider_pb.js");
export const pluginMessages =
  require("@pulumi/pulumi/proto/plugin_pb.js") as typeof import("@pulumi/pulumi/proto/plugin_pb.js");
export const { ResourceProviderService } =
  require("@pulumi/pulumi/proto/provider_grpc_pb.js") as typeof import("@pulumi/pulumi/proto/provider_grpc_pb.js");
const { Status } = require("@pulumi/pulumi/proto/status_pb.js");
const { Any } = require("google-protobuf/google/protobuf/any_pb.js");
const { Struct } = require("google-protobuf/google/protobuf/struct_pb.js");
export const { Empty } = require("google-protobuf/google/protobuf/empty_pb.js");

interface StructMessage {
  toJavaScript(): Props;
}

/** Properties out of a message; none counts as empty. Secrets arrive as plain values. */
export const propsOf = (struct: StructMessage | undefined): Props => plainProps(struct?.toJavaScript() ?? {});

export const structOf = (props: Props) => Struct.fromJavaScript(defined(props));

export function failuresOf(failures: readonly Failure[]) {
  return failures.map(({ property, reason }) => {
    const message = new messages.CheckFailure();
    message.setProperty(property);
    message.setReason(reason);
    return message;
  });
}

export function diffOf(found: readonly Change[], deleteBeforeReplace: boolean) {
  const { DiffResponse, PropertyDiff } = messages;
  const response = new DiffResponse();
  response.setChanges(found.length > 0 ? DiffResponse.DiffChanges.DIFF_SOME : DiffResponse.DiffChanges.DIFF_NONE);
  response.setDiffsList([...new Set(found.map((c) => c.property))]);
  response.setReplacesList([...new Set(found.filter((c) => c.replaces).map((c) => c.property))]);
  response.setDeletebeforereplace(deleteBeforeReplace);
  response.setHasdetaileddiff(true);
  const kinds = PropertyDiff.Kind;
  for (const change of found) {
    const detail = new PropertyDiff();
    const kind = {
      add: change.replaces ? kinds.ADD_REPLACE : kinds.ADD,
      delete: change.replaces ? kinds.DELETE_REPLACE : kinds.DELETE,
      update: change.replaces ? kinds.UPDATE_REPLACE : kinds.UPDATE,
    }[change.kind];
    detail.setKind(kind);
    detail.setInputdiff(change.property !== "tagsAll");
    response.getDetaileddiffMap().set(change.path, detail);
  }
  return response;
}

/** An error as gRPC sends it; a half-finished resource travels with its id and state, so that it is never lost. */
export function rpcError(error: unknown) {
  const message = messageOf(error);
  const metadata = new Metadata();
  if (error instanceof Unfinished) {
    const detail = new messages.ErrorResourceInitFailed();
    detail.setId(error.id);
    detail.setProperties(structOf(error.state));
    detail.setInputs(structOf(error.inputs));
    detail.setReasonsList([message]);
    const packed = new Any();
    packed.pack(detail.serializeBinary(), "pulumirpc.ErrorResourceInitFailed");
    const rich = new Status();
    rich.setCode(status.UNKNOWN);
    rich.setMessage(message);
    rich.addDetails(packed);
    metadata.add("grpc-status-details-bin", Buffer.from(rich.serializeBinary()));
  }
  return Object.assign(new Error(message), { code: status.UNKNOWN, details: message, metadata });
}
