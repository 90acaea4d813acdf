import { homedir } from 'node:os';
import { join, resolve } from 'node:path';

/** The user's own folder of Revix: `REVIX_HOME`, else `.revix` in the home directory. */
export function revixHome(env: Readonly<Record<string, string | undefined>>): string {
  const named = env['REVIX_HOME'];
  return named === undefined || named === '' ? join(homedir(), '.revix') : resolve(named);
}
