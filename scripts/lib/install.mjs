import { existsSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { runNode, runProgram, StepFailure } from './process.mjs';

/**
 * Whether node_modules holds what package-lock.json asks for. npm keeps its own account of what it installed in
 * node_modules/.package-lock.json and writes it last, so an install that was cut short, or made from another lock
 * file, shows. Comparing the two also accepts what a plain `npm ci` or `npm install` has put there.
 */
export function isInstalled(root) {
  const installed = readPackages(join(root, 'node_modules', '.package-lock.json'));
  if (installed === undefined) return false;
  const wanted = readPackages(join(root, 'package-lock.json'));
  if (wanted === undefined) return true;
  return Object.entries(wanted).every(([folder, entry]) => {
    if (folder === '') return true;
    const present = installed[folder];
    // A package for another platform is optional and rightly absent.
    if (present === undefined) return entry.optional === true || entry.devOptional === true;
    return present.version === entry.version && present.integrity === entry.integrity;
  });
}

/** Installs the locked dependencies. Quiet unless it fails. */
export async function install(root, say) {
  say('Installing dependencies ...');
  const args = ['ci', '--no-audit', '--no-fund', '--loglevel=error'];
  const npmScript = process.env.npm_execpath;
  const { exitCode, output } =
    npmScript !== undefined && basename(npmScript) === 'npm-cli.js'
      ? await runNode([npmScript, ...args], { cwd: root, capture: true })
      : // On Windows npm is a .cmd file, which only a shell starts.
        await runProgram('npm', args, { cwd: root, capture: true, shell: process.platform === 'win32' });
  if (exitCode !== 0) {
    throw new StepFailure(
      `${output.trimEnd()}\n\nInstalling the dependencies failed (npm ci ended with code ${exitCode}). ` +
        'Its output is above. Check the network and the registry (`npm ping`), then run the command again.',
    );
  }
}

function readPackages(path) {
  return existsSync(path) ? JSON.parse(readFileSync(path, 'utf8')).packages : undefined;
}
