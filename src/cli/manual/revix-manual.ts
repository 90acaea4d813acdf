import type { Command } from '../revix/command.js';
import { commandUsage, optionUsage, parameterText } from '../revix/usage.js';
import { bold, escapeRoff, item, manualPage, section, verbatim } from './roff.js';

function commandLines(command: Command): string[] {
  const { summary, details, positionals, options, examples } = command;
  return [
    `.SS ${escapeRoff(command.name)}`,
    bold(commandUsage(command)),
    '.PP',
    escapeRoff(`${summary.charAt(0).toUpperCase()}${summary.slice(1)}.`),
    ...details.flatMap((paragraph) => ['.PP', escapeRoff(paragraph)]),
    ...Object.values(positionals).flatMap((parameter) => item(bold(parameter.value), parameterText(parameter))),
    ...Object.entries(options).flatMap(([name, parameter]) =>
      item(bold(optionUsage(name, parameter)), parameterText(parameter)),
    ),
    ...verbatim(examples),
  ];
}

/** The page revix(1). */
export function revixManual(commands: readonly Command[]): string {
  return manualPage('revix', 'serves, examines and installs what Revix offers', [
    ...section('SYNOPSIS', [`${bold('revix')} COMMAND [OPTION...] [ARGUMENT...]`]),
    ...section('DESCRIPTION', [
      'Revix makes programs for the VIX API of VMware work again. This command serves virtual machines to clients of vSphere, finds out why a program does not get through, and installs the native library.',
      'Options stand behind the command.',
      escapeRoff('`--help` behind a command tells how it is used, `--version` alone the version of Revix.'),
    ]),
    ...section('COMMANDS', commands.flatMap(commandLines)),
    ...section('EXIT STATUS', [
      ...item('0', 'All is well.'),
      ...item('1', 'The command failed; stderr says why.'),
      ...item('2', 'The command line makes no sense; stderr says what is wrong with it.'),
    ]),
    ...section('ENVIRONMENT', [
      ...item(bold('NO_COLOR'), 'Not empty: no colours. Without a terminal there are none either.'),
    ]),
    ...section('SEE ALSO', [`${bold('vmrun')}(1)`]),
  ]);
}
