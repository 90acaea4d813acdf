#!/usr/bin/env node
import path = require('node:path');
import CachedBody = require('../../base/cached-body.cjs');
import codeCache = require('../vmrun/code-cache.js');

// The program `vmrun`. Scripts start it hundreds of times, so it runs from V8's cache.

/** What the file beside this one exports. */
interface Body {
  vmrunMain(args: readonly string[]): Promise<{ readonly hasWorked: boolean }>;
}

const args = process.argv.slice(2);
const cache = codeCache.codeCacheFor(args, process.env);
const body = new CachedBody<Body>(path.join(__dirname, 'vmrun-body.cjs'), cache.cacheFile, (file) =>
  cache.isTrusted(file),
);
void body.exports.vmrunMain(args).then(({ hasWorked }) => {
  if (hasWorked && body.isCompiledAnew) cache.keep(() => body.keep());
});
