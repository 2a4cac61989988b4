/**
 * Lets virtual days pass: reads the lifecycle rules that are deployed on the buckets, over the S3 API, and does to the
 * stored versions what S3 documents. It knows nothing of how the rules came about.
 */
import { GetBucketLifecycleConfigurationCommand, S3Client, S3ServiceException } from "@aws-sdk/client-s3";
import { EmulatedCloudError } from "../codes.ts";
import { Bucket, type BucketReport, type Inventory } from "./bucket.ts";
import { type Configuration, parseConfiguration } from "./rules.ts";
import { type CalendarState, loadState, saveState } from "./state.ts";
import { dayMs, midnightBefore, nextMidnight } from "./time.ts";

export interface CalendarOptions {
  /** Emulator itself, not the proxy: lifecycle is part of S3 and goes on while clients are cut off. */
  readonly plainEndpoint: string;
  /** Keeps virtual time between runs. */
  readonly stateFile: string;
  /** Only buckets in these regions; default all. */
  readonly regions?: readonly string[];
  /** Only these buckets; default all that have lifecycle rules. */
  readonly buckets?: readonly string[];
  /** First virtual day; default the day the last run reached, else today. */
  readonly from?: Date;
  /** Last virtual day, inclusive. */
  readonly to: Date;
  /**
   * Called on every virtual day after its actions, with midnight UTC of the day. Answer `"changed"` when the callback
   * changed anything in the buckets, so that they are read again.
   */
  readonly onDay?: (day: Date) => Promise<"changed" | undefined> | "changed" | undefined;
}

export interface CalendarReport {
  readonly from: string;
  readonly to: string;
  /** Virtual days on which something was done. */
  readonly activeDays: number;
  readonly buckets: Readonly<Record<string, BucketReport>>;
}

class Emulator {
  readonly #endpoint: string;

  constructor(endpoint: string) {
    this.#endpoint = endpoint;
  }

  async call<T>(method: string, path: string, body?: unknown): Promise<T> {
    const answer = await fetch(`${this.#endpoint}/_holdfast/${path}`, {
      method,
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    if (answer.ok) return (await answer.json()) as T;
    throw new EmulatedCloudError("HF5305", { subject: `${method} ${path}`, why: await answer.text() });
  }

  /** The deployed rules, or undefined where there are none. */
  async rules(bucket: string, region: string): Promise<Configuration | undefined> {
    const credentials = { accessKeyId: "test", secretAccessKey: "test" };
    const s3 = new S3Client({ region, credentials, endpoint: this.#endpoint, forcePathStyle: true });
    try {
      return parseConfiguration(bucket, await s3.send(new GetBucketLifecycleConfigurationCommand({ Bucket: bucket })));
    } catch (error) {
      if (error instanceof S3ServiceException && error.name === "NoSuchLifecycleConfiguration") return undefined;
      throw error;
    } finally {
      s3.destroy();
    }
  }
}

async function openBuckets(emulator: Emulator, options: CalendarOptions, state: CalendarState): Promise<Bucket[]> {
  const all = await emulator.call<{ name: string; region: string }[]>("GET", "buckets");
  const wanted = all.filter(
    ({ name, region }) => (options.buckets?.includes(name) ?? true) && (options.regions?.includes(region) ?? true),
  );
  const opened: Bucket[] = [];
  for (const { name, region } of wanted) {
    const configuration = await emulator.rules(name, region);
    if (configuration !== undefined) opened.push(new Bucket(name, configuration, await read(emulator, name), state));
  }
  return opened;
}

const read = (emulator: Emulator, bucket: string): Promise<Inventory> =>
  emulator.call("GET", `objects?bucket=${encodeURIComponent(bucket)}`);

function period(options: CalendarOptions, state: CalendarState): { first: number; last: number } {
  const refuse = (value: string, why: string): never => {
    throw new EmulatedCloudError("HF5401", { subject: "calendar period", value, why });
  };
  const last = midnightBefore(options.to.getTime());
  if (Number.isNaN(last)) return refuse(String(options.to), "it is not a date");
  const { reached } = state;
  const resumed = reached === undefined ? nextMidnight(Date.now()) : reached + dayMs;
  const first = options.from === undefined ? resumed : midnightBefore(options.from.getTime());
  const text = `${new Date(first).toISOString()} to ${new Date(last).toISOString()}`;
  if (reached !== undefined && (last < reached || first <= reached)) {
    return refuse(text, `${new Date(reached).toISOString()} was already reached`);
  }
  if (reached === undefined && last < first) return refuse(text, "it ends before it begins");
  return { first, last };
}

/**
 * Runs lifecycle once per virtual day, skipping days on which nothing is due.
 *
 * @throws EmulatedCloudError HF5401 for a period in the virtual past, HF5402 for a rule the calendar cannot read,
 *   HF5305 when the emulator refuses an action.
 */
export async function runCalendar(options: CalendarOptions): Promise<CalendarReport> {
  const emulator = new Emulator(options.plainEndpoint);
  const state = loadState(options.stateFile, options.plainEndpoint);
  const { first, last } = period(options, state);
  const buckets = await openBuckets(emulator, options, state);
  let activeDays = 0;
  for (let day = first; day <= last; ) {
    let active = false;
    for (const bucket of buckets) {
      const actions = bucket.actionsOf(day);
      if (actions.length === 0) continue;
      active = true;
      const now = new Date(day).toISOString();
      bucket.apply(day, await emulator.call("POST", "lifecycle", { bucket: bucket.name, now, actions }));
    }
    if (active) activeDays += 1;
    const real = Date.now();
    if ((await options.onDay?.(new Date(day))) === "changed") {
      const seen = changed(state, buckets, day, real);
      for (const bucket of buckets) bucket.refresh(await read(emulator, bucket.name), seen);
    }
    const due = Math.min(...buckets.map((bucket) => bucket.nextDue(day)));
    day = options.onDay ? day + dayMs : Math.max(day + dayMs, due);
  }
  saveState(options.stateFile, changed(state, buckets, last, Date.now()));
  return {
    from: new Date(first).toISOString(),
    to: new Date(last).toISOString(),
    activeDays,
    buckets: Object.fromEntries(buckets.map((bucket) => [bucket.name, bucket.report()])),
  };
}

/** The state once the virtual day `reached` is over, which began at the real time `real`. */
function changed(state: CalendarState, buckets: readonly Bucket[], reached: number, real: number): CalendarState {
  return {
    ...state,
    reached,
    anchors: [...state.anchors, { real, virtual: reached }],
    markers: Object.assign({ ...state.markers }, ...buckets.map((bucket) => bucket.markers)),
    alone: Object.assign({ ...state.alone }, ...buckets.map((bucket) => bucket.alone)),
  };
}
