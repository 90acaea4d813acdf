import { Buffer } from 'node:buffer';
import { setMaxListeners } from 'node:events';
import { baseName, resolvePath } from '../guest-path.js';
import { programKind, type ProgramKind } from '../program-image.js';
import type { ProgramRegistry } from '../program-registry.js';
import type { GuestProgram, ProgramContext } from '../program.js';
import { BackgroundProcesses } from './background-processes.js';
import { BashFiles } from './bash-files.js';
import { CommandOutput, write } from './command-output.js';
import { endlessBytes, endlessContent, isEndless } from './devices.js';
import { headBytes } from './head-options.js';
import { innerContext } from './inner-context.js';
import type { Bash, BashOptions, Command, ExecResult, ResolvedCommandContext } from './just-bash-types.js';
import { builtInCommands, guestCommands, runCommand } from './posix-commands.js';
import { pathOf, UnknownOption, UsageError, type PosixCommand, type ShellAccess } from './posix-command.js';
import { posixErrorOf } from './posix-errors.js';
import { smallCommands } from './small-commands.js';
import { joinedValues, optionsForLibrary, sedBackup, sedForLibrary } from './library-options.js';
import { quoteWord, quoteWords } from './posix-words.js';
import { rewritingCommands, rewritingTrace, ScriptRewriting } from './script-rewriting.js';
import { assignments, exported, unexported } from './shell-variables.js';
import { mendedCommands } from './mended-commands.js';
import { parseInvocation } from './shell-invocation.js';

/** The library as it was loaded. */
export type JustBash = typeof import('just-bash');

export interface BashShellOptions {
  /** Programs that were added to the guest beside the standard ones. */
  readonly programs: ProgramRegistry;
  /** Behaviours that stand for this shell and its commands, as opposed to added programs. */
  readonly isStandard: (run: GuestProgram) => boolean;
  /** Commands and loop rounds after which a script counts as a runaway. */
  readonly stepLimit: number;
  readonly outputLimitBytes: number;
}

/** Exit code of a script that ran over a limit, as if it had been killed. */
const runawayExitCode = 137;
const notFoundExitCode = 127;
/** Command that runs a file of the guest which is no shell script; seen by nobody else. */
const runnerPath = '/bin/.run-guest-program';
const hiddenPaths: ReadonlySet<string> = new Set([runnerPath, ...Object.values(rewritingCommands)]);
/** Commands that a shell has without a file, and that the library has not. */
const builtInPaths: ReadonlySet<string> = new Set([...builtInCommands.keys()].map((name) => `/bin/${name}`));
const shellNames: readonly string[] = ['sh', 'bash', 'dash'];
const shellInterpreter = /(?:^|\/)(?:sh|bash|dash|ash|env (?:sh|bash))$/u;

/** Commands of the library that reach beyond the guest, or that a plain system does not have. */
const excluded = new Set([
  'python',
  'python3',
  'js-exec',
  'node',
  'sqlite3',
  'curl',
  'html-to-markdown',
  'xan',
  'yq',
  'rg',
]);

/** How the library reports commands of its own that are not there, where nothing could look them up before. */
const missingCommand = /(\S+): command not available in browser environments\. .*/gu;

/** How the library reports that a script used up what it may. */
const overLimit = /executionLimits\.|limit exceeded/u;
const longestMessage = 1000;

/** A shorter input of `head` is not taken for what a filter has left of an endless device: bytes. */
const shortestRemnant = 4096;

/** Advice of the library that nobody here can follow. */
const libraryAdvice = /, increase executionLimits\.\w+|__merged_(?=\S+: maximum recursion depth)/gu;

/** Longest text that a variable or an expansion may have: one step over it takes some tenths of a second. */
const longestStringBytes = 4 * 1024 * 1024;

/** Commands of the small shell that know more of the guest than those of the library: rights, and why something failed. */
const betterCommands = ['cat', 'ln', 'mkdir', 'rm', 'rmdir'];

/**
 * Runs `sh` with these words by means of just-bash, over the guest's files and nothing else. Output arrives when a
 * script has ended; what it redirects to files is there at once. What becomes of `command &`: see `ScriptRewriting`.
 */
export function runBash(
  library: JustBash,
  words: readonly string[],
  context: ProgramContext,
  options: BashShellOptions,
): Promise<number> {
  return new BashRun(library, context, options).run(words);
}

/** One run of the shell. */
class BashRun {
  readonly #library: JustBash;
  readonly #context: ProgramContext;
  readonly #options: BashShellOptions;
  readonly #bash: Bash;
  /** Programs in `/bin` and `/usr/bin` that run in place of what the library has under their names, by name. */
  readonly #replaced = new Map<string, string>();
  readonly #standardNames: ReadonlySet<string>;
  readonly #background: BackgroundProcesses;
  readonly #rewriting: ScriptRewriting;
  /** Whether both output streams of the script that the next shell reads go to one place. */
  #isNextShellMerged = false;
  /** What commands in the background have printed, until the shell waits for them or ends. */
  #printed: { readonly data: Uint8Array | string; readonly stream: 'stdout' | 'stderr' }[] = [];

  constructor(library: JustBash, context: ProgramContext, options: BashShellOptions) {
    this.#library = library;
    this.#context = context;
    this.#options = options;
    this.#background = new BackgroundProcesses(options.programs, (data, stream) =>
      this.#printed.push({ data: typeof data === 'string' ? data : Uint8Array.from(data), stream }),
    );
    const files = new BashFiles(context, {
      isAddedProgram: (path) =>
        hiddenPaths.has(path) || builtInPaths.has(path) || options.programs.findPath(path) !== undefined,
      onExecutable: (path) => this.#noteExecutable(path),
      scriptOf: (path) => this.#scriptOf(path),
    });
    const commands = bundledCommands(library);
    this.#standardNames = new Set<string>([...commands, ...guestCommands.keys(), ...builtInCommands.keys()]);
    this.#rewriting = new ScriptRewriting(library, {
      foreignCommands: excluded,
      ownCommands: this.#standardNames,
      onOpening: (isOpening) => files.expectOpening(isOpening),
    });
    const { stepLimit } = options;
    this.#bash = new library.Bash({
      fs: files,
      cwd: context.workingDirectory,
      env: Object.fromEntries(context.environment),
      commands,
      customCommands: [
        ...[...guestCommands, ...builtInCommands].map(([name, command]) =>
          this.#command(name, (args, inner, shell) => runCommand(name, command, args, inner, shell)),
        ),
        ...shellNames.map((name) => this.#shellCommand(name)),
        this.#headCommand(files),
        this.#sedCommand(),
        ...betterCommands.map((name) => this.#betterCommand(name, smallCommands.get(name))),
        ...[...mendedCommands].map(([name, command]) => this.#betterCommand(name, command)),
        ...Object.entries(joinedValues).map(([name, letters]) => this.#splittingCommand(name, letters)),
        ...this.#backgroundCommands(),
        this.#command(baseName('posix', rewritingCommands.turn), async ([exitCode = '0']) => {
          await context.turn();
          return Number(exitCode);
        }),
        this.#command(baseName('posix', rewritingCommands.mergeStreams), ([state, exitCode = '0']) => {
          this.#rewriting.isNextMerged = state === 'on';
          return Number(exitCode);
        }),
        this.#command(baseName('posix', rewritingCommands.runIfThere), ([name = '', ...args], inner, shell) => {
          const path = this.#findCommand(name, inner);
          if (path !== undefined) return shell.run([path, ...args]);
          inner.writeStderr(`bash: ${name}: command not found\n`);
          return notFoundExitCode;
        }),
        this.#command(baseName('posix', runnerPath), ([path = '', ...args], inner, shell) =>
          this.#runFile(path, args, inner, shell),
        ),
      ],
      // The library's guard replaces globals of the whole process while a script runs, which nobody else could bear.
      defenseInDepth: false,
      executionLimits: {
        maxCommandCount: stepLimit,
        maxLoopIterations: stepLimit,
        maxAwkIterations: stepLimit,
        maxSedIterations: stepLimit,
        maxJqIterations: stepLimit,
        maxOutputSize: options.outputLimitBytes,
        maxStringLength: longestStringBytes,
      },
      processInfo: { pid: context.pid, ppid: parentOf(context), uid: context.user.id, gid: context.user.id },
    });
    this.#bash.registerTransformPlugin({
      name: 'guest',
      transform: ({ ast }) => ({ ast: this.#rewriting.rewrite(ast) }),
    });
  }

  async run(words: readonly string[]): Promise<number> {
    const invocation = parseInvocation(words, 'sh');
    const isPlain = invocation.script !== undefined && invocation.positional.length === 0 && invocation.name === 'sh';
    const script = isPlain ? invocation.prelude + (invocation.script ?? '') : '/bin/sh';
    // The library listens once for each command of a script; Node would take that for a leak and warn on stderr.
    setMaxListeners(0, this.#context.signal);
    const isMerged = this.#context.writeStdout === this.#context.writeStderr;
    if (isPlain) this.#rewriting.isNextMerged = isMerged;
    else this.#isNextShellMerged = isMerged;
    const result = await this.#bash.exec(script, {
      rawScript: true,
      signal: this.#context.signal,
      stdin: Buffer.from(this.#context.stdin).toString('latin1'),
      stdinKind: 'bytes',
      ...(isPlain ? {} : { args: [...words] }),
    });
    if (this.#context.signal.aborted) return runawayExitCode;
    const last = result.stderr + (isMerged ? result.stdout.slice(-longestMessage) : '');
    const isRunaway = result.exitCode === 126 && overLimit.test(last);
    const stdout = isRunaway && isMerged ? result.stdout.replace(libraryAdvice, '') : result.stdout;
    write(this.#context.writeStdout, { ...result, stdout });
    const stderr = result.stderr
      .replace(rewritingTrace, '')
      .replace(missingCommand, '$1: command not found')
      .replace(libraryAdvice, '');
    if (stderr !== '') this.#context.writeStderr(stderr);
    this.#passPrinted(this.#context);
    return isRunaway ? runawayExitCode : result.exitCode;
  }

  /** The library takes a file in `/bin` for its own command of that name; this sees to it that it is the file's. */
  #noteExecutable(path: string): void {
    const name = baseName('posix', path);
    if (path !== `/bin/${name}` && path !== `/usr/bin/${name}`) return;
    const isInternal = hiddenPaths.has(path) || (builtInPaths.has(path) && !this.#isAdded(path));
    if (isInternal || this.#replaced.get(name) === path || !this.#needsReplacement(path, name)) return;
    this.#replaced.set(name, path);
    this.#bash.registerCommand(
      this.#command(name, (args, inner, shell) => this.#runFile(this.#replaced.get(name) ?? path, args, inner, shell)),
    );
  }

  #needsReplacement(path: string, name: string): boolean {
    if (this.#isAdded(path)) return true;
    const kind = this.#kindOf(path);
    if (kind.kind === 'image') return kind.name !== name || !this.#isKnown(name);
    return !isShellScript(kind) || this.#isKnown(name);
  }

  /** What the library is to run in place of an executable file: it reads scripts by itself, but does not rewrite them. */
  #scriptOf(path: string): string {
    const kind = this.#kindOf(path);
    if (this.#isAdded(path) || !isShellScript(kind)) return `${runnerPath} ${quoteWord(path)} "$@"\n`;
    const option = kind.kind === 'script' && /^-[a-z]+$/u.test(kind.argument) ? `${kind.argument} ` : '';
    const text = textOf(this.#context.files.read(path).bytes());
    return `/bin/sh ${option}-c ${quoteWord(text)} "$0" "$@"\n`;
  }

  /** Runs an executable of the guest whatever its name is. */
  async #runFile(path: string, args: readonly string[], inner: ProgramContext, shell: ShellAccess): Promise<number> {
    const kind = this.#kindOf(path);
    if (!this.#isAdded(path)) {
      if (isShellScript(kind)) return shell.run(['/bin/sh', path, ...args]);
      const isOwn = kind.kind === 'image' && this.#isKnown(kind.name);
      if (isOwn && path !== `/bin/${kind.name}`) return shell.run([`/bin/${kind.name}`, ...args]);
    }
    return inner.run(path, quoteWords(args));
  }

  /** The program that a name without slashes means in the search path. */
  #findCommand(name: string, { environment, files, workingDirectory }: ProgramContext): string | undefined {
    return (environment.get('PATH') ?? '')
      .split(':')
      .map((directory) => resolvePath('posix', workingDirectory, `${directory === '' ? '.' : directory}/${name}`))
      .find((path) => files.exists(path) || this.#options.programs.findPath(path) !== undefined);
  }

  /** The library reads an endless device as a file of one mebibyte; `head -c` may ask for more, and gets it or is told. */
  #headCommand(files: BashFiles): Command {
    return this.#command('head', async (args, inner, _shell, bash) => {
      const { bytes, operands } = headBytes(args);
      const [device] = operands;
      if (bytes !== undefined && device !== undefined && operands.length === 1 && isEndless(device)) {
        inner.writeStdout(endlessContent(device, bytes));
        return 0;
      }
      const exitCode = this.#pass(await bash.origCommand?.([...args]), inner);
      const length = operands.length === 0 && bytes !== undefined ? inner.stdin.length : Infinity;
      const isRemnant = files.takeEndlessRead() && length < (bytes ?? 0) && length > shortestRemnant;
      if (!isRemnant) return exitCode;
      throw new UsageError(
        `endless devices end after ${endlessBytes} bytes in a pipe; use "head -c ${bytes} DEVICE" or dd`,
      );
    });
  }

  /** The library changes files in place, and leaves no copy behind. */
  #sedCommand(): Command {
    return this.#command('sed', async (args, inner, _shell, bash) => {
      const { suffix, files } = sedBackup(args);
      for (const path of suffix === undefined ? [] : files.map((file) => pathOf(inner, file))) {
        const name = baseName('posix', path);
        const copy = suffix?.includes('*') === true ? suffix.replaceAll('*', name) : `${name}${suffix ?? ''}`;
        if (inner.files.exists(path))
          inner.files.write(resolvePath('posix', `${path}/..`, copy), inner.files.read(path));
      }
      return this.#pass(await bash.origCommand?.(sedForLibrary(args)), inner);
    });
  }

  /** Takes this command where it knows all options given, otherwise the library's. */
  #betterCommand(name: string, command: PosixCommand | undefined): Command {
    return this.#command(name, async (args, inner, shell, bash) => {
      const readsEndless = args.some(isEndless) && !mendedCommands.has(name);
      try {
        if (command !== undefined && !readsEndless) return await command(args, inner, shell);
      } catch (error) {
        if (!(error instanceof UnknownOption)) throw error;
      }
      return this.#pass(await bash.origCommand?.([...args]), inner);
    });
  }

  /** Hands the library's command its options one by one, each value apart from its letter. */
  #splittingCommand(name: string, letters: string): Command {
    return this.#command(name, async (args, inner, _shell, bash) =>
      this.#pass(await bash.origCommand?.(optionsForLibrary(name, args, letters)), inner),
    );
  }

  /** `sh` with its options, which the library's own does not know. */
  #shellCommand(name: string): Command {
    return this.#command(name, async (args, inner, _shell, bash) => {
      const { script, file, name: zero, positional, prelude } = parseInvocation(args, name);
      const source = script ?? (file === undefined ? textOf(inner.stdin) : this.#sourceOf(file, inner));
      const isPlainFile = file !== undefined && prelude === '';
      if (this.#isNextShellMerged) this.#rewriting.isNextMerged = true;
      this.#isNextShellMerged = false;
      const plain = isPlainFile ? [file, ...positional] : ['-c', prelude + source, zero, ...positional];
      const result = await bash.origCommand?.(plain);
      const exitCode = this.#pass(result, inner);
      this.#passPrinted(inner);
      return exitCode;
    });
  }

  #passPrinted({ writeStdout, writeStderr }: ProgramContext): void {
    const printed = this.#printed;
    this.#printed = [];
    for (const { data, stream } of printed) (stream === 'stdout' ? writeStdout : writeStderr)(data);
  }

  /** The text of a script file; where it cannot be read, a command that says why. */
  #sourceOf(file: string, inner: ProgramContext): string {
    try {
      return textOf(inner.files.read(pathOf(inner, file)).bytes());
    } catch (error) {
      if (posixErrorOf(error) === undefined) throw error;
      return `. ${quoteWord(dotPath(file))}`;
    }
  }

  /** What stands in rewritten scripts for commands in the background. */
  #backgroundCommands(): readonly Command[] {
    const { start, startScript, wait } = rewritingCommands;
    const print = (inner: ProgramContext, pid: number): number => {
      inner.writeStdout(String(pid));
      return 0;
    };
    return [
      this.#command(baseName('posix', start), async ([redirections = '', ...words], inner, _shell, bash) => {
        const redirect = async (): Promise<void> => {
          const { signal = this.#context.signal } = bash;
          const result = await bash.exec?.(`: ${redirections}`, { cwd: bash.cwd, signal });
          this.#pass(result, inner);
        };
        const prelude = redirections === '' ? '' : unexported(bash);
        return print(inner, await this.#background.start({ words, redirections, prelude, redirect }, inner));
      }),
      this.#command(baseName('posix', startScript), async ([script = '', ...words], inner, _shell, bash) =>
        print(inner, await this.#background.startScript(unexported(bash) + script, words, inner)),
      ),
      this.#command(baseName('posix', wait), async (words, inner) => {
        const exitCode = await this.#background.wait(words, inner);
        this.#passPrinted(inner);
        return exitCode;
      }),
    ];
  }

  #command(
    name: string,
    run: (
      args: readonly string[],
      inner: ProgramContext,
      shell: ShellAccess,
      bash: ResolvedCommandContext,
    ) => number | Promise<number>,
  ): Command {
    return this.#library.defineCommand(name, async (args, bash) => {
      const output = new CommandOutput(this.#context);
      const stdin = this.#library.latin1FromBytes(bash.stdin);
      const inner = innerContext(this.#context, {
        path: `/bin/${name}`,
        arguments: quoteWords(args),
        workingDirectory: bash.cwd,
        environment: exported(bash),
        signal: bash.signal,
        stdin: Uint8Array.from(Buffer.from(stdin, 'latin1')),
        writeStdout: (data) => output.keep(data, output.stdout),
        writeStderr: (data) => output.keep(data, output.stderr),
      });
      const shell: ShellAccess = {
        run: async (words, change = {}) => {
          const signal = change.signal ?? bash.signal;
          const result = await bash.exec?.(assignments(change.environment) + quoteWords(words), {
            cwd: bash.cwd,
            stdin,
            stdinKind: 'bytes',
            ...(signal === undefined ? {} : { signal }),
            ...(change.environment === undefined
              ? {}
              : { env: Object.fromEntries(change.environment), replaceEnv: true }),
          });
          return this.#pass(result, inner);
        },
      };
      try {
        await this.#context.turn();
        return output.result(await run(args, inner, shell, bash));
      } catch (error) {
        this.#context.signal.throwIfAborted();
        const isUsage = error instanceof UsageError;
        const reason = posixErrorOf(error)?.text ?? (error instanceof Error ? error.message : String(error));
        output.stderr.push(`${name.startsWith('.') ? 'sh' : name}: ${reason}\n`);
        return output.result(isUsage || posixErrorOf(error) === undefined ? 1 : 126);
      } finally {
        output.release();
      }
    });
  }

  #pass(result: ExecResult | undefined, inner: ProgramContext): number {
    if (result === undefined) throw new Error('the shell library runs no commands from commands; update just-bash');
    write(inner.writeStdout, result);
    if (result.stderr !== '') inner.writeStderr(result.stderr);
    return result.exitCode;
  }

  #isKnown(name: string): boolean {
    return this.#standardNames.has(name) || shellNames.includes(name);
  }

  #isAdded(path: string): boolean {
    const { programs, isStandard } = this.#options;
    const kind = this.#kindOf(path);
    const byName =
      kind.kind === 'script'
        ? undefined
        : programs.findName(kind.kind === 'image' ? kind.name : baseName('posix', path));
    const definition = programs.findPath(path) ?? byName;
    return definition !== undefined && !isStandard(definition.run);
  }

  #kindOf(path: string): ProgramKind {
    const { files } = this.#context;
    try {
      return programKind('posix', files.read(path));
    } catch (error) {
      if (posixErrorOf(error) === undefined) throw error;
      return { kind: 'binary' };
    }
  }
}

function bundledCommands(library: JustBash): NonNullable<BashOptions['commands']> {
  const isWanted = (name: string): name is NonNullable<BashOptions['commands']>[number] => !excluded.has(name);
  return library.getCommandNames().filter(isWanted);
}

function textOf(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('utf8');
}

function isShellScript(kind: ProgramKind): boolean {
  return (
    kind.kind === 'text' ||
    (kind.kind === 'script' && shellInterpreter.test(`${kind.interpreter} ${kind.argument}`.trim()))
  );
}

/** The dot command looks for names without a slash in the search path. */
function dotPath(file: string): string {
  return file.includes('/') ? file : `./${file}`;
}

function parentOf(context: ProgramContext): number {
  return context.processes().find(({ pid }) => pid === context.pid)?.parentPid ?? 1;
}
