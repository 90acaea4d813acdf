import { Fault } from '../base/fault.js';
import type { VirtualMachine } from '../world/vm/virtual-machine.js';
import type { PowerPhase } from '../world/vm/vm-record.js';
import type { World } from '../world/world.js';
import { VimFault } from './vim-fault.js';
import type { Ref } from './ref.js';

/** A virtual machine of the world, as an endpoint keeps track of it. */
export interface Machine {
  /** Id in the world. */
  readonly id: string;
  readonly datacenter: string;
  /** As the world has it, without the datacentre. */
  readonly location: string;
  /** Reference on the wire; undefined while the machine is not registered. Each registration gives another one. */
  readonly ref: Ref<'VirtualMachine'> | undefined;
}

/** How a machine stands: its phase, and a count that tells two runs apart. */
export interface PowerMark {
  readonly phase: PowerPhase;
  readonly bootCount: number;
}

/** What became of a machine: how it was known before, and how it is known now. */
export interface MachineChange {
  readonly before: Machine | undefined;
  readonly now: Machine | undefined;
  readonly powerBefore: PowerMark | undefined;
  readonly seen: SeenMachine | undefined;
}

/** What a look at a machine finds that is not kept. */
export interface SeenMachine {
  readonly name: string;
  readonly isTemplate: boolean;
  readonly power: PowerMark;
  /** Names of the networks that its cards are on. */
  readonly networks: readonly string[];
}

/** The virtual machines of the world by their ids, and the registered ones by their references. */
export class Machines {
  readonly #world: World;
  readonly #nameOf: (number: number) => string;
  readonly #only: string | undefined;
  readonly #byId = new Map<string, Machine>();
  readonly #byValue = new Map<string, Machine>();
  readonly #power = new Map<string, PowerMark>();
  #count = 0;

  /**
   * @param nameOf the id on the wire of the nth machine.
   * @param only the one datacentre whose machines are seen; undefined: all are.
   */
  constructor(world: World, nameOf: (number: number) => string, only: string | undefined) {
    this.#world = world;
    this.#nameOf = nameOf;
    this.#only = only;
  }

  byRef(ref: Ref): Machine | undefined {
    return ref.type === 'VirtualMachine' ? this.#byValue.get(ref.value) : undefined;
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

  /** Looks at a machine of the world anew. */
  async refresh(id: string): Promise<MachineChange> {
    const seen = await this.#look(id);
    const before = this.#byId.get(id);
    const powerBefore = this.#power.get(id);
    const now = seen === undefined ? undefined : this.#moved(id, seen.place, before);
    if (seen === undefined) this.#power.delete(id);
    else if (!isSamePower(seen.power, powerBefore)) this.#power.set(id, seen.power);
    if (now !== before) this.#replace(id, before, now);
    return { before, now, powerBefore, seen };
  }

  #replace(id: string, before: Machine | undefined, now: Machine | undefined): void {
    if (before?.ref !== undefined) this.#byValue.delete(before.ref.value);
    if (now === undefined) this.#byId.delete(id);
    else this.#byId.set(id, now);
    if (now?.ref !== undefined) this.#byValue.set(now.ref.value, now);
  }

  #moved(id: string, { isRegistered, ...place }: Place, before: Machine | undefined): Machine {
    const isSame = before !== undefined && (before.ref !== undefined) === isRegistered;
    if (isSame && before.location === place.location) return before;
    return { id, ...place, ref: isRegistered ? (before?.ref ?? this.#newRef()) : undefined };
  }

  #newRef(): Ref<'VirtualMachine'> {
    return { type: 'VirtualMachine', value: this.#nameOf((this.#count += 1)) };
  }

  /** undefined for a machine that is gone, cannot be read, or is not to be seen here. */
  async #look(id: string): Promise<(SeenMachine & { readonly place: Place }) | undefined> {
    try {
      return await this.#world.store.read(id, ({ record }) => {
        const { datacenter, location, isRegistered } = record;
        if (this.#only !== undefined && this.#only !== datacenter) return undefined;
        const { name, isTemplate, power, guest } = record;
        const { phase, bootCount } = power;
        const networks = guest.nics.map(({ network }) => network);
        const place = { datacenter, location, isRegistered };
        return { place, name, isTemplate, power: { phase, bootCount }, networks };
      });
    } catch (error) {
      if (error instanceof Fault && (error.kind === 'vm-not-found' || error.kind === 'vm-config-unreadable')) {
        return undefined;
      }
      throw error;
    }
  }
}

interface Place {
  readonly datacenter: string;
  readonly location: string;
  readonly isRegistered: boolean;
}

function isSamePower(one: PowerMark, other: PowerMark | undefined): boolean {
  return one.phase === other?.phase && one.bootCount === other.bootCount;
}

function notFound(ref: Ref, cause?: unknown): VimFault {
  const message = `There is no ${ref.type} ${ref.value}. Was it unregistered or deleted?`;
  return new VimFault({ $type: 'ManagedObjectNotFound', obj: ref }, message, { cause });
}
