import { ProgramRegistry } from '../program-registry.js';
import type { GuestProgram, ProgramContext } from '../program.js';
import type { JustBash } from './bash-shell.js';
import { sleepDurationMs } from './commands/process-commands.js';
import { posixCommandNames } from './posix-command-names.js';
import { quoteWord, splitWords } from './posix-words.js';
import { runSmallShell } from './small-shell.js';

export interface PosixProgramsOptions {
  /**
   * `auto`: the full shell where the optional package just-bash is installed, otherwise the small one. `small`: the
   * small one always.
   */
  readonly shell?: 'auto' | 'small';
  /** Commands and loop rounds after which a script is ended as a runaway; by default 50,000. */
  readonly stepLimit?: number;
  /** Bytes that one script may print; by default 16 MiB. */
  readonly outputLimitBytes?: number;
}

/** A file that a script reads by `.` is the one place where so many steps keep the event loop: some tenths of a second. */
const defaultStepLimit = 50_000;
const defaultOutputLimitBytes = 16 * 1024 * 1024;
const shellPaths = ['/bin/sh', '/bin/bash', '/bin/dash', '/usr/bin/sh', '/usr/bin/bash', '/usr/bin/dash'];

/** The programs of a POSIX guest: shells and the usual commands. Add own ones with `add`. */
export function posixPrograms(options: PosixProgramsOptions = {}): ProgramRegistry {
  const programs = new ProgramRegistry('posix');
  const stepLimit = options.stepLimit ?? defaultStepLimit;
  const outputLimitBytes = options.outputLimitBytes ?? defaultOutputLimitBytes;
  const runShell = async (words: readonly string[], context: ProgramContext): Promise<number> => {
    const library = options.shell === 'small' ? undefined : await loadJustBash();
    if (library === undefined) return runSmallShell(words, context, { programs, stepLimit, isStandard });
    // With the library, and not before: most processes that have these programs run none.
    const { runBash } = await import('./bash-shell.js');
    return runBash(library, words, context, { programs, stepLimit, outputLimitBytes, isStandard });
  };
  const shell: GuestProgram = (context) => runShell(splitWords(context.arguments), context);
  const command: GuestProgram = (context) =>
    runShell(['-c', `${nameForShell(context.path)} ${context.arguments}`], context);
  const isStandard = (run: GuestProgram): boolean => run === shell || run === command;
  for (const name of posixCommandNames) programs.add(name, command);
  for (const path of shellPaths) programs.add(path, shell);
  for (const name of ['sh', 'bash', 'dash']) programs.add(name, shell);
  programs.add('sleep', command, { passive: (args) => sleepDurationMs(args.split(/\s+/u).filter(Boolean)) });
  return programs;
}

/** How the shell is told which command to run. Its own `test` has no file that it knows by a path. */
function nameForShell(path: string): string {
  return path.endsWith('/test') ? 'test' : quoteWord(path);
}

/** Loads the optional shell library. @returns undefined where it is not installed. */
async function loadJustBash(): Promise<JustBash | undefined> {
  try {
    return await import('just-bash');
  } catch (error) {
    const isMissing =
      error instanceof Error &&
      'code' in error &&
      error.code === 'ERR_MODULE_NOT_FOUND' &&
      error.message.includes("'just-bash'");
    if (isMissing) return undefined;
    throw error;
  }
}
