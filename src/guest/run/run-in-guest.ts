import type { CallContext, GuestFileInfo, GuestProcess, ProgramSpec } from '../../backends/backend.js';
import { sleep } from '../../base/clock.js';
import { Fault } from '../../base/fault.js';
import type { GuestSession } from '../guest-session.js';
import type { ExitedProgram } from '../program-watcher.js';
import { makePrivateDirectory } from '../private-directory.js';
import { scriptExtension, windowsLines } from '../script-runner.js';
import { isInDoubt, mostLost, seenThrough } from '../seen-through.js';
import { readAll, sizedBytes } from '../sized-content.js';
import { tidily } from '../tidily.js';
import { findProgram } from './find-program.js';
import { killTree } from './kill-tree.js';
import { patiently } from '../patiently.js';
import { noRoomCode, prepareCommand, runFiles, type ProgramArguments } from './run-command.js';
import { RunOutput, type OutputSink } from './run-output.js';

/** A program to run, with what it prints kept. */
export interface RunSpec {
  /** Absolute path in the guest, or a bare name to look for in the guest's `PATH`; null: its own command interpreter. */
  readonly program: string | null;
  readonly arguments: ProgramArguments;
  /** Absolute; absent: a directory of the run's own, which goes with it. */
  readonly workingDirectory?: string;
  /** On top of the user's own environment. */
  readonly environment?: Readonly<Record<string, string>>;
  /** What the program reads; absent: nothing. */
  readonly input?: Uint8Array;
  /** Windows: show the window. */
  readonly activateWindow?: boolean;
  /** A script that the program is given as its first argument, as a file. */
  readonly script?: string;
}

/** A run whose program was found. */
interface PlacedRun extends RunSpec {
  readonly program: string;
  /** Path of the guest's command interpreter. */
  readonly shell: string;
}

/** How a run ended. */
export interface RunOutcome extends ExitedProgram {
  readonly pid: number;
}

/** Those who want to know more of a run than its outcome. */
export interface RunListeners {
  readonly output: OutputSink;
  /** Whether the output is wanted while the program runs. */
  readonly isStreamed: boolean;
  /** The program runs. */
  readonly started?: (pid: number) => void;
  /** What could not be tidied up, and why. */
  readonly leftBehind: (error: unknown) => void;
}

/** Pause before another look whether a program has ended that the guest does not list as ended. */
const lookAgainMs = 1000;

/** So often a program is looked for whose start was not answered: it may be on its way. */
const looksForStart = 5;

/**
 * Runs a program in a private directory of the guest, and hands on what it prints. When this ends, in whatever way, the
 * program has ended and the directory is gone; where the guest refuses that, `leftBehind` is told.
 *
 * The exit code comes from the guest's list of processes, or, where Tools has forgotten the process, from a file that the
 * run itself has written.
 *
 * @throws Fault `file-not-found`, `program-not-started`, `disk-full`, `exit-code-lost`...; the signal's reason, after the
 *   program was killed.
 */
export async function runInGuest(
  session: GuestSession,
  spec: RunSpec,
  listeners: RunListeners,
  call: CallContext,
): Promise<RunOutcome> {
  const shell = await patiently(call, () => session.shell(call));
  const program = await findProgram(session, spec.program ?? shell, call);
  const { leftBehind } = listeners;
  const ask = (make: () => Promise<string>): Promise<string> => patiently(call, make);
  const directory = await makePrivateDirectory(session, { prefix: 'revixRun', ask, leftBehind }, call);
  const run = new GuestRun(session, directory, call);
  try {
    return await run.carryOut({ ...spec, program, shell }, listeners);
  } finally {
    await run.discard(leftBehind);
  }
}

/** One run with its directory. */
class GuestRun {
  readonly #session: GuestSession;
  readonly #directory: string;
  readonly #call: CallContext;
  /** A program may have been started that has not ended. */
  #mayRun = false;
  /** Set when the answer to a start was lost. */
  #lostStart: Fault | undefined = undefined;

  constructor(session: GuestSession, directory: string, call: CallContext) {
    this.#session = session;
    this.#directory = directory;
    this.#call = call;
  }

  async carryOut(spec: PlacedRun, listeners: RunListeners): Promise<RunOutcome> {
    const pid = await this.#start(spec);
    listeners.started?.(pid);
    const output = new RunOutput(this.#session, this.#directory, listeners.output, this.#call);
    const ended = new AbortController();
    const following = listeners.isStreamed ? output.follow(ended.signal) : Promise.resolve();
    // What goes wrong with the output ends the wait for the program, too.
    const failed = new Promise<never>((_, reject) => void following.catch(reject));
    let exited: ExitedProgram;
    try {
      exited = await Promise.race([this.#untilExit(pid), failed]);
    } finally {
      ended.abort();
    }
    await following;
    this.#mayRun = false;
    await output.fetch();
    await this.#requireBegun(spec.program, exited);
    return { pid, ...exited };
  }

  /** Ends what still runs, and removes the directory. @param leftBehind is told when that cannot be done. */
  async discard(leftBehind: (error: unknown) => void): Promise<void> {
    const tidied = tidily(this.#call, async (tidying) => {
      if (this.#mayRun) await this.#kill(tidying).catch(leftBehind);
      await this.#remove(tidying);
    });
    await tidied.catch(leftBehind);
  }

  /** Ends the program and all that it has started. After a restart of the guest its number may be another program's. */
  async #kill(call: CallContext): Promise<void> {
    const { ops } = this.#session;
    const processes = await patiently(call, () => this.#session.request(call, () => ops.processes(call)));
    const own = processes.find((process) => this.#isOwn(process));
    if (own !== undefined) await killTree(this.#session, own.pid, call);
  }

  /** The wrapper of this run is the only process that knows its directory from its command line. */
  #isOwn({ commandLine }: GuestProcess): boolean {
    return commandLine.includes(this.#directory);
  }

  /** A program that was just killed may hold on to the directory for a moment. */
  async #remove(call: CallContext): Promise<void> {
    const { files } = this.#session.ops;
    for (;;) {
      try {
        await this.#session.request(call, () => files.deleteDirectory(this.#directory, call));
        return;
      } catch (error) {
        if (error instanceof Fault && error.kind === 'file-not-found') return;
        if (call.signal.aborted) throw leftover(this.#directory, error);
        await sleep(call.clock, lookAgainMs, call.signal).catch(() => Promise.reject(leftover(this.#directory, error)));
      }
    }
  }

  async #start(spec: PlacedRun): Promise<number> {
    const { family } = this.#session.ops;
    const { workingDirectory, environment, activateWindow = false, input } = spec;
    const prepared = prepareCommand(family, {
      ...this.#commandOf(spec),
      directory: this.#directory,
      workingDirectory: workingDirectory ?? null,
      hasInput: input !== undefined,
      shell: spec.shell,
    });
    for (const { name, text } of prepared.files) await this.#write(name, new TextEncoder().encode(text));
    if (input !== undefined) await this.#write(runFiles.input, input);
    if (spec.script !== undefined) {
      const text = family === 'windows' ? windowsLines(spec.script) : spec.script;
      await this.#write(scriptName(spec), new TextEncoder().encode(text));
    }
    const program = {
      ...prepared.spec,
      activateWindow,
      workingDirectory: workingDirectory ?? this.#directory,
      ...(environment === undefined ? {} : { environment }),
    };
    this.#mayRun = true;
    return this.#startOnce(program);
  }

  /**
   * Starts the wrapper. When the answer is lost on the way, it is looked for, and started again when there is no trace of
   * it: of two wrappers in one directory only the first one does anything.
   *
   * @returns its process id; 0 when it had ended before it could be found.
   */
  async #startOnce(program: ProgramSpec): Promise<number> {
    const start = (through: CallContext): Promise<number> => this.#session.startNow(program, through);
    for (let lost = 0; ; lost += 1) {
      try {
        return await seenThrough(this.#session, this.#call, start, () => Promise.resolve());
      } catch (error) {
        if (!isInDoubt(error) || lost === mostLost) throw error;
        this.#lostStart = error;
        const pid = await this.#findStarted();
        if (pid !== undefined) return pid;
      }
    }
  }

  /** Looks for a wrapper whose start was not answered. @returns its process id, 0 for one that has ended. */
  async #findStarted(): Promise<number | undefined> {
    for (let looks = 0; looks < looksForStart; looks += 1) {
      if (looks > 0) await sleep(this.#call.clock, lookAgainMs, this.#call.signal);
      const own = await this.#ownProcess();
      if (own !== undefined) return own.pid;
      if ((await this.#entries()).some(({ name }) => name === runFiles.work)) return 0;
    }
    return undefined;
  }

  #ownProcess(): Promise<GuestProcess | undefined> {
    return this.#ask(async () =>
      (await this.#session.ops.processes(this.#call)).find((process) => this.#isOwn(process)),
    );
  }

  /** What is in the directory of the run. */
  #entries(): Promise<readonly GuestFileInfo[]> {
    return this.#ask(() => this.#session.ops.files.list(this.#directory, this.#call));
  }

  #ask<T>(request: () => Promise<T>): Promise<T> {
    return patiently(this.#call, () => this.#session.request(this.#call, request));
  }

  /** Program and words; a script is the first word of its interpreter, and a batch file its own program. */
  #commandOf(spec: PlacedRun): Pick<PlacedRun, 'program' | 'arguments'> {
    const { program, script, arguments: words } = spec;
    if (script === undefined) return { program, arguments: words };
    const file = this.#inside(scriptName(spec));
    if ('raw' in words) {
      throw new Fault('invalid-argument', 'a script takes its arguments as a list of words; give them as an array');
    }
    return file.endsWith('.bat') ? { program: file, arguments: words } : { program, arguments: [file, ...words] };
  }

  #write(name: string, bytes: Uint8Array): Promise<void> {
    const path = this.#inside(name);
    const { files } = this.#session.ops;
    const write = (): Promise<void> => files.write(path, sizedBytes(bytes), this.#call, { isPrivate: true });
    return patiently(this.#call, () => this.#session.request(this.#call, write));
  }

  #inside(name: string): string {
    return `${this.#directory}${this.#session.ops.family === 'windows' ? '\\' : '/'}${name}`;
  }

  async #untilExit(pid: number): Promise<ExitedProgram> {
    // Which of two wrappers runs the program, nobody can tell from their numbers.
    if (this.#lostStart !== undefined) return this.#exitFromFile(this.#lostStart);
    try {
      return await this.#session.waitForExit(pid, this.#call);
    } catch (error) {
      if (!(error instanceof Fault) || error.kind !== 'exit-code-lost') throw error;
      return this.#exitFromFile(error);
    }
  }

  /** The exit code that the run itself has kept. A restart of Tools forgets programs that still run, too. */
  async #exitFromFile(lost: Fault): Promise<ExitedProgram> {
    const { files } = this.#session.ops;
    for (;;) {
      const isAlive = (await this.#ownProcess()) !== undefined;
      const entries = await this.#entries();
      const file = entries.find(({ name }) => name === runFiles.exitCode);
      if (file !== undefined) {
        const bytes = await this.#ask(async () =>
          readAll(await files.read(this.#inside(runFiles.exitCode), this.#call)),
        );
        const text = new TextDecoder().decode(bytes);
        if (!/^-?\d+/.test(text)) throw noRoomLeft('the program');
        return exitOf(text, file, this.#begunAt(entries) ?? file.modified);
      }
      if (!isAlive) throw lost;
      await sleep(this.#call.clock, lookAgainMs, this.#call.signal);
    }
  }

  /** When the run began, by the clock of the guest: its command was written just before. */
  #begunAt(entries: readonly GuestFileInfo[]): Date | undefined {
    const names: readonly string[] = [runFiles.posixCommand, runFiles.windowsCommand];
    return entries.find(({ name }) => names.includes(name))?.modified;
  }

  /** Tells a program that was refused, or a run that could not begin, from one that ended with such a code. */
  async #requireBegun(program: string, { exitCode }: ExitedProgram): Promise<void> {
    if (exitCode !== 126 && exitCode !== noRoomCode) return;
    const entries = await this.#entries();
    const has = (wanted: string): boolean => entries.some(({ name }) => name === wanted);
    if (!has(runFiles.work)) {
      const message = `the run could not begin in ${this.#directory} of the guest: its disk is full or read-only; make room there`;
      throw new Fault('disk-full', message);
    }
    if (exitCode === noRoomCode && !has(runFiles.exitCode)) throw noRoomLeft(program);
    if (exitCode === 126 && has(runFiles.refused)) {
      const message =
        `the guest does not let this user execute ${program}: it has no right to execute it, or it lies on a file system ` +
        'that is mounted with noexec; set its mode, or move it';
      throw new Fault('program-not-started', message);
    }
  }
}

function leftover(directory: string, error: unknown): Fault {
  const reason = error instanceof Error ? error.message : String(error);
  return new Fault('file-error', `${directory} is left in the guest: ${reason}; remove it`, { cause: error });
}

function noRoomLeft(program: string): Fault {
  const message =
    `${program} has ended, but the disk of the guest is full, so the end of its output is missing and its exit code was not ` +
    'kept; make room there';
  return new Fault('disk-full', message);
}

function scriptName({ program, script = '' }: PlacedRun): string {
  return `script${scriptExtension(program, script)}`;
}

function exitOf(text: string, file: GuestFileInfo, startTime: Date): ExitedProgram {
  const endTime = file.modified;
  return {
    exitCode: Number.parseInt(text, 10) | 0,
    startTime,
    endTime,
    elapsedMs: Math.max(0, endTime.getTime() - startTime.getTime()),
  };
}
