import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { Secret } from '../../base/secret.js';
import type { Terminal } from '../terminal.js';
import { type Flag, type FlagValues, flags } from './flags.js';
import { UsageError } from './words.js';

/** The passwords of a command line. */
export type Secrets = Readonly<Partial<Record<keyof FlagValues, Secret>>>;

/**
 * Fetches the passwords that a command line names: `env:NAME` is an environment variable, `file:PATH` the content of a
 * file without its last line end, `-` the next line of stdin, in the order of the flag table; anything else is the
 * password itself.
 * @throws UsageError that names the flag and the source, never a password.
 */
export async function readSecrets(given: Readonly<FlagValues>, terminal: Terminal): Promise<Secrets> {
  const secrets: Partial<Record<keyof FlagValues, Secret>> = {};
  for (const flag of flags) {
    const value = given[flag.name];
    if (flag.isSecret === true && value !== undefined) secrets[flag.name] = await readSecret(flag, value, terminal);
  }
  return secrets;
}

async function readSecret({ flag, summary }: Flag, value: string, terminal: Terminal): Promise<Secret> {
  if (value === '-') {
    const line = await terminal.readSecretLine(`${summary}: `);
    if (line === undefined) throw new UsageError(`${flag} takes the password from stdin, which ended before it came`);
    return new Secret(line);
  }
  if (value.startsWith('env:')) {
    const name = value.slice('env:'.length);
    const text = terminal.env[name];
    if (text === undefined) throw new UsageError(`${flag} takes the environment variable '${name}', which is not set`);
    return new Secret(text);
  }
  if (!value.startsWith('file:')) return new Secret(value);
  const path = resolve(terminal.directory, value.slice('file:'.length));
  try {
    return new Secret(readFileSync(path, 'utf8').replace(/\r?\n$/, ''));
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new UsageError(`${flag} takes the password from a file, which cannot be read: ${reason}`);
  }
}
