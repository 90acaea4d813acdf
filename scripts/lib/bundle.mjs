import { chmodSync, existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { runNode, StepFailure } from './process.mjs';

/**
 * Bundles the programs of the package, whose start counts.
 * @param {string} root folder of the project
 * @param {string} output what tsc has made
 */
export async function bundlePrograms(root, output) {
  await bundleHelper(root, output);
  await bundleCommands(root, output);
}

/**
 * Makes one file of the helper of other languages and of all that it needs: its start is the start of the programs that
 * use it, and Node takes several times as long to load the same code from hundreds of files. Then lets it keep what this
 * Node makes of the file.
 */
async function bundleHelper(root, output) {
  const folder = join(output, 'bindings');
  const entry = join(folder, 'helper-main.js');
  if (!existsSync(entry)) return;
  const { build: bundle } = await import('esbuild');
  const body = join(folder, 'helper-body.cjs');
  await bundle({
    entryPoints: [entry],
    outfile: body,
    bundle: true,
    platform: 'node',
    format: 'cjs',
    target: 'node20.18',
    charset: 'ascii',
    external: peersOf(root),
    // CommonJS has no import.meta. The bundle lies where its entry does, so relative addresses stay right.
    define: { 'import.meta.url': '__moduleUrl' },
    banner: { js: "const __moduleUrl = require('node:url').pathToFileURL(__filename).href;" },
    logLevel: 'silent',
  }).catch((error) => {
    throw new StepFailure(`Bundling the helper failed: ${error.message}`);
  });
  // Code from V8's cache has lost how to import while it runs, so whoever starts the body does that for it.
  let text = readFileSync(body, 'latin1');
  for (const peer of peersOf(root)) text = text.replaceAll(`import("${peer}")`, `__import("${peer}")`);
  writeFileSync(body, text, 'latin1');
  const { exitCode, output: said } = await runNode([join(folder, 'helper.cjs'), '--make-cache'], {
    cwd: root,
    capture: true,
  });
  if (exitCode !== 0) throw new StepFailure(`The helper does not start:\n${said}`);
}

/** What a user may leave out cannot be put in. */
function peersOf(root) {
  const { peerDependencies = {} } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  return Object.keys(peerDependencies);
}

/**
 * Puts each command of `<output>/cli/bin` with all that it needs into few files of `<output>/bin`: a command starts
 * several times faster than from one file a module. What a command imports while it runs stays in files of its own, so
 * that only those who need it pay for it.
 */
async function bundleCommands(root, output) {
  const source = join(output, 'cli', 'bin');
  if (!existsSync(source)) return;
  const { build: bundle } = await import('esbuild');
  const folder = join(output, 'bin');
  const { metafile } = await bundle({
    absWorkingDir: root,
    entryPoints: readdirSync(source)
      .filter((name) => name.endsWith('.js'))
      .map((name) => join(source, name)),
    outdir: folder,
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
  for (const name of readdirSync(folder)) if (name.endsWith('.js')) chmodSync(join(folder, name), 0o755);
  writeFileSync(join(folder, 'LICENSES.txt'), licences(root, Object.keys(metafile.inputs)));
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
  return `The programs in this folder contain these packages:\n\n${texts.join(`\n${'-'.repeat(72)}\n\n`)}`;
}
