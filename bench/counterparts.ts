import { readFileSync } from 'node:fs';

/** What the vSphere bench runs against and beside; `scripts/lib/counterparts.mjs` installs it. */
export type CounterpartName = 'vcsim' | 'govc' | 'govmomi' | 'pyvmomi' | 'busybox' | 'curl' | 'guests';

/** Path of a program; undefined, after saying why, where it is missing. */
export function counterpart(name: CounterpartName): string | undefined {
  const file = process.env['REVIX_COUNTERPARTS'];
  const prepared: Record<string, { path?: string; missing?: string }> =
    file === undefined ? {} : JSON.parse(readFileSync(file, 'utf8'));
  const { path, missing = 'start the bench with `npm run bench`' } = prepared[name] ?? {};
  if (path === undefined) console.log(`skipped: ${name}: ${missing}`);
  return path;
}
