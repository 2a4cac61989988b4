/** The rows of the offline provider on a live emulated cloud, without an engine in between. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "vitest";
import { type Cloud, startCloud } from "../../../emulator/cloud/start.ts";
import type { Service, Services } from "../../../emulator/providers/aws/clients.ts";
import { awsPackage } from "../../../emulator/providers/aws/package.ts";
import type { AwsSession } from "../../../emulator/providers/aws/session.ts";
import { Operations } from "../../../emulator/providers/engine/operations.ts";
import type { Props } from "../../../emulator/providers/engine/values.ts";

export const region = "us-east-1";
export const drRegion = "us-west-2";

/** A resource as the engine would have it in its state. */
export interface Live {
  readonly type: string;
  readonly id: string;
  readonly inputs: Props;
  readonly state: Props;
}

export class Harness {
  readonly cloud: Cloud;
  readonly session: AwsSession;
  readonly operations: Operations<AwsSession>;
  readonly #dir: string;
  #count = 0;

  private constructor(cloud: Cloud, session: AwsSession, operations: Operations<AwsSession>, dir: string) {
    this.cloud = cloud;
    this.session = session;
    this.operations = operations;
    this.#dir = dir;
  }

  static async start(settings: Props = {}): Promise<Harness> {
    const dir = mkdtempSync(join(tmpdir(), "holdfast-provider-"));
    const cloud = await startCloud({ dir });
    const env = { AWS_ENDPOINT_URL: cloud.endpoint, AWS_ACCESS_KEY_ID: "test", AWS_SECRET_ACCESS_KEY: "test" };
    const aws = awsPackage(env);
    const session = await aws.configure({ region, ...settings });
    return new Harness(cloud, session, new Operations(aws), dir);
  }

  async stop(): Promise<void> {
    await this.cloud.stop();
    rmSync(this.#dir, { recursive: true, force: true });
  }

  client<K extends Service>(service: K, where = region): Promise<Services[K]> {
    return this.session.client(service, where);
  }

  /** Check and create, as an update does for a new resource. */
  async create(type: string, news: Props, name = `it${++this.#count}`): Promise<Live> {
    const inputs = this.checked(type, name, {}, news);
    const { id, state } = await this.operations.create(this.session, { type, name, id: "" }, inputs);
    return { type, id, inputs, state };
  }

  checked(type: string, name: string, olds: Props, news: Props): Props {
    const result = this.operations.check(this.session, { type, name }, olds, news, new Uint8Array(), undefined);
    expect(result.failures).toEqual([]);
    return result.inputs;
  }

  diff(live: Live, news: Props) {
    return this.operations.diff(this.session, this.target(live), live.inputs, live.state, news);
  }

  async update(live: Live, news: Props): Promise<Live> {
    const inputs = this.checked(live.type, "it", live.inputs, news);
    const found = this.diff(live, inputs);
    expect(found.changes.filter((c) => c.replaces)).toEqual([]);
    expect(found.changes).not.toEqual([]);
    const state = await this.operations.update(this.session, this.target(live), live.inputs, live.state, inputs);
    return { ...live, inputs, state };
  }

  /** What a refresh finds: nothing when the resource is gone. */
  async refresh(live: Live): Promise<Live | undefined> {
    const found = await this.operations.read(this.session, this.target(live), live.inputs, live.state);
    return found && { ...live, ...found };
  }

  async delete(live: Live): Promise<void> {
    await this.operations.delete(this.session, this.target(live), live.inputs, live.state);
  }

  /** Properties that a refresh finds changed by somebody else. */
  async drift(live: Live): Promise<string[]> {
    const found = await this.refresh(live);
    if (!found) return ["<gone>"];
    return [...new Set(this.diff(found, live.inputs).changes.map((c) => c.property))].sort();
  }

  target = (live: Live) => ({ type: live.type, name: "it", id: live.id });
}

/** One resource type taken through its life. */
export interface LifeCase {
  readonly type: string;
  readonly inputs: Props;
  /** Whole new inputs, one after the other; each must be taken without a replacement. */
  readonly updates: readonly Props[];
  /** A change that somebody makes behind the program's back, and the property that a refresh must show. */
  readonly outside: readonly { readonly sees: string; readonly change: (live: Live) => Promise<unknown> }[];
  /** What a read finds after the deletion; default: nothing. */
  readonly afterDelete?: Props;
}

/**
 * Create → everything stated is read back, nothing shows as drift → update → the same → each outside change is seen and
 * repaired by an update → delete → gone, and deleting once more does nothing.
 */
export async function live(harness: Harness, { type, inputs, updates, outside, afterDelete }: LifeCase): Promise<void> {
  let resource = await harness.create(type, inputs);
  await expectStated(harness, resource);
  for (const next of updates) {
    resource = await harness.update(resource, next);
    await expectStated(harness, resource);
  }
  for (const { sees, change } of outside) {
    await change(resource);
    expect(await harness.drift(resource), `${type} after a change of ${sees} from outside`).toContain(sees);
    const found = await harness.refresh(resource);
    if (found) {
      const repaired = await harness.operations.update(
        harness.session,
        harness.target(resource),
        found.inputs,
        found.state,
        resource.inputs,
      );
      resource = { ...resource, state: repaired };
      expect(await harness.drift(resource), `${type} after the repair of ${sees}`).toEqual([]);
    } else resource = await harness.create(type, resource.inputs);
  }
  await harness.delete(resource);
  const left = await harness.refresh(resource);
  if (afterDelete) expect(left?.inputs).toMatchObject(afterDelete);
  else expect(left, `${type} after its deletion`).toBeUndefined();
  await harness.delete(resource);
}

/** Every stated input is in the outputs, and a refresh and a second update would both find nothing to do. */
async function expectStated(harness: Harness, resource: Live): Promise<void> {
  const found = await harness.refresh(resource);
  expect(found, `${resource.type} must be there`).toBeDefined();
  if (!found) return;
  expect(found.inputs, `${resource.type} must read back as stated`).toEqual(resource.inputs);
  expect(found.state, `${resource.type} must answer the same again`).toEqual(resource.state);
  expect(harness.diff(found, resource.inputs).changes).toEqual([]);
}
