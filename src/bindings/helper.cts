import fs = require('node:fs');
import path = require('node:path');
import vm = require('node:vm');

// The program of the helper process. All that it needs is one file beside this one, and its start is the start of the
// programs that use it: so what V8 has once made of that file is kept in a further file and used by later starts. That
// is good for one version of Node only; any other compiles anew, which takes a few tens of milliseconds longer.

/** What the file beside this one exports. */
interface Body {
  runHelper(args: readonly string[]): void;
  warmUp(): Promise<void>;
}

type Wrapper = (
  exports: unknown,
  require: NodeJS.Require,
  module: { readonly exports: unknown },
  filename: string,
  directory: string,
  load: (specifier: string) => Promise<unknown>,
) => void;

const bodyPath = path.join(__dirname, 'helper-body.cjs');
// Two versions of Node may have one version of V8, and take each other's cache for good: they crash on it.
const cachePath = path.join(__dirname, `helper-body-${process.version}-${process.arch}.cache`);
const makesCache = process.argv[2] === '--make-cache';

function readCache(): Buffer | undefined {
  try {
    return makesCache ? undefined : fs.readFileSync(cachePath);
  } catch {
    return undefined;
  }
}

/** The build writes the body in ASCII, which V8 takes as it is. */
function compileBody(): vm.Script {
  const parameters = 'exports, require, module, __filename, __dirname, __import';
  const cachedData = readCache();
  return new vm.Script(`(function (${parameters}) { ${fs.readFileSync(bodyPath, 'latin1')}\n})`, {
    filename: bodyPath,
    ...(cachedData !== undefined && { cachedData }),
  });
}

const script = compileBody();
const body = { exports: {} as Body };
const wrapper = script.runInThisContext() as Wrapper;
wrapper(body.exports, require, body, bodyPath, __dirname, (specifier) => import(specifier));

if (makesCache) {
  void body.exports.warmUp().then(() => {
    const draft = `${cachePath}.${process.pid}`;
    fs.writeFileSync(draft, script.createCachedData());
    fs.renameSync(draft, cachePath);
    process.exit(0);
  });
} else {
  body.exports.runHelper(process.argv.slice(2));
}
