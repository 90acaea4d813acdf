import { Fault } from '../../../base/fault.js';
import { baseName } from '../guest-path.js';
import type { ProgramRegistry } from '../program-registry.js';
import { resolveProgram } from '../program-resolution.js';
import type { ProgramContext, ProgramStartOptions } from '../program.js';
import { pathOf, UsageError } from './posix-command.js';
import { posixErrorOf } from './posix-errors.js';
import { quoteWord, quoteWords } from './posix-words.js';

const shellPath = '/bin/sh';
const notFoundExitCode = 127;

/** Commands that only prepare another one, which a process of its own does not need; `nice` has options. */
const detachers: ReadonlySet<string> = new Set(['nohup', 'setsid', 'exec', 'command']);

/** A command that a shell runs in the background. */
export interface BackgroundCommand {
  readonly words: readonly string[];
  /** Its redirections, as shell text; may be empty. */
  readonly redirections: string;
  /** Shell text to run before: the variables that the redirections need. */
  readonly prelude: string;
  /** Does what redirections do to files, such as emptying them. */
  redirect(): Promise<void>;
}

type Output = NonNullable<ProgramStartOptions['output']>;

/** The processes that one shell has started in the background. */
export class BackgroundProcesses {
  readonly #programs: ProgramRegistry;
  readonly #output: Output;
  readonly #pids: number[] = [];

  /** @param output takes what the processes print while the shell lives; later it goes to the console. */
  constructor(programs: ProgramRegistry, output: Output) {
    this.#programs = programs;
    this.#output = output;
  }

  /** Id of the process started last. */
  get lastPid(): number | undefined {
    return this.#pids.at(-1);
  }

  /** @returns the process id. */
  async start(command: BackgroundCommand, context: ProgramContext): Promise<number> {
    const words = withoutDetachers(command.words);
    const [name, ...args] = words;
    if (name === undefined) throw new UsageError('missing operand');
    const path = this.#find(name, context);
    if (path !== undefined) {
      const isBare = command.redirections === '';
      if (isBare || this.#isWaiting(path, args, context)) {
        if (!isBare) await command.redirect();
        return this.#start(context, path, quoteWords(args));
      }
    }
    const script = `${command.prelude}${quoteWords(words)} ${command.redirections}`;
    const shownAs = { name: baseName('posix', name), commandLine: words.join(' ') };
    return this.#start(context, shellPath, `-c ${quoteWord(script)}`, shownAs);
  }

  /** Starts a shell for a script. @returns the process id. */
  async startScript(script: string, words: readonly string[], context: ProgramContext): Promise<number> {
    return this.#start(context, shellPath, `-c ${quoteWords([script, ...words])}`);
  }

  /** `wait [pid ...]`: waits for these processes, or for all. @returns the exit code of the last one named. */
  async wait(words: readonly string[], context: ProgramContext): Promise<number> {
    const operands = words.filter((word) => !word.startsWith('-'));
    if (operands.length === 0) {
      for (const pid of this.#pids) await context.wait(pid);
      return 0;
    }
    let exitCode = 0;
    for (const operand of operands) {
      const pid = operand.startsWith('%') ? this.#pids[Number(operand.slice(1)) - 1] : Number(operand);
      if (pid === undefined || !this.#pids.includes(pid)) {
        context.writeStderr(`wait: pid ${operand} is not a child of this shell\n`);
        exitCode = notFoundExitCode;
      } else {
        exitCode = (await context.wait(pid)) ?? notFoundExitCode;
      }
    }
    return exitCode;
  }

  async #start(
    context: ProgramContext,
    path: string,
    args: string,
    shownAs?: ProgramStartOptions['shownAs'],
  ): Promise<number> {
    const options = { output: this.#output, ...(shownAs === undefined ? {} : { shownAs }) };
    const pid = await context.start(path, args, options);
    this.#pids.push(pid);
    return pid;
  }

  #find(name: string, context: ProgramContext): string | undefined {
    const isThere = (path: string): boolean =>
      this.#programs.findPath(path) !== undefined || (context.files.exists(path) && isFile(path, context));
    if (name.includes('/')) {
      const path = pathOf(context, name);
      return isThere(path) ? path : undefined;
    }
    const directories = (context.environment.get('PATH') ?? '/usr/local/bin:/usr/bin:/bin').split(':');
    return directories
      .map((directory) => pathOf(context, `${directory === '' ? '.' : directory}/${name}`))
      .find(isThere);
  }

  /** Whether the program does nothing but wait, and so needs no shell that holds its redirections. */
  #isWaiting(path: string, args: readonly string[], { files, user }: ProgramContext): boolean {
    try {
      const program = resolveProgram({ registry: this.#programs, files, user }, path, quoteWords(args));
      return program.passive?.(program.arguments) !== undefined;
    } catch (error) {
      // The shell of the process reports it where the redirections want it.
      if (error instanceof Fault && posixErrorOf(error) !== undefined) return false;
      throw error;
    }
  }
}

function isFile(path: string, { files }: ProgramContext): boolean {
  try {
    return files.stat(path).kind === 'file';
  } catch (error) {
    if (posixErrorOf(error) === undefined) throw error;
    return false;
  }
}

function withoutDetachers(words: readonly string[]): readonly string[] {
  const [first = '', second = ''] = words;
  if (detachers.has(first)) return withoutDetachers(words.slice(1));
  if (first !== 'nice') return words;
  return withoutDetachers(words.slice(second === '-n' ? 3 : second.startsWith('-') ? 2 : 1));
}
