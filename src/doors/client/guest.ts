import type { GuestCustomization, GuestProcess } from '../../backends/backend.js';
import { Fault } from '../../base/fault.js';
import type { GuestSession } from '../../guest/guest-session.js';
import type { ProgramArguments } from '../../guest/run/run-command.js';
import type { VixHandle } from '../../vix/types.js';
import type { CallOptions } from './call-options.js';
import type { Engine } from './engine.js';
import { GuestCalls } from './guest-calls.js';
import { GuestAliases } from './guest-aliases.js';
import { checkCustomization } from './guest-customization.js';
import { GuestFiles } from './guest-files.js';
import { GuestRegistry } from './guest-registry.js';
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

/** The guest of one virtual machine in the name of one user. */
export class Guest implements AsyncDisposable {
  /** Who logged in; null for a login that was made through the C-shaped door. */
  readonly userName: string | null;
  readonly files: GuestFiles;
  readonly registry: GuestRegistry;
  readonly aliases: GuestAliases;
  readonly #calls: GuestCalls;

  constructor(engine: Engine, vm: VixHandle, session: GuestSession, userName: string | null) {
    this.#calls = new GuestCalls(engine, vm, session);
    this.userName = userName;
    this.files = new GuestFiles(this.#calls);
    this.registry = new GuestRegistry(this.#calls);
    this.aliases = new GuestAliases(this.#calls);
  }

  /** Kind of the guest, which decides what its paths look like. */
  get family(): 'posix' | 'windows' {
    return this.#calls.ops.family;
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
    return runProgram(this.#calls, 'guest.run', spec, options);
  }

  /** As `run`, for a script, which travels as a file. Line ends become those of the guest. */
  script(text: string, options: ScriptOptions = {}): Promise<RunResult> {
    const { interpreter = null, arguments: args = [], ...others } = options;
    const spec = { program: interpreter, arguments: args, script: text };
    return runProgram(this.#calls, 'guest.script', spec, others);
  }

  /**
   * As `run`, and gives the program while it runs: what it prints as an async iterable, its end as a promise.
   * @throws VixError when it could not be started.
   */
  start(program: string, args: ProgramArguments = [], options: RunOptions = {}): Promise<RunningProgram> {
    const spec = { program, arguments: args };
    return startProgram(this.#calls, 'guest.start', spec, options);
  }

  /** Processes that run now. */
  async *processes(options: CallOptions = {}): AsyncGenerator<GuestProcess> {
    yield* await this.#calls.request('guest.processes', options, (call) => this.#calls.ops.processes(call));
  }

  /** Ends a process. @throws VixError `VIX_E_NO_SUCH_PROCESS`. */
  kill(pid: number, options: CallOptions = {}): Promise<void> {
    return this.#calls.request('guest.kill', options, (call) => this.#calls.ops.kill(pid, call));
  }

  /** A variable of the user's environment; unset reads as the empty string. */
  readEnvironment(name: string, options: CallOptions = {}): Promise<string> {
    return this.#calls.request('guest.readEnvironment', options, (call) => this.#calls.ops.readEnvironment(name, call));
  }

  /** @throws VixError `VIX_E_NOT_SUPPORTED` where the host has no means for it. */
  writeEnvironment(name: string, value: string, options: CallOptions = {}): Promise<void> {
    return this.#calls.request(
      'guest.writeEnvironment',
      options,
      (call) => this.#calls.ops.writeEnvironment(name, value, call),
      'environmentWrite',
    );
  }

  /** PNG of the console. */
  captureScreen(options: CallOptions = {}): Promise<Uint8Array> {
    return this.#calls.request(
      'guest.captureScreen',
      options,
      (call) => this.#calls.ops.captureScreen({ isCompressed: true }, call),
      'screenshot',
    );
  }

  /** Opens a URL in the browser of the guest. @throws VixError `VIX_E_NOT_SUPPORTED` where the host cannot. */
  openUrl(url: string, options: CallOptions = {}): Promise<void> {
    return this.#calls.request('guest.openUrl', options, (call) => this.#calls.ops.openUrl(url, call), 'openUrl');
  }

  /**
   * Gives a POSIX guest another host name and network while it runs, as for a clone of a running machine. Resolves when
   * the guest has them; when it fails or is aborted, the guest may have some of them, and a second call sets them all.
   *
   * @throws VixError `VIX_E_OP_NOT_SUPPORTED_ON_GUEST` for a Windows guest; `VIX_E_NOT_SUPPORTED` where the host cannot.
   */
  customize(customization: GuestCustomization, options: CallOptions = {}): Promise<void> {
    return this.#calls.request('guest.customize', options, async (call) => {
      const { ops } = this.#calls;
      if (ops.family === 'windows') {
        throw new Fault('guest-os-unsupported', 'a Windows guest cannot be customized while it runs');
      }
      if (ops.customize === undefined) throw new Fault('not-supported', 'this host does not customize guests that run');
      checkCustomization(customization);
      await ops.customize(customization, call);
    });
  }

  /** Forgets a login that `vm.login` made, also for the handle; one of the C-shaped door stays. */
  async [Symbol.asyncDispose](): Promise<void> {
    const { engine, vm: handle, session } = this.#calls;
    const vm = engine.runtime.table.lookup(handle, 'vm');
    const isOwn = this.userName !== null;
    if (isOwn && typeof vm !== 'number' && vm.payload.session === session) vm.payload.session = undefined;
  }
}
