import { type Section, sections } from '../vmrun/command.js';
import { commandsOf } from '../vmrun/command-table.js';
import { flags } from '../vmrun/flags.js';
import { hostTypes } from '../vmrun/host-types.js';
import { shapeText } from '../vmrun/result-shape.js';
import { bold, escapeRoff, item, manualPage, section } from './roff.js';

/** The page vmrun(1). */
export function vmrunManual(): string {
  const commandParts = Object.entries(sections).flatMap(([name, title]) => [
    `.SS ${escapeRoff(title)}`,
    ...commandsOf(name as Section).flatMap((command) => {
      const usage = command.parameters.map((parameter) => parameter.usage).join(' ');
      const answer = Object.keys(command.result).length === 0 ? '' : ` With --json: ${shapeText(command.result)}.`;
      return item(`${bold(command.name)} ${escapeRoff(usage)}`.trimEnd(), `${command.summary}.${answer}`);
    }),
  ]);
  return manualPage('vmrun', 'controls virtual machines, as the command of VMware does', [
    ...section('SYNOPSIS', [`${bold('vmrun')} [FLAG...] COMMAND [PARAMETER...]`]),
    ...section('DESCRIPTION', [
      escapeRoff(
        'Runs one command on a virtual machine: of the mock host, where the machines lie in a directory, or of vSphere. ' +
          'The words of commands may be in any case. Surplus parameters are ignored.',
      ),
    ]),
    ...section('FLAGS', [
      'They stand before the command, in any order.',
      ...flags.flatMap(({ flag, value, summary }) =>
        item(value === undefined ? bold(flag) : `${bold(flag)} ${escapeRoff(value)}`, `${summary}.`),
      ),
      '.PP',
      escapeRoff('A password is given as env:NAME, file:PATH, - (a line of stdin), or as it is.'),
    ]),
    ...section(
      'HOST TYPES',
      Object.entries(hostTypes).flatMap(([word, { product }]) => item(bold(word), `${product}.`)),
    ),
    ...section('COMMANDS', commandParts),
    ...section('EXIT STATUS', [
      ...item('0', 'All is well.'),
      ...item('255', 'The command failed (4294967295 on Windows); stdout says why in a line that begins with Error.'),
      'Commands that run a program in the guest end with its exit status.',
    ]),
    ...section('SEE ALSO', [`${bold('revix')}(1)`]),
  ]);
}
