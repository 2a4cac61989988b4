/**
 * Preloaded into the program: keeps one failure of Node's from turning every stack trace into a minute of silence.
 *
 * `util.inspect(error, { colors: true })` of Node 20.20 and 24.9 (no longer of 24.21) never gets past a stack frame
 * that ends right after a scope, `…/node_modules/@scope/file.ts:1:2`, until its string has become too long. The SDK
 * prints errors that way, and the source maps of @pulumi/pulumi make such frames. Those traces lose their colours.
 */
"use strict";
const util = require("node:util");

const endsAfterScope = /node_modules[/\\]@[^/\\\n]+[/\\][^/\\\n]*$/m;
const original = util.inspect;

function inspect(value, options, ...rest) {
  const stack = value instanceof Error && options?.colors === true ? String(value.stack) : "";
  return original(value, endsAfterScope.test(stack) ? { ...options, colors: false } : options, ...rest);
}

util.inspect = Object.assign(inspect, original);
