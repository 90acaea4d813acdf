import type { Clock } from '../../../base/clock.js';
import type { CallContext, SizedContent } from '../../backend.js';
import { ProgramWatcher, type ExitedProgram } from '../../../guest/program-watcher.js';
import { sizedBytes } from '../../../guest/sized-content.js';
import { GuestCaller, type GuestArgs, type GuestMethod, type GuestTarget } from '../guest/guest-caller.js';
import { VsphereGuestFiles } from '../guest/guest-files.js';
import { VsphereGuestPrograms } from '../guest/guest-programs.js';
import { fetchFrom, sendTo } from '../guest/guest-transfer.js';
import type { ResultOf } from '../vim/vim-call.js';
import { contextOf, type CallOptions } from './call-options.js';

/**
 * The guest of one machine in the name of one user: every method of the guest managers, files, and programs that are
 * waited for. Requests go to the guest one at a time; all programs that are awaited share one poll.
 *
 * Every method rejects with a `Fault` whose `kind` says what went wrong and whose message says what to do about it;
 * `vimFaultOf` gives the fault of vSphere behind it.
 */
export class GuestClient {
  readonly #caller: GuestCaller;
  readonly #files: VsphereGuestFiles;
  readonly #watcher: ProgramWatcher;
  readonly #clock: Clock;

  constructor(target: GuestTarget) {
    this.#clock = target.connection.clock;
    this.#caller = new GuestCaller(target);
    this.#files = new VsphereGuestFiles(this.#caller);
    const programs = new VsphereGuestPrograms(this.#caller);
    this.#watcher = new ProgramWatcher((pids, call) => programs.poll(pids(), call), this.#clock);
  }

  /** Kind of the guest, which decides what its paths look like. */
  get family(): 'posix' | 'windows' {
    return this.#caller.family;
  }

  /**
   * Calls a method of a guest manager: `guest.call('ListRegistryKeysInGuest', { keyName, recursive: false })`. Manager,
   * machine and login are filled in.
   */
  call<Method extends GuestMethod>(
    method: Method,
    args: GuestArgs<Method>,
    options: CallOptions = {},
  ): Promise<ResultOf<Method>> {
    return this.#caller.any(method, args, this.#context(options));
  }

  /** Asks the guest whether it takes the login. */
  validate(options: CallOptions = {}): Promise<void> {
    return this.#caller.validate(this.#context(options));
  }

  /**
   * Waits until a program that `StartProgramInGuest` started has ended.
   *
   * @throws Fault `exit-code-lost` when the guest does not know it any more, which is so five minutes after its end.
   */
  waitForExit(pid: number, options: CallOptions = {}): Promise<ExitedProgram> {
    return this.#watcher.wait(pid, this.#context(options).signal);
  }

  /** Opens a file for reading. The bytes come as they are asked for, and once; leaving the loop early ends the transfer. */
  readFile(path: string, options: CallOptions = {}): Promise<SizedContent> {
    return this.#files.read(path, this.#context(options));
  }

  /** Creates or overwrites a file. What was there stays until all bytes have arrived. */
  writeFile(path: string, content: Uint8Array | SizedContent, options: CallOptions = {}): Promise<void> {
    return this.#files.write(path, contentOf(content), this.#context(options));
  }

  /**
   * Opens the URL that `InitiateFileTransferFromGuest` gave. The host in it may be `*`, or the inner name of an ESXi host;
   * its certificate is checked against what vCenter knows of it.
   *
   * @param path of the file, for messages.
   */
  download(path: string, url: string, options: CallOptions = {}): Promise<SizedContent> {
    return fetchFrom(this.#caller, path, url, this.#context(options));
  }

  /** Sends bytes to the URL that `InitiateFileTransferToGuest` gave. @param path of the file, for messages. */
  upload(path: string, url: string, content: Uint8Array | SizedContent, options: CallOptions = {}): Promise<void> {
    return sendTo(this.#caller, path, url, contentOf(content), this.#context(options));
  }

  #context(options: CallOptions): CallContext {
    return contextOf(this.#clock, options);
  }
}

function contentOf(content: Uint8Array | SizedContent): SizedContent {
  return content instanceof Uint8Array ? sizedBytes(content) : content;
}
