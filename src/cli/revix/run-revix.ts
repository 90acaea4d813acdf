import { styleFor } from '../style.js';
import type { Terminal } from '../terminal.js';
import { UsageError } from '../usage-error.js';
import { revixVersion } from '../version.js';
import type { Command } from './command.js';
import { parseArguments, parseCommandLine, type Request } from './parse-command-line.js';
import { commandHelp, generalHelp } from './usage.js';

/** Exit statuses of `revix`. */
const statuses = { well: 0, failed: 1, usage: 2 } as const;

/**
 * Runs one `revix` command line. Never fails: what went wrong is on stderr.
 * @param words command line without the program's name.
 * @returns the exit status: 0, 1 when the command failed, 2 when the command line makes no sense.
 */
export async function runRevix(
  words: readonly string[],
  terminal: Terminal,
  commands: readonly Command[],
): Promise<number> {
  let request: Request = { kind: 'help' };
  try {
    request = parseCommandLine(words, commands);
    if (request.kind === 'version') {
      terminal.write('stdout', `revix ${revixVersion()}\n`);
      return statuses.well;
    }
    if (request.kind === 'help') return showHelp(request.command, words.length === 0, terminal, commands);
    const values = parseArguments(request.command, request.words);
    if (values === undefined) return showHelp(request.command, false, terminal, commands);
    return await request.command.run(values, terminal);
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    terminal.write('stderr', `${styleFor(terminal, 'stderr')('red', 'revix:')} ${message}\n`);
    if (!(error instanceof UsageError)) return statuses.failed;
    const about = request.kind === 'run' ? `${request.command.name} ` : '';
    terminal.write('stderr', `\`revix ${about}--help\` tells how it is used.\n`);
    return statuses.usage;
  }
}

/** Help that was not asked for is an error, and goes where errors go. */
function showHelp(
  command: Command | undefined,
  isUnasked: boolean,
  terminal: Terminal,
  commands: readonly Command[],
): number {
  const stream = isUnasked ? 'stderr' : 'stdout';
  const style = styleFor(terminal, stream);
  terminal.write(stream, command === undefined ? generalHelp(commands, style) : commandHelp(command, style));
  return isUnasked ? statuses.usage : statuses.well;
}
