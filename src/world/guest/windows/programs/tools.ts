import type { GuestProgram, ProgramContext } from '../../program.js';
import { toolsCommand } from '../../tools-command.js';
import { splitArguments } from '../arguments.js';
import { printErrorLine, printLine } from './program-output.js';

function answer(command: string, context: ProgramContext): number {
  const { isOk, text } = toolsCommand(command, context);
  if (isOk) printLine(context, text);
  else printErrorLine(context, text);
  return isOk ? 0 : 1;
}

/** `vmtoolsd --cmd COMMAND`. The service itself runs already. */
const vmtoolsd: GuestProgram = async (context) => {
  const words = splitArguments(context.arguments);
  const at = words.findIndex((word) => /^--cmd(?:=|$)/.test(word));
  const joined = words[at]?.slice('--cmd='.length);
  const command = joined === '' || joined === undefined ? words[at + 1] : joined;
  if (at >= 0 && command !== undefined) return answer(command, context);
  if (words.some((word) => /^(-v|--version)$/.test(word))) {
    printLine(context, `VMware Tools daemon, version ${context.toolsVersion}`);
    return 0;
  }
  printErrorLine(context, 'vmtoolsd: the service runs already; --cmd sends it a command.');
  return 1;
};

/** `rpctool COMMAND`; the command may come in several words. */
const rpctool: GuestProgram = async (context) => {
  const words = splitArguments(context.arguments);
  if (words.length > 0) return answer(words.join(' '), context);
  printErrorLine(context, 'rpctool: missing command; give one like "info-get guestinfo.name".');
  return 1;
};

/** Programs by which a guest talks to its host, by file name in lower case. */
export const toolsPrograms: Readonly<Record<string, GuestProgram>> = {
  'vmtoolsd.exe': vmtoolsd,
  'rpctool.exe': rpctool,
};
