import { readFileSync } from 'node:fs';

/** Programs that compat tests run against; `scripts/lib/counterparts.mjs` installs them. */
export type CounterpartName =
  | 'vcsim'
  | 'govc'
  | 'pyvmomi'
  | 'busybox'
  | 'python'
  | 'python-vix'
  | 'ansible'
  | 'jna'
  | 'ruby'
  | 'bash'
  | 'zsh'
  | 'fish'
  | 'go';

const file = process.env['REVIX_COUNTERPARTS'];
const prepared: Partial<Record<CounterpartName, { readonly path: string } | { readonly missing: string }>> =
  file === undefined ? {} : JSON.parse(readFileSync(file, 'utf8'));

/** Path of a counterpart's program. @throws Error that says why it is missing. */
export function pathOf(name: CounterpartName): string {
  const found = prepared[name] ?? { missing: 'start the compat tests with `npm run compat`' };
  if ('path' in found) return found.path;
  throw new Error(`The counterpart ${name} is missing: ${found.missing}`);
}

/**
 * Whether tests that need these counterparts are to be skipped: `describe.skipIf(lacks('govc'))`. The runner has said
 * why each is missing. On CI everything must be there, so nothing is skipped, and what is missing fails its tests.
 */
export function lacks(...names: readonly CounterpartName[]): boolean {
  return process.env['CI'] === undefined && names.some((name) => !('path' in (prepared[name] ?? {})));
}
