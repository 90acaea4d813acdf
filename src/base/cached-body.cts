import fs = require('node:fs');
import path = require('node:path');
import vm = require('node:vm');

// The programs whose start counts are few files each: a main one with what most runs need, and one that is read when a
// run needs more. V8 need not compile again what it has compiled once: what it made of them is kept in further files and
// taken up by later starts.

type Wrapper = (
  exports: unknown,
  require: NodeJS.Require,
  module: { readonly exports: unknown },
  filename: string,
  directory: string,
  load: (specifier: string) => Promise<unknown>,
  runPart: (name: string, hash: string) => unknown,
) => void;

/** One file of a program, compiled. */
class CachedScript {
  /** Whether V8 had to compile all of it, since nothing was kept or what was kept is of no use. */
  readonly isCompiledAnew: boolean;
  readonly #script: vm.Script;
  readonly #cachePath: string;

  constructor(filename: string, source: string, cacheFile: string, isTrusted: (path: string) => boolean) {
    this.#cachePath = `${cacheFile}-${versionOf(source)}.cache`;
    const cachedData = readCache(this.#cachePath, isTrusted);
    this.#script = new vm.Script(source, { filename, ...(cachedData !== undefined && { cachedData }) });
    this.isCompiledAnew = cachedData === undefined || this.#script.cachedDataRejected === true;
  }

  /** The value of the file. */
  run(): unknown {
    return this.#script.runInThisContext();
  }

  /**
   * Keeps what V8 has compiled until now, whole or not at all.
   * @throws Error of the file system.
   */
  keep(): void {
    const draft = `${this.#cachePath}.${process.pid}`;
    try {
      // Whoever else may write it could make this program do anything.
      const file = fs.openSync(draft, 'w', 0o644);
      try {
        fs.writeFileSync(file, sealed(this.#script.createCachedData()));
        fs.fsyncSync(file);
      } finally {
        fs.closeSync(file);
      }
      fs.renameSync(draft, this.#cachePath);
    } catch (error) {
      fs.rmSync(draft, { force: true });
      throw error;
    }
  }
}

/** The body of a program, run. */
class CachedBody<Exports> {
  readonly exports: Exports;
  readonly #scripts: CachedScript[] = [];

  /**
   * Compiles and runs a body.
   *
   * @param bodyPath main file that the build made of the program. The first line of each of its files is a comment with
   *   a hash of the rest.
   * @param cacheFile path of the files for what V8 made of it, less an end by which `cachedBody` tells versions apart.
   * @param isTrusted whether a cache may be taken up: V8 runs what is in it unchecked.
   * @param onReplaced is told once of the error by which the use of a further file fails when that file is of another
   *   build, or gone: what becomes of the error may say nothing of it.
   */
  constructor(
    bodyPath: string,
    cacheFile: string,
    isTrusted: (path: string) => boolean,
    onReplaced: (error: Error) => void,
  ) {
    const directory = path.dirname(bodyPath);
    const runFile = (filename: string, source: string): unknown => {
      const script = new CachedScript(filename, source, cacheFile, isTrusted);
      this.#scripts.push(script);
      return script.run();
    };
    let replaced: Error | undefined;
    const runPart = (name: string, hash: string): unknown => {
      const filename = path.join(directory, name);
      const source = readIfThere(filename);
      // The files know each other's modules by numbers, which each build gives anew.
      if (source !== undefined && hashOf(source) === hash) return runFile(filename, source);
      if (replaced === undefined) {
        replaced = new Error('Revix was replaced while this ran; repeat the command');
        onReplaced(replaced);
      }
      throw replaced;
    };
    const module = { exports: {} as Exports };
    const run = runFile(bodyPath, fs.readFileSync(bodyPath, 'latin1')) as Wrapper;
    // Code from V8's cache has lost how to import while it runs, so this does that for it.
    run(module.exports, require, module, bodyPath, directory, (specifier) => import(specifier), runPart);
    this.exports = module.exports;
  }

  /** Whether V8 had to compile a file of it that has been needed until now. */
  get isCompiledAnew(): boolean {
    return this.#scripts.some((script) => script.isCompiledAnew);
  }

  /**
   * Keeps what V8 has compiled anew until now, each file whole or not at all.
   * @throws Error of the file system.
   */
  keep(): void {
    for (const script of this.#scripts) if (script.isCompiledAnew) script.keep();
  }
}

/**
 * Two builds of Node may have one version of V8, and take each other's cache for good: they crash on it. Of one version
 * there are builds of nodejs.org and of distributions, and machines that share a home.
 */
function versionOf(source: string): string {
  const { version, platform, arch, execPath } = process;
  const size = fs.statSync(execPath, { throwIfNoEntry: false })?.size ?? 0;
  return [hashOf(source), version, platform, arch, size].join('-');
}

function hashOf(source: string): string {
  return /^\/\*(\w+)\*\//.exec(source)?.[1] ?? 'none';
}

function readIfThere(filename: string): string | undefined {
  try {
    return fs.readFileSync(filename, 'latin1');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    return undefined;
  }
}

function readCache(cachePath: string, isTrusted: (path: string) => boolean): Buffer | undefined {
  try {
    return isTrusted(cachePath) ? unsealed(fs.readFileSync(cachePath)) : undefined;
  } catch {
    return undefined;
  }
}

/** Ends a file of two copies. */
const seal = Buffer.from('\ntwice\n');

/**
 * A cache as it is kept: V8 crashes on one in which a bit has changed, and checks no more of it than whose it is. Twice
 * the same bytes are compared at once, in place of a checksum: to load Node's hashes alone takes an eighth of the time in
 * which Node starts.
 */
function sealed(data: Buffer): Buffer {
  return Buffer.concat([data, data, seal]);
}

/** What was sealed, or undefined where it has not been kept whole. */
function unsealed(bytes: Buffer): Buffer | undefined {
  const length = (bytes.length - seal.length) / 2;
  if (!Number.isInteger(length) || length <= 0 || !bytes.subarray(2 * length).equals(seal)) return undefined;
  const data = bytes.subarray(0, length);
  return data.equals(bytes.subarray(length, 2 * length)) ? data : undefined;
}

export = CachedBody;
