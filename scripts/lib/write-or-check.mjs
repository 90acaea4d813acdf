import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, relative } from 'node:path';
import process from 'node:process';
import { parseArgs } from 'node:util';
import { repoRoot } from './tables.mjs';

/** The file's text with LF line ends (a Windows checkout may have CRLF), or undefined where there is no file. */
async function readText(path) {
  try {
    return (await readFile(path, 'utf8')).replaceAll('\r\n', '\n');
  } catch (error) {
    if (error.code === 'ENOENT') return undefined;
    throw error;
  }
}

/**
 * Runs a generator script: writes the files that `generate(dist)` gives (a map of path to text), or with `--check`
 * only compares them and exits 1 if any differs. `--dist` names another folder with the built tables.
 */
export async function writeOrCheck(generate) {
  const { values } = parseArgs({ options: { check: { type: 'boolean' }, dist: { type: 'string' } } });
  const script = relative(repoRoot, process.argv[1]).replaceAll('\\', '/');
  for (const [path, text] of Object.entries(await generate(values.dist))) {
    const name = relative(repoRoot, path).replaceAll('\\', '/');
    if ((await readText(path)) === text) continue;
    if (values.check) {
      console.error(`${name} differs from what ${script} generates. Run \`npm run build\`, then \`node ${script}\`.`);
      process.exitCode = 1;
      continue;
    }
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, text);
    console.log(`wrote ${name}`);
  }
}
