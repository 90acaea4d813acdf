import type { ProgramStreams } from '../../program.js';
import { Fault } from '../../../../base/fault.js';
import { findProgram } from '../find-program.js';
import { extensionOf, resolvePath, unquote } from '../paths.js';
import { systemMessageOf } from '../system-messages.js';
import { decodeText, InputReader, lineEnd, OutputCollector, splitLines } from '../text.js';
import { isDirectory } from '../file-patterns.js';
import type { Builtin, CommandRunner } from './builtin.js';
import { CmdSyntaxError, type Command, type Redirection } from './command.js';
import { isTrue } from './condition.js';
import { AbortBatches, ExitShell, JumpInBatch, LeaveBatch } from './control.js';
import { expandDelayed, expandForVariables, expandPercent } from './expansion.js';
import { runLoop } from './loops.js';
import { parseCommand } from './parser.js';
import type { BatchFrame, CmdSession } from './session.js';
import { isSeparator } from './source.js';
import { type CommandStreams, redirect } from './streams.js';
import { unparse } from './unparse.js';
import { splitWords } from './words.js';

/** Error level of a command that is no program. */
const unknownCommand = 9009;

/** Error level of text that cannot be parsed. */
const syntaxError = 255;

const batchExtensions = new Set(['.bat', '.cmd']);
const scriptExtensions = new Set(['.vbs', '.js', '.wsf', '.vbe', '.jse']);
const programExtensions = new Set(['.exe', '.com']);

interface CommandWord {
  /** As written, quotes gone. */
  readonly name: string;
  /** Everything after it. */
  readonly rest: string;
}

/** Runs parsed commands in a session. */
export class CmdShell implements CommandRunner {
  readonly #builtins: Readonly<Record<string, Builtin>>;
  readonly #console: CommandStreams;

  /** @param console streams that the device CON names. */
  constructor(builtins: Readonly<Record<string, Builtin>>, console: CommandStreams) {
    this.#builtins = builtins;
    this.#console = console;
  }

  async runText(session: CmdSession, text: string, streams: CommandStreams): Promise<number> {
    const lines = splitLines(text);
    const nextLine = (): string | undefined => {
      const line = lines.shift();
      return line === undefined ? undefined : expandPercent(line, session);
    };
    let returnCode = 0;
    for (;;) {
      const command = this.#parse(session, streams, nextLine);
      if (command === undefined) return returnCode;
      returnCode = await this.execute(session, command, streams);
    }
  }

  /** @throws AbortBatches when the text cannot be parsed, after saying so. */
  #parse(session: CmdSession, streams: CommandStreams, nextLine: () => string | undefined): Command | undefined {
    try {
      return parseCommand(nextLine);
    } catch (error) {
      throw this.#syntaxFailure(session, streams, error);
    }
  }

  #syntaxFailure(session: CmdSession, streams: CommandStreams, error: unknown): unknown {
    if (!(error instanceof CmdSyntaxError)) return error;
    streams.stderr(error.message + lineEnd);
    session.errorLevel = syntaxError;
    return new AbortBatches(error.message);
  }

  async execute(session: CmdSession, command: Command, streams: CommandStreams): Promise<number> {
    await session.steps.step();
    switch (command.kind) {
      case 'nothing':
        return session.errorLevel;
      case 'quiet':
        return this.execute(session, command.command, streams);
      case 'simple': {
        const text = this.#expand(session, command.text);
        return this.#redirected(session, command.redirections, streams, (inner) =>
          this.#runSimple(session, text, inner, false),
        );
      }
      case 'block':
        return this.#redirected(session, command.redirections, streams, async (inner) => {
          let returnCode = 0;
          for (const each of command.commands) returnCode = await this.execute(session, each, inner);
          return returnCode;
        });
      case 'chain':
        return this.#runChain(session, command, streams);
      case 'if': {
        const holds = isTrue(command.condition, command.ignoresCase, session, (text) => this.#expand(session, text));
        const chosen = holds === command.isNegated ? command.whenFalse : command.whenTrue;
        return chosen === undefined ? 0 : this.execute(session, chosen, streams);
      }
      case 'for': {
        const [set, option] = [this.#expand(session, command.set), this.#expand(session, command.option)];
        try {
          return await runLoop({ command: { ...command, option }, set, session, runner: this, streams });
        } catch (error) {
          throw this.#syntaxFailure(session, streams, error);
        }
      }
    }
  }

  #expand(session: CmdSession, text: string): string {
    const expanded = expandForVariables(text, session.forVariables, session);
    return session.hasDelayedExpansion ? expandDelayed(expanded, session) : expanded;
  }

  async #redirected(
    session: CmdSession,
    redirections: readonly Redirection[],
    streams: CommandStreams,
    run: (streams: CommandStreams) => Promise<number>,
  ): Promise<number> {
    if (redirections.length === 0) return run(streams);
    let redirected: ReturnType<typeof redirect>;
    try {
      redirected = redirect(streams, redirections, {
        files: session.files,
        workingDirectory: session.workingDirectory,
        console: this.#console,
        expand: (target) => this.#expand(session, target),
      });
    } catch (error) {
      return this.#failed(session, streams, systemMessageOf(error).text, 1);
    }
    try {
      return await run(redirected.streams);
    } finally {
      if (!session.context.signal.aborted) this.#close(session, streams, redirected.close);
    }
  }

  #close(session: CmdSession, streams: CommandStreams, close: () => void): void {
    try {
      close();
    } catch (error) {
      this.#failed(session, streams, systemMessageOf(error).text, 1);
    }
  }

  #failed(session: CmdSession, streams: CommandStreams, message: string, errorLevel: number): number {
    streams.stderr(message + lineEnd);
    session.errorLevel = errorLevel;
    return errorLevel;
  }

  async #runChain(
    session: CmdSession,
    { operator, left, right }: Extract<Command, { kind: 'chain' }>,
    streams: CommandStreams,
  ): Promise<number> {
    if (operator === '|') return this.#runPipe(session, left, right, streams);
    const returnCode = await this.execute(session, left, streams);
    if (operator === '&&' && returnCode !== 0) return returnCode;
    if (operator === '||') {
      if (returnCode === 0) return 0;
      session.errorLevel = returnCode;
    }
    return this.execute(session, right, streams);
  }

  async #runPipe(session: CmdSession, left: Command, right: Command, streams: CommandStreams): Promise<number> {
    const output = new OutputCollector();
    const writer = session.fork();
    await this.#apart(writer, () => this.execute(writer, left, { ...streams, stdout: output.write }));
    const reader = session.fork();
    const input = { ...streams, stdin: new InputReader(output.bytes()) };
    const returnCode = await this.#apart(reader, () => this.execute(reader, right, input));
    session.errorLevel = reader.errorLevel;
    return returnCode;
  }

  async capture(session: CmdSession, text: string, streams: CommandStreams): Promise<string> {
    const output = new OutputCollector();
    const inner = session.fork();
    inner.batch = undefined;
    await this.#apart(inner, () => this.runText(inner, text, { ...streams, stdout: output.write }));
    session.errorLevel = inner.errorLevel;
    return output.text();
  }

  /** Runs something in a shell of its own: what leaves the shell or the batch there leaves only that. */
  async #apart(session: CmdSession, run: () => Promise<number>): Promise<number> {
    try {
      return await run();
    } catch (error) {
      if (error instanceof ExitShell) {
        session.errorLevel = error.exitCode;
        return error.exitCode;
      }
      const isOver = error instanceof LeaveBatch || error instanceof JumpInBatch || error instanceof AbortBatches;
      if (isOver) return session.errorLevel;
      throw error;
    }
  }

  callCommand(session: CmdSession, text: string, streams: CommandStreams): Promise<number> {
    return this.#runSimple(session, text, streams, true);
  }

  async #runSimple(session: CmdSession, text: string, streams: CommandStreams, isCalled: boolean): Promise<number> {
    const trimmed = text.replace(/^[\s,;=]+/, '');
    if (trimmed === '') return 0;
    const builtin = this.#findBuiltin(trimmed);
    if (builtin !== undefined) {
      const { name, rest, run } = builtin;
      const returnCode = await run({ session, runner: this, name, arguments: rest, streams });
      if (returnCode !== undefined) session.errorLevel = returnCode;
      return returnCode ?? 0;
    }
    const word = commandWord(trimmed);
    if (/^[a-z]:\\?$/i.test(word.name) && word.name.length === 2) return this.#changeDrive(session, word.name, streams);
    return this.#runProgram(session, word, streams, isCalled);
  }

  isBuiltin(text: string): boolean {
    return this.#findBuiltin(text) !== undefined;
  }

  #findBuiltin(text: string): { name: string; rest: string; run: Builtin } | undefined {
    const name = /^[a-z]+/i.exec(text)?.[0].toLowerCase() ?? '';
    const run = Object.hasOwn(this.#builtins, name) ? this.#builtins[name] : undefined;
    if (run === undefined) return undefined;
    const rest = text.slice(name.length);
    const next = rest.charAt(0);
    const ends = next === '' || isSeparator(next) || next === '/' || next === '"';
    const isEcho = name === 'echo' && '.:([]+\\'.includes(next);
    const takesPath = /^(cd|chdir|dir|md|mkdir|rd|rmdir)$/.test(name) && (next === '\\' || next === '.');
    return ends || isEcho || takesPath ? { name, rest, run } : undefined;
  }

  #changeDrive(session: CmdSession, drive: string, streams: CommandStreams): number {
    const path = resolvePath(session.workingDirectory, drive, session.driveDirectories);
    if (!isDirectory(session.files, path)) {
      return this.#failed(session, streams, 'The system cannot find the drive specified.', 1);
    }
    session.workingDirectory = path;
    return 0;
  }

  async #runProgram(
    session: CmdSession,
    { name, rest }: CommandWord,
    streams: CommandStreams,
    isCalled: boolean,
  ): Promise<number> {
    const path = findProgram(name, session);
    if (path === undefined) {
      const message = `'${name}' is not recognized as an internal or external command,${lineEnd}operable program or batch file.`;
      this.#failed(session, streams, message, unknownCommand);
      // Outside a batch the error level is the same, but what `cmd /c` returns is 1.
      return session.batch === undefined ? 1 : unknownCommand;
    }
    const extension = extensionOf(path).toLowerCase();
    if (batchExtensions.has(extension)) {
      const isChained = session.batch !== undefined && !isCalled;
      const returnCode = await this.runBatch(session, path, name, rest, streams);
      // Without `call` the batch that named it does not go on.
      if (isChained) throw new LeaveBatch();
      return returnCode;
    }
    if (scriptExtensions.has(extension)) {
      const host = findProgram('wscript.exe', session);
      if (host !== undefined) return this.#start(session, host, `"${path}"${rest}`, streams);
    }
    if (!programExtensions.has(extension)) {
      return this.#failed(session, streams, 'The system cannot execute the specified program.', 1);
    }
    return this.#start(session, path, rest, streams);
  }

  async #start(session: CmdSession, path: string, rest: string, streams: CommandStreams): Promise<number> {
    const programStreams: ProgramStreams = {
      // Nobody knows whether the program will read it, and commands that follow may want it.
      stdin: streams.stdin.peekRest(),
      writeStdout: streams.stdout,
      writeStderr: streams.stderr,
      workingDirectory: session.workingDirectory,
      environment: new Map(session.environment.entries()),
    };
    try {
      session.errorLevel = await session.context.run(path, rest.trim(), programStreams);
      return session.errorLevel;
    } catch (error) {
      if (session.context.signal.aborted || !(error instanceof Fault)) throw error;
      return this.#failed(session, streams, systemMessageOf(error).text, 1);
    }
  }

  /** Runs a batch file to its end; resolves with the error level that it leaves. */
  async runBatch(
    session: CmdSession,
    path: string,
    name: string,
    args: string,
    streams: CommandStreams,
  ): Promise<number> {
    let lines: string[];
    try {
      lines = splitLines(decodeText(session.files.read(path).bytes()));
    } catch (error) {
      return this.#failed(session, streams, systemMessageOf(error).text, 1);
    }
    const parameters = [name, ...splitWords(args)];
    const allParameters = args.replace(/^[ \t]+/, '').trimEnd();
    const frame = { path, lines, position: 0, parameters, allParameters, isNameShifted: false, scopes: session.scopes };
    return this.#runFrame(session, frame, streams);
  }

  async callLabel(session: CmdSession, label: string, args: string, streams: CommandStreams): Promise<number> {
    const position = label.toLowerCase() === ':eof' ? session.batch?.lines.length : this.findLabel(session, label);
    if (session.batch === undefined) {
      return this.#failed(session, streams, 'Invalid attempt to call batch label outside of batch script.', 1);
    }
    if (position === undefined) {
      return this.#failed(
        session,
        streams,
        `The system cannot find the batch label specified - ${labelName(label)}`,
        1,
      );
    }
    const parameters = [label, ...splitWords(args)];
    const own = { position, parameters, allParameters: args.trim(), isNameShifted: false, scopes: session.scopes };
    const frame = { ...session.batch, ...own };
    return this.#runFrame(session, frame, streams);
  }

  async #runFrame(session: CmdSession, frame: BatchFrame, streams: CommandStreams): Promise<number> {
    const { batch, forVariables } = session;
    if (session.callDepth >= session.limits.callDepth) {
      const message = '******  B A T C H   R E C U R S I O N  exceeds STACK limits ******';
      this.#failed(session, streams, message, 1);
      throw new AbortBatches(message);
    }
    session.batch = frame;
    session.forVariables = new Map();
    session.callDepth += 1;
    try {
      await this.#runLines(session, frame, streams);
    } finally {
      while (session.scopes > frame.scopes) session.closeScope();
      session.batch = batch;
      session.forVariables = forVariables;
      session.callDepth -= 1;
    }
    return session.errorLevel;
  }

  async #runLines(session: CmdSession, frame: BatchFrame, streams: CommandStreams): Promise<void> {
    const nextLine = (): string | undefined => {
      const line = frame.lines[frame.position];
      frame.position += 1;
      return line === undefined ? undefined : expandPercent(line, session);
    };
    try {
      while (frame.position < frame.lines.length) {
        try {
          const command = this.#parse(session, streams, nextLine);
          if (command === undefined) return;
          if (session.isEchoOn && command.kind !== 'quiet' && command.kind !== 'nothing') {
            streams.stdout(`${lineEnd}${session.workingDirectory}>${unparse(command)}${lineEnd}`);
          }
          await this.execute(session, command, streams);
        } catch (error) {
          if (!(error instanceof JumpInBatch)) throw error;
          frame.position = error.position;
        }
      }
    } catch (error) {
      if (!(error instanceof LeaveBatch)) throw error;
    }
  }

  findLabel(session: CmdSession, label: string): number | undefined {
    const { batch } = session;
    if (batch === undefined) return undefined;
    const wanted = labelName(label).toLowerCase();
    const order = [...batch.lines.keys()];
    const lines = [...order.slice(batch.position), ...order.slice(0, batch.position)];
    const found = lines.find((number) => {
      const match = /^[\s,;=@]*:[\s]*([^\s:+,;=&|<>()]+)/.exec(batch.lines[number] ?? '');
      return match?.[1]?.toLowerCase() === wanted;
    });
    return found === undefined ? undefined : found + 1;
  }
}

/** The name of a label in a `goto` or `call`: up to the first blank, colon or operator. */
function labelName(text: string): string {
  return /^:?\s*([^\s:+,;=]*)/.exec(text.trim())?.[1] ?? '';
}

/** Parts a command from its arguments: at a separator or slash outside quotes. */
function commandWord(text: string): CommandWord {
  let isQuoted = false;
  let end = 0;
  for (; end < text.length; end += 1) {
    const character = text.charAt(end);
    if (character === '"') isQuoted = !isQuoted;
    else if (!isQuoted && (isSeparator(character) || (character === '/' && end > 0))) break;
  }
  return { name: unquote(text.slice(0, end)), rest: text.slice(end) };
}
