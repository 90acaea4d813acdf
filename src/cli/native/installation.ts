import {
  cpSync,
  existsSync,
  lstatSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmdirSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { makeDirectories } from '../../base/make-directories.js';
import { buildLibrary, buildProbe, libraryName, nativeFolder } from './build-library.js';
import { packageRoot } from '../package-root.js';
import { type ClosedTarget, closedTargets } from './closed-targets.js';

/** Where programs look unless they are told otherwise. */
export const defaultPrefix = '/usr';

const folder = join('lib', 'vmware-vix');
const listName = join(folder, 'revix-files.txt');
const helperLink = join(folder, 'revix-helper.cjs');
const nodeLink = join(folder, 'revix-node');
const includeFolder = join('include', 'vmware-vix');
/** Where VIX of 2006 had its 64-bit library; a wrapper for Python names it whole. */
const versionFolder = join(folder, 'lib', 'VIServer-2.0.0', '64bit');

/** What an installation consists of, below its prefix. */
function files(): {
  readonly library: string;
  readonly probe: string;
  readonly headers: readonly string[];
  readonly links: ReadonlyMap<string, string>;
} {
  const name = libraryName(process.platform);
  const library = join(folder, name);
  const other = name.replace('vixAllProducts', 'vix');
  const oldest = name.replace('vixAllProducts', 'vmware-vix');
  return {
    library,
    probe: join(folder, 'revix-probe'),
    headers: readdirSync(join(nativeFolder(), 'include')).map((header) => join(includeFolder, header)),
    links: new Map([
      [join('lib', name), join('vmware-vix', name)],
      [join('lib', other), join('vmware-vix', name)],
      [join('lib', oldest), join('vmware-vix', name)],
      [join(folder, other), name],
      [join(versionFolder, other), join('..', '..', '..', name)],
      // The library looks for these beside itself.
      [helperLink, join(packageRoot(), 'dist', 'bindings', 'helper.cjs')],
      [nodeLink, process.execPath],
    ]),
  };
}

/** Path of the library of an installation; undefined where none is. */
export function installedLibrary(prefix: string): string | undefined {
  return existsSync(join(prefix, listName)) ? join(prefix, files().library) : undefined;
}

/** Path of the program that tries the library of an installation; undefined for one that has none. */
export function installedProbe(prefix: string): string | undefined {
  const path = join(prefix, files().probe);
  return existsSync(path) ? path : undefined;
}

/** What an installation has put below its prefix and is not there, or leads nowhere. @returns paths. */
export function missingFiles(prefix: string): readonly string[] {
  return readList(prefix)
    .map((path) => join(prefix, path))
    .filter((path) => !existsSync(path));
}

/** Of the helper and the Node that an installation leads to: what only its owner can use. */
export function closedToOthers(prefix: string): readonly ClosedTarget[] {
  return closedTargets([helperLink, nodeLink].map((link) => join(prefix, link)));
}

/**
 * Builds the library and puts it, its headers and its links where programs look for them. What an earlier installation
 * has put there is replaced; anything else is left alone.
 *
 * @throws Error naming what is in the way; BuildFailure when the library or its probe cannot be built.
 */
export async function install(prefix: string, compiler: string): Promise<string> {
  const { library, probe, headers, links } = files();
  const all = [library, probe, ...headers, ...links.keys()];
  const ours = new Set(readList(prefix));
  const foreign = all.filter((path) => !ours.has(path) && isThere(join(prefix, path)));
  if (foreign.length > 0) {
    const names = foreign.map((path) => join(prefix, path)).join(', ');
    throw new Error(`not installed by Revix, and in the way: ${names}. Move it away, or give another --prefix.`);
  }
  for (const path of all) makeDirectories(dirname(join(prefix, path)));
  // Listed first, so that an installation that breaks off can be undone.
  writeFileSync(join(prefix, listName), `${all.join('\n')}\n`);
  await replace(join(prefix, library), (output) => buildLibrary({ compiler, output }));
  await replace(join(prefix, probe), (output) => buildProbe(compiler, output));
  for (const header of headers) cpSync(join(nativeFolder(), 'include', basename(header)), join(prefix, header));
  for (const [path, target] of links) {
    rmSync(join(prefix, path), { force: true });
    symlinkSync(target, join(prefix, path));
  }
  return join(prefix, library);
}

/** Builds a file beside its place and puts it there whole: a program that has the old one open keeps it. */
async function replace(path: string, build: (output: string) => Promise<void>): Promise<void> {
  const draft = `${path}.draft`;
  try {
    await build(draft);
    renameSync(draft, path);
  } finally {
    rmSync(draft, { force: true });
  }
}

/** Removes what `install` has put below a prefix. @returns the number of files. @throws Error where there is nothing. */
export function uninstall(prefix: string): number {
  const list = readList(prefix);
  if (list.length === 0) throw new Error(`nothing of Revix is installed below ${prefix}`);
  for (const path of [...list, listName]) rmSync(join(prefix, path), { force: true });
  for (const left of [versionFolder, includeFolder]) removeEmpty(prefix, left);
  return list.length;
}

/** Removes a folder below a prefix, and those above it, as long as they are empty and of VIX alone. */
function removeEmpty(prefix: string, left: string): void {
  const path = join(prefix, left);
  if (existsSync(path)) {
    if (readdirSync(path).length > 0) return;
    rmdirSync(path);
  }
  if (basename(left) !== basename(folder)) removeEmpty(prefix, dirname(left));
}

function readList(prefix: string): readonly string[] {
  const path = join(prefix, listName);
  return existsSync(path)
    ? readFileSync(path, 'utf8')
        .split('\n')
        .filter((line) => line !== '')
    : [];
}

/** Also for a link to nothing. */
function isThere(path: string): boolean {
  return lstatSync(path, { throwIfNoEntry: false }) !== undefined;
}
