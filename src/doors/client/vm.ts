import type { Capability } from '../../backends/capabilities.js';
import type { CallContext, GuestNic, PendingQuestion, PowerMode, VmProperties } from '../../backends/backend.js';
import { sleep } from '../../base/clock.js';
import { Fault } from '../../base/fault.js';
import { Secret } from '../../base/secret.js';
import { loginInGuest } from '../../api/vix-vm-guest.js';
import { requireLogin } from '../../api/start-job.js';
import type { VmEntry } from '../../api/vix-runtime.js';
import {
  VIX_CLONETYPE_FULL,
  VIX_CLONETYPE_LINKED,
  VIX_E_POWEROP_SCRIPTS_NOT_AVAILABLE,
  VIX_INVALID_HANDLE,
  VIX_INSTALLTOOLS_AUTO_UPGRADE,
  VIX_VMDELETE_DISK_FILES,
  VIX_VMPOWEROP_FROM_GUEST,
  VIX_VMPOWEROP_NORMAL,
} from '../../vix/names.js';
import type { VixHandle } from '../../vix/types.js';
import type { CallOptions, ProgressOptions } from './call-options.js';
import type { Engine } from './engine.js';
import { Guest } from './guest.js';
import { answerQuestion, pendingQuestion, whileAnswering, type AnswerPolicy } from './questions.js';
import { resultHandle } from './job-results.js';
import { Recording } from './recording.js';
import { SharedFolders } from './shared-folders.js';
import { idOf, Snapshots, type SnapshotChoice } from './snapshots.js';
import { VixError } from './vix-error.js';
import { readProperties, watchVm, type WatchOptions } from './vm-watch.js';

/** Between two attempts at a power operation for which the guest is not ready yet, in milliseconds. */
const notReadyPauseMs = 1000;

/** How to reach the power button. */
export interface PowerOptions extends CallOptions {
  /**
   * `soft`: ask the guest, as its own shutdown does, and wait until it takes that; `hard`, the default, does not ask.
   */
  readonly mode?: PowerMode;
}

/** Who logs in to a guest. */
export interface LoginOptions extends CallOptions {
  readonly userName: string;
  readonly password: string | Secret;
  /** Act in the session at the console, where the user has to be logged on. */
  readonly isInteractive?: boolean;
}

/** How a machine is powered on. */
export interface PowerOnOptions extends ProgressOptions {
  readonly onQuestion?: AnswerPolicy;
}

/** How a machine is deleted. */
export interface DeleteOptions extends CallOptions {
  readonly keepDisks?: boolean;
}

/** How a machine is cloned. */
export interface CloneOptions extends ProgressOptions {
  /** What to clone; by default the present state. */
  readonly snapshot?: SnapshotChoice;
  /** The clone shares the disks of the snapshot, and cannot do without this machine. */
  readonly isLinked?: boolean;
}

/** One open virtual machine. */
export class Vm implements AsyncDisposable {
  /** Its handle for the C-shaped door; valid until this object is disposed of. */
  readonly handle: VixHandle;
  readonly snapshots: Snapshots;
  readonly sharedFolders: SharedFolders;
  readonly recording: Recording;
  readonly #engine: Engine;

  constructor(engine: Engine, handle: VixHandle) {
    this.#engine = engine;
    this.handle = handle;
    this.snapshots = new Snapshots(engine, handle);
    this.sharedFolders = new SharedFolders(engine, handle);
    this.recording = new Recording(engine, handle);
  }

  /** What can be read of the machine at any time: name, power, Tools, a pending question. @throws VixError. */
  properties(options: CallOptions = {}): Promise<VmProperties> {
    return this.#engine.onVm(this.handle, { operation: 'vm.properties' }, options, readProperties);
  }

  /**
   * The properties now, and again whenever they have changed. Ends with its signal; a machine that cannot be looked at
   * any more ends it with an error.
   */
  watch(options: WatchOptions = {}): AsyncGenerator<VmProperties> {
    return watchVm(this.#engine, this.handle, options);
  }

  /**
   * Powers on, or resumes. A question that comes up is answered by `onQuestion`; without it, it fails the call, unless the
   * settings of the host let it wait.
   *
   * @throws VixError `VIX_E_VMX_MSG_DIALOG_AND_NO_UI` with the text of the question.
   */
  powerOn({ onQuestion, ...options }: PowerOnOptions = {}): Promise<void> {
    const { vix } = this.#engine;
    if (onQuestion === undefined) {
      return this.#job('vm.powerOn', options, (callback) =>
        vix.VixVM_PowerOn(this.handle, VIX_VMPOWEROP_NORMAL, VIX_INVALID_HANDLE, callback, null),
      );
    }
    const how = { operation: 'vm.powerOn', capability: 'power', lane: 'exclusive' } as const;
    return this.#engine.onVm(this.handle, how, options, ({ payload: { link } }, call) =>
      whileAnswering(link, onQuestion, call, () =>
        link.power.on({ paused: false, showConsole: false, waitsForAnswer: true }, call),
      ),
    );
  }

  /** The question that the machine waits with; null when there is none. @throws VixError. */
  question(options: CallOptions = {}): Promise<PendingQuestion | null> {
    return this.#engine.onVm(this.handle, { operation: 'vm.question' }, options, (vm, call) =>
      pendingQuestion(vm.payload.link, call),
    );
  }

  /**
   * Answers a question.
   * @param choice text or index of one of its choices; `default` for the one that is offered first.
   * @throws VixError `VIX_E_NOT_FOUND` when it does not wait any more.
   */
  answer(question: PendingQuestion, choice: string | number, options: CallOptions = {}): Promise<void> {
    return this.#engine.onVm(this.handle, { operation: 'vm.answer' }, options, (vm, call) =>
      answerQuestion(vm.payload.link, question, choice, call),
    );
  }

  /** The network cards of the guest with all their addresses; none while Tools does not run. @throws VixError. */
  async *nics(options: CallOptions = {}): AsyncGenerator<GuestNic> {
    yield* await this.#engine.onVm(
      this.handle,
      { operation: 'vm.nics' },
      options,
      async ({ payload: { link } }, call) => {
        if (link.guestNics === undefined) throw new Fault('not-supported', 'this host does not tell of addresses');
        return link.guestNics(call);
      },
    );
  }

  powerOff(options: PowerOptions = {}): Promise<void> {
    const { vix } = this.#engine;
    return this.#power('vm.powerOff', options, (callback) =>
      vix.VixVM_PowerOff(this.handle, powerFlag(options), callback, null),
    );
  }

  reset(options: PowerOptions = {}): Promise<void> {
    const { vix } = this.#engine;
    return this.#power('vm.reset', options, (callback) =>
      vix.VixVM_Reset(this.handle, powerFlag(options), callback, null),
    );
  }

  suspend(options: PowerOptions = {}): Promise<void> {
    const { vix } = this.#engine;
    return this.#power('vm.suspend', options, (callback) =>
      vix.VixVM_Suspend(this.handle, powerFlag(options), callback, null),
    );
  }

  pause(options: CallOptions = {}): Promise<void> {
    const { vix } = this.#engine;
    return this.#job('vm.pause', options, (callback) =>
      vix.VixVM_Pause(this.handle, 0, VIX_INVALID_HANDLE, callback, null),
    );
  }

  unpause(options: CallOptions = {}): Promise<void> {
    const { vix } = this.#engine;
    return this.#job('vm.unpause', options, (callback) =>
      vix.VixVM_Unpause(this.handle, 0, VIX_INVALID_HANDLE, callback, null),
    );
  }

  /** Waits until guest operations work. @throws VixError when they do not within the time limit. */
  waitForTools(options: CallOptions = {}): Promise<void> {
    const { vix } = this.#engine;
    return this.#job('vm.waitForTools', options, (callback) =>
      vix.VixVM_WaitForToolsInGuest(this.handle, 0, callback, null),
    );
  }

  /** Installs Tools, or upgrades it, and waits for the end. @throws VixError. */
  installTools(options: ProgressOptions = {}): Promise<void> {
    const { vix } = this.#engine;
    return this.#job('vm.installTools', options, (callback) =>
      vix.VixVM_InstallTools(this.handle, VIX_INSTALLTOOLS_AUTO_UPGRADE, null, callback, null),
    );
  }

  /** Raises the virtual hardware to the newest version; no error when it is that already. @throws VixError. */
  upgradeHardware(options: ProgressOptions = {}): Promise<void> {
    const { vix } = this.#engine;
    return this.#job('vm.upgradeHardware', options, (callback) =>
      vix.VixVM_UpgradeVirtualHardware(this.handle, 0, callback, null),
    );
  }

  /**
   * Makes another machine like this one, and opens it.
   * @param destination path of its .vmx file, in the form that `host.openVm` takes.
   * @throws VixError `VIX_E_NOT_SUPPORTED` where the host cannot.
   */
  async clone(destination: string, options: CloneOptions = {}): Promise<Vm> {
    const { snapshot, isLinked = false } = options;
    const { vix } = this.#engine;
    const type = isLinked ? VIX_CLONETYPE_LINKED : VIX_CLONETYPE_FULL;
    const from = snapshot === undefined ? undefined : await this.snapshots.byId(idOf(snapshot), options);
    try {
      const source = from?.handle ?? VIX_INVALID_HANDLE;
      const handle = await this.#engine.settle(
        'vm.clone',
        options,
        (callback) => vix.VixVM_Clone(this.handle, source, type, destination, 0, VIX_INVALID_HANDLE, callback, null),
        (job) => resultHandle(this.#engine, job),
      );
      return new Vm(this.#engine, handle);
    } finally {
      await from?.[Symbol.asyncDispose]();
    }
  }

  /** Deletes the machine with its disks. Afterwards every call on this object fails. @throws VixError. */
  delete(options: DeleteOptions = {}): Promise<void> {
    const { vix } = this.#engine;
    const flags = options.keepDisks === true ? 0 : VIX_VMDELETE_DISK_FILES;
    return this.#job('vm.delete', options, (callback) => vix.VixVM_Delete(this.handle, flags, callback, null));
  }

  /**
   * Logs in to the guest. The C-shaped functions on this machine's handle act in the name of who logged in last; each
   * `Guest` keeps its own user.
   *
   * @throws VixError `VIX_E_GUEST_USER_PERMISSIONS` when the guest does not take the login.
   */
  login({ userName, password, isInteractive = false, ...options }: LoginOptions): Promise<Guest> {
    const secret = typeof password === 'string' ? new Secret(password) : password;
    const credentials = { userName, password: secret, isInteractive };
    return this.#work('vm.login', 'guest', options, async (vm, call) => {
      const session = await loginInGuest(this.#engine.runtime, vm, credentials, call);
      return new Guest(this.#engine, this.handle, session, userName);
    });
  }

  /** The guest in the name of who is logged in through the handle, by `VixVM_LoginInGuest` or `login`. @throws VixError. */
  loggedInGuest(options: CallOptions = {}): Promise<Guest> {
    return this.#work('vm.loggedInGuest', 'guest', options, async (vm) => {
      return new Guest(this.#engine, this.handle, requireLogin(vm), null);
    });
  }

  /** Variables that the guest shares with the host (`guestinfo.NAME`); unset reads as the empty string. */
  readGuestVariable(name: string, options: CallOptions = {}): Promise<string> {
    return this.#work('vm.readGuestVariable', 'guestVariables', options, (vm, call) =>
      vm.payload.link.variables.readGuestVariable(name, call),
    );
  }

  writeGuestVariable(name: string, value: string, options: CallOptions = {}): Promise<void> {
    return this.#work('vm.writeGuestVariable', 'guestVariables', options, (vm, call) =>
      vm.payload.link.variables.writeGuestVariable(name, value, call),
    );
  }

  /** Settings of the machine; unset reads as the empty string. */
  readConfig(name: string, options: CallOptions = {}): Promise<string> {
    return this.#work('vm.readConfig', 'configRead', options, (vm, call) =>
      vm.payload.link.variables.readConfig(name, call),
    );
  }

  /** Lasts until power-off. */
  writeConfig(name: string, value: string, options: CallOptions = {}): Promise<void> {
    return this.#work('vm.writeConfig', 'configWrite', options, (vm, call) =>
      vm.payload.link.variables.writeConfig(name, value, call),
    );
  }

  /** Gives the handle's reference back. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#engine.vix.Vix_ReleaseHandle(this.handle);
  }

  /** Tools that runs takes soft power operations only a moment later: they are asked for again until the time limit. */
  async #power(operation: string, options: PowerOptions, start: Parameters<Engine['settle']>[2]): Promise<void> {
    const { clock } = this.#engine.runtime;
    const endMs = clock.monotonic() + this.#engine.timeLimit(operation, options);
    for (;;) {
      try {
        return await this.#job(operation, { ...options, timeoutMs: endMs - clock.monotonic() }, start);
      } catch (error) {
        const isEarly = error instanceof VixError && error.code === VIX_E_POWEROP_SCRIPTS_NOT_AVAILABLE;
        if (!isEarly || endMs - clock.monotonic() <= notReadyPauseMs) throw error;
        // The next attempt tells of an abort.
        await sleep(clock, notReadyPauseMs, options.signal).catch(() => undefined);
      }
    }
  }

  #job(operation: string, options: ProgressOptions, start: Parameters<Engine['settle']>[2]): Promise<void> {
    return this.#engine.settle(operation, options, start, () => undefined);
  }

  #work<T>(
    operation: string,
    capability: Capability,
    options: CallOptions,
    work: (vm: VmEntry, call: CallContext) => Promise<T>,
  ): Promise<T> {
    return this.#engine.onVm(this.handle, { operation, capability }, options, work);
  }
}

function powerFlag({ mode = 'hard' }: PowerOptions): number {
  return mode === 'soft' ? VIX_VMPOWEROP_FROM_GUEST : VIX_VMPOWEROP_NORMAL;
}
