import type { HostTypeWord } from './host-types.js';
import type { Parameter, ValuesOf } from './parameters.js';
import type { ResultOf, ResultShape } from './result-shape.js';
import type { Session } from './session.js';

/** Parts of the usage text, in its order. */
export const sections = {
  power: 'POWER COMMANDS',
  snapshot: 'SNAPSHOT COMMANDS',
  networkAdapter: 'NETWORKADAPTER COMMANDS',
  hostNetwork: 'HOST NETWORK COMMANDS',
  recordReplay: 'RECORD/REPLAY COMMANDS',
  guest: 'GUEST OS COMMANDS',
  vprobe: 'VPROBE COMMANDS',
  general: 'GENERAL COMMANDS',
  template: 'TEMPLATE VM COMMANDS',
} as const;

export type Section = keyof typeof sections;

/** What a command has to say when it went well. */
export interface Answer<Result = Readonly<Record<string, unknown>>> {
  /** For `--json`: what the command found out, as plain data. */
  readonly result?: Result;
  /** For stdout. Ends with a line end unless it is empty. */
  readonly text?: string;
  /** For stdout and stderr as they are: what a guest program printed. */
  readonly printed?: { readonly stdout: Uint8Array; readonly stderr: Uint8Array };
  /** Exit status; 0 by default. */
  readonly status?: number;
}

/** How a command logs in to the guest. */
export interface LoginNeed {
  readonly isInteractive: boolean;
}

/** One command with its parameters' types forgotten. */
export interface Command {
  readonly name: string;
  readonly section: Section;
  readonly parameters: readonly Parameter[];
  /** What it does, for the usage and the docs: a phrase without final full stop. */
  readonly summary: string;
  /** What `--json` gives as `result` when it went well. */
  readonly result: ResultShape;
  /** Host types whose products offered it. */
  readonly hostTypes: readonly HostTypeWord[];
  /** Time limit in seconds when none is asked for; 0: none. */
  readonly limitSeconds: number;
  /** Whether the machine that it names is to be opened first. */
  readonly opensVm: boolean;
  login(values: Readonly<Record<string, unknown>>): LoginNeed | undefined;
  run(session: Session, values: Readonly<Record<string, unknown>>): Promise<Answer>;
}

/** How a command is written down. */
export interface CommandRow<Parameters extends readonly Parameter[], Result extends ResultShape> {
  readonly name: string;
  readonly section: Section;
  readonly parameters: Parameters;
  readonly summary: string;
  /** By default empty. */
  readonly result?: Result;
  readonly hostTypes?: readonly HostTypeWord[];
  /** By default `quick`. */
  readonly limit?: keyof typeof limits;
  /** By default each command whose first parameter is a machine. */
  readonly opensVm?: boolean;
  readonly login?: 'always' | ((values: ValuesOf<Parameters>) => LoginNeed | undefined);
  run(session: Session, values: ValuesOf<Parameters>): Promise<Answer<AnswerOf<Result>>>;
}

/** A command without a result says so by leaving it out. */
type AnswerOf<Result extends ResultShape> = string extends keyof Result ? Record<string, never> : ResultOf<Result>;

/** Time limits in seconds, by how long the work may take where all is well. */
const limits = {
  /** A question and its answer. */
  quick: 300,
  /** A change of power state: a guest may install its updates before it goes off. */
  power: 3600,
  /** Depends on sizes, or on a guest program. */
  none: 0,
} as const;

const everyHostType: readonly HostTypeWord[] = [
  'ws',
  'ws-shared',
  'fusion',
  'player',
  'server',
  'server1',
  'esx',
  'vc',
];

/** Makes a command of its row; the types of its values follow from its parameters. */
export function command<const Parameters extends readonly Parameter[], const Result extends ResultShape = ResultShape>(
  row: CommandRow<Parameters, Result>,
): Command {
  const { login } = row;
  return {
    name: row.name,
    section: row.section,
    parameters: row.parameters,
    summary: row.summary,
    result: row.result ?? {},
    hostTypes: row.hostTypes ?? everyHostType,
    limitSeconds: limits[row.limit ?? 'quick'],
    opensVm: row.opensVm ?? row.parameters[0]?.kind === 'vm',
    login: (values) => {
      if (login === 'always') return { isInteractive: false };
      return login?.(values as ValuesOf<Parameters>);
    },
    run: (session, values) => row.run(session, values as ValuesOf<Parameters>),
  };
}

/** The answer of a command that prints nothing. */
export const silent: Answer<never> = {};

/** A header with a count, and then a line each. */
export function listText(header: string, lines: readonly string[]): string {
  return [`${header}: ${lines.length}`, ...lines, ''].join('\n');
}
