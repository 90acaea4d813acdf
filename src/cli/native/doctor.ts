import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { packageRoot } from '../package-root.js';
import { findCompiler } from './build-library.js';
import { type Finding, problem, well } from './finding.js';
import { examineHelper } from './helper-search.js';
import { defaultPrefix, installedLibrary, missingFiles } from './installation.js';
import { probe } from './probe.js';

/** Looks at all that the native library needs: its installation, its helper and Node; and loads it. */
export async function examine(
  prefix: string,
  env: Readonly<Record<string, string | undefined>>,
): Promise<readonly Finding[]> {
  const library = installedLibrary(prefix);
  const folder = library === undefined ? undefined : dirname(library);
  const findings = [...examineInstallation(prefix, library, env), ...examineHelper({ env, folder })];
  if (library === undefined) return findings;
  const compiler = findCompiler(env);
  if (compiler !== undefined) return [...findings, await probe(library, compiler, env)];
  return [...findings, problem('nothing tried to load it: there is no C compiler; install gcc or clang')];
}

function examineInstallation(
  prefix: string,
  library: string | undefined,
  env: Readonly<Record<string, string | undefined>>,
): readonly Finding[] {
  const again = `revix native install${prefix === defaultPrefix ? '' : ` --prefix ${prefix}`}`;
  if (library === undefined) return [problem(`nothing is installed below ${prefix}; run \`${again}\``)];
  const missing = missingFiles(prefix);
  const found = [
    missing.length === 0
      ? well(`the library is ${library}, with its headers and links`)
      : problem(`of the installation is missing: ${missing.join(', ')}; run \`${again}\``),
  ];
  if (prefix === defaultPrefix) return found;
  const libraries = join(prefix, 'lib');
  const searched = (env['LD_LIBRARY_PATH'] ?? '').split(delimiter);
  // A program may also be linked with a path of its own, so this alone is no fault.
  if (!searched.includes(libraries))
    found.push(well(`programs that look for it by name need LD_LIBRARY_PATH=${libraries}`));
  return found;
}

/** Lets this Node keep what it makes of the helper, which then starts faster. @returns false where that cannot be. */
export function warmHelper(): boolean {
  const helper = join(packageRoot(), 'dist', 'bindings', 'helper.cjs');
  if (!existsSync(helper)) return false;
  try {
    execFileSync(process.execPath, [helper, '--make-cache'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}
