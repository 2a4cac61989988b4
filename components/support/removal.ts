import type { CustomResourceOptions } from "@pulumi/pulumi";
import type { Removal } from "../../model/settings.ts";

/**
 * Options of resources that hold data or without which data cannot be read.
 *
 * `keep`: the engine refuses to delete them, and once unprotected they leave the state but stay in the cloud.
 * `destroy`: nothing of that; what the cloud itself refuses to delete (a held version, its bucket) still stays.
 */
export function dataOptions(removal: Removal): CustomResourceOptions {
  return removal === "keep" ? { protect: true, retainOnDelete: true } : {};
}
