import type { Schema } from '../../backends/vsphere/soap/schema.js';
import type { VirtualDevice, VirtualEthernetCard } from '../../backends/vsphere/vim/generated/types.js';
import type { VirtualMachine } from '../../world/vm/virtual-machine.js';
import type { WorldCall } from '../../world/world-call.js';
import { VimFault } from '../vim-fault.js';
import { invalidDevice, type DeviceChange } from './device-change.js';
import { firstNic } from './vm-devices.js';
import { powerState, type VmView } from './vm-view.js';

export function isNic(schema: Schema, device: VirtualDevice): device is VirtualEthernetCard {
  return schema.isA(device.$type ?? '', 'VirtualEthernetCard');
}

/** Changes of the network cards of one machine, gathered before any is made. */
export class NicChanges {
  readonly #view: VmView;
  readonly #steps: ((vm: VirtualMachine, call: WorldCall) => Promise<unknown>)[] = [];
  readonly #removed: number[] = [];

  constructor(view: VmView) {
    this.#view = view;
  }

  /** @throws VimFault `InvalidDeviceSpec`, `InvalidPowerState` unless the machine is off. */
  add({ operation, device, index }: DeviceChange<VirtualEthernetCard>): void {
    const existingState = powerState(this.#view.record);
    if (existingState !== 'poweredOff') {
      const fault = { $type: 'InvalidPowerState', requestedState: 'poweredOff', existingState };
      throw new VimFault(fault, 'Network cards change while the machine is off.');
    }
    if (operation === 'add') {
      const network = this.#networkOf(device, index);
      this.#steps.push((vm, call) => vm.devices.addAdapter(network, call));
      return;
    }
    const at = device.key - firstNic;
    if (this.#view.record.guest.nics[at] === undefined || this.#removed.includes(at)) {
      throw invalidDevice(index, 'key', `there is no network card with the key ${device.key}.`);
    }
    if (operation === 'remove') {
      this.#removed.push(at);
      return;
    }
    const network = this.#networkOf(device, index);
    this.#steps.push((vm, call) => vm.devices.setAdapter(at, network, call));
  }

  async finish(vm: VirtualMachine, call: WorldCall): Promise<void> {
    for (const step of this.#steps) await step(vm, call);
    // From the last on, since those behind a card that goes move up.
    for (const at of this.#removed.toSorted((left, right) => right - left)) await vm.devices.removeAdapter(at, call);
  }

  #networkOf({ backing }: VirtualEthernetCard, index: number): string {
    const { inventory } = this.#view.endpoint;
    if (backing?.$type === 'VirtualEthernetCardNetworkBackingInfo') {
      const network = backing.network === undefined ? undefined : inventory.networkOf(backing.network);
      const name = network?.name ?? backing.deviceName;
      if (this.#view.datacenter.networks.has(name)) return name;
    }
    throw invalidDevice(
      index,
      'backing',
      `the network card must be on a network of '${this.#view.datacenter.shownName}'.`,
    );
  }
}
