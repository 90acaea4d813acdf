import type { CallContext, GuestProcess } from '../../backends/backend.js';
import type { Capability } from '../../backends/capabilities.js';
import type { GuestSession } from '../../guest/guest-session.js';
import type { ProgramArguments } from '../../guest/run/run-command.js';
import type { VixHandle } from '../../vix/types.js';
import type { CallOptions } from './call-options.js';
import type { Engine } from './engine.js';
import { runProgram, startProgram } from './program-run.js';
import type { RunOptions, RunResult } from './run-types.js';
import type { RunningProgram } from './running-program.js';

/** What a script is run by. */
export interface ScriptOptions extends RunOptions {
  /** Absolute guest path of the interpreter, or a bare name to look for in `PATH`; by default the guest's own. */
  readonly interpreter?: string;
  /** Words that the script is given. */
  readonly arguments?: readonly string[];
}

const ownInterpreters = { posix: '/bin/sh', windows: 'C:\\Windows\\System32\\cmd.exe' } as const;

/** The guest of one virtual machine in the name of one user. */
export class Guest implements AsyncDisposable {
  /** Who logged in; null for a login that was made through the C-shaped door. */
  readonly userName: string | null;
  readonly #engine: Engine;
  readonly #vm: VixHandle;
  readonly #session: GuestSession;

  constructor(engine: Engine, vm: VixHandle, session: GuestSession, userName: string | null) {
    this.#engine = engine;
    this.#vm = vm;
    this.#session = session;
    this.userName = userName;
  }

  /** Kind of the guest, which decides what its paths look like. */
  get family(): 'posix' | 'windows' {
    return this.#session.ops.family;
  }

  /**
   * Runs a program to its end, and gives what it printed, its exit code, start and end. Whatever exit code it has is a
   * result. When this settles, the program has ended and nothing of the run is left in the guest.
   *
   * @param program absolute guest path, or a bare name to look for in the guest's `PATH`.
   * @param args words, each of which arrives as it is; or `{ raw }`, passed on unparsed.
   * @throws VixError when it could not be run to its end: `VIX_E_FILE_NOT_FOUND`, `VIX_E_PROGRAM_NOT_STARTED`,
   *   `VIX_E_CANCELLED` (the program was killed)...
   */
  run(program: string, args: ProgramArguments = [], options: RunOptions = {}): Promise<RunResult> {
    const spec = { program, arguments: args };
    return runProgram(this.#engine, { vm: this.#vm, session: this.#session, operation: 'guest.run' }, spec, options);
  }

  /** As `run`, for a script, which travels as a file. Line ends become those of the guest. */
  script(text: string, options: ScriptOptions = {}): Promise<RunResult> {
    const { interpreter = ownInterpreters[this.family], arguments: args = [], ...others } = options;
    const spec = { program: interpreter, arguments: args, script: text };
    return runProgram(this.#engine, { vm: this.#vm, session: this.#session, operation: 'guest.script' }, spec, others);
  }

  /**
   * As `run`, and gives the program while it runs: what it prints as an async iterable, its end as a promise.
   * @throws VixError when it could not be started.
   */
  start(program: string, args: ProgramArguments = [], options: RunOptions = {}): Promise<RunningProgram> {
    const spec = { program, arguments: args };
    return startProgram(
      this.#engine,
      { vm: this.#vm, session: this.#session, operation: 'guest.start' },
      spec,
      options,
    );
  }

  /** Processes that run now. */
  async *processes(options: CallOptions = {}): AsyncGenerator<GuestProcess> {
    yield* await this.#request('guest.processes', 'guest', options, (call) => this.#session.ops.processes(call));
  }

  /** Ends a process. @throws VixError `VIX_E_NO_SUCH_PROCESS`. */
  kill(pid: number, options: CallOptions = {}): Promise<void> {
    return this.#request('guest.kill', 'guest', options, (call) => this.#session.ops.kill(pid, call));
  }

  /** A variable of the user's environment; unset reads as the empty string. */
  readEnvironment(name: string, options: CallOptions = {}): Promise<string> {
    return this.#request('guest.readEnvironment', 'guest', options, (call) =>
      this.#session.ops.readEnvironment(name, call),
    );
  }

  /** @throws VixError `VIX_E_NOT_SUPPORTED` where the host has no means for it. */
  writeEnvironment(name: string, value: string, options: CallOptions = {}): Promise<void> {
    return this.#request('guest.writeEnvironment', 'environmentWrite', options, (call) =>
      this.#session.ops.writeEnvironment(name, value, call),
    );
  }

  /** PNG of the console. */
  captureScreen(options: CallOptions = {}): Promise<Uint8Array> {
    return this.#request('guest.captureScreen', 'screenshot', options, (call) =>
      this.#session.ops.captureScreen({ isCompressed: true }, call),
    );
  }

  /** Opens a URL in the browser of the guest. @throws VixError `VIX_E_NOT_SUPPORTED` where the host cannot. */
  openUrl(url: string, options: CallOptions = {}): Promise<void> {
    return this.#request('guest.openUrl', 'openUrl', options, (call) => this.#session.ops.openUrl(url, call));
  }

  /** Forgets the login, also that of the handle where it is the same. */
  async [Symbol.asyncDispose](): Promise<void> {
    const vm = this.#engine.runtime.table.lookup(this.#vm, 'vm');
    if (typeof vm !== 'number' && vm.payload.session === this.#session) vm.payload.session = undefined;
  }

  #request<T>(
    operation: string,
    capability: Capability,
    options: CallOptions,
    send: (call: CallContext) => Promise<T>,
  ): Promise<T> {
    return this.#engine.onVm(this.#vm, { operation, capability }, options, (_vm, call) =>
      this.#session.request(call, () => send(call)),
    );
  }
}
