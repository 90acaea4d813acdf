import type { Secret } from '../../base/secret.js';
import { readSecretSource } from '../secret-source.js';
import type { Terminal } from '../terminal.js';
import { type FlagValues, flags } from './flags.js';

/** The passwords of a command line. */
export type Secrets = Readonly<Partial<Record<keyof FlagValues, Secret>>>;

/**
 * Fetches the passwords that a command line names, in the order of the flag table.
 * @throws UsageError that names the flag and the source, never a password.
 */
export async function readSecrets(given: Readonly<FlagValues>, terminal: Terminal): Promise<Secrets> {
  const secrets: Partial<Record<keyof FlagValues, Secret>> = {};
  for (const { flag, name, summary, isSecret } of flags) {
    const value = given[name];
    if (isSecret !== true || value === undefined) continue;
    secrets[name] = await readSecretSource(value, { flag, prompt: summary, terminal });
  }
  return secrets;
}
