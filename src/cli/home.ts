import { homedir } from 'node:os';
import { join, resolve } from 'node:path';

/**
 * The user's own folder of Revix: `REVIX_HOME`, else `.revix` in the home directory. That of a user who has none is the
 * root, as containers have it for a number without a name: nothing can be kept there, and all that needs nothing kept works.
 *
 * @param home the home directory; throws where the user has none, as `os.homedir` does.
 */
export function revixHome(env: Readonly<Record<string, string | undefined>>, home: () => string = homedir): string {
  const named = env['REVIX_HOME'];
  if (named !== undefined && named !== '') return resolve(named);
  try {
    return join(home(), '.revix');
  } catch {
    return resolve('/', '.revix');
  }
}
