import { createHash } from 'node:crypto';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { linker } from './link.mjs';
import { writePackList } from './pack-list.mjs';
import { runNode, StepFailure } from './process.mjs';

/**
 * The programs whose start counts, by the path of what tsc made of them below `dist`: `program` starts the body, which is
 * `entry` and all that it needs, from V8's cache. `usual` is how it is started most often, once `before` has been run to
 * have something there: what these command lines need is put into the main file of the body, and the rest into another.
 */
const cachedPrograms = {
  helper: {
    start: 'bindings/helper.cjs',
    program: 'bindings/helper.cjs',
    entry: 'bindings/helper-main.js',
    before: () => [],
    usual: [['--make-cache'], []],
  },
  vmrun: {
    start: 'cli/bin/vmrun.cjs',
    program: 'bin/vmrun.cjs',
    entry: 'cli/vmrun/main.js',
    before: (home) => [['start', aMachine(home)]],
    usual: [['list']],
  },
};

/**
 * @typedef {{ readonly inputs: string[], readonly made: string[] }} Bundle what it was made of, and the paths of its files
 */

/**
 * Bundles the programs and the entries of the package, whose start counts.
 * @param {string} root folder of the project
 * @param {string} output what tsc has made
 */
export async function bundlePrograms(root, output) {
  const bundles = [await bundleCommands(root, output)];
  const link = linker(root, peersOf(root));
  for (const program of Object.values(cachedPrograms)) {
    bundles.push(await bundleCachedProgram(root, output, link, program));
  }
  await makeHelperCache(root, output);
  const inputs = bundles.flatMap((bundle) => bundle.inputs);
  const made = [...bundles.flatMap((bundle) => bundle.made), ...(await bundleEntries(root, output))];
  if (inputs.length > 0) {
    const folder = join(output, 'bin');
    for (const name of readdirSync(folder)) if (/\.c?js$/.test(name)) chmodSync(join(folder, name), 0o755);
    const texts = join(folder, 'LICENSES.txt');
    writeFileSync(texts, licences(root, inputs));
    made.push(texts);
  }
  writePackList(output, made, entriesOf(root, output));
}

/**
 * Makes two files of a program and of all that it needs: Node takes several times as long to load the same code from
 * hundreds of files.
 * @returns {Promise<Bundle>}
 */
async function bundleCachedProgram(root, output, link, { start, program, entry, before, usual }) {
  if (!existsSync(join(output, entry))) return { inputs: [], made: [] };
  const { build: bundle } = await import('esbuild');
  const failed = (error) => {
    throw new StepFailure(`Bundling ${program} failed: ${error.message}`);
  };
  const linked = await link(join(output, entry)).catch(failed);
  await bundle({
    absWorkingDir: root,
    bundle: true,
    platform: 'node',
    format: 'cjs',
    target: 'node20.18',
    charset: 'ascii',
    entryPoints: [join(output, start)],
    outfile: join(output, program),
    allowOverwrite: true,
    logLevel: 'silent',
  }).catch(failed);
  rmSync(join(output, `${start}.map`), { force: true });
  const [body, rest] = ['body', 'rest'].map((part) => join(output, program.replace(/\.cjs$/, `-${part}.cjs`)));
  const used = await modulesUsed(linked, join(output, program), body, before, usual);
  const isUsual = (path) => used.has(path);
  const hash = writeHashed(rest, linked.restText(isUsual));
  writeHashed(body, linked.mainText(isUsual, { name: basename(rest), hash }));
  return { inputs: linked.paths, made: [join(output, program), body, rest] };
}

/** Paths of the modules that a program runs when it is used as usual. */
async function modulesUsed(linked, program, body, before, usual) {
  const home = mkdtempSync(join(tmpdir(), 'revix-build-'));
  const list = join(home, 'used');
  try {
    const tell = `require("node:fs").appendFileSync(${JSON.stringify(list)},id+"\\n");`;
    mkdirSync(dirname(body), { recursive: true });
    writeHashed(
      body,
      linked.mainText(() => true, { name: '', hash: '' }, tell),
    );
    const run = async (args) => {
      const env = { ...process.env, REVIX_HOME: home, REVIX_CONFIG: '' };
      const { exitCode, output: said } = await runNode([program, ...args], {
        cwd: home,
        capture: true,
        input: Buffer.alloc(0),
        env,
      });
      if (exitCode !== 0) throw new StepFailure(`${program} ${args.join(' ')} fails while it is built:\n${said}`);
    };
    for (const args of before(home)) await run(args);
    rmSync(list, { force: true });
    for (const args of usual) await run(args);
    const ids = readFileSync(list, 'utf8').trim().split('\n');
    return new Set(ids.map((id) => linked.paths[id]));
  } finally {
    rmSync(home, { recursive: true, force: true });
    for (const name of readdirSync(dirname(body))) if (name.endsWith('.cache')) rmSync(join(dirname(body), name));
  }
}

/** A machine for the mock host, in a datacentre. @returns the path of its file. */
function aMachine(home) {
  const datacenter = join(home, 'mock', 'machines', 'Datacenter');
  const file = join(datacenter, 'datastore1', 'vm', 'vm.vmx');
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(join(datacenter, '.revix-folder'), '{"kind":"datacenter","name":"Datacenter"}\n');
  writeFileSync(file, 'displayName = "vm"\n');
  return '[datastore1] vm/vm.vmx';
}

/** Writes a file for `cached-body.cts`, which knows a version by the hash in its first line. @returns the hash. */
function writeHashed(path, text) {
  const hash = createHash('sha256').update(text).digest('hex').slice(0, 16);
  writeFileSync(path, `/*${hash}*/${text}`, 'latin1');
  return hash;
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
 * @returns {Promise<Bundle>}
 */
async function bundleCommands(root, output) {
  const source = join(output, 'cli', 'bin');
  if (!existsSync(source)) return { inputs: [], made: [] };
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
  return { inputs: Object.keys(metafile.inputs), made: outputsOf(root, metafile) };
}

/** What esbuild has written, less the maps. */
function outputsOf(root, { outputs }) {
  return Object.keys(outputs)
    .filter((path) => !path.endsWith('.map'))
    .map((path) => join(root, path));
}

/** Paths of the entries of the package that have been built. */
function entriesOf(root, output) {
  const { exports = {} } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  return Object.values(exports)
    .filter((file) => file.startsWith('./dist/') && file.endsWith('.js'))
    .map((file) => join(output, file.slice('./dist/'.length)))
    .filter((file) => existsSync(file));
}

/**
 * Puts what lies behind the entries of the package into few files: a program, and each thread of the blocking doors,
 * loads in half the time that one file a module takes. The entries stay where they are; what they share lies in
 * `doors/parts`, as deep as the door that starts its thread from an address relative to itself.
 * @returns {Promise<string[]>} what it has made
 */
async function bundleEntries(root, output) {
  const thread = join(output, 'doors', 'sync', 'engine-worker.js');
  const entryPoints = [...entriesOf(root, output), ...(existsSync(thread) ? [thread] : [])];
  if (entryPoints.length === 0) return [];
  const { build: bundle } = await import('esbuild');
  const { metafile } = await bundle({
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
    sourcemap: true,
    sourcesContent: false,
    metafile: true,
    logLevel: 'silent',
  }).catch((error) => {
    throw new StepFailure(`Bundling the entries of the package failed: ${error.message}`);
  });
  return outputsOf(root, metafile);
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
