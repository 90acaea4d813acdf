import { type Command, type Section, sections } from './command.js';
import { commandsOf } from './command-table.js';
import { flags } from './flags.js';
import { hostTypes } from './host-types.js';

/** Version of VMware's vmrun that this one stands in for; callers refuse to work with an older one. */
const vmrunVersion = '1.17.0';

const nameColumn = 26;
const flagColumn = 22;

/** The line that callers find the version by. @param version of Revix. */
function banner(version: string): string {
  return `vmrun version ${vmrunVersion} build-0 (Revix ${version})`;
}

function flagLines(): string[] {
  return flags.map(({ flag, value, summary }) => {
    const left = value === undefined ? flag : `${flag} <${value.toLowerCase()}>`;
    return `  ${left.padEnd(flagColumn)} ${summary}`;
  });
}

function commandLines(command: Command): string[] {
  const { name, parameters, summary } = command;
  const usage = parameters.map((parameter) => parameter.usage).join(' ');
  const first = usage === '' ? name : `${name.padEnd(nameColumn)} ${usage}`;
  return [first, `${' '.repeat(nameColumn + 1)}  ${summary}`];
}

/** How vmrun is used. @param version of Revix. */
export function usageText(version: string): string {
  const body = Object.entries(sections).flatMap(([section, title]) => [
    title,
    '-'.repeat(title.length),
    ...commandsOf(section as Section).flatMap(commandLines),
    '',
  ]);
  return [
    '',
    banner(version),
    '',
    'Usage: vmrun [AUTHENTICATION-FLAGS] COMMAND [PARAMETERS]',
    '',
    'AUTHENTICATION-FLAGS',
    '--------------------',
    'They stand before the command, in any order:',
    ...flagLines(),
    `Host types: ${Object.keys(hostTypes).join(', ')}.`,
    'A password is given as env:NAME, file:PATH, - (a line of stdin), or as it is.',
    '',
    ...body,
    'Examples:',
    '',
    '  vmrun -T ws start "/vms/web/web.vmx" nogui',
    '  vmrun list',
    '  vmrun -T vc -h https://vcenter.example/sdk -u admin -p env:VC_PASSWORD list',
    '  vmrun -gu user -gp file:/run/secrets/guest runProgramInGuest "/vms/web/web.vmx" -output /bin/ls -l /tmp',
    '',
  ].join('\n');
}
