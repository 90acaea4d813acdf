import { homedir, tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

/**
 * The user's own folder of Revix: `REVIX_HOME`, else `.revix` in the home directory; for a user who has none, as the
 * numbered ones of containers, a folder with their number in the directory for temporary files.
 *
 * @param home the home directory; throws where the user has none, as `os.homedir` does.
 */
export function revixHome(env: Readonly<Record<string, string | undefined>>, home: () => string = homedir): string {
  const named = env['REVIX_HOME'];
  if (named !== undefined && named !== '') return resolve(named);
  try {
    return join(home(), '.revix');
  } catch {
    return join(tmpdir(), `revix-home-${process.getuid?.()}`);
  }
}
