import { Buffer } from 'node:buffer';
import { textOf } from '../file-content.js';
import { programKind } from '../program-image.js';
import type { ProgramRegistry } from '../program-registry.js';
import { isExecutable } from '../program-resolution.js';
import type { GuestProgram, ProgramContext } from '../program.js';
import { BackgroundProcesses } from './background-processes.js';
import { innerContext } from './inner-context.js';
import { builtInCommands, guestCommands, runCommand } from './posix-commands.js';
import { complain, pathOf, type ShellAccess } from './posix-command.js';
import { posixCommandNames } from './posix-command-names.js';
import { posixErrorOf } from './posix-errors.js';
import { quoteWord, quoteWords } from './posix-words.js';
import { parseInvocation } from './shell-invocation.js';
import { smallCommands } from './small-commands.js';
import {
  parseScript,
  ShellSyntaxError,
  UnsupportedSyntax,
  type Redirection,
  type SimpleCommand,
  type Word,
} from './small-shell-parser.js';

export interface SmallShellOptions {
  /** Programs of the guest, added ones included. */
  readonly programs: ProgramRegistry;
  /** Behaviours that stand for a shell and its commands, as opposed to added programs. */
  readonly isStandard: (run: GuestProgram) => boolean;
  /** Commands after which a script counts as a runaway. */
  readonly stepLimit: number;
}

const notFoundExitCode = 127;
const notExecutableExitCode = 126;
const syntaxExitCode = 2;
const runawayExitCode = 137;
const help = 'it needs the full shell: install the optional package just-bash';

/** Thrown by `exit`, up to the run of its script. */
class ShellExit extends Error {
  readonly exitCode: number;

  constructor(exitCode: number) {
    super('exit');
    this.exitCode = exitCode;
  }
}

class RedirectionError extends Error {
  readonly target: string;

  constructor(target: string, cause: unknown) {
    super('redirection', { cause });
    this.target = target;
  }
}

/**
 * Runs `sh` with these words by a few built-in commands: enough for plain command lines where just-bash is not
 * installed. What it lacks it names on stderr, with exit code 127.
 */
export async function runSmallShell(
  words: readonly string[],
  context: ProgramContext,
  options: SmallShellOptions,
): Promise<number> {
  const invocation = parseInvocation(words, 'sh');
  let text = invocation.script ?? Buffer.from(context.stdin).toString('utf8');
  if (invocation.file !== undefined) {
    try {
      text = textOf(context.files.read(pathOf(context, invocation.file)));
    } catch (error) {
      complain(context, 'sh', invocation.file, error);
      return notFoundExitCode;
    }
  }
  return new SmallShell(context, options, [invocation.name, ...invocation.positional]).script(
    invocation.prelude + text,
  );
}

class SmallShell {
  readonly #context: ProgramContext;
  readonly #options: SmallShellOptions;
  readonly #parameters: readonly string[];
  readonly #variables: Map<string, string>;
  readonly #exported: Set<string>;
  readonly #background: BackgroundProcesses;
  #workingDirectory: string;
  #exitCode = 0;
  #steps = 0;
  #stopsOnFailure = false;

  constructor(context: ProgramContext, options: SmallShellOptions, parameters: readonly string[]) {
    this.#context = context;
    this.#options = options;
    this.#parameters = parameters;
    this.#variables = new Map(context.environment);
    this.#exported = new Set(context.environment.keys());
    this.#workingDirectory = context.workingDirectory;
    this.#background = new BackgroundProcesses(options.programs, (data, stream) =>
      stream === 'stdout' ? context.writeStdout(data) : context.writeStderr(data),
    );
  }

  async script(text: string): Promise<number> {
    try {
      for (const command of parseScript(text)) {
        await this.#context.turn();
        if (command.when === 'success' && this.#exitCode !== 0) continue;
        if (command.when === 'failure' && this.#exitCode === 0) continue;
        this.#steps += 1;
        if (this.#steps > this.#options.stepLimit) return runawayExitCode;
        this.#exitCode = await this.#run(command);
        if (this.#stopsOnFailure && this.#exitCode !== 0 && command.when !== 'failure') break;
      }
      return this.#exitCode;
    } catch (error) {
      if (error instanceof ShellExit) return error.exitCode;
      if (error instanceof ShellSyntaxError) return this.#fail(error.message, syntaxExitCode);
      if (error instanceof UnsupportedSyntax) return this.#fail(`${error.message}: ${help}`, notFoundExitCode);
      throw error;
    }
  }

  async #run(command: SimpleCommand): Promise<number> {
    const words = command.words.flatMap((word) => this.#expand(word));
    const assigned = command.assignments.map(({ name, value }) => [name, this.#text(value)] as const);
    if (command.isBackground && words.length > 0) return this.#startInBackground(command, words, assigned);
    let streams: ProgramContext;
    try {
      streams = this.#redirected(command.redirections);
    } catch (error) {
      if (!(error instanceof RedirectionError)) throw error;
      complain(this.#context, 'sh', error.target, error.cause);
      return 1;
    }
    const [name, ...args] = words;
    if (name === undefined) {
      for (const [variable, value] of assigned) this.#variables.set(variable, value);
      return 0;
    }
    for (const [variable, value] of assigned) streams.environment.set(variable, value);
    return this.#execute(name, args, streams);
  }

  async #startInBackground(
    { redirections }: SimpleCommand,
    words: readonly string[],
    assigned: readonly (readonly [name: string, value: string])[],
  ): Promise<number> {
    const context = this.#redirected([]);
    for (const [variable, value] of assigned) context.environment.set(variable, value);
    const redirectionText = redirections
      .map((redirection) => `${redirection.operator}${quoteWord(this.#text(redirection.target))}`)
      .join(' ');
    const redirect = async (): Promise<void> => void this.#redirected(redirections);
    try {
      await this.#background.start({ words, redirections: redirectionText, prelude: '', redirect }, context);
      return 0;
    } catch (error) {
      complain(this.#context, 'sh', words[0] ?? '', error instanceof RedirectionError ? error.cause : error);
      return 1;
    }
  }

  async #execute(name: string, args: readonly string[], context: ProgramContext): Promise<number> {
    const builtIn = this.#builtIns[name];
    if (builtIn !== undefined) return builtIn(args, context);
    const shell: ShellAccess = {
      run: ([inner = '', ...rest], change = {}) =>
        this.#execute(
          inner,
          rest,
          innerContext(context, {
            ...context,
            signal: change.signal,
            environment: new Map(change.environment ?? context.environment),
          }),
        ),
    };
    const path = this.#find(name, context);
    const standard = path === undefined ? (name.includes('/') ? undefined : name) : this.#standardName(path, context);
    const command =
      standard === undefined
        ? undefined
        : (builtInCommands.get(standard) ?? smallCommands.get(standard) ?? guestCommands.get(standard));
    if (command !== undefined) {
      const inner = innerContext(context, { ...context, path: path ?? name, arguments: quoteWords(args) });
      return runCommand(name, command, args, inner, shell);
    }
    const isLacking = standard !== undefined && posixCommandNames.includes(standard);
    if (path === undefined || isLacking) return this.#missing(name, isLacking, context);
    return this.#start(name, path, args, context);
  }

  async #start(name: string, path: string, args: readonly string[], context: ProgramContext): Promise<number> {
    try {
      return await context.run(path, quoteWords(args));
    } catch (error) {
      const known = posixErrorOf(error);
      if (known === undefined) throw error;
      context.writeStderr(`sh: ${name}: ${known.text}\n`);
      return known.code === 'ENOENT' ? notFoundExitCode : notExecutableExitCode;
    }
  }

  /** Name of the standard command that the file at the path is; undefined for any other program. */
  #standardName(path: string, context: ProgramContext): string | undefined {
    const { programs, isStandard } = this.#options;
    if (!context.files.exists(path)) return undefined;
    try {
      const status = context.files.stat(path);
      if (!isExecutable({ registry: programs, user: context.user }, status)) return undefined;
      const kind = programKind('posix', context.files.read(path));
      if (kind.kind !== 'image') return undefined;
      const added = programs.findPath(path) ?? programs.findName(kind.name);
      return added === undefined || isStandard(added.run) ? kind.name : undefined;
    } catch (error) {
      if (posixErrorOf(error) === undefined) throw error;
      return undefined;
    }
  }

  #missing(name: string, isLacking: boolean, context: ProgramContext): number {
    context.writeStderr(isLacking ? `sh: ${name}: ${help}\n` : `sh: ${name}: not found\n`);
    return notFoundExitCode;
  }

  /** Full path of a command: as given with a slash, otherwise the first in the search path. */
  #find(name: string, context: ProgramContext): string | undefined {
    const isThere = (path: string): boolean =>
      this.#options.programs.findPath(path) !== undefined || context.files.exists(path);
    if (name.includes('/')) {
      const path = pathOf(context, name);
      return isThere(path) ? path : undefined;
    }
    const directories = (this.#variables.get('PATH') ?? '/usr/local/bin:/usr/bin:/bin').split(':');
    return directories
      .map((directory) => pathOf(context, `${directory === '' ? '.' : directory}/${name}`))
      .find(isThere);
  }

  readonly #builtIns: Readonly<
    Record<string, (args: readonly string[], context: ProgramContext) => number | Promise<number>>
  > = {
    ':': () => 0,
    wait: (args, context) => this.#background.wait(args, context),
    exit: ([code]) => {
      throw new ShellExit(code === undefined ? this.#exitCode : Number(code) & 0xff);
    },
    exec: async ([name, ...args], context) => {
      if (name === undefined) throw new UnsupportedSyntax('"exec" without a program');
      throw new ShellExit(await this.#execute(name, args, context));
    },
    cd: ([target], context) => {
      const path = pathOf(context, target ?? this.#variables.get('HOME') ?? '/');
      try {
        if (context.files.stat(path).kind !== 'directory') {
          context.writeStderr(`sh: cd: ${target ?? path}: Not a directory\n`);
          return 1;
        }
      } catch (error) {
        complain(context, 'sh: cd', target ?? path, error);
        return 1;
      }
      this.#variables.set('OLDPWD', this.#workingDirectory);
      this.#variables.set('PWD', path);
      this.#workingDirectory = path;
      return 0;
    },
    export: (args) => {
      for (const arg of args) {
        const at = arg.indexOf('=');
        const name = at < 0 ? arg : arg.slice(0, at);
        if (at >= 0) this.#variables.set(name, arg.slice(at + 1));
        this.#exported.add(name);
      }
      return 0;
    },
    unset: (args) => {
      for (const name of args) this.#variables.delete(name);
      return 0;
    },
    set: (args, context) => {
      for (const arg of args) {
        if (arg === '-e' || arg === '+e') this.#stopsOnFailure = arg === '-e';
        else context.writeStderr(`sh: set ${arg}: ${help}\n`);
      }
      return 0;
    },
  };

  #redirected(redirections: readonly Redirection[]): ProgramContext {
    const outer = this.#context;
    let { stdin, writeStdout, writeStderr } = outer;
    for (const { stream, how, target } of redirections) {
      const text = this.#text(target);
      if (how === 'merge') {
        if (stream === 'stderr' && text === '1') writeStderr = writeStdout;
        else if (stream === 'stdout' && text === '2') writeStdout = writeStderr;
        else throw new UnsupportedSyntax(`">&${text}"`);
        continue;
      }
      const path = pathOf({ ...outer, workingDirectory: this.#workingDirectory }, text);
      const isNull = path === '/dev/null';
      try {
        if (how === 'read') {
          stdin = isNull ? new Uint8Array(0) : outer.files.read(path).bytes();
          continue;
        }
        if (!isNull && (how === 'write' || !outer.files.exists(path))) outer.files.write(path, '');
      } catch (error) {
        throw new RedirectionError(text, error);
      }
      const write = (output: Uint8Array | string): void => (isNull ? undefined : outer.files.append(path, output));
      if (stream === 'stdout') writeStdout = write;
      else writeStderr = write;
    }
    const environment = new Map([...this.#variables].filter(([name]) => this.#exported.has(name)));
    const workingDirectory = this.#workingDirectory;
    return innerContext(outer, {
      path: outer.path,
      arguments: outer.arguments,
      stdin,
      writeStdout,
      writeStderr,
      environment,
      workingDirectory,
    });
  }

  #expand(word: Word): string[] {
    const isQuoted = word.some((part) => part.isQuoted);
    const isSplit = word.some((part) => 'variable' in part && !part.isQuoted);
    if (word.length === 1 && word[0] !== undefined && 'variable' in word[0] && word[0].variable === '@') {
      return this.#parameters.slice(1);
    }
    const isPattern = word.some((part) => 'text' in part && !part.isQuoted && /[*?]|\[.*\]/u.test(part.text));
    if (isPattern) throw new UnsupportedSyntax('file name patterns');
    const text = this.#text(word);
    if (isSplit && !isQuoted) return text.split(/\s+/u).filter((piece) => piece !== '');
    return [text];
  }

  #text(word: Word): string {
    return word
      .map((part, at) =>
        'text' in part ? this.#tilde(part.text, at === 0 && !part.isQuoted) : this.#value(part.variable),
      )
      .join('');
  }

  #tilde(text: string, isFirst: boolean): string {
    return isFirst && /^~(?=\/|$)/u.test(text) ? (this.#variables.get('HOME') ?? '~') + text.slice(1) : text;
  }

  #value(name: string): string {
    if (name === '?') return String(this.#exitCode);
    if (name === '$') return String(this.#context.pid);
    if (name === '!') return String(this.#background.lastPid ?? '');
    if (name === '#') return String(this.#parameters.length - 1);
    if (name === '@' || name === '*') return this.#parameters.slice(1).join(' ');
    if (/^\d+$/u.test(name)) return this.#parameters[Number(name)] ?? '';
    return name === 'PWD' ? this.#workingDirectory : (this.#variables.get(name) ?? '');
  }

  #fail(text: string, exitCode: number): number {
    this.#context.writeStderr(`sh: ${text}\n`);
    return exitCode;
  }
}
