import { Fault } from '../../../base/fault.js';
import type { CallContext, NetworkAdapter, NetworkAdapterOps } from '../../backend.js';
import { backingFor, networkNameOf, networksOf } from '../inventory/networks.js';
import { vimSchema } from '../vim/vim-schema.js';
import type {
  VirtualDevice,
  VirtualDeviceBackingInfo,
  VirtualDeviceConfigSpec,
  VirtualEthernetCard,
} from '../vim/generated/types.js';
import type { Machine } from './machine.js';

/** A key for a device that has none yet. */
const newKey = -1;

/** The network cards of one machine, in the order of their keys. */
export class VsphereNetworkAdapters implements NetworkAdapterOps {
  readonly #machine: Machine;

  constructor(machine: Machine) {
    this.#machine = machine;
  }

  adapters(call: CallContext): Promise<readonly NetworkAdapter[]> {
    const machine = this.#machine;
    return machine.run('reading the network cards of', undefined, call, async () => {
      const cards = await this.#cards(call);
      const networks = await machine.use((ref) => networksOf(machine.connection, ref, call), call);
      return cards.map((card, index) => ({
        index,
        network: networkNameOf(card, networks),
        mac: card.macAddress ?? '',
      }));
    });
  }

  addAdapter(network: string, call: CallContext): Promise<number> {
    return this.#machine.run('adding a network card to', undefined, call, async () => {
      const { length } = await this.#cards(call);
      const backing = await this.#backing(network, call);
      const connectable = { startConnected: true, allowGuestControl: true, connected: true };
      // Every guest that vSphere runs today knows this card without VMware Tools.
      const device = { $type: 'VirtualE1000e' as const, key: newKey, backing, connectable };
      await this.#change({ operation: 'add', device }, call);
      return length;
    });
  }

  setAdapter(index: number, network: string, call: CallContext): Promise<void> {
    return this.#machine.run('moving a network card of', undefined, call, async () => {
      const card = await this.#cardAt(index, call);
      const device = { ...card, backing: await this.#backing(network, call) };
      await this.#change({ operation: 'edit', device }, call);
    });
  }

  removeAdapter(index: number, call: CallContext): Promise<void> {
    return this.#machine.run('removing a network card of', undefined, call, async () => {
      await this.#change({ operation: 'remove', device: await this.#cardAt(index, call) }, call);
    });
  }

  async #cards(call: CallContext): Promise<readonly VirtualEthernetCard[]> {
    const values = await this.#machine.properties(['config.hardware.device'], call);
    const cards = (values.get('config.hardware.device') ?? []).filter(isCard);
    return cards.toSorted((left, right) => left.key - right.key);
  }

  async #cardAt(index: number, call: CallContext): Promise<VirtualEthernetCard> {
    const cards = await this.#cards(call);
    const card = cards[index];
    if (card !== undefined) return card;
    const range = cards.length === 0 ? 'it has none' : `there are 0 to ${cards.length - 1}`;
    throw new Fault('not-found', `${this.#machine.label} has no network card ${index}; ${range}.`);
  }

  /** @throws Fault `not-found` for a network that the host of the machine does not have. */
  async #backing(name: string, call: CallContext): Promise<VirtualDeviceBackingInfo> {
    const { connection, label } = this.#machine;
    const host = (await this.#machine.properties(['runtime.host'], call)).get('runtime.host');
    const networks = host === undefined ? [] : await networksOf(connection, host, call);
    const network = networks.find((candidate) => candidate.name === name);
    if (network !== undefined) return backingFor(connection, network, call);
    const known = networks.map((candidate) => candidate.name).join(', ');
    throw new Fault('not-found', `The host of ${label} has no network '${name}'; it has ${known}.`);
  }

  /** @throws Fault `vm-running`: vSphere could do it at any time, but no other host can. */
  async #change(change: VirtualDeviceConfigSpec, call: CallContext): Promise<void> {
    const { label } = this.#machine;
    const state = (await this.#machine.properties(['runtime.powerState'], call)).get('runtime.powerState');
    if (state !== 'poweredOff') {
      const message = `${label} is not off. Power it off, then change its network cards.`;
      throw new Fault('vm-running', message, { retryable: 'when-state-changes' });
    }
    await this.#machine.task('ReconfigVM_Task', { spec: { deviceChange: [change] } }, call);
  }
}

function isCard(device: VirtualDevice): device is VirtualEthernetCard {
  return device.$type !== undefined && vimSchema.isA(device.$type, 'VirtualEthernetCard');
}
