import { createHash } from 'node:crypto';
import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { runNode, StepFailure } from './process.mjs';

/**
 * The programs whose start counts, by the path of what tsc made of them below `dist`: `program` starts `body`, one file
 * with all that `entry` needs, from V8's cache.
 */
const cachedPrograms = {
  helper: { start: 'bindings/helper.cjs', program: 'bindings/helper.cjs', entry: 'bindings/helper-main.js' },
  vmrun: { start: 'cli/bin/vmrun.cjs', program: 'bin/vmrun.cjs', entry: 'cli/vmrun/main.js' },
};

/** Modules of Node that take long to load, and that few runs need. */
const slowModules = [
  'child_process',
  'crypto',
  'dns',
  'fs/promises',
  'http',
  'https',
  'net',
  'perf_hooks',
  'readline',
  'stream',
  'timers/promises',
  'tls',
  'url',
  'worker_threads',
  'zlib',
];

/**
 * Bundles the programs of the package, whose start counts.
 * @param {string} root folder of the project
 * @param {string} output what tsc has made
 */
export async function bundlePrograms(root, output) {
  const inputs = await bundleCommands(root, output);
  for (const program of Object.values(cachedPrograms)) {
    inputs.push(...(await bundleCachedProgram(root, output, program)));
  }
  await makeHelperCache(root, output);
  await bundleEntries(root, output);
  if (inputs.length === 0) return;
  const folder = join(output, 'bin');
  for (const name of readdirSync(folder)) if (/\.c?js$/.test(name)) chmodSync(join(folder, name), 0o755);
  writeFileSync(join(folder, 'LICENSES.txt'), licences(root, inputs));
}

/**
 * Makes one file of a program and of all that it needs: Node takes several times as long to load the same code from
 * hundreds of files. What the program imports while it runs is in the file too, and is run when it is needed.
 * @returns {Promise<string[]>} what it has read
 */
async function bundleCachedProgram(root, output, { start, program, entry }) {
  if (!existsSync(join(output, entry))) return [];
  const { build: bundle } = await import('esbuild');
  const common = {
    absWorkingDir: root,
    bundle: true,
    platform: 'node',
    format: 'cjs',
    target: 'node20.18',
    charset: 'ascii',
    external: peersOf(root),
    logLevel: 'silent',
  };
  const failed = (error) => {
    throw new StepFailure(`Bundling ${program} failed: ${error.message}`);
  };
  const { outputFiles, metafile } = await bundle({
    ...common,
    entryPoints: [join(output, entry)],
    minifySyntax: true,
    minifyWhitespace: true,
    // CommonJS has no import.meta. The body lies in the depth of its entry, so relative addresses stay right.
    define: { 'import.meta.url': '__module.url' },
    metafile: true,
    write: false,
  }).catch(failed);
  const body = join(output, program.replace(/\.cjs$/, '-body.cjs'));
  mkdirSync(dirname(body), { recursive: true });
  writeFileSync(body, wrapped(outputFiles[0].text), 'latin1');
  await bundle({
    ...common,
    entryPoints: [join(output, start)],
    outfile: join(output, program),
    allowOverwrite: true,
  }).catch(failed);
  rmSync(join(output, `${start}.map`), { force: true });
  return Object.keys(metafile.inputs);
}

/** The code as the function that `cached-body.cts` runs. */
function wrapped(code) {
  // Code from V8's cache has lost how to import while it runs, so whoever starts the body does that for it. What is
  // left to import are peers and modules of Node.
  const imported = code.replaceAll(/\bimport\((?=")/g, '__import(');
  // esbuild names so what a module of ours imports, whose every use then looks the name up.
  const lazy = imported.replaceAll(/(?<=\bimport_\w+=)require\("(node:([\w/]+))"\)/g, (call, specifier, name) =>
    slowModules.includes(name) ? `__lazy("${specifier}")` : call,
  );
  const text = `(function(exports,require,module,__filename,__dirname,__import){
const __module={get url(){return require("node:url").pathToFileURL(__filename).href}};
const __lazy=(id)=>new Proxy({},{get:(_,name)=>require(id)[name]});
${lazy}})`;
  return `/*${createHash('sha256').update(text).digest('hex').slice(0, 16)}*/${text}`;
}

/** Lets the helper keep what this Node makes of it. */
async function makeHelperCache(root, output) {
  const helper = join(output, cachedPrograms.helper.program);
  if (!existsSync(helper)) return;
  const { exitCode, output: said } = await runNode([helper, '--make-cache'], { cwd: root, capture: true });
  if (exitCode !== 0) throw new StepFailure(`The helper does not start:\n${said}`);
}

/** What a user may leave out cannot be put in. */
function peersOf(root) {
  const { peerDependencies = {} } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  return Object.keys(peerDependencies);
}

/**
 * Puts each other command of `<output>/cli/bin` with all that it needs into few files of `<output>/bin`: a command starts
 * several times faster than from one file a module. What a command imports while it runs stays in files of its own, so
 * that only those who need it pay for it.
 * @returns {Promise<string[]>} what it has read
 */
async function bundleCommands(root, output) {
  const source = join(output, 'cli', 'bin');
  if (!existsSync(source)) return [];
  const { build: bundle } = await import('esbuild');
  const { metafile } = await bundle({
    absWorkingDir: root,
    entryPoints: readdirSync(source)
      .filter((name) => name.endsWith('.js'))
      .map((name) => join(source, name)),
    outdir: join(output, 'bin'),
    bundle: true,
    splitting: true,
    platform: 'node',
    format: 'esm',
    target: 'node20.18',
    minifySyntax: true,
    minifyWhitespace: true,
    external: peersOf(root),
    chunkNames: 'parts/[name]-[hash]',
    // Packages in the format of old modules ask for Node's own by a function that new ones do not have.
    banner: {
      js: "import{createRequire as __createRequire}from'node:module';const require=__createRequire(import.meta.url);",
    },
    metafile: true,
    logLevel: 'silent',
  }).catch((error) => {
    throw new StepFailure(`Bundling the commands failed: ${error.message}`);
  });
  return Object.keys(metafile.inputs);
}

/**
 * Puts what lies behind the entries of the package into few files: a program, and each thread of the blocking doors,
 * loads in half the time that one file a module takes. The entries stay where they are; what they share lies in
 * `doors/parts`, as deep as the door that starts its thread from an address relative to itself.
 */
async function bundleEntries(root, output) {
  const { exports = {} } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  const named = Object.values(exports).filter((file) => file.startsWith('./dist/') && file.endsWith('.js'));
  const entryPoints = [...named.map((file) => file.slice('./dist/'.length)), 'doors/sync/engine-worker.js']
    .map((file) => join(output, file))
    .filter((file) => existsSync(file));
  if (entryPoints.length === 0) return;
  const { build: bundle } = await import('esbuild');
  await bundle({
    absWorkingDir: root,
    entryPoints,
    outbase: output,
    outdir: output,
    allowOverwrite: true,
    bundle: true,
    splitting: true,
    platform: 'node',
    format: 'esm',
    target: 'node20.18',
    packages: 'external',
    chunkNames: 'doors/parts/[name]-[hash]',
    // Names of classes and functions are seen by users, in traces and where they print an object.
    keepNames: true,
    sourcemap: true,
    sourcesContent: false,
    logLevel: 'silent',
  }).catch((error) => {
    throw new StepFailure(`Bundling the entries of the package failed: ${error.message}`);
  });
}

/** The licences of the packages that have been put into the commands. */
function licences(root, inputs) {
  const found = inputs.flatMap((input) => /^node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(input)?.[1] ?? []);
  const texts = [...new Set(found)]
    .toSorted((one, other) => one.localeCompare(other))
    .map((name) => {
      const folder = join(root, 'node_modules', name);
      const { version, license } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
      const file = readdirSync(folder).find((entry) => /^licen[cs]e/i.test(entry));
      const text = file === undefined ? `Licence: ${license}` : readFileSync(join(folder, file), 'utf8').trim();
      return `${name} ${version}\n\n${text}\n`;
    });
  return `The programs of this package contain these packages:\n\n${texts.join(`\n${'-'.repeat(72)}\n\n`)}`;
}
