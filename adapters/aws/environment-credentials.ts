/**
 * Credentials of a function: Lambda hands its role's to the process in the environment (Lambda Developer Guide,
 * configuration-envvars). In function bundles this stands in for the SDK's own chain, which would also bring clients for
 * single sign-on, a reader of profile files and one of instance metadata: a fifth of the bundle, and more places to take
 * credentials from than a function should have.
 */
import { HoldfastError } from "../../model/errors.ts";

/** Named as what it stands in for: `defaultProvider` of `@aws-sdk/credential-provider-node`. */
export const defaultProvider = () => async () => {
  const { AWS_ACCESS_KEY_ID: accessKeyId, AWS_SECRET_ACCESS_KEY: secretAccessKey, AWS_SESSION_TOKEN } = process.env;
  if (!accessKeyId || !secretAccessKey) {
    throw new HoldfastError("HF2030", "AWS_ACCESS_KEY_ID or AWS_SECRET_ACCESS_KEY is missing; Lambda sets both");
  }
  return { accessKeyId, secretAccessKey, ...(AWS_SESSION_TOKEN ? { sessionToken: AWS_SESSION_TOKEN } : {}) };
};
