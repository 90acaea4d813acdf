import type { ProgramContext } from '../program.js';
import { checksumCommands } from './commands/checksum-commands.js';
import { copyCommands } from './commands/copy-commands.js';
import { builtInEnvironmentCommands, environmentCommands } from './commands/environment-commands.js';
import { fileCommands } from './commands/file-commands.js';
import { identityCommands } from './commands/identity-commands.js';
import { ls } from './commands/list-command.js';
import { powerCommands } from './commands/power-commands.js';
import { processCommands } from './commands/process-commands.js';
import { systemCommands } from './commands/system-commands.js';
import { toolsCommands } from './commands/tools-commands.js';
import { userCommands } from './commands/user-commands.js';
import { UsageError, type PosixCommand, type ShellAccess } from './posix-command.js';
import { posixErrorOf } from './posix-errors.js';

/** The commands that know the guest's users, rights, processes and clock. Both shells have them. */
export const guestCommands: ReadonlyMap<string, PosixCommand> = new Map(
  Object.entries({
    ls,
    ...identityCommands,
    ...processCommands,
    ...userCommands,
    ...environmentCommands,
    ...fileCommands,
    ...copyCommands,
    ...checksumCommands,
    ...powerCommands,
    ...toolsCommands,
    ...systemCommands,
  }),
);

/** Commands that both shells have beside `guestCommands`, without a file in the guest. */
export const builtInCommands: ReadonlyMap<string, PosixCommand> = new Map(Object.entries(builtInEnvironmentCommands));

/** Runs a command; what it refuses and what the guest refuses goes to stderr, with exit code 1. */
export async function runCommand(
  name: string,
  command: PosixCommand,
  words: readonly string[],
  context: ProgramContext,
  shell: ShellAccess,
): Promise<number> {
  try {
    return await command(words, context, shell);
  } catch (error) {
    const reason = error instanceof UsageError ? error.message : posixErrorOf(error)?.text;
    if (reason === undefined) throw error;
    context.writeStderr(`${name}: ${reason}\n`);
    return 1;
  }
}
