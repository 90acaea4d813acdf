import { type Flag, type FlagValues, flags } from './flags.js';
import type { Words } from './words.js';

/** Takes the flags before the command. @returns a word that looks like a flag and is none. */
export function takeFlags(words: Words, given: FlagValues): string | undefined {
  for (let word = words.peek(); word?.startsWith('-') === true; word = words.peek()) {
    const flag = flags.find((candidate) => candidate.flag === word);
    words.next();
    if (flag === undefined || !takeFlag(flag, words, given)) return word;
  }
  return undefined;
}

/** Takes the value of a flag. @returns false when it is missing. */
export function takeFlag(flag: Flag, words: Words, given: FlagValues): boolean {
  const value = flag.value === undefined ? '' : words.next();
  if (value === undefined) return false;
  given[flag.name] = value;
  return true;
}
