import { Fault } from '../../base/fault.js';
import { leasedAddresses, macFrom } from '../guest/nics.js';
import type { WorldCall } from '../world-call.js';
import { addConsoleLines } from './console-lines.js';
import { isRunning } from './power.js';
import { requireOn } from './power-state.js';
import type { NicRecord, VmRecord } from './vm-record.js';
import type { VmScope } from './vm-scope.js';

/** A network card of a machine by its number. */
export interface AdapterView {
  readonly index: number;
  /** Network of the host that it is on. */
  readonly network: string;
  readonly mac: string;
}

/** Devices of one virtual machine, and the keyboard at its console. */
export class VmDevices {
  readonly #scope: VmScope;

  constructor(scope: VmScope) {
    this.#scope = scope;
  }

  /** The network cards in the order of their numbers. */
  async adapters(call: WorldCall): Promise<readonly AdapterView[]> {
    await this.#scope.begin('devices.adapters', call);
    return this.#scope.read(({ record }) =>
      record.guest.nics.map(({ network, mac }, index) => ({ index, network, mac })),
    );
  }

  /** Adds a network card. @returns its number. @throws Fault `vm-running`. */
  async addAdapter(network: string, call: WorldCall): Promise<number> {
    await this.#scope.begin('devices.addAdapter', call);
    return this.#scope.updateWhenSettled(call, ({ record }) => {
      requireOff(record);
      const index = record.guest.nics.length;
      const mac = freeMac(record);
      const addresses = leasedAddresses(mac);
      record.guest.nics.push({ mac, network, isConnected: true, isDhcp: true, addresses, gateway: null });
      return index;
    });
  }

  /** Puts a network card on another network. @throws Fault `not-found`, `vm-running`. */
  async setAdapter(index: number, network: string, call: WorldCall): Promise<void> {
    await this.#scope.begin('devices.setAdapter', call);
    await this.#scope.updateWhenSettled(call, ({ record }) => {
      requireOff(record);
      adapterAt(record, index).network = network;
    });
  }

  /** Removes a network card; those after it move up. @throws Fault `not-found`, `vm-running`. */
  async removeAdapter(index: number, call: WorldCall): Promise<void> {
    await this.#scope.begin('devices.removeAdapter', call);
    await this.#scope.updateWhenSettled(call, ({ record }) => {
      requireOff(record);
      adapterAt(record, index);
      record.guest.nics.splice(index, 1);
    });
  }

  /**
   * Connects or disconnects a device until power-off: a network card (`ethernet0`) for the guest as well, any other
   * that the configuration has (`sound`, `sata0:1`) for its run-time configuration.
   * @throws Fault `vm-not-running`, `not-found`.
   */
  async setConnected(device: string, isConnected: boolean, call: WorldCall): Promise<void> {
    await this.#scope.begin('devices.setConnected', call);
    await this.#scope.updateWhenSettled(call, ({ record }) => {
      requireOn(record);
      const [, number] = /^ethernet(\d{1,2})$/iu.exec(device) ?? [];
      if (number !== undefined) {
        adapterAt(record, Number(number)).isConnected = isConnected;
        return;
      }
      const name = presentDevice(record, device);
      record.runtimeConfig[`${name}.startConnected`] = isConnected ? 'TRUE' : 'FALSE';
    });
  }

  /** Types at the console: the text shows on the screen. @throws Fault `vm-not-running`. */
  async typeKeys(text: string, call: WorldCall): Promise<void> {
    await this.#scope.begin('devices.typeKeys', call);
    await this.#scope.updateWhenSettled(call, ({ record }) => {
      requireOn(record);
      addConsoleLines(record, text.split(/\r?\n/u));
    });
  }
}

/** A hardware address that no card of the machine has: those behind a card that was removed keep theirs. */
function freeMac({ uuid, guest: { nics } }: VmRecord): string {
  const taken = new Set(nics.map(({ mac }) => mac));
  let number = nics.length;
  while (taken.has(macFrom(`${uuid} ${number}`))) number += 1;
  return macFrom(`${uuid} ${number}`);
}

function requireOff(record: VmRecord): void {
  if (record.power.phase !== 'off') throw isRunning(record);
}

function adapterAt(record: VmRecord, index: number): NicRecord {
  const nic = record.guest.nics[index];
  if (nic !== undefined) return nic;
  const { length } = record.guest.nics;
  const range = length === 0 ? 'it has none' : `there are 0 to ${length - 1}`;
  throw new Fault('not-found', `'${record.name}' has no network adapter ${index}; ${range}.`);
}

/** The name of a device as the configuration spells it. */
function presentDevice(record: VmRecord, device: string): string {
  const suffix = '.present';
  const present = Object.entries(record.config)
    .filter(([key, value]) => key.toLowerCase().endsWith(suffix) && value.toLowerCase() === 'true')
    .map(([key]) => key.slice(0, -suffix.length));
  const name = present.find((candidate) => candidate.toLowerCase() === device.toLowerCase());
  if (name !== undefined) return name;
  const cards = record.guest.nics.map((_, index) => `ethernet${index}`);
  throw new Fault(
    'not-found',
    `'${record.name}' has no device '${device}'; it has ${[...cards, ...present].join(', ')}.`,
  );
}
