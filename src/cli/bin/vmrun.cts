#!/usr/bin/env node
import fs = require('node:fs');
import path = require('node:path');
import CachedBody = require('../../base/cached-body.cjs');
import codeCache = require('../vmrun/code-cache.js');
import exitStatus = require('../vmrun/exit-status.js');
import takeFlags = require('../vmrun/take-flags.js');
import words = require('../vmrun/words.js');

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
  const status = exitStatus.processStatus(exitStatus.failureStatus, process.platform);
  process.on('uncaughtException', () => {
    if (isJson()) fs.writeSync(1, `${JSON.stringify(jsonFailure(message))}\n`);
    process.exit(status);
  });
  // What swallows the error must not make a success of it.
  process.on('exit', () => {
    if (process.exitCode === undefined || process.exitCode === 0) process.exitCode = status;
  });
}

function isJson(): boolean {
  const given: { json?: string } = {};
  takeFlags.takeFlags(new words.Words(args), given);
  return given.json !== undefined;
}

/** The answer of a command that nobody knows the end of, as `--json` has it. */
function jsonFailure(message: string) {
  const error = { stage: 'command', code: 1, name: 'VIX_E_FAIL', text: `Error: ${message}`, message };
  return { command: null, ok: false, status: exitStatus.failureStatus, error };
}
