import { Fault } from '../../../base/fault.js';
import type { CallContext } from '../../backend.js';
import type { CallSignal, VsphereConnection } from '../connection.js';
import type { FaultContext } from '../errors/fault-from.js';
import { isVimError } from '../errors/vim-error.js';
import { translated } from '../translated.js';
import { disconnection } from './disconnection.js';
import type { KnownFamily } from '../guest/known-family.js';
import type { Datacenters } from '../inventory/datacenters.js';
import type { MachineRef } from '../inventory/find-machine.js';
import { shownPath } from '../inventory/machine-paths.js';
import type { MachineReference } from '../inventory/machine-reference.js';
import type { Properties, PropertyPath } from '../properties.js';
import type { Ref } from '../soap/values.js';
import type { ArgsOf, RefFor } from '../vim/vim-call.js';
import type { TaskMethod } from '../wait/task-runner.js';

/** Methods of a machine that start tasks. */
type MachineTaskMethod = {
  [Method in TaskMethod]: MachineRef extends RefFor<Method> ? Method : never;
}[TaskMethod];

/** One machine over one connection: what every group of its operations works with. */
export class Machine {
  readonly connection: VsphereConnection;
  readonly datacenters: Datacenters;
  readonly reference: MachineReference;
  /** Of its guest. */
  readonly family: KnownFamily;
  /** What it was opened by, for messages. */
  readonly label: string;
  /** Counts restarts of the guest: what the server tells of it may come from before the last one. */
  #doubts = 0;
  /** How many of them the guest has answered after. */
  #settledDoubts = 0;
  /** The last path that was looked at, and how it is shown. */
  #shown: { readonly path: string; readonly shown: string } | undefined;

  constructor(
    connection: VsphereConnection,
    datacenters: Datacenters,
    reference: MachineReference,
    family: KnownFamily,
    label: string,
  ) {
    this.connection = connection;
    this.datacenters = datacenters;
    this.reference = reference;
    this.family = family;
    this.label = label;
  }

  /** Does the work of one operation. What it ends with tells the operation and the machine. */
  run<T>(doing: string, meanings: FaultContext['meanings'], call: CallSignal, work: () => Promise<T>): Promise<T> {
    return translated({ doing, to: this.label, ...(meanings === undefined ? {} : { meanings }) }, async () => {
      try {
        return await work();
      } catch (error) {
        throw (await this.#causeOf(error, doing, call)) ?? error;
      }
    });
  }

  /** The cause behind a fault that vSphere has for several, as far as the machine tells; undefined for no other. */
  async #causeOf(error: unknown, doing: string, call: CallSignal): Promise<Fault | undefined> {
    if (!isVimError(error, 'InvalidState', 'NotSupported')) return undefined;
    let values: Properties;
    try {
      values = await this.properties(['runtime.connectionState', 'config.template'], call);
    } catch {
      // What cannot be looked at tells no more than the fault itself.
      call.signal.throwIfAborted();
      return undefined;
    }
    const subject = `${doing} ${this.label}`;
    if (isVimError(error, 'InvalidState')) return disconnection(values, subject, error);
    if (values.get('config.template') !== true) return undefined;
    const message = `${subject}: it is a template. Turn it into a machine, or deploy one from it.`;
    return new Fault('vm-template', message, { cause: error });
  }

  /** Does what restarts the guest, or takes it back to another state. What is told of it then is doubted, however it ends. */
  async restartingGuest<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await this.family.doubtAfter(work);
    } finally {
      this.#doubts += 1;
    }
  }

  /**
   * Whether the guest is ready that the server says is ready. A doubt lasts until a probe has got an answer.
   *
   * @param probe asks the guest; undefined where nobody may. @throws what it does.
   */
  async believesGuest(probe: () => Promise<boolean>): Promise<boolean> {
    const doubts = this.#doubts;
    if (doubts === this.#settledDoubts) return true;
    const isSure = await probe();
    // An answer from before another restart settles nothing of that one.
    if (isSure) this.#settledDoubts = doubts;
    return isSure;
  }

  /** A fault for what vSphere has no means for. */
  unsupported(what: string): Fault {
    return new Fault('not-supported', `vSphere cannot ${what}.`);
  }

  /** Its path as programs get it. @param datastores those of the machine. */
  async shownPath(path: string, datastores: readonly Ref[], call: CallSignal): Promise<string> {
    if (this.#shown?.path !== path) {
      const shown = await shownPath(this.connection, this.datacenters, path, datastores, call);
      this.#shown = { path, shown };
    }
    return this.#shown.shown;
  }

  /** Makes one request, under the reference that the machine has now. See `MachineReference.use`. */
  use<T>(request: (ref: MachineRef) => Promise<T>, call: CallSignal): Promise<T> {
    return this.reference.use(request, call);
  }

  /** Has the server do something with the machine, and waits for the end. See `TaskRunner.runToEnd`. */
  task<Method extends MachineTaskMethod>(
    method: Method,
    args: ArgsOf<Method>,
    call: CallContext,
    meanwhile?: (signal: AbortSignal) => Promise<void>,
  ): Promise<unknown> {
    return this.connection.tasks.runToEnd(() => this.startTask(method, args, call), call, meanwhile);
  }

  /** Starts a task of the machine. */
  startTask<Method extends MachineTaskMethod>(
    method: Method,
    args: ArgsOf<Method>,
    call: CallSignal,
  ): Promise<Ref<'Task'>> {
    const { tasks } = this.connection;
    return this.use((ref) => tasks.start(ref as RefFor<Method>, method, args, call.signal), call);
  }

  /** Tells the listener of changes of what is watched; with an error when nothing more will come. @returns how to stop. */
  onChange(listener: (deaf?: unknown) => void): () => void {
    const stop = new AbortController();
    const tell = (): undefined => {
      if (!stop.signal.aborted) listener();
    };
    this.waitFor(tell, stop).catch((error: unknown) => {
      if (!stop.signal.aborted) listener(error);
    });
    return () => stop.abort('nobody listens any more');
  }

  async properties(paths: readonly PropertyPath[], call: CallSignal): Promise<Properties> {
    const values = await this.use((ref) => this.connection.properties(ref, paths, call), call);
    this.family.see(values);
    return values;
  }

  /** Waits for a state of the machine. See `VsphereConnection.waitForVm`. */
  waitFor<T>(test: (values: Properties) => T | undefined, call: CallSignal): Promise<T> {
    const seen = (values: Properties): T | undefined => {
      this.family.see(values);
      return test(values);
    };
    return this.use((ref) => this.connection.waitForVm(ref, seen, call), call);
  }
}
