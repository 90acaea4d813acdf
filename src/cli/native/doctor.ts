import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { packageRoot } from '../package-root.js';
import { type Finding, problem, warning, well } from './finding.js';
import { examineHelper } from './helper-search.js';
import { closedToOthers, defaultPrefix, installedLibrary, installedProbe, missingFiles } from './installation.js';
import { probe } from './probe.js';

/** Looks at all that the native library needs: its installation, its helper and Node; and loads it. */
export function examine(prefix: string, env: Readonly<Record<string, string | undefined>>): readonly Finding[] {
  const library = installedLibrary(prefix);
  const folder = library === undefined ? undefined : dirname(library);
  const findings = [...examineInstallation(prefix, library, env), ...examineHelper({ env, folder })];
  if (library === undefined) return findings;
  const program = installedProbe(prefix);
  if (program !== undefined) return [...findings, probe(program, library, env)];
  return [...findings, problem(`nothing tried to load it: its probe is not there; run \`${installCommand(prefix)}\``)];
}

/** What of an installation users other than its owner cannot use, and what to do, a sentence each. */
export function closedSentences(prefix: string): readonly string[] {
  return closedToOthers(prefix).map(
    ({ target, closedBy }) =>
      `other users cannot use ${target}: ${closedBy} is closed to them; ` +
      'have Node and Revix where all may read and install again, or open it',
  );
}

function installCommand(prefix: string): string {
  return `revix native install${prefix === defaultPrefix ? '' : ` --prefix ${prefix}`}`;
}

function examineInstallation(
  prefix: string,
  library: string | undefined,
  env: Readonly<Record<string, string | undefined>>,
): readonly Finding[] {
  const again = installCommand(prefix);
  if (library === undefined) return [problem(`nothing is installed below ${prefix}; run \`${again}\``)];
  const missing = missingFiles(prefix);
  const found = [
    missing.length === 0
      ? well(`the library is ${library}, with its headers and links`)
      : problem(`of the installation is missing: ${missing.join(', ')}; run \`${again}\``),
  ];
  found.push(...closedSentences(prefix).map(warning));
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
