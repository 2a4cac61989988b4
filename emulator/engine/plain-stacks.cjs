/**
 * Preloaded into the program: stack traces without source maps.
 *
 * The SDK takes a full stack trace for every resource, and its runner has `source-map-support` map each frame of it, which
 * was a third of a preview. The project's own files run as they are, so their positions are right without a map; only frames
 * inside the SDK then name its JavaScript instead of its TypeScript.
 */
"use strict";
const Module = require("node:module");

const mapping = "source-map-support/register";
const load = Module._load;

Module._load = function loadWithoutMaps(request, ...rest) {
  return request === mapping ? {} : load.call(this, request, ...rest);
};
