/**
 * What each error code of the offline providers means. Plain data, in the shape of the product's own code tables, so
 * that one troubleshooting page can be rendered from both.
 */
export const providerCodes = {
  HF5501: {
    title: "The endpoint of the emulated cloud is missing or not on this machine",
    meaning:
      "The offline provider changes whatever answers at AWS_ENDPOINT_URL. It therefore talks to loopback addresses only (127.0.0.0/8, ::1, localhost) and refuses to start, or to be configured, with any other.",
    fix: "Start it through `npm run pulumi -- …`, which sets AWS_ENDPOINT_URL to the emulated cloud. To work on a real account use the official provider instead: run the plain `pulumi` outside of the embedded default.",
  },
  HF5502: {
    title: "The offline provider has no row for this resource type",
    meaning:
      "The embedded default offers exactly the resource types of the program: one row per type, each proved against the emulated cloud. Anything else is refused rather than half done.",
    fix: "Add a row in `emulator/providers/aws/rows/` with its tests, or try the change against a real account with the official provider.",
  },
  HF5503: {
    title: "The offline provider has no such function",
    meaning: "A provider function (a `get…` call) was invoked that the embedded default does not offer.",
    fix: "Add it in `emulator/providers/aws/invokes.ts` with a test, or compute the value in the program.",
  },
  HF5504: {
    title: "A provider setting is refused",
    meaning:
      "Credentials, profiles, roles to assume and proxies lead away from the emulated cloud or from its throw-away credentials; a setting of the wrong form cannot be honoured.",
    fix: "Remove the setting from the `aws.Provider` resource or the stack configuration. Credentials of the embedded default come from its own environment.",
  },
  HF5505: {
    title: "The credentials belong to another account",
    meaning: "The provider's `allowedAccountIds` or `forbiddenAccountIds` do not fit the account of the credentials.",
    fix: "The account of the emulated cloud is 000000000000: allow it in the stack that runs on the embedded default.",
  },
  HF5506: {
    title: "The offline provider was asked before it was configured",
    meaning: "A request arrived on a connection on which the engine has not configured a provider instance.",
    fix: "Run the command again. If it persists, start the provider again: a provider attached by hand must not be shared by two engines at once.",
  },
  HF5510: {
    title: "Unknown property of a resource",
    meaning:
      "The property is not among the inputs that the installed `@pulumi/aws` package declares for this resource (at any depth).",
    fix: "Correct the name; the message suggests the nearest one.",
  },
  HF5511: {
    title: "A required property of a resource is missing",
    meaning: "The installed `@pulumi/aws` package declares the property as required.",
    fix: "Give the property a value.",
  },
  HF5512: {
    title: "A property of a resource has the wrong type",
    meaning: "The value's type differs from the type that the installed `@pulumi/aws` package declares.",
    fix: "Give a value of the declared type.",
  },
  HF5513: {
    title: "The offline provider does not offer this property",
    meaning:
      "The property exists on AWS, but the row of this resource type does not carry it to the emulated cloud. It is refused so that nothing is ignored silently.",
    fix: "Leave it out in the stack that runs on the embedded default, or extend the row with its tests.",
  },
  HF5514: {
    title: "A physical name cannot be used or made",
    meaning:
      "A name and a name prefix were both given, the name is longer than the service allows, or automatic naming is switched off and no name was given.",
    fix: "Give one name within the limit that the message states.",
  },
  HF5515: {
    title: "A property that must be JSON is not",
    meaning: "Policies, event patterns and redrive settings are JSON documents; this text does not parse.",
    fix: "Build the text with JSON.stringify.",
  },
  HF5516: {
    title: "No region for a regional resource",
    meaning: "Neither the resource nor its provider states a region.",
    fix: "Give `region` on the resource or on the `aws.Provider`.",
  },
  HF5520: {
    title: "The emulated cloud refused a call",
    meaning: "The cloud answered an error; the message carries its name, its text and the call.",
    fix: "Read the cloud's own message: it names the cause. The same call is refused by AWS for the same reason unless the message is marked as the emulator's.",
  },
  HF5521: {
    title: "A resource was created but not finished",
    meaning:
      "The resource exists in the cloud and is recorded in the state; a later step of its creation failed. Nothing is lost.",
    fix: "Remove the cause that the message names and run `pulumi up` again: it finishes the same resource.",
  },
  HF5522: {
    title: "A bucket still holds locked versions",
    meaning:
      "The bucket is to be deleted with all its versions, but some are under legal hold or retention. Nobody can delete those, so the bucket stays, with its policy, its settings and its key.",
    fix: "Release the holds, or wait until the retention has run out, then run `pulumi destroy` again.",
  },
  HF5523: {
    title: "A bucket is not empty",
    meaning: "The bucket has objects or versions and `forceDestroy` is not set.",
    fix: "Empty the bucket, or set `forceDestroy` and apply before destroying.",
  },
  HF5524: {
    title: "A resource did not settle in time",
    meaning: "The cloud accepted a call, but the resource did not reach the state that the next step needs.",
    fix: "Run the command again; it continues where it stopped.",
  },
  HF5525: {
    title: "The resource does not exist any more",
    meaning: "An update was asked for a resource that is not in the cloud.",
    fix: "Run `pulumi refresh`, then `pulumi up`.",
  },
  HF5530: {
    title: "The type declarations of the provider package cannot be read",
    meaning:
      "The offline provider takes property names and types from the installed `@pulumi/aws` package; a file or an interface in it was not found in the expected form.",
    fix: "Run `npm ci`. If the package was upgraded on purpose, adapt `emulator/providers/engine/declarations.ts`.",
  },
  HF5531: {
    title: "This kind of asset or archive cannot be used",
    meaning:
      "The offline provider packs code from texts, files and folders on this machine, and takes `.zip` files as they are. Remote assets and other archive formats are refused.",
    fix: "Use a FileArchive of a folder or a .zip file, or an AssetArchive of file and string assets.",
  },
} as const;

export type ProviderCode = keyof typeof providerCodes;

/** Base of every error that an offline provider raises on purpose; the message begins with its code. */
export class ProviderError extends Error {
  readonly code: ProviderCode;

  constructor(code: ProviderCode, message: string, options?: ErrorOptions) {
    super(`${code} ${message}`, options);
    this.name = "ProviderError";
    this.code = code;
  }
}
