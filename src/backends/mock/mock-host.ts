import { Fault } from '../../base/fault.js';
import type { Secret } from '../../base/secret.js';
import type { World } from '../../world/world.js';
import type {
  CallContext,
  HostAbout,
  HostLink,
  HostNetworkOps,
  PortForwardingOps,
  VmLink,
  VmSummary,
} from '../backend.js';
import type { CapabilitySet } from '../capabilities.js';
import { Connection, overConnection } from './connection.js';
import { MockNetworks } from './mock-networks.js';
import { MockVm } from './mock-vm.js';
import type { Product } from './products.js';

/** Release of VIX whose products the mock host resembles. */
const productVersion = '1.17.0';

/** One connection to the mock host. */
export class MockHost implements HostLink {
  readonly about: HostAbout;
  readonly capabilities: CapabilitySet;
  readonly #world: World;
  readonly #product: Product;
  readonly networks?: HostNetworkOps;
  readonly portForwardings?: PortForwardingOps;
  readonly #connection = new Connection();

  constructor(world: World, product: Product) {
    this.#world = world;
    this.#product = product;
    this.about = { product: product.name, version: productVersion };
    this.capabilities = product.capabilities;
    const networks = new MockNetworks(world);
    if (product.hasNetworks) this.networks = overConnection<HostNetworkOps>(this.#connection, networks);
    if (product.hasDesktopDevices) {
      this.portForwardings = overConnection<PortForwardingOps>(this.#connection, networks);
    }
  }

  async *findVms(filter: 'running' | 'registered', call: CallContext): AsyncGenerator<VmSummary> {
    await this.#run(() => this.#world.begin('findVms', call), call);
    const listings = this.#world.list(filter);
    for (;;) {
      const next = await this.#run(() => listings.next(), call);
      if (next.done === true) return;
      yield { location: next.value.location, name: next.value.name };
    }
  }

  /** Beside the forms of the contract, a location may be the UUID of a machine. */
  openVm(location: string, encryptionPassword: Secret | null, call: CallContext): Promise<VmLink> {
    return this.#run(async () => {
      if (location === '') throw new Fault('invalid-argument', 'The path of the virtual machine to open is empty.');
      const vm = await this.#world.find(location);
      await vm.begin('openVm', call);
      const { isRegistered } = await vm.record();
      if (this.#product.opensRegisteredOnly && !isRegistered) {
        throw new Fault('vm-not-found', `'${location}' is not registered on this host. Register it, then open it.`);
      }
      await vm.unlock(encryptionPassword);
      return new MockVm(vm, this.#connection, this.#product);
    }, call);
  }

  registerVm(location: string, call: CallContext): Promise<void> {
    return this.#run(async () => {
      await this.#world.begin('registerVm', call);
      if (this.#product.isLocalOnly) return;
      await this.#world.register(location);
    }, call);
  }

  unregisterVm(location: string, call: CallContext): Promise<void> {
    return this.#run(async () => {
      await this.#world.begin('unregisterVm', call);
      if (this.#product.isLocalOnly) return;
      await this.#world.unregister(location);
    }, call);
  }

  onLost(listener: (fault: Error) => void): void {
    this.#connection.onLost(listener);
  }

  async close(): Promise<void> {
    this.#connection.close();
  }

  #run<T>(work: () => Promise<T>, call: CallContext): Promise<T> {
    return this.#connection.run(work, call.signal);
  }
}
