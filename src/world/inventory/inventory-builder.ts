import type { Inventory, InventoryVm } from './inventory-schema.js';
import { checkInventory } from './check-inventory.js';
import type { FaultRule } from '../fault-rules.js';

/** Builds an inventory step by step, and checks each machine as it comes, so that a mistake shows where it is made. */
export class InventoryBuilder {
  readonly #vms: InventoryVm[] = [];
  readonly #hostUsers: { name: string; password: string }[] = [];
  readonly #faults: FaultRule[] = [];

  /** Adds a machine, or with `count` a row of them. @throws Fault `invalid-argument`. */
  vm(vm: InventoryVm): this {
    checkInventory({ vms: [vm] });
    this.#vms.push(vm);
    return this;
  }

  /** Adds a Linux machine at `[datastore1] <name>/<name>.vmx`, unless the options say otherwise. */
  linux(name: string, options: Partial<InventoryVm> = {}): this {
    return this.vm({ name, location: placeOf(name), guestOs: 'ubuntu-64', ...options });
  }

  /** Adds a Windows machine, as `linux` does. */
  windows(name: string, options: Partial<InventoryVm> = {}): this {
    return this.vm({ name, location: placeOf(name), guestOs: 'windows9-64', memoryMb: 4096, ...options });
  }

  /** Lets somebody connect by name; from the first one on, nobody else may. */
  hostUser(name: string, password: string): this {
    this.#hostUsers.push({ name, password });
    return this;
  }

  fault(rule: FaultRule): this {
    checkInventory({ vms: [], faults: [rule] });
    this.#faults.push(rule);
    return this;
  }

  /** @throws Fault `invalid-argument` for a fault rule of a machine that is not there. */
  build(): Inventory {
    const inventory: Inventory = {
      vms: [...this.#vms],
      ...(this.#hostUsers.length === 0 ? {} : { hostUsers: [...this.#hostUsers] }),
      ...(this.#faults.length === 0 ? {} : { faults: [...this.#faults] }),
    };
    if (this.#faults.length > 0) checkInventory(inventory);
    return inventory;
  }
}

function placeOf(name: string): string {
  return `[datastore1] ${name}/${name}.vmx`;
}
