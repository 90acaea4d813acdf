#!/usr/bin/env node
import path = require('node:path');
import CachedBody = require('../../base/cached-body.cjs');
import codeCache = require('../vmrun/code-cache.js');
import exitStatus = require('../vmrun/exit-status.js');

// The program `vmrun`. Scripts start it hundreds of times, so it runs from V8's cache.

/** What the file beside this one exports. */
interface Body {
  vmrunMain(args: readonly string[]): Promise<{ readonly hasWorked: boolean }>;
}

const args = process.argv.slice(2);
const cache = codeCache.codeCacheFor(args, process.env);
const isTrusted = (file: string): boolean => cache.isTrusted(file);
const body = new CachedBody<Body>(path.join(__dirname, 'vmrun-body.cjs'), cache.cacheFile, isTrusted, onReplaced);
void body.exports.vmrunMain(args).then(({ hasWorked }) => {
  if (hasWorked && body.isCompiledAnew) cache.keep(() => body.keep());
});

/** Says why the command fails, and lets it clean up what it still can. */
function onReplaced({ message }: Error): void {
  process.stderr.write(`vmrun: ${message}\n`);
  process.on('uncaughtException', () =>
    process.exit(exitStatus.processStatus(exitStatus.failureStatus, process.platform)),
  );
}
