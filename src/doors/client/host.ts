import type { HostAbout, VmSummary } from '../../backends/backend.js';
import type { Secret } from '../../base/secret.js';
import type { HostState } from '../../api/handle-states.js';
import { Vix_Out } from '../../api/vix-out.js';
import type { HostEntry } from '../../api/vix-runtime.js';
import { VixFailure } from '../../errors/vix-failure.js';
import { VIX_INVALID_HANDLE, VIX_OK, VIX_PROPERTY_NONE, VIX_PROPERTY_VM_ENCRYPTION_PASSWORD } from '../../vix/names.js';
import type { VixHandle } from '../../vix/types.js';
import type { CallOptions } from './call-options.js';
import type { Engine } from './engine.js';
import { resultHandle } from './job-results.js';
import { vixErrorFrom } from './vix-error.js';
import { Vm } from './vm.js';

/** Which virtual machines to list. */
export interface VmFilter extends CallOptions {
  /** Only those that run. */
  readonly isRunning?: boolean;
}

/** How to open a virtual machine. */
export interface OpenOptions extends CallOptions {
  /** For an encrypted machine. */
  readonly encryptionPassword?: string | Secret;
}

/** One connection to a host. */
export class Host implements AsyncDisposable {
  /** Its handle for the C-shaped door; valid until the host is disconnected. */
  readonly handle: VixHandle;
  readonly #engine: Engine;
  readonly #state: HostState;
  readonly #isOwner: boolean;

  /** @param isOwner whether the connection ends with this object. */
  constructor(engine: Engine, { handle, payload }: HostEntry, isOwner: boolean) {
    this.#engine = engine;
    this.handle = handle;
    this.#state = payload;
    this.#isOwner = isOwner;
  }

  /** What the host says about itself. @throws VixError when it is disconnected. */
  get about(): HostAbout {
    return this.#engine.entry(this.handle, 'host', 'host.about').payload.link.about;
  }

  /** Lists virtual machines, in a stable order. Reaches `VixHost_FindItems`'s part of the host. @throws VixError. */
  async *vms(filter: VmFilter = {}): AsyncGenerator<VmSummary> {
    const wanted = filter.isRunning === true ? 'running' : 'registered';
    const found = await this.#engine.onHost(this.handle, 'host.vms', filter, async (host, call) => {
      this.#engine.require(host, wanted === 'running' ? 'findRunning' : 'findRegistered');
      const { link, paths } = host.payload;
      const summaries: VmSummary[] = [];
      for await (const { name, location } of link.findVms(wanted, call)) {
        summaries.push({ name, location: paths.toProgram(location) });
      }
      return summaries;
    });
    yield* found;
  }

  /**
   * Opens a virtual machine.
   *
   * @param location path of its .vmx file, `[datastore] folder/name.vmx`, or what else the host takes.
   * @throws VixError `VIX_E_VM_NOT_FOUND`, `VIX_E_DUPLICATE_NAME`, `VIX_E_NEED_KEY`...
   */
  async openVm(location: string, options: OpenOptions = {}): Promise<Vm> {
    const { vix } = this.#engine;
    const properties = this.#openProperties(options.encryptionPassword);
    try {
      const handle = await this.#engine.settle(
        'host.openVm',
        options,
        (callback) => vix.VixHost_OpenVM(this.handle, location, 0, properties, callback, null),
        (job) => resultHandle(this.#engine, job),
      );
      return new Vm(this.#engine, handle);
    } finally {
      vix.Vix_ReleaseHandle(properties);
    }
  }

  #openProperties(password: string | Secret | undefined): VixHandle {
    if (password === undefined) return VIX_INVALID_HANDLE;
    const { vix } = this.#engine;
    const text = typeof password === 'string' ? password : password.reveal();
    const list = Vix_Out(VIX_INVALID_HANDLE);
    const id = VIX_PROPERTY_VM_ENCRYPTION_PASSWORD;
    const error = vix.VixPropertyList_AllocPropertyList(this.handle, list, id, text, VIX_PROPERTY_NONE);
    if (error !== VIX_OK) {
      const failure = new VixFailure(error, vix.Revix_GetErrorMessage(this.handle) || 'the password cannot be passed');
      throw vixErrorFrom(failure, 'host.openVm', '');
    }
    return list.value;
  }

  /** Adds a virtual machine to the inventory; no error when it is there already. @throws VixError. */
  registerVm(location: string, options: CallOptions = {}): Promise<void> {
    const { vix } = this.#engine;
    return this.#engine.settle(
      'host.registerVm',
      options,
      (callback) => vix.VixHost_RegisterVM(this.handle, location, callback, null),
      () => undefined,
    );
  }

  /** Removes a virtual machine from the inventory; no error when it is not there. @throws VixError. */
  unregisterVm(location: string, options: CallOptions = {}): Promise<void> {
    const { vix } = this.#engine;
    return this.#engine.settle(
      'host.unregisterVm',
      options,
      (callback) => vix.VixHost_UnregisterVM(this.handle, location, callback, null),
      () => undefined,
    );
  }

  /**
   * Ends the connection and all objects made from it; resolves when its session has ended.
   * @throws VixError `VIX_E_CANCELLED` when that takes too long; it goes on all the same.
   */
  async disconnect(options: CallOptions = {}): Promise<void> {
    this.#engine.vix.VixHost_Disconnect(this.handle);
    const { ending } = this.#state;
    if (ending !== undefined) await this.#engine.within('host.disconnect', '', options, () => ending);
  }

  /** Disconnects; an object that was made for a handle gives only its reference back. */
  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#isOwner) await this.disconnect();
    else this.#engine.vix.Vix_ReleaseHandle(this.handle);
  }
}
