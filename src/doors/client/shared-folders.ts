import type { CallContext, SharedFolder, VmLink } from '../../backends/backend.js';
import type { VixHandle } from '../../vix/types.js';
import type { CallOptions } from './call-options.js';
import type { Engine } from './engine.js';

/** A shared folder, and how long the call about it may take. */
export interface SharedFolderOptions extends CallOptions {
  readonly name: string;
  /** Directory of the host. */
  readonly hostPath: string;
  /** Whether the guest may write; it may not by default. */
  readonly isWritable?: boolean;
}

/** The shared folders of one virtual machine, while Tools runs in it. They go by name. */
export class SharedFolders {
  readonly #engine: Engine;
  readonly #vm: VixHandle;

  constructor(engine: Engine, vm: VixHandle) {
    this.#engine = engine;
    this.#vm = vm;
  }

  /** Turns all of them on or off. @throws VixError. */
  setEnabled(isEnabled: boolean, options: CallOptions = {}): Promise<void> {
    return this.#do('setEnabled', options, (folders, call) => folders.setEnabled(isEnabled, call));
  }

  /** @throws VixError. */
  async *list(options: CallOptions = {}): AsyncGenerator<SharedFolder> {
    yield* await this.#do('list', options, (folders, call) => folders.list(call));
  }

  /** @throws VixError `VIX_E_ALREADY_EXISTS`; `VIX_E_FILE_NOT_FOUND` for a directory that the host has not. */
  add({ name, hostPath, isWritable = false, ...options }: SharedFolderOptions): Promise<void> {
    return this.#do('add', options, (folders, call) => folders.add({ name, hostPath, isWritable }, call));
  }

  /** Gives the one of this name another directory and other rights. @throws VixError `VIX_E_NOT_FOUND`. */
  update({ name, hostPath, isWritable = false, ...options }: SharedFolderOptions): Promise<void> {
    return this.#do('update', options, (folders, call) => folders.update({ name, hostPath, isWritable }, call));
  }

  /** @throws VixError `VIX_E_NOT_FOUND`. */
  remove(name: string, options: CallOptions = {}): Promise<void> {
    return this.#do('remove', options, (folders, call) => folders.remove(name, call));
  }

  #do<T>(
    name: string,
    options: CallOptions,
    work: (folders: VmLink['sharedFolders'], call: CallContext) => Promise<T>,
  ): Promise<T> {
    const how = { operation: `vm.sharedFolders.${name}`, capability: 'sharedFolders', lane: 'request' } as const;
    return this.#engine.onVm(this.#vm, how, options, ({ payload: { link } }, call) => work(link.sharedFolders, call));
  }
}
