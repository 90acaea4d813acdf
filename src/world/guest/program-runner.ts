import { setImmediate as nextTurn } from 'node:timers/promises';
import { sleep, type Clock } from '../../base/clock.js';
import { Fault } from '../../base/fault.js';
import type { GuestRecord, ProcessRecord } from '../vm/vm-record.js';
import { killedExitCode, type GuestProcessState, type ProcessTable } from './process-table.js';
import type { GuestFileSystem } from './guest-file-system.js';
import { baseName, isBareName, joinPath, normalizePath } from './guest-path.js';
import { primaryAddress } from './nics.js';
import type {
  GuestAccounts,
  GuestProcessView,
  GuestRegistry,
  GuestUser,
  GuestVariables,
  ProgramContext,
  ProgramRunOptions,
  ProgramStartOptions,
} from './program.js';
import { resolveProgram, type ResolvedProgram } from './program-resolution.js';
import type { ProgramRegistry } from './program-registry.js';
import { RunOutput, stopped, type OutputTaker } from './run-output.js';
import { userEnvironment } from './user-environment.js';
import { quoteWord } from './posix/posix-words.js';

/** What a program is started with. */
export interface ProgramStart {
  /** Absolute guest path, or a bare name, which is looked for where Tools works; quotes around it are ignored. */
  readonly path: string;
  /** Everything after the program name, unparsed. */
  readonly arguments: string;
  /** Absent or empty: the user's home, or the root of the file system where there is none. */
  readonly workingDirectory?: string;
  /** Set on top of the user's own environment. */
  readonly environment?: Readonly<Record<string, string>>;
  /** `environment` is all there is; nothing of the user's own. */
  readonly isEnvironmentWhole?: boolean;
}

/** What a program of the guest starts as a process of its own. */
export interface ChildStart extends Required<Omit<ProgramStartOptions, 'shownAs' | 'output'>> {
  readonly path: string;
  readonly arguments: string;
  readonly shownAs: ProgramStartOptions['shownAs'];
  readonly output: OutputTaker | undefined;
  readonly family: ProcessFamily;
  /** Undefined: nobody in the guest. */
  readonly parentPid: number | undefined;
}

/** A process that an operation started, and all that come of it: how many more there may be. */
interface ProcessFamily {
  left: number;
}

/** A running guest as the programs in it need it. The machine around the guest provides it. */
export interface GuestHost {
  readonly clock: Clock;
  readonly files: GuestFileSystem;
  readonly programs: ProgramRegistry;
  /** The newest state known here; programs only read it. */
  guest(): Readonly<GuestRecord>;
  /** Processes that run now. */
  processes(): readonly GuestProcessView[];
  /** How a process of the present boot stands. */
  state(pid: number): GuestProcessState;
  /** Has `ProgramRunner.startChild` called with the guest's table. */
  start(child: ChildStart, user: GuestUser): Promise<number>;
  /** Resolves when a guest that stands still goes on; undefined while it does. */
  standstill?(): Promise<void> | undefined;
  /** Powers the machine off or resets it; absent: there is no machine. */
  readonly requestPower?: (change: 'off' | 'reset') => void;
  /** Ends a process of the guest in the name of a user. @throws Fault `no-such-process`, `guest-permission`. */
  kill(pid: number, user: GuestUser): void;
  /** Asked once for each start, in the name of a user. Undefined on POSIX guests. */
  registry(user: GuestUser): GuestRegistry | undefined;
  /** The accounts of the guest in the name of a user. */
  accounts(user: GuestUser): GuestAccounts;
  /** Variables that the guest shares with its host. */
  readonly variables: GuestVariables;
  /** `12.4.0`; empty: Tools is not installed. */
  toolsVersion(): string;
  /** Called with each line that a process prints and that is not redirected. */
  onOutput?(pid: number, line: string): void;
}

/** What one program may use up before it is ended as if killed. */
export interface ProgramLimits {
  /** Milliseconds of the guest's clock. */
  readonly wallMs: number;
  /** Bytes of stdout and stderr together. */
  readonly outputBytes: number;
  /** Processes that may come of one that an operation starts; scripts that start each other without end stop there. */
  readonly descendants: number;
}

const defaultProgramLimits: ProgramLimits = {
  wallMs: 600_000,
  outputBytes: 16 * 1024 * 1024,
  descendants: 1000,
};

/** As many programs of one process may stand above each other; scripts that start themselves end there. */
const deepestNesting = 50;

/** A program that asks for turns keeps the event loop so long at most, in milliseconds. */
const longestTurnMs = 8;

/** Where Tools itself works on Windows. */
const windowsToolsDirectory = 'C:\\Windows\\System32';

/** Between two looks at a process that is waited for, in milliseconds: at first, and at most. */
const firstLookMs = 10;
const longestLookMs = 500;

export interface StartedProgram {
  readonly pid: number;
  /** Its line in the process table. */
  readonly record: ProcessRecord;
  /**
   * Resolves with the exit code when the program has ended, however it ended; never rejects. Undefined for a program
   * that only waits: its line in the table says when it ends.
   */
  readonly done: Promise<number> | undefined;
}

/**
 * Starts programs in one running guest and ends them. A program runs in this process but reaches only its guest. One
 * that is killed, or runs over a limit, ends with `killedExitCode` at once, whether or not its code listens; from then
 * on its files fail and its output goes nowhere. A program whose code computes without ever giving up control cannot
 * be interrupted; the shells count commands for that reason and stop by themselves.
 */
export class ProgramRunner {
  readonly #host: GuestHost;
  readonly #limits: ProgramLimits;
  readonly #running = new Map<number, AbortController>();
  /** Exit codes to come of what runs here. */
  readonly #ends = new Map<number, Promise<number>>();

  constructor(host: GuestHost, limits: Partial<ProgramLimits> = {}) {
    this.#host = host;
    this.#limits = { ...defaultProgramLimits, ...limits };
  }

  /** Ids of the processes that this runner runs now. */
  get running(): readonly number[] {
    return [...this.#running.keys()];
  }

  /**
   * Starts a program and enters it in the table. On POSIX the path and the arguments go through `/bin/sh`, so
   * redirections and separators in the arguments work; on Windows the program gets its arguments as they are.
   * @throws Fault `invalid-argument` (relative path), `file-not-found`, `guest-permission` (a directory, or not
   *   executable for the user), `program-not-started` (nothing here can run the file).
   */
  start(spec: ProgramStart, user: GuestUser, table: ProcessTable): StartedProgram {
    const launch: Launch = {
      path: this.#placeOf(unquoted(spec.path), user),
      arguments: spec.arguments,
      workingDirectory: this.#workingDirectory(spec, user),
      environment: this.#environment(spec, user),
      shownAs: undefined,
      output: undefined,
      family: { left: this.#limits.descendants },
      parentPid: table.toolsPid,
      isFromOutside: true,
    };
    return this.#launch(launch, user, table);
  }

  /** As `start`, for a program that another one starts: there is no shell in between. */
  startChild(child: ChildStart, user: GuestUser, table: ProcessTable): StartedProgram {
    if (child.family.left <= 0) {
      throw new Fault(
        'busy',
        `"${child.path}" was not started: ${this.#limits.descendants} processes have come of one program. Does it start itself?`,
      );
    }
    const path = normalizePath(this.#host.files.family, unquoted(child.path));
    const started = this.#launch({ ...child, path, isFromOutside: false }, user, table);
    child.family.left -= 1;
    return started;
  }

  /** Tools looks for a program without a path where it works itself; on POSIX that is no place for programs. */
  #placeOf(path: string, user: GuestUser): string {
    const { family } = this.#host.files;
    if (!isBareName(family, path)) return normalizePath(family, path);
    const candidate = joinPath(family, windowsToolsDirectory, path);
    if (family === 'windows' && this.#host.files.as(user).exists(candidate)) return candidate;
    throw new Fault(
      'file-not-found',
      `There is no program "${path}" where Tools works in the guest; give its full path.`,
    );
  }

  #launch(launch: Launch, user: GuestUser, table: ProcessTable): StartedProgram {
    const { path, workingDirectory } = launch;
    const { family } = this.#host.files;
    const controller = new AbortController();
    const files = this.#host.files.as(user, controller.signal);
    const program = resolveProgram({ registry: this.#host.programs, files, user }, path, launch.arguments);
    const durationMs = program.passive?.(program.arguments);
    const record = table.add({
      name: launch.shownAs?.name ?? baseName(family, path),
      owner: user.name,
      commandLine: launch.shownAs?.commandLine ?? commandLine(path, launch.arguments),
      runnerPid: durationMs === undefined ? process.pid : null,
      endsAtMs: typeof durationMs === 'number' ? this.#host.clock.now() + durationMs : null,
      isWatched: launch.isFromOutside,
      ...(launch.parentPid === undefined ? {} : { parentPid: launch.parentPid }),
    });
    const { pid } = record;
    if (durationMs !== undefined) return { pid, record, done: undefined };
    const output = new RunOutput(controller, this.#limits.outputBytes, {
      takeOutput: launch.output,
      onLine: (line) => this.#host.onOutput?.(pid, line),
    });
    const write =
      (stream: 'stdout' | 'stderr') =>
      (data: Uint8Array | string): void =>
        output.write(data, stream);
    const writeStdout = write('stdout');
    const context = this.#context({
      depth: 0,
      family: launch.family,
      program: launch.isFromOutside ? this.#throughShell(program, path, launch.arguments) : program,
      user,
      pid,
      workingDirectory,
      environment: new Map(launch.environment),
      files,
      signal: controller.signal,
      registry: this.#host.registry(user),
      stdin: new Uint8Array(0),
      writeStdout,
      writeStderr: launch.output === undefined ? writeStdout : write('stderr'),
      turn: this.#turns(controller.signal),
      holdOutput: (bytes) => output.hold(bytes),
    });
    const done = this.#run(context, controller, output);
    this.#ends.set(pid, done);
    return { pid, record, done };
  }

  /** Stops what runs here for a process; its `done` resolves with `killedExitCode`. Unknown ids are ignored. */
  kill(pid: number): void {
    this.#running.get(pid)?.abort(stopped('killed'));
  }

  /** Stops everything, as power-off does. */
  killAll(): void {
    for (const pid of this.running) this.kill(pid);
  }

  async #run(context: RunContext, controller: AbortController, output: RunOutput): Promise<number> {
    const { family } = this.#host.files;
    const { signal } = controller;
    const limit = this.#host.clock.after(this.#limits.wallMs, () => controller.abort(stopped('over its time limit')));
    this.#running.set(context.pid, controller);
    const killed = new Promise<number>((resolve) => {
      signal.addEventListener('abort', () => resolve(killedExitCode[family]), { once: true });
    });
    const ran = Promise.resolve().then(async () => {
      try {
        return await context.program.run(context);
      } catch (error) {
        if (signal.aborted) return killedExitCode[family];
        context.writeStderr(`${baseName(family, context.path)}: ${messageOf(error)}\n`);
        return 1;
      }
    });
    const exitCode = await Promise.race([ran, killed]);
    limit.cancel();
    output.flush();
    this.#running.delete(context.pid);
    this.#ends.delete(context.pid);
    // What the program left behind, such as a timer of its own, must not reach the guest any more.
    controller.abort(stopped('over'));
    return family === 'posix' ? exitCode & 0xff : exitCode | 0;
  }

  #context(parts: ContextParts): RunContext {
    const host = this.#host;
    const guest = host.guest();
    const context: RunContext = {
      ...parts,
      path: parts.program.path,
      arguments: parts.program.arguments,
      hostName: guest.hostName,
      ipAddress: primaryAddress(guest.nics),
      nics: guest.nics,
      osName: guest.osName,
      toolsVersion: host.toolsVersion(),
      guestVariables: host.variables,
      accounts: host.accounts(parts.user),
      disk: { capacityBytes: guest.diskSizeBytes, usedBytes: () => host.files.usedBytes },
      clock: host.clock,
      processes: () => host.processes(),
      kill: (pid) => host.kill(pid, parts.user),
      requestPower: host.requestPower,
      wait: (pid) => this.#waitFor(pid, parts.signal),
      start: async (path, args, options = {}) => {
        parts.signal.throwIfAborted();
        const { workingDirectory, environment, output } = options;
        const child: ChildStart = {
          path,
          arguments: args,
          workingDirectory: workingDirectory ?? context.workingDirectory,
          environment: environment ?? context.environment,
          shownAs: options.shownAs,
          output: (data, stream) => {
            if (output === undefined || parts.signal.aborted) return false;
            output(data, stream);
            return true;
          },
          family: parts.family,
          parentPid: parts.pid,
        };
        return host.start(child, parts.user);
      },
      run: async (path, args, streams = {}) => {
        parts.signal.throwIfAborted();
        const inner = this.#context({ ...parts, ...this.#innerParts(context, path, args, streams) });
        return inner.program.run(inner);
      },
    };
    return context;
  }

  #turns(signal: AbortSignal): () => Promise<void> {
    let sinceMs = performance.now();
    return async () => {
      signal.throwIfAborted();
      for (let still = this.#host.standstill?.(); still !== undefined; still = this.#host.standstill?.()) {
        await abortable(still, signal);
      }
      if (performance.now() - sinceMs < longestTurnMs) return;
      await nextTurn();
      sinceMs = performance.now();
      signal.throwIfAborted();
    };
  }

  async #waitFor(pid: number, signal: AbortSignal): Promise<number | undefined> {
    const end = this.#ends.get(pid);
    if (end !== undefined) return abortable(end, signal);
    for (let lookMs = firstLookMs; ; lookMs = Math.min(lookMs * 2, longestLookMs)) {
      const state = this.#host.state(pid);
      if (state.state === 'exited') return state.exitCode;
      if (state.state === 'gone') return undefined;
      await sleep(this.#host.clock, lookMs, signal);
    }
  }

  /** What a program that runs in the name of another user sees otherwise. */
  #identity({ files, registry, ...outer }: RunContext, user: GuestUser = outer.user): Identity {
    if (user.name === outer.user.name) return { user, files, registry };
    if (!outer.user.isAdministrator && outer.user.id !== 0) {
      throw new Fault(
        'guest-permission',
        `The guest user "${outer.user.name}" may not run programs as "${user.name}".`,
      );
    }
    return { user, files: this.#host.files.as(user, outer.signal), registry: this.#host.registry(user) };
  }

  #innerParts(outer: RunContext, path: string, args: string, streams: ProgramRunOptions): InnerParts & Identity {
    const identity = this.#identity(outer, streams.user);
    const access = { ...identity, registry: this.#host.programs };
    const { family } = this.#host.files;
    if (outer.depth >= deepestNesting) {
      throw new Fault(
        'program-not-started',
        `Programs of process ${outer.pid} start each other too deep; is one its own?`,
      );
    }
    return {
      ...identity,
      depth: outer.depth + 1,
      program: resolveProgram(access, normalizePath(family, unquoted(path)), args),
      stdin: streams.stdin ?? outer.stdin,
      writeStdout: streams.writeStdout ?? outer.writeStdout,
      writeStderr: streams.writeStderr ?? outer.writeStderr,
      workingDirectory: streams.workingDirectory ?? outer.workingDirectory,
      environment: new Map(streams.environment ?? outer.environment),
    };
  }

  /** On POSIX, the shell that runs the command; the program itself where the guest has no shell. */
  #throughShell(program: ResolvedProgram, path: string, args: string): ResolvedProgram {
    if (this.#host.files.family === 'windows') return program;
    const shell = this.#host.programs.findPath('/bin/sh');
    if (shell === undefined) return program;
    return { ...shell, path: '/bin/sh', arguments: `-c ${quoteWord(`${quoteWord(path)} ${args}`)}` };
  }

  #environment(spec: ProgramStart, user: GuestUser): Map<string, string> {
    const variables = spec.environment ?? {};
    if (spec.isEnvironmentWhole === true) return new Map(Object.entries(variables));
    return userEnvironment(this.#host.guest(), user, variables);
  }

  #workingDirectory(spec: ProgramStart, user: GuestUser): string {
    const { family } = this.#host.files;
    const files = this.#host.files.as(user);
    const asked = spec.workingDirectory ?? '';
    if (asked === '') return files.exists(user.home) ? user.home : family === 'posix' ? '/' : 'C:\\';
    const path = normalizePath(family, asked);
    if (files.stat(path).kind !== 'directory') {
      throw new Fault('not-a-directory', `The working directory "${path}" in the guest is not a directory.`);
    }
    return path;
  }
}

/** What differs between two programs of one process. */
interface InnerParts {
  /** How many programs of this process stand above this one. */
  readonly depth: number;
  readonly program: ResolvedProgram;
  readonly stdin: Uint8Array;
  readonly writeStdout: (output: Uint8Array | string) => void;
  readonly writeStderr: (output: Uint8Array | string) => void;
  workingDirectory: string;
  readonly environment: Map<string, string>;
}

type Identity = Pick<ContextParts, 'user' | 'files' | 'registry'>;

interface ContextParts
  extends InnerParts, Pick<ProgramContext, 'user' | 'pid' | 'files' | 'signal' | 'registry' | 'turn' | 'holdOutput'> {
  readonly family: ProcessFamily;
}

/** A process to be. */
interface Launch extends ChildStart {
  /** An operation starts it: on POSIX its arguments may hold redirections and separators, and Tools tells of its end. */
  readonly isFromOutside: boolean;
}

type RunContext = ProgramContext & ContextParts;

/** As the promise, or rejected with the signal's reason when that is aborted first. */
function abortable<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const onAbort = (): void => reject(signal.reason);
    signal.addEventListener('abort', onAbort, { once: true });
    promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', onAbort));
  });
}

function unquoted(path: string): string {
  const trimmed = path.trim();
  return /^"[^"]*"$/u.test(trimmed) || /^'[^']*'$/u.test(trimmed) ? trimmed.slice(1, -1) : trimmed;
}

function commandLine(path: string, args: string): string {
  const name = path.includes(' ') ? `"${path}"` : path;
  return args === '' ? name : `${name} ${args}`;
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
