/**
 * Builds components under Pulumi's mocks and records every child: what was asked for (inputs, as the provider would get
 * them) and how the engine is told to treat it (options, which mocks do not see).
 */
import * as pulumi from "@pulumi/pulumi";

export const testAccount = "111122223333";
export const testRegions = { primary: "us-east-1", dr: "us-west-2" } as const;

export interface RecordedResource {
  readonly type: string;
  readonly name: string;
  /** Resolved inputs; a key that was not given is absent. */
  readonly inputs: Readonly<Record<string, unknown>>;
  readonly opts: pulumi.CustomResourceOptions;
  readonly resource: pulumi.Resource;
  /** Names of the resources that it waits for: explicit ones and those whose outputs it takes. */
  readonly waitsFor: ReadonlySet<string>;
}

export interface Recording {
  readonly all: readonly RecordedResource[];
  of(type: string): readonly RecordedResource[];
  named(name: string): RecordedResource;
  /** Names below a type, sorted. */
  counts(): Record<string, number>;
}

const inputsByName = new Map<string, Record<string, unknown>>();

/** Inputs of a resource that was made since the last `useMocks`, whoever made it. */
export function inputsOf(type: string, name: string): Readonly<Record<string, unknown>> {
  const inputs = inputsByName.get(`${type} ${name}`);
  if (!inputs) throw new Error(`no ${type} named ${name}`);
  return inputs;
}

/** What a cloud would answer; ARNs name the resource so that documents can be compared as text. */
export async function useMocks(calls: Readonly<Record<string, Record<string, unknown>>> = {}): Promise<void> {
  inputsByName.clear();
  await pulumi.runtime.setMocks(
    {
      newResource: ({ type, name, inputs }) => {
        inputsByName.set(`${type} ${name}`, inputs);
        return { id: `${name}-id`, state: { ...inputs, ...computed(type, name, inputs) } };
      },
      call: ({ token }) => {
        const answer = calls[token];
        if (!answer) throw new Error(`unexpected call of ${token}`);
        return answer;
      },
    },
    "holdfast",
    "test",
  );
}

function computed(type: string, name: string, inputs: Record<string, unknown>): Record<string, unknown> {
  if (type === "aws:s3/bucket:Bucket") return { arn: `arn:aws:s3:::${String(inputs.bucket)}` };
  if (type === "aws:iam/role:Role") return { arn: `arn:aws:iam::${testAccount}:role/${String(inputs.name)}` };
  if (type === "aws:kms/key:Key")
    return { arn: `arn:aws:kms:${String(inputs.region)}:${testAccount}:key/${name}`, keyId: name };
  if (type === "aws:sqs/queue:Queue") {
    return { arn: `arn:aws:sqs:${String(inputs.region)}:${testAccount}:${name}`, url: `https://sqs.example/${name}` };
  }
  return { arn: `arn:aws:test:${String(inputs.region)}:${testAccount}:${name}` };
}

/**
 * Runs `build` with a recording transformation to pass in the component's options, and waits until every child is
 * registered.
 */
export async function record(
  build: (transformations: pulumi.ResourceTransformation[]) => void | Promise<void>,
): Promise<Recording> {
  const seen: {
    type: string;
    name: string;
    props: Record<string, unknown>;
    opts: pulumi.CustomResourceOptions;
    resource: pulumi.Resource;
  }[] = [];
  await build([
    ({ type, name, props, opts, resource }) => {
      seen.push({ type, name, props, opts, resource });
      return undefined;
    },
  ]);
  await Promise.all(seen.map(({ resource }) => promiseOf(resource.urn)));
  const all = await Promise.all(
    seen.map(async ({ type, name, props, opts, resource }) => ({
      type,
      name,
      inputs: inputsByName.get(`${type} ${name}`) ?? {},
      opts,
      resource,
      waitsFor: await dependenciesOf(props, opts),
    })),
  );
  const of = (type: string) => all.filter((r) => r.type === type);
  return {
    all,
    of,
    named(name) {
      const found = all.filter((r) => r.name === name);
      if (found.length !== 1 || !found[0])
        throw new Error(`${found.length} resources named ${name}: ${all.map((r) => r.name).join(", ")}`);
      return found[0];
    },
    counts: () =>
      Object.fromEntries([...new Set(all.map((r) => r.type))].sort().map((type) => [type, of(type).length])),
  };
}

export function promiseOf<Value>(value: pulumi.Input<Value>): Promise<pulumi.Unwrap<Value>> {
  return new Promise((resolve) => pulumi.output(value).apply((v) => resolve(v as pulumi.Unwrap<Value>)));
}

const logicalName = async (resource: pulumi.Resource) => (await promiseOf(resource.urn)).split("::").at(-1) ?? "";

async function dependenciesOf(
  props: Record<string, unknown>,
  opts: pulumi.CustomResourceOptions,
): Promise<Set<string>> {
  const explicit =
    opts.dependsOn === undefined ? [] : [await promiseOf(opts.dependsOn as pulumi.Input<unknown>)].flat();
  const taken = await resourcesOf(pulumi.output(props));
  const nested = await Promise.all(outputsIn(props).map(resourcesOf));
  const resources = [...(explicit as pulumi.Resource[]), ...taken, ...nested.flat()];
  return new Set(await Promise.all(resources.map(logicalName)));
}

/** `allResources` is public but not in the SDK's types. */
async function resourcesOf(output: unknown): Promise<pulumi.Resource[]> {
  const { allResources } = output as { allResources?: () => Promise<Iterable<pulumi.Resource>> };
  return allResources ? [...(await allResources.call(output))] : [];
}

function outputsIn(value: unknown): pulumi.Output<unknown>[] {
  if (pulumi.Output.isInstance(value)) return [value];
  if (Array.isArray(value)) return value.flatMap(outputsIn);
  if (value !== null && typeof value === "object" && !pulumi.Resource.isInstance(value))
    return Object.values(value).flatMap(outputsIn);
  return [];
}
