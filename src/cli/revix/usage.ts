import type { Style } from '../style.js';
import { type Command, flagOf } from './command.js';
import type { Parameter } from './parameters.js';
import { twoColumns, wrap } from './wrap.js';

/** How an argument is shown by its place: `[INVENTORY...]`. */
function positionalUsage({ value, isRequired, isRepeatable }: Parameter): string {
  const shown = `${value}${isRepeatable ? '...' : ''}`;
  return isRequired ? shown : `[${shown}]`;
}

/** How an option is shown: `--port PORT`, `-T, --host-type TYPE`. */
export function optionUsage(name: string, { kind, value, short }: Parameter): string {
  const written = short === undefined ? flagOf(name) : `${short}, ${flagOf(name)}`;
  return kind === 'flag' ? written : `${written} ${value}`;
}

/** What an option or argument means, with what stands in for it. */
export function parameterText({ summary, default: standIn, isRepeatable }: Parameter): string {
  const remarks = [
    ...(standIn === undefined ? [] : [`default: ${standIn}`]),
    ...(isRepeatable ? ['may be repeated'] : []),
  ];
  return remarks.length === 0 ? summary : `${summary} (${remarks.join('; ')})`;
}

/** The first line of the help on a command, without `Usage: `. */
export function commandUsage({ name, positionals, options }: Command): string {
  const hasOptions = Object.keys(options).length > 0;
  return [
    'revix',
    name,
    ...(hasOptions ? ['[OPTION...]'] : []),
    ...Object.values(positionals).map(positionalUsage),
  ].join(' ');
}

/** The help on `revix` as a whole. */
export function generalHelp(commands: readonly Command[], style: Style): string {
  return [
    `${style('bold', 'Usage:')} revix COMMAND [OPTION...] [ARGUMENT...]`,
    '',
    style('bold', 'Commands:'),
    ...twoColumns(commands.map(({ name, summary }) => [name, summary])),
    '',
    style('bold', 'Options:'),
    ...twoColumns([
      ['--help, -h', 'this text; behind a command, the help on that'],
      ['--version', 'the version of Revix'],
    ]),
    '',
  ].join('\n');
}

/** The help on one command. */
export function commandHelp(command: Command, style: Style): string {
  const { summary, details, positionals, options, examples } = command;
  const section = (title: string, lines: readonly string[]): string[] =>
    lines.length === 0 ? [] : ['', style('bold', `${title}:`), ...lines];
  return [
    `${style('bold', 'Usage:')} ${commandUsage(command)}`,
    '',
    ...wrap(`${summary.charAt(0).toUpperCase()}${summary.slice(1)}.`),
    ...details.flatMap((paragraph) => ['', ...wrap(paragraph)]),
    ...section(
      'Arguments',
      twoColumns(Object.values(positionals).map((parameter) => [parameter.value, parameterText(parameter)])),
    ),
    ...section(
      'Options',
      twoColumns([
        ...Object.entries(options).map(
          ([name, parameter]) => [optionUsage(name, parameter), parameterText(parameter)] as const,
        ),
        [Object.values(options).some(({ short }) => short === '-h') ? '--help' : '--help, -h', 'this text'],
      ]),
    ),
    ...section(
      'Examples',
      examples.map((example) => `  ${example}`),
    ),
    '',
  ].join('\n');
}
