import { isSeparator } from './source.js';

/** Words of a command's arguments; separators part them, quotes stay on. */
export function splitWords(text: string): string[] {
  const words: string[] = [];
  let word = '';
  let isQuoted = false;
  for (const character of text) {
    if (character === '"') isQuoted = !isQuoted;
    if (!isQuoted && isSeparator(character)) {
      if (word !== '') words.push(word);
      word = '';
    } else {
      word += character;
    }
  }
  if (word !== '') words.push(word);
  return words;
}

/** Switches and words of a built-in command. A switch may stick to a word (`dir/b`) or to another one (`/s/q`). */
export interface BuiltinArguments {
  /** Without the slash, in lower case. */
  readonly switches: readonly string[];
  /** Without quotes. */
  readonly words: readonly string[];
}

/** Tells switches from words. */
export function parseArguments(text: string): BuiltinArguments {
  const switches: string[] = [];
  const words: string[] = [];
  for (const part of splitWords(text)) {
    const slash = part.startsWith('"') ? -1 : part.indexOf('/');
    const word = slash < 0 ? part : part.slice(0, slash);
    if (word !== '') words.push(word.replaceAll('"', ''));
    if (slash >= 0) {
      switches.push(
        ...part
          .slice(slash + 1)
          .split('/')
          .map((name) => name.toLowerCase()),
      );
    }
  }
  return { switches, words };
}
