import path = require('node:path');
import CachedBody = require('../base/cached-body.cjs');

// The program of the helper process. Its start is the start of the programs that use it, so it runs from V8's cache,
// which lies beside it. That is good for one version of Node only; any other compiles anew, which takes a few tens of
// milliseconds longer.

/** What the file beside this one exports. */
interface Body {
  runHelper(args: readonly string[]): void;
  warmUp(): Promise<void>;
}

const makesCache = process.argv[2] === '--make-cache';
const cacheFile = path.join(__dirname, 'helper-body');
const body = new CachedBody<Body>(
  path.join(__dirname, 'helper-body.cjs'),
  cacheFile,
  () => !makesCache,
  ({ message }) => process.stderr.write(`revix helper: ${message}\n`),
);

if (makesCache) {
  // No configuration is found: what it names would be connected to.
  process.chdir(__dirname);
  delete process.env['REVIX_CONFIG'];
  void body.exports.warmUp().then(() => {
    body.keep();
    process.exit(0);
  });
} else {
  body.exports.runHelper(process.argv.slice(2));
}
