import { UsageError } from '../usage-error.js';
import { isSameWord, type Words } from './words.js';

/** What a word of the command line is: decides how it is read, and what completions offer for it. */
export type ParameterKind = 'vm' | 'host-path' | 'guest-path' | 'text' | 'integer' | 'word' | 'options' | 'rest';

/** One parameter of a command. */
export interface Parameter<Name extends string = string, Value = unknown> {
  readonly name: Name;
  readonly kind: ParameterKind;
  /** As the usage shows it, with brackets where it may be left out. */
  readonly usage: string;
  /** The words that it may be, where there are only these. */
  readonly words?: readonly string[];
  /** Takes its words. @throws UsageError */
  read(words: Words): Value;
}

/** The values of a list of parameters, by their names. */
export type ValuesOf<Parameters extends readonly Parameter[]> = {
  readonly [P in Parameters[number] as P['name']]: P extends Parameter<string, infer Value> ? Value : never;
};

/** Path of the virtual machine: the first parameter of most commands. */
export const vm: Parameter<'vm', string> = {
  name: 'vm',
  kind: 'vm',
  usage: 'VMX-FILE',
  read: (words) => {
    const path = words.next();
    if (path === undefined || path === '') throw new UsageError('No Vm name provided');
    return path;
  },
};

/** A word that must be there; it may be empty. */
export function text<Name extends string>(
  name: Name,
  usage: string,
  kind: ParameterKind = 'text',
): Parameter<Name, string> {
  return {
    name,
    kind,
    usage,
    read: (words) => {
      const word = words.next();
      if (word === undefined) throw new UsageError(`Missing argument: ${usage}`);
      return word;
    },
  };
}

/** A word that may be missing. */
export function optionalText<Name extends string>(name: Name, usage: string): Parameter<Name, string | undefined> {
  return { name, kind: 'text', usage: `[${usage}]`, read: (words) => words.next() };
}

/** A whole number from 0 up. */
export function integer<Name extends string>(name: Name, usage: string): Parameter<Name, number> {
  return {
    name,
    kind: 'integer',
    usage,
    read: (words) => {
      const word = words.next();
      if (word === undefined) throw new UsageError(`Missing argument: ${usage}`);
      if (!/^\d{1,15}$/.test(word)) throw new UsageError(`${usage} must be a whole number, not '${word}'`);
      return Number(word);
    },
  };
}

/** One of some words in any case. */
export function choice<Name extends string, const Word extends string>(
  name: Name,
  words: readonly Word[],
): Parameter<Name, Word> {
  const usage = words.join('|');
  return {
    name,
    kind: 'word',
    usage,
    words,
    read: (line) => {
      const word = line.next();
      if (word === undefined) throw new UsageError(`Missing argument: ${usage}`);
      const known = words.find((candidate) => isSameWord(candidate, word));
      if (known === undefined) throw new UsageError(`Invalid argument: '${word}' is not one of ${words.join(', ')}`);
      return known;
    },
  };
}

/** One of some words in any case, wherever it stands; other words are surplus and stay. */
export function optionalChoice<Name extends string, const Word extends string>(
  name: Name,
  words: readonly Word[],
): Parameter<Name, Word | undefined> {
  return {
    name,
    kind: 'word',
    usage: `[${words.join('|')}]`,
    words,
    read: (line) => {
      const word = line.find((candidate) => words.some((known) => isSameWord(known, candidate)));
      return word === undefined ? undefined : words.find((known) => isSameWord(known, word));
    },
  };
}

/** A word that is there or not, in any case and wherever it stands. */
export function keyword<Name extends string>(name: Name, word: string): Parameter<Name, boolean> {
  return {
    name,
    kind: 'word',
    usage: `[${word}]`,
    words: [word],
    read: (line) => line.find((candidate) => isSameWord(candidate, word)) !== undefined,
  };
}

/** A value as `-name=VALUE` or `-name VALUE`; with `isBareAllowed` the next word that is no option will do as well. */
export function option<Name extends string>(
  name: Name,
  flag: string,
  isBareAllowed = false,
): Parameter<Name, string | undefined> {
  const prefix = `${flag}=`;
  return {
    name,
    kind: 'text',
    usage: `[${flag}=${name.toUpperCase()}]`,
    words: [prefix],
    read: (words) => {
      const joined = words.find((word) => isSameWord(word.slice(0, prefix.length), prefix));
      if (joined !== undefined) return joined.slice(prefix.length);
      const apart = words.findWithNext((word) => isSameWord(word, flag));
      if (apart !== undefined) {
        const [, value] = apart;
        if (value === undefined) throw new UsageError(`Missing argument: the value of ${flag}`);
        return value;
      }
      return isBareAllowed ? words.find((word) => !word.startsWith('-')) : undefined;
    },
  };
}

/** All words that remain. */
export function rest<Name extends string>(name: Name, usage: string): Parameter<Name, readonly string[]> {
  return { name, kind: 'rest', usage: `[${usage}]`, read: (words) => words.rest() };
}

/** Options of a guest program. */
export interface ProgramOptions {
  readonly noWait: boolean;
  readonly activeWindow: boolean;
  readonly interactive: boolean;
  /** Show what the program prints; Revix's own. */
  readonly output: boolean;
}

const programOptionWords: ReadonlyMap<string, keyof ProgramOptions> = new Map([
  ['-nowait', 'noWait'],
  ['-activewindow', 'activeWindow'],
  // A wrapper in use spells it so.
  ['-activatewindow', 'activeWindow'],
  ['-interactive', 'interactive'],
  ['-output', 'output'],
]);

/**
 * Any of the program options in any order and case. Wrappers leave empty words between them, which are skipped.
 * @param reserved how many of the last words belong to what follows even when they are empty: a script has an
 *   interpreter, which is empty for the guest's own.
 */
export function programOptions(reserved: number): Parameter<'options', ProgramOptions> {
  return {
    name: 'options',
    kind: 'options',
    usage: '[-noWait] [-activeWindow] [-interactive] [-output]',
    words: ['-noWait', '-activeWindow', '-interactive', '-output'],
    read: (words) => {
      const options = { noWait: false, activeWindow: false, interactive: false, output: false };
      for (let word = words.peek(); word !== undefined; word = words.peek()) {
        const known = programOptionWords.get(word.toLowerCase());
        const isSkipped = word === '' && words.count > reserved;
        if (known === undefined && !isSkipped) break;
        words.next();
        if (known !== undefined) options[known] = true;
      }
      if (options.noWait && options.output) {
        throw new UsageError('-output waits for the end of the program, so it cannot go with -noWait');
      }
      return options;
    },
  };
}
