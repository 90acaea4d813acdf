import { Fault } from '../base/fault.js';
import type { VirtualMachine } from '../world/vm/virtual-machine.js';
import type { VmRecord } from '../world/vm/vm-record.js';
import type { World } from '../world/world.js';
import type { Ref } from './ref.js';
import { VimFault } from './vim-fault.js';

/** A registered virtual machine as the inventory of an endpoint knows it. */
export interface Machine {
  /** Id in the world. */
  readonly id: string;
  readonly ref: Ref<'VirtualMachine'>;
  readonly datacenter: string;
}

/** What becomes of the inventory when a machine of the world has changed. */
export type MachineChange =
  | { readonly kind: 'enter' | 'leave'; readonly machine: Machine }
  | { readonly kind: 'modify'; readonly machine: Machine };

/** The registered virtual machines of an endpoint: references on the wire, and machines of the world. */
export class Machines {
  readonly #world: World;
  readonly #nameOf: (number: number) => string;
  readonly #byId = new Map<string, Machine>();
  readonly #byValue = new Map<string, Machine>();
  #count = 0;

  /** @param nameOf the id on the wire of the nth machine. */
  constructor(world: World, nameOf: (number: number) => string) {
    this.#world = world;
    this.#nameOf = nameOf;
  }

  all(): Iterable<Machine> {
    return this.#byId.values();
  }

  byRef(ref: Ref): Machine | undefined {
    return this.#byValue.get(ref.value);
  }

  byId(id: string): Machine | undefined {
    return this.#byId.get(id);
  }

  /** The machine behind a reference. @throws VimFault `ManagedObjectNotFound`. */
  async open(ref: Ref): Promise<VirtualMachine> {
    const machine = this.byRef(ref);
    if (machine === undefined) throw notFound(ref);
    try {
      return await this.#world.byId(machine.id);
    } catch (error) {
      if (error instanceof Fault && error.kind === 'vm-not-found') throw notFound(ref, error);
      throw error;
    }
  }

  /** Looks at a machine of the world anew, and takes it in or out. */
  async refresh(id: string): Promise<MachineChange | undefined> {
    const record = await this.#recordOf(id);
    const known = this.#byId.get(id);
    if (record === undefined || !record.isRegistered) {
      if (known === undefined) return undefined;
      this.#byId.delete(id);
      this.#byValue.delete(known.ref.value);
      return { kind: 'leave', machine: known };
    }
    if (known !== undefined) return { kind: 'modify', machine: known };
    return { kind: 'enter', machine: this.#add(record) };
  }

  #add(record: Readonly<VmRecord>): Machine {
    const value = this.#nameOf((this.#count += 1));
    const machine: Machine = {
      id: record.id,
      ref: { type: 'VirtualMachine', value },
      datacenter: record.datacenter,
    };
    this.#byId.set(machine.id, machine);
    this.#byValue.set(value, machine);
    return machine;
  }

  async #recordOf(id: string): Promise<Readonly<VmRecord> | undefined> {
    try {
      const vm = await this.#world.byId(id);
      return await vm.record();
    } catch (error) {
      if (error instanceof Fault && error.kind === 'vm-not-found') return undefined;
      throw error;
    }
  }
}

function notFound(ref: Ref, cause?: unknown): VimFault {
  const message = `There is no ${ref.type} ${ref.value}. Was it unregistered or deleted?`;
  return new VimFault({ $type: 'ManagedObjectNotFound', obj: ref }, message, { cause });
}
