import { setImmediate } from 'node:timers/promises';
import { Fault, type FaultKind } from '../../base/fault.js';
import type { Secret } from '../../base/secret.js';
import type { CallContext, HostAbout, HostLink, HostNetwork, HostNetworkOps, VmLink, VmSummary } from '../backend.js';
import type { Capability, CapabilitySet } from '../capabilities.js';
import { capabilitiesOf, isLostWithLicence } from './capabilities.js';
import type { Lease } from './connection-pool.js';
import type { CallSignal, VsphereConnection } from './connection.js';
import { isVimError } from './errors/vim-error.js';
import { GuestManagers } from './guest/guest-managers.js';
import { Datacenters } from './inventory/datacenters.js';
import { findMachine } from './inventory/find-machine.js';
import { MachineReference } from './inventory/machine-reference.js';
import { networksOf } from './inventory/networks.js';
import { registerMachine, unregisterMachine } from './inventory/register-machine.js';
import { vmSummaries } from './inventory/vm-summaries.js';
import { TransferRoutes } from './transfer/transfer-routes.js';
import { translated } from './translated.js';
import { Machine } from './vm/machine.js';
import { VsphereVm, type VsphereServices } from './vm/vsphere-vm.js';

/** Machines told between two turns of the event loop: what a program does with each may take a while. */
const turnSize = 100;

/** What faults mean while machines are registered. */
const registering: Readonly<Record<string, FaultKind>> = { FileNotFound: 'not-found', InvalidDatastore: 'not-found' };

/** One connection of a program to a vCenter or an ESXi host. */
export class VsphereHost implements HostLink {
  readonly about: HostAbout;
  readonly capabilities: CapabilitySet;
  readonly networks: HostNetworkOps = { list: (call) => this.#networks(call) };
  readonly #connection: VsphereConnection;
  readonly #lease: Lease;
  readonly #datacenters: Datacenters;
  readonly #services: VsphereServices;

  constructor(lease: Lease) {
    const { connection } = lease;
    this.#lease = lease;
    this.#connection = connection;
    this.#datacenters = new Datacenters(connection);
    this.#services = {
      connection,
      datacenters: this.#datacenters,
      managers: new GuestManagers(connection),
      routes: new TransferRoutes(connection),
    };
    this.about = { product: connection.about.fullName, version: connection.about.version };
    const isReadOnly = connection.session.changesRefused !== undefined;
    this.capabilities = capabilitiesOf({ isVcenter: connection.isVcenter, isReadOnly });
  }

  whyMissing(capability: Capability): Fault | undefined {
    return isLostWithLicence(capability) ? this.#connection.session.changesRefused : undefined;
  }

  async *findVms(filter: 'running' | 'registered', call: CallContext): AsyncGenerator<VmSummary> {
    const context = { doing: 'listing the machines of', to: this.about.product };
    let given = 0;
    const pages = vmSummaries(this.#connection, this.#datacenters, filter, call);
    try {
      for (;;) {
        const next = await translated(context, () => pages.next());
        if (next.done === true) return;
        for (const summary of next.value) {
          yield summary;
          given += 1;
          if (given % turnSize === 0) await setImmediate();
        }
      }
    } finally {
      await pages.return(undefined);
    }
  }

  openVm(location: string, encryptionPassword: Secret | null, call: CallContext): Promise<VmLink> {
    return translated({ doing: 'opening', to: location }, async () => {
      if (encryptionPassword !== null && !encryptionPassword.isEmpty) {
        const message = `opening ${location}: machines of vSphere have no password of their own; give none.`;
        throw new Fault('not-supported', message);
      }
      const find = (by: CallSignal) => findMachine(this.#connection, this.#datacenters, location, by);
      const { ref, uuid, family } = await find(call);
      const findAgain = (by: CallSignal) => {
        family.doubt();
        return find(by);
      };
      const reference = new MachineReference(ref, { location, uuid, find: findAgain });
      return new VsphereVm(this.#services, reference, family, location);
    });
  }

  registerVm(location: string, call: CallContext): Promise<void> {
    return translated({ doing: 'registering', to: location, meanings: registering }, () =>
      this.#datacenters.withNewest(() => registerMachine(this.#connection, this.#datacenters, location, call)),
    );
  }

  unregisterVm(location: string, call: CallContext): Promise<void> {
    const [connection, datacenters] = [this.#connection, this.#datacenters];
    return translated({ doing: 'taking out of the inventory', to: location }, async () => {
      const found = await findMachine(connection, datacenters, location, call).catch((error: unknown) => {
        const isAbsent = error instanceof Fault && error.kind === 'vm-not-found';
        if (isAbsent || isVimError(error, 'ManagedObjectNotFound')) return undefined;
        throw error;
      });
      if (found === undefined) return;
      const reference = new MachineReference(found.ref);
      await unregisterMachine(new Machine(connection, datacenters, reference, found.family, location), call);
    });
  }

  /** The networks of all datacentres by name: a name that several have is there once. */
  #networks(call: CallContext): Promise<readonly HostNetwork[]> {
    const doing = { doing: 'listing the networks of', to: this.about.product };
    const read = async (): Promise<ReadonlySet<string>> => {
      const names = new Set<string>();
      for (const { ref } of await this.#datacenters.list(call)) {
        for (const { name } of await networksOf(this.#connection, ref, call)) names.add(name);
      }
      return names;
    };
    return translated(doing, async () => {
      const names = await this.#datacenters.withNewest(read);
      // What stands behind a network, a host does not tell: a port group leads to a switch of the outside.
      return [...names].map((name) => ({ name, type: 'bridged', hasDhcp: false, subnet: null, mask: null }));
    });
  }

  onLost(listener: (fault: Error) => void): void {
    this.#connection.session.onLost(listener);
  }

  close(): Promise<void> {
    return this.#lease.release();
  }
}
