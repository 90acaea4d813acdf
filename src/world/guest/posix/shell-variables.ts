import type { ResolvedCommandContext } from './just-bash-types.js';
import { quoteWord } from './posix-words.js';
import { lastPidVariable } from './script-rewriting.js';

/** Variables that the library's shell keeps for itself and that a real one does not export. */
const internalVariables = new Set([
  '?',
  lastPidVariable,
  'IFS',
  'OPTIND',
  'SHELLOPTS',
  'BASHOPTS',
  'OSTYPE',
  'MACHTYPE',
  'HOSTTYPE',
]);

/** The variables that the shell's programs see. */
export function exported(bash: ResolvedCommandContext): Map<string, string> {
  const variables = bash.exportedEnv === undefined ? [...bash.env] : Object.entries(bash.exportedEnv);
  return new Map(variables.filter(([name]) => !internalVariables.has(name)));
}

/** Assignments of the variables that a shell would keep from its programs, but not from a part of itself. */
export function unexported(bash: ResolvedCommandContext): string {
  const known = exported(bash);
  const names = [...bash.env].filter(([name]) => !known.has(name) && !internalVariables.has(name));
  const plain = names.filter(([name]) => /^[A-Za-z_]\w*$/u.test(name));
  return plain.map(([name, value]) => `${name}=${quoteWord(value)}\n`).join('');
}

/** Only what is assigned on the command line itself counts as exported in a fresh environment. */
export function assignments(environment: ReadonlyMap<string, string> | undefined): string {
  if (environment === undefined) return '';
  const names = [...environment].filter(([name]) => /^[A-Za-z_]\w*$/u.test(name));
  return names.map(([name, value]) => `${name}=${quoteWord(value)} `).join('');
}
