import { Fault } from '../../../base/fault.js';
import type { CallSignal, VsphereConnection } from '../connection.js';
import type { FaultContext } from '../errors/fault-from.js';
import { isVimError } from '../errors/vim-error.js';
import { translated } from '../translated.js';
import { disconnection } from './disconnection.js';
import type { Datacenters } from '../inventory/datacenters.js';
import { shownPath } from '../inventory/machine-paths.js';
import type { Properties, PropertyPath } from '../properties.js';
import type { Ref } from '../soap/values.js';

/** One machine over one connection: what every group of its operations works with. */
export class Machine {
  readonly connection: VsphereConnection;
  readonly datacenters: Datacenters;
  readonly ref: Ref<'VirtualMachine'>;
  /** What it was opened by, for messages. */
  readonly label: string;
  /** The last path that was looked at, and how it is shown. */
  #shown: { readonly path: string; readonly shown: string } | undefined;

  constructor(connection: VsphereConnection, datacenters: Datacenters, ref: Ref<'VirtualMachine'>, label: string) {
    this.connection = connection;
    this.datacenters = datacenters;
    this.ref = ref;
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

  properties(paths: readonly PropertyPath[], call: CallSignal): Promise<Properties> {
    return this.connection.properties(this.ref, paths, call);
  }
}
