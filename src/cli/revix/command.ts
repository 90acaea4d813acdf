import type { Terminal } from '../terminal.js';
import type { Parameter, ValuesOf } from './parameters.js';

/** Parameters by name. */
type Parameters = Readonly<Record<string, Parameter>>;

/** One command of `revix` with its parameters' types forgotten. */
export interface Command {
  /** One word, or several: `native install`. */
  readonly name: string;
  /** What it does: a phrase without final full stop. */
  readonly summary: string;
  /** More of it for `--help` and the manual: paragraphs. */
  readonly details: readonly string[];
  /** Arguments by their places, in this order. Only the last may be repeatable. */
  readonly positionals: Parameters;
  /** Options by name: `certFile` is written `--cert-file`. */
  readonly options: Parameters;
  readonly examples: readonly string[];
  /**
   * Carries it out.
   * @returns the exit status: 0 when all is well.
   * @throws UsageError when the command line makes no sense (status 2); any other Error when it failed (status 1).
   */
  run(values: Readonly<Record<string, unknown>>, terminal: Terminal): Promise<number>;
}

/** How a command is written down. */
export interface CommandRow<Positionals extends Parameters, Options extends Parameters> {
  readonly name: string;
  readonly summary: string;
  readonly details?: readonly string[];
  readonly positionals?: Positionals;
  readonly options?: Options;
  readonly examples?: readonly string[];
  /** Imports what it needs while it runs: the table itself is loaded at each start. */
  run(values: ValuesOf<Positionals> & ValuesOf<Options>, terminal: Terminal): Promise<number>;
}

/** Makes a command of its row; the types of its values follow from its parameters. */
export function command<Positionals extends Parameters, Options extends Parameters>(
  row: CommandRow<Positionals, Options>,
): Command {
  return {
    name: row.name,
    summary: row.summary,
    details: row.details ?? [],
    positionals: row.positionals ?? {},
    options: row.options ?? {},
    examples: row.examples ?? [],
    run: (values, terminal) => row.run(values as ValuesOf<Positionals> & ValuesOf<Options>, terminal),
  };
}

/** How an option is written: `certFile` as `--cert-file`. */
export function flagOf(name: string): string {
  return `--${name.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
}
