import { nearest } from '../../world/inventory/nearest.js';
import { UsageError } from '../usage-error.js';
import { type Command, flagOf } from './command.js';
import type { Parameter } from './parameters.js';

/** What a command line asks for. `help` without a command is that of `revix` as a whole. */
export type Request =
  | { readonly kind: 'run'; readonly command: Command; readonly words: readonly string[] }
  | { readonly kind: 'help'; readonly command?: Command }
  | { readonly kind: 'version' };

/**
 * Finds out what a command line asks for. The words of a command are left as they are: `parseArguments` reads them.
 * @throws UsageError that says what is wrong, and what was probably meant.
 */
export function parseCommandLine(words: readonly string[], commands: readonly Command[]): Request {
  const [first] = words;
  if (first === '--version') return { kind: 'version' };
  if (first === undefined || isHelp(first)) return { kind: 'help' };
  if (first === 'help') {
    return words.length === 1 ? { kind: 'help' } : { kind: 'help', command: commandAt(words.slice(1), commands) };
  }
  if (first.startsWith('-')) throw new UsageError(`Unknown option '${first}'. Options stand behind the command`);
  const command = commandAt(words, commands);
  return { kind: 'run', command, words: words.slice(command.name.split(' ').length) };
}

/**
 * Reads the words behind a command.
 * @returns the values of its arguments and options by their names; undefined when they ask for its help.
 * @throws UsageError that says what is wrong, and what was probably meant.
 */
export function parseArguments(
  command: Command,
  words: readonly string[],
): Readonly<Record<string, unknown>> | undefined {
  return new Parser(command).parse(words);
}

function isHelp(word: string): boolean {
  return word === '--help' || word === '-h';
}

/** The command with the longest name that the words begin with. @throws UsageError */
function commandAt(words: readonly string[], commands: readonly Command[]): Command {
  const begins = ({ name }: Command): boolean => name.split(' ').every((word, index) => words[index] === word);
  const [longest] = commands.filter(begins).toSorted((one, other) => other.name.length - one.name.length);
  if (longest !== undefined) return longest;
  const [first = '', second] = words;
  const deeper = commands.filter(({ name }) => name.startsWith(`${first} `)).map(({ name }) => name.split(' ')[1]);
  if (deeper.length > 0) {
    const found = second === undefined ? 'nothing' : `'${second}'`;
    throw new UsageError(`'${first}' is followed by ${deeper.join(' or ')}, not by ${found}`);
  }
  const near = nearest(
    first,
    commands.map(({ name }) => name.split(' ')[0] ?? name),
  );
  throw new UsageError(`Unknown command '${first}'.${near === undefined ? '' : ` Did you mean '${near}'?`}`);
}

/** Sorts the words of one command. */
class Parser {
  readonly #positionals: readonly (readonly [string, Parameter])[];
  readonly #options: ReadonlyMap<string, readonly [name: string, parameter: Parameter]>;
  readonly #given = new Map<string, string[]>();

  constructor(command: Command) {
    this.#positionals = Object.entries(command.positionals);
    this.#options = new Map(
      Object.entries(command.options).flatMap((entry) => {
        const { short } = entry[1];
        return [[flagOf(entry[0]), entry] as const, ...(short === undefined ? [] : [[short, entry] as const])];
      }),
    );
  }

  parse(words: readonly string[]): Readonly<Record<string, unknown>> | undefined {
    const rest = [...words];
    let areOptionsOver = false;
    for (let word = rest.shift(); word !== undefined; word = rest.shift()) {
      if (areOptionsOver || word === '-' || !word.startsWith('-')) this.#keepPositional(word);
      else if (word === '--') areOptionsOver = true;
      else if (isHelp(word) && !this.#options.has(word)) return undefined;
      else this.#takeOption(word, rest);
    }
    return this.#values();
  }

  #nextPositional(): readonly [string, Parameter | undefined] {
    const free = this.#positionals.find(([name, { isRepeatable }]) => isRepeatable || !this.#given.has(name));
    return free ?? ['', undefined];
  }

  #keepPositional(word: string): void {
    const [name, parameter] = this.#nextPositional();
    if (parameter === undefined) throw new UsageError(`'${word}' is one argument too many`);
    this.#keep(name, word);
  }

  #takeOption(word: string, rest: string[]): void {
    const end = word.indexOf('=');
    const written = end === -1 ? word : word.slice(0, end);
    const [name, parameter] = this.#options.get(written) ?? [undefined, undefined];
    if (parameter === undefined) throw new UsageError(`Unknown option '${written}'.${this.#suggestion(written)}`);
    const joined = end === -1 ? undefined : word.slice(end + 1);
    if (!parameter.isRepeatable && this.#given.has(name)) throw new UsageError(`${written} is given twice`);
    this.#keep(name, parameter.kind === 'flag' ? noValue(written, joined) : valueOf(written, parameter, joined, rest));
  }

  #suggestion(written: string): string {
    const near = nearest(written, [...this.#options.keys(), '--help']);
    return near === undefined ? '' : ` Did you mean ${near}?`;
  }

  #keep(name: string, word: string): void {
    const given = this.#given.get(name);
    if (given === undefined) this.#given.set(name, [word]);
    else given.push(word);
  }

  #values(): Readonly<Record<string, unknown>> {
    const read = (name: string, parameter: Parameter, label: string) =>
      [name, parameter.read(this.#given.get(name) ?? [], label)] as const;
    return Object.fromEntries([
      ...this.#positionals.map(([name, parameter]) => {
        return read(name, parameter, parameter.kind === 'word' ? `the ${name}` : parameter.value);
      }),
      ...[...this.#options.values()].map(([name, parameter]) => read(name, parameter, flagOf(name))),
    ]);
  }
}

function noValue(written: string, joined: string | undefined): string {
  if (joined !== undefined) throw new UsageError(`${written} takes no value, but has '${joined}'`);
  return written;
}

function valueOf(written: string, { value }: Parameter, joined: string | undefined, rest: string[]): string {
  if (joined !== undefined) return joined;
  const next = rest[0];
  if (next === undefined || /^--./.test(next)) throw new UsageError(`${written} needs a value: ${written} ${value}`);
  rest.shift();
  return next;
}
