import { UsageError } from '../usage-error.js';

/** What a word is: decides how it is read, and what completions offer for it. */
export type ParameterKind = 'flag' | 'text' | 'path' | 'directory' | 'vm' | 'whole' | 'word';

/** An option, or an argument by its place. */
export interface Parameter<Value = unknown> {
  readonly kind: ParameterKind;
  /** What its value is called in the usage, as `DIR`; empty for a flag. */
  readonly value: string;
  /** A phrase without final full stop. */
  readonly summary: string;
  readonly isRequired: boolean;
  readonly isRepeatable: boolean;
  /** The words that it may be, where there are only these. */
  readonly words?: readonly string[];
  /** What stands in for it where it is left out, as it would be written. */
  readonly default?: string;
  /** A second way to write an option, as vmrun has it: `-T`. */
  readonly short?: string;
  /**
   * Makes its value of what was written for it.
   * @param label how to call it in errors.
   * @throws UsageError
   */
  read(given: readonly string[], label: string): Value;
}

/** The values of parameters, by their names. */
export type ValuesOf<Parameters extends Readonly<Record<string, Parameter>>> = {
  readonly [Name in keyof Parameters]: Parameters[Name] extends Parameter<infer Value> ? Value : never;
};

/** Names of parameters without values of their own. */
interface Description {
  readonly value: string;
  readonly summary: string;
}

/** A parameter with at most one value: the common case, which `required`, `repeatable` and `withDefault` change. */
export interface SingleParameter<Value> extends Parameter<Value | undefined> {
  /** @throws UsageError */
  readonly readOne: (word: string, label: string) => Value;
}

function single<Value>(
  kind: ParameterKind,
  { value, summary }: Description,
  readOne: (word: string, label: string) => Value,
): SingleParameter<Value> {
  return {
    kind,
    value,
    summary,
    isRequired: false,
    isRepeatable: false,
    readOne,
    read: ([word], label) => (word === undefined ? undefined : readOne(word, label)),
  };
}

/** An option that is there or not. */
export function flag(summary: string): Parameter<boolean> {
  return {
    kind: 'flag',
    value: '',
    summary,
    isRequired: false,
    isRepeatable: false,
    read: (given) => given.length > 0,
  };
}

/** Any text; for `path` and `directory` one that leads to a file of this machine, for `vm` to one of a machine. */
export function text(
  value: string,
  summary: string,
  kind: 'text' | 'path' | 'directory' | 'vm' = 'text',
): SingleParameter<string> {
  return single(kind, { value, summary }, (word, label) => {
    if (word === '') throw new UsageError(`${label} is empty${label === value ? '' : `; it takes ${value}`}`);
    return word;
  });
}

/** A whole number between two bounds. */
export function whole(
  value: string,
  summary: string,
  [least, most]: readonly [least: number, most: number],
): SingleParameter<number> {
  return single('whole', { value, summary }, (word, label) => {
    const number = /^\d{1,15}$/.test(word) ? Number(word) : -1;
    if (number >= least && number <= most) return number;
    throw new UsageError(`${label} takes a whole number from ${least} to ${most}, not '${word}'`);
  });
}

/** One of some words. */
export function oneOf<const Word extends string>(words: readonly Word[], summary: string): SingleParameter<Word> {
  const read = (word: string, label: string): Word => {
    const known = words.find((candidate) => candidate === word);
    if (known === undefined) throw new UsageError(`${label} takes one of ${words.join(', ')}, not '${word}'`);
    return known;
  };
  return { ...single('word', { value: words.join('|'), summary }, read), words };
}

/** The same, which must be given. */
export function required<Value>(parameter: SingleParameter<Value>): Parameter<Value> {
  return {
    ...parameter,
    isRequired: true,
    read: ([word], label) => {
      if (word === undefined) throw new UsageError(`${label} is missing`);
      return parameter.readOne(word, label);
    },
  };
}

/** The same, any number of times. */
export function repeatable<Value>(parameter: SingleParameter<Value>): Parameter<readonly Value[]> {
  return {
    ...parameter,
    isRepeatable: true,
    read: (given, label) => given.map((word) => parameter.readOne(word, label)),
  };
}

/** The same, with what stands in for it where it is left out. */
export function withDefault<Value>(parameter: SingleParameter<Value>, word: string): Parameter<Value> {
  return {
    ...parameter,
    default: word,
    read: ([given = word], label) => parameter.readOne(given, label),
  };
}

/** The same, which may also be written in a short way: `-T`. */
export function withShort<Value>(parameter: Parameter<Value>, short: string): Parameter<Value> {
  return { ...parameter, short };
}
