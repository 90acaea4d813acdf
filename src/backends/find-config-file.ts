import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';

/** Name of the configuration file that is looked for in the current directory. */
export const configFileName = 'revix.config.json';

/** The configuration file that counts, and whether somebody named it rather than that it lies here. */
export interface ConfigFile {
  readonly path: string;
  readonly isNamed: boolean;
}

/**
 * The file that `REVIX_CONFIG` names, be it there or not; else the one in the directory, if there is one.
 * @param directory the current one.
 */
export function findConfigFile(
  env: Readonly<Record<string, string | undefined>>,
  directory: string,
): ConfigFile | undefined {
  const named = env['REVIX_CONFIG'];
  if (named !== undefined && named !== '') return { path: resolve(directory, named), isNamed: true };
  const path = join(directory, configFileName);
  return existsSync(path) ? { path, isNamed: false } : undefined;
}
