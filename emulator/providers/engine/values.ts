/** Property values as they travel between the engine and a provider: plain JSON plus a few marked objects. */

export type Props = Record<string, unknown>;

/** What stands for a value that is not known before the update (Pulumi SDK, `runtime/rpc`). */
export const unknownValue = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";
/** The key that marks an object as something else than a map (Pulumi SDK, `runtime/rpc`). */
const signatureKey = "4dabf18193072939515e22adb298388d";
const assetSignature = "c44067f5952c0a294b673a41bacd8c17";
const archiveSignature = "0def7320c3a5731c473e5ecbe6d01bc7";
const secretSignature = "1b47061264138c4ac30d75fd1eb44270";
const outputSignature = "d0e6a833031e9bbcd3f4e8bde6ca49a4";

export interface AssetValue {
  readonly hash?: string;
  readonly text?: string;
  readonly path?: string;
  readonly uri?: string;
}

export interface ArchiveValue extends Omit<AssetValue, "text"> {
  readonly assets?: Readonly<Record<string, unknown>>;
}

export const isObject = (value: unknown): value is Props =>
  typeof value === "object" && value !== null && !Array.isArray(value);

export const isUnknown = (value: unknown): boolean => value === unknownValue;

export const isAsset = (value: unknown): value is AssetValue =>
  isObject(value) && value[signatureKey] === assetSignature;

export const isArchive = (value: unknown): value is ArchiveValue =>
  isObject(value) && value[signatureKey] === archiveSignature;

/** An archive known by its hash alone: stands for code that was put in place by somebody else. */
export const archiveOfHash = (hash: string): Props => ({ [signatureKey]: archiveSignature, hash, assets: {} });

/** True when an unknown is anywhere inside. */
export function containsUnknown(value: unknown): boolean {
  if (Array.isArray(value)) return value.some(containsUnknown);
  if (isObject(value)) return Object.values(value).some(containsUnknown);
  return isUnknown(value);
}

/**
 * Takes secrets and output values off, and drops what is null: the provider works on plain values. The engine puts the
 * secret marks back on answers, because the provider declares that it does not accept secrets.
 */
export function plain(value: unknown): unknown {
  if (Array.isArray(value)) return value.map((v) => plain(v) ?? null);
  if (!isObject(value)) return value ?? undefined;
  const signature = value[signatureKey];
  if (signature === secretSignature) return plain(value.value);
  if (signature === outputSignature) return "value" in value ? plain(value.value) : unknownValue;
  return plainProps(value);
}

export function plainProps(value: Props): Props {
  const out: Props = {};
  for (const [key, v] of Object.entries(value)) {
    const p = plain(v);
    if (p !== undefined) out[key] = p;
  }
  return out;
}

/** JSON with sorted keys: equal texts mean equal values. */
export function stable(value: unknown): string {
  return JSON.stringify(value, (_key, v: unknown) =>
    isObject(v) ? Object.fromEntries(Object.entries(v).sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0))) : v,
  );
}

export const same = (a: unknown, b: unknown): boolean => stable(a) === stable(b);

/** Without the properties that are undefined, so that an answer can be sent. */
export function defined(props: Props): Props {
  return Object.fromEntries(Object.entries(props).filter(([, v]) => v !== undefined && v !== null));
}
