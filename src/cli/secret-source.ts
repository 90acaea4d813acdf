import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { Secret } from '../base/secret.js';
import type { Terminal } from './terminal.js';
import { UsageError } from './usage-error.js';

/** Whether a word names where a secret is, rather than being it. */
export function isSecretSource(word: string): boolean {
  return word === '-' || word.startsWith('env:') || word.startsWith('file:');
}

/**
 * Fetches a secret from where a word of the command line says: `env:NAME` is an environment variable, `file:PATH` the
 * content of a file without its last line end, `-` the next line of stdin; anything else is the secret itself.
 * @param flag that the word belongs to, for errors.
 * @param prompt what a person is asked for, as `password on the host`.
 * @throws UsageError that names the flag and the source, never a secret.
 */
export async function readSecretSource(
  word: string,
  { flag, prompt, terminal }: { readonly flag: string; readonly prompt: string; readonly terminal: Terminal },
): Promise<Secret> {
  if (word === '-') {
    const line = await terminal.readSecretLine(`${prompt}: `);
    if (line === undefined) throw new UsageError(`${flag} takes the password from stdin, which ended before it came`);
    return new Secret(line);
  }
  if (word.startsWith('env:')) {
    const name = word.slice('env:'.length);
    const text = terminal.env[name];
    if (text === undefined) throw new UsageError(`${flag} takes the environment variable '${name}', which is not set`);
    return new Secret(text);
  }
  if (!word.startsWith('file:')) return new Secret(word);
  const path = resolve(terminal.directory, word.slice('file:'.length));
  try {
    return new Secret(readFileSync(path, 'utf8').replace(/\r?\n$/, ''));
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new UsageError(`${flag} takes the password from a file, which cannot be read: ${reason}`);
  }
}
