/** The command lines of the samples, of all three generations of the vSphere SDK, and the defaults of the second one. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** What the newest generation calls other than those before it. */
const newNames: Readonly<Record<string, string>> = { serveraddress: 'url' };

/** Options of `connection.properties`, where the second generation kept the connection. */
const propertyNames: Readonly<Record<string, string>> = {
  'vimService.url': 'url',
  'connection.username': 'username',
  'connection.password': 'password',
};

/** Options of a command line: `--key value`, or `--key` alone. Keys are told apart without case, `-` and `_`. */
export class SampleOptions {
  readonly #values = new Map<string, string | null>();

  /** @throws Error for a word that is no option, and for an option given twice. */
  constructor(words: readonly string[]) {
    for (let at = 0; at < words.length; at += 1) {
      const word = words[at] ?? '';
      if (!word.startsWith('--')) throw new Error(`Not an option: ${word}`);
      const key = keyOf(word);
      if (this.#values.has(key)) throw new Error(`Duplicate key : ${word.slice(2)}`);
      const next = words[at + 1];
      const hasValue = next !== undefined && !next.startsWith('--');
      this.#values.set(key, hasValue ? next : null);
      if (hasValue) at += 1;
    }
  }

  /** Takes over what the files `connection.properties` in these folders say, the first that says it, where nothing was given. */
  addDefaults(folders: readonly string[]): void {
    for (const file of folders
      .map((folder) => join(folder, 'connection.properties'))
      .filter((path) => existsSync(path))) {
      const properties = parseProperties(readFileSync(file, 'utf8'));
      for (const [property, key] of Object.entries(propertyNames)) {
        const value = properties.get(property);
        if (value !== undefined && !this.#values.has(key)) this.#values.set(key, value);
      }
    }
  }

  has(name: string): boolean {
    return this.#values.has(keyOf(name));
  }

  text(name: string): string | undefined {
    return this.#values.get(keyOf(name)) ?? undefined;
  }

  /** Given alone, or as `true` or `yes`. */
  flag(name: string): boolean {
    return this.has(name) && ['true', 'yes'].includes(this.text(name)?.toLowerCase() ?? 'true');
  }
}

function keyOf(word: string): string {
  const key = word.replaceAll(/[-_]/g, '').toLowerCase();
  return newNames[key] ?? key;
}

/** Reads a file of properties as Java does: `key=value` or `key: value`, `#` and `!` for comments, `\` before any of them. */
export function parseProperties(text: string): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  const lines = text.replaceAll(/(?<!\\)((?:\\\\)*)\\\r?\n[ \t]*/g, '$1').split(/\r?\n/);
  for (const line of lines.map((each) => each.trimStart())) {
    if (line === '' || line.startsWith('#') || line.startsWith('!')) continue;
    const [, key = '', value = ''] = /^((?:\\.|[^\\=: \t])*)[ \t]*[=:]?[ \t]*(.*)$/.exec(line) ?? [];
    found.set(unescaped(key), unescaped(value));
  }
  return found;
}

const escapes: Readonly<Record<string, string>> = { t: '\t', n: '\n', r: '\r', f: '\f' };

function unescaped(text: string): string {
  return text.replaceAll(/\\(?:u([0-9a-f]{4})|(.))/gi, (_, code: string | undefined, character: string) =>
    code === undefined ? (escapes[character] ?? character) : String.fromCharCode(Number.parseInt(code, 16)),
  );
}
