import { type Command as RevixCommand, flagOf } from '../revix/command.js';
import type { Parameter as RevixParameter } from '../revix/parameters.js';
import { commands as vmrunCommands } from '../vmrun/command-table.js';
import type { Command as VmrunCommand } from '../vmrun/command.js';
import { flags as vmrunFlags } from '../vmrun/flags.js';
import { hostTypes } from '../vmrun/host-types.js';

/** What may stand at a place: a word, or the name of a file, a directory, or a `.vmx` file. */
export type Candidate =
  | { readonly word: string; readonly summary: string }
  | { readonly files: 'any' | 'directories' | 'vmx' };

/**
 * What may stand where. The key names the place, the first that fits counts:
 * `PROGRAM known COMMAND`: there is such a command, or one that begins so;
 * `PROGRAM value COMMAND FLAG`: the word behind a flag, which takes one;
 * `PROGRAM flags COMMAND`: words that begin with a dash;
 * `PROGRAM place COMMAND NUMBER`: the argument of this number, from 0; the number `*` stands for all others.
 * Commands are in small letters, since vmrun takes them in any case.
 */
export interface CompletionEntry {
  readonly key: string;
  readonly candidates: readonly Candidate[];
}

/** Everything that completions know, from the tables of both programs. */
export function completionData(revixCommands: readonly RevixCommand[]): readonly CompletionEntry[] {
  return [...revixEntries(revixCommands), ...vmrunEntries()];
}

const fileKinds: Readonly<Record<string, Candidate>> = {
  path: { files: 'any' },
  'host-path': { files: 'any' },
  directory: { files: 'directories' },
  vm: { files: 'vmx' },
};

function candidatesOf({ kind, words = [], summary }: Pick<RevixParameter, 'kind' | 'words' | 'summary'>): Candidate[] {
  const files = fileKinds[kind];
  return [...words.map((word) => ({ word, summary })), ...(files === undefined ? [] : [files])];
}

function revixEntries(commands: readonly RevixCommand[]): readonly CompletionEntry[] {
  const beginnings = new Set(commands.flatMap(({ name }) => beginningsOf(name)));
  return [...beginnings].flatMap((beginning) => {
    const command = commands.find(({ name }) => name === beginning);
    const options = Object.entries(command?.options ?? {});
    const positionals = Object.values(command?.positionals ?? {});
    const places = positionals.map((positional, index) => ({
      number: positional.isRepeatable ? '*' : String(index),
      candidates: candidatesOf(positional),
    }));
    const next = nextWords(beginning, commands);
    const [first = { number: '0', candidates: [] }, ...others] = places;
    const help = { word: '--help', summary: 'how it is used' };
    const version = beginning === '' ? [{ word: '--version', summary: 'the version of Revix' }] : [];
    return [
      { key: `revix known ${beginning}`, candidates: [] },
      ...options
        .filter(([, { kind }]) => kind !== 'flag')
        .flatMap(([name, option]) =>
          writtenAs(name, option).map((written) => ({
            key: `revix value ${beginning} ${written}`,
            candidates: candidatesOf(option),
          })),
        ),
      {
        key: `revix flags ${beginning}`,
        candidates: [
          ...options.flatMap(([name, option]) =>
            writtenAs(name, option).map((word) => ({ word, summary: option.summary })),
          ),
          help,
          ...version,
        ],
      },
      ...(next.length > 0 ? [{ key: `revix place ${beginning} 0`, candidates: [...next, ...first.candidates] }] : []),
      ...[first, ...others].map(({ number, candidates }) => ({
        key: `revix place ${beginning} ${number}`,
        candidates,
      })),
    ];
  });
}

/** The ways to write an option. */
function writtenAs(name: string, { short }: RevixParameter): readonly string[] {
  return [flagOf(name), ...(short === undefined ? [] : [short])];
}

/** `native install` begins with nothing, with `native`, and with itself. */
function beginningsOf(name: string): readonly string[] {
  const words = name.split(' ');
  return ['', ...words.map((_word, index) => words.slice(0, index + 1).join(' '))];
}

/** The words that go on with the beginning of a command. */
function nextWords(beginning: string, commands: readonly RevixCommand[]): readonly Candidate[] {
  const start = beginning === '' ? '' : `${beginning} `;
  const words = new Map<string, string>();
  for (const { name, summary } of commands) {
    if (!name.startsWith(start)) continue;
    const [word = '', ...more] = name.slice(start.length).split(' ');
    if (more.length === 0 || !words.has(word)) words.set(word, summary);
  }
  return [...words].map(([word, summary]) => ({ word, summary }));
}

function vmrunEntries(): readonly CompletionEntry[] {
  const hostTypeWords = Object.entries(hostTypes).map(([word, { product }]) => ({ word, summary: product }));
  const valueOf = (beginning: string, own: boolean): readonly CompletionEntry[] =>
    vmrunFlags
      .filter(({ value, isOwn }) => value !== undefined && (!own || isOwn === true))
      .map(({ flag }) => ({
        key: `vmrun value ${beginning} ${flag}`,
        candidates: flag === '-T' ? hostTypeWords : [],
      }));
  const flagWords = vmrunFlags.map(({ flag, summary }) => ({ word: flag, summary }));
  return [
    { key: 'vmrun known ', candidates: [] },
    ...valueOf('', false),
    { key: 'vmrun flags ', candidates: flagWords },
    { key: 'vmrun place  0', candidates: vmrunCommands.map(({ name, summary }) => ({ word: name, summary })) },
    ...vmrunCommands.flatMap((command) => vmrunCommandEntries(command, valueOf(command.name.toLowerCase(), true))),
  ];
}

/** Words of a command may stand anywhere behind its machine; files stand at their places. */
function vmrunCommandEntries(
  { name: spelled, parameters }: VmrunCommand,
  values: readonly CompletionEntry[],
): readonly CompletionEntry[] {
  const name = spelled.toLowerCase();
  const words = parameters.flatMap(({ words: own = [], usage }) => own.map((word) => ({ word, summary: usage })));
  const own = vmrunFlags.filter(({ isOwn }) => isOwn === true);
  const files = parameters.flatMap(({ kind }, index) => {
    const candidate = fileKinds[kind];
    return candidate === undefined ? [] : [{ key: `vmrun place ${name} ${index}`, candidates: [candidate] }];
  });
  return [
    { key: `vmrun known ${name}`, candidates: [] },
    ...values,
    {
      key: `vmrun flags ${name}`,
      candidates: own.map(({ flag, summary }) => ({ word: flag, summary })),
    },
    ...files,
    { key: `vmrun place ${name} *`, candidates: words },
  ];
}
