import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { bundlePrograms } from './bundle.mjs';
import { runNode, StepFailure, toolPath } from './process.mjs';

const stampName = '.build-stamp';

/**
 * What tsc builds, in this order. `inputs` are all files and folders whose content decides the result; `finish` works
 * on what tsc wrote.
 * The examples and benchmarks compile against the types in dist/, so its inputs are theirs too.
 */
const library = {
  name: 'the library',
  config: 'tsconfig.build.json',
  output: 'dist',
  inputs: [
    'src',
    'tsconfig.json',
    'tsconfig.build.json',
    'package.json',
    'package-lock.json',
    'scripts/lib/bundle.mjs',
    'scripts/lib/link.mjs',
    'scripts/lib/pack-list.mjs',
  ],
  finish: bundlePrograms,
};
const targets = [
  library,
  ...['examples', 'bench'].map((folder) => ({
    name: folder,
    config: `${folder}/tsconfig.json`,
    output: `build/${folder}`,
    inputs: [...library.inputs, folder],
  })),
];

/**
 * The targets that this tree has and whose output does not match their inputs.
 * @param {string} root
 * @param {readonly string[]} outputs the outputs that are wanted
 */
export function staleTargets(root, outputs) {
  return targets.filter(
    (target) =>
      outputs.includes(target.output) &&
      existsSync(join(root, target.config)) &&
      readStamp(root, target) !== stampOf(root, target),
  );
}

/**
 * Compiles one target. The new output replaces the old one in a single move, and only after it compiled whole:
 * a failed or interrupted build leaves the old output as it was.
 */
export async function build(root, target, say) {
  say(`Building ${target.name} ...`);
  const stamp = stampOf(root, target);
  // A sibling of the output, so that the relative paths inside source maps stay right after the move.
  const draft = join(root, `${target.output}.draft`);
  rmSync(draft, { recursive: true, force: true });
  const tsc = toolPath(root, 'typescript', 'tsc');
  const { exitCode, output } = await runNode([tsc, '-p', target.config, '--outDir', draft, '--pretty', 'false'], {
    cwd: root,
    capture: true,
  });
  if (exitCode !== 0) {
    rmSync(draft, { recursive: true, force: true });
    throw new StepFailure(
      `${output.trimEnd()}\n\nBuilding ${target.name} failed (tsc -p ${target.config}). ` +
        'Correct the errors above and run the command again.',
    );
  }
  await target.finish?.(root, draft);
  writeFileSync(join(draft, stampName), stamp);
  replaceFolder(join(root, target.output), draft);
}

function replaceFolder(output, draft) {
  const old = `${output}.old`;
  try {
    rmSync(old, { recursive: true, force: true });
    if (existsSync(output)) renameSync(output, old);
    renameSync(draft, output);
    rmSync(old, { recursive: true, force: true });
  } catch (error) {
    throw new StepFailure(
      `Could not replace ${output}: ${error.message}\nAnother program may have files in it open. ` +
        'Close it, delete that folder, and run the command again.',
    );
  }
}

function readStamp(root, target) {
  const path = join(root, target.output, stampName);
  return existsSync(path) ? readFileSync(path, 'utf8') : undefined;
}

function stampOf(root, target) {
  const hash = createHash('sha256');
  for (const file of target.inputs.flatMap((input) => filesBelow(root, input))) {
    const content = readFileSync(join(root, file));
    hash.update(`${file}\0${content.length}\0`).update(content);
  }
  return hash.digest('hex');
}

function filesBelow(root, relative) {
  const path = join(root, relative);
  if (!existsSync(path)) return [];
  if (statSync(path).isFile()) return [relative];
  return readdirSync(path, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) =>
      join(entry.parentPath, entry.name)
        .slice(root.length + 1)
        .replaceAll('\\', '/'),
    )
    .toSorted();
}
