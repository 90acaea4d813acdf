import type { ProgramContext } from '../../program.js';
import { toolsCommand } from '../../tools-command.js';
import { parseOptions, UsageError, type PosixCommand } from '../posix-command.js';

function answer(command: string, context: ProgramContext): number {
  const { isOk, text } = toolsCommand(command, context);
  if (isOk) context.writeStdout(`${text}\n`);
  else context.writeStderr(`${text}\n`);
  return isOk ? 0 : 1;
}

/** `vmtoolsd --cmd COMMAND`. The daemon itself runs already. */
const vmtoolsd: PosixCommand = (words, context) => {
  const { options } = parseOptions(words, 'v', ['cmd=', 'version']);
  const command = options.get('cmd');
  if (command !== undefined) return answer(command, context);
  if (!options.has('v') && !options.has('version'))
    throw new UsageError('is running already; --cmd sends it a command');
  context.writeStdout(`VMware Tools daemon, version ${context.toolsVersion}\n`);
  return 0;
};

/** `vmware-rpctool COMMAND`; the command may come in several words. */
const rpctool: PosixCommand = (words, context) => {
  if (words.length === 0) throw new UsageError('missing command; give one like "info-get guestinfo.name"');
  return answer(words.join(' '), context);
};

/** `vmware-toolbox-cmd -v`. */
const toolbox: PosixCommand = (words, context) => {
  const { options } = parseOptions(words, 'v', ['version']);
  if (options.size === 0) throw new UsageError('only -v works in a mock guest');
  context.writeStdout(`${context.toolsVersion}\n`);
  return 0;
};

/** Programs by which a guest talks to its host. */
export const toolsCommands: Readonly<Record<string, PosixCommand>> = {
  vmtoolsd,
  'vmware-rpctool': rpctool,
  'vmware-toolbox-cmd': toolbox,
};
