import { Fault } from '../../../base/fault.js';
import type { CallSignal, VsphereConnection } from '../connection.js';
import type { FaultContext } from '../errors/fault-from.js';
import { translated } from '../translated.js';
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
  run<T>(doing: string, meanings: FaultContext['meanings'], work: () => Promise<T>): Promise<T> {
    return translated({ doing, to: this.label, ...(meanings === undefined ? {} : { meanings }) }, work);
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
