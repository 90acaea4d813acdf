import type { Clock } from '../base/clock.js';
import { RealClock } from '../base/clock.js';
import { Fault } from '../base/fault.js';
import type { Secret } from '../base/secret.js';
import { DatastoreFiles } from './datastore-files.js';
import { FaultRules, type FaultRule } from './fault-rules.js';
import type { FileChange } from './guest/guest-files.js';
import { HostNetworks } from './host-networks.js';
import { GuestFileSystem } from './guest/guest-file-system.js';
import { standardPrograms } from './guest/guest-programs.js';
import type { ProgramLimits } from './guest/program-runner.js';
import type { CheckedInventory, Inventory } from './inventory/inventory-schema.js';
import { populate } from './inventory/populate.js';
import { checkInventory } from './inventory/check-inventory.js';
import type { OperationName } from './operation-names.js';
import { ContentSpool } from './store/content-spool.js';
import { VmIndex, type IndexedVm } from './vm-index.js';
import { GuestRuntimes, type GuestPrograms } from './vm/guest-runtime.js';
import { MemoryStore } from './vm/memory-store.js';
import { isRunning } from './vm/power.js';
import { presentRecord } from './vm/power-state.js';
import { VirtualMachine } from './vm/virtual-machine.js';
import { VmChanges } from './vm/vm-changes.js';
import type { VmRecord } from './vm/vm-record.js';
import { VmScope, type QuestionPolicy, type WorldServices } from './vm/vm-scope.js';
import type { VmStore } from './vm/vm-store.js';
import type { WorldCall } from './world-call.js';

export interface WorldOptions {
  /** Machines that the world begins with, unless the store has some already. */
  readonly inventory?: Inventory;
  /** Where the machines are kept; by default in memory. */
  readonly store?: VmStore<GuestFileSystem>;
  readonly clock?: Clock;
  /** Executables of the guests; by default `standardPrograms()`. */
  readonly programs?: GuestPrograms;
  readonly programLimits?: Partial<ProgramLimits>;
  readonly faults?: Iterable<FaultRule>;
  /** How long each change of power state takes, in milliseconds; 10 by default. */
  readonly transitionMs?: number;
  /** Whether a power-on that raises a question fails (the default), or waits for the answer. */
  readonly questions?: QuestionPolicy;
}

/** One machine as a list shows it. */
export interface VmListing {
  readonly id: string;
  /** Opens the machine again, also where paths repeat. */
  readonly location: string;
  readonly name: string;
}

const defaultTransitionMs = 10;

/** A datacentre: its virtual machines, their guests, and its faults. */
export class World {
  readonly clock: Clock;
  readonly store: VmStore<GuestFileSystem>;
  readonly faults: FaultRules;
  readonly programs: GuestPrograms;
  readonly networks: HostNetworks;
  readonly datastores: DatastoreFiles;
  readonly #services: WorldServices;
  readonly #index: VmIndex<GuestFileSystem>;
  readonly #hostUsers: ReadonlyMap<string, string>;
  readonly #stopWatching: () => void;
  /** Additions take turns, so that two of them cannot take one place. */
  #adding: Promise<unknown> = Promise.resolve();

  private constructor(options: WorldOptions, inventory: CheckedInventory | undefined) {
    this.clock = options.clock ?? new RealClock();
    this.programs = options.programs ?? standardPrograms();
    this.store = options.store ?? memoryStore(this.clock);
    this.faults = new FaultRules([...(inventory?.faults ?? []), ...(options.faults ?? [])]);
    this.datastores = new DatastoreFiles(this.clock);
    this.#index = new VmIndex(this.store);
    this.networks = new HostNetworks(this.store);
    this.#hostUsers = new Map(inventory?.hostUsers?.map(({ name, password }) => [name, password]));
    const changes = new VmChanges();
    this.#stopWatching = this.store.onChange((id) => changes.emit(id));
    this.#services = {
      store: this.store,
      clock: this.clock,
      faults: this.faults,
      changes,
      transitionMs: options.transitionMs ?? defaultTransitionMs,
      questions: options.questions ?? 'fail',
      guests: new GuestRuntimes(this.programs, options.programLimits),
      spool: new ContentSpool(),
      requireFree: (record) => this.#requireFree(record),
      add: (record, files) => this.add(record, files),
    };
  }

  /**
   * Makes a world. An inventory fills a store that is empty; one that has machines is left as it is.
   * @throws Fault `invalid-argument` for an inventory that is not in order.
   */
  static async create(options: WorldOptions = {}): Promise<World> {
    const inventory = options.inventory === undefined ? undefined : checkInventory(options.inventory);
    const world = new World(options, inventory);
    if (inventory !== undefined && (await world.store.beginFilling())) {
      await populate(world.store, inventory, world.clock.now());
      await world.store.endFilling();
    }
    return world;
  }

  /** Takes in what is sent to the world, of any length. */
  get spool(): ContentSpool {
    return this.#services.spool;
  }

  /** Starts an operation of the host: the faults of the world strike. */
  async begin(operation: OperationName, call: WorldCall): Promise<void> {
    call.signal.throwIfAborted();
    if (!this.faults.isEmpty) await this.faults.strike({ operation }, this.clock, call.signal);
  }

  /**
   * Checks who connects. Nobody (null) is the user at the machine itself and may always; a world whose inventory names
   * no host users takes any.
   * @throws Fault `host-permission`.
   */
  checkHostUser(userName: string | null, password: Secret | null): void {
    if (userName === null || this.#hostUsers.size === 0) return;
    const expected = this.#hostUsers.get(userName);
    if (expected !== undefined && expected === (password?.reveal() ?? '')) return;
    throw new Fault('host-permission', `The host refuses '${userName}'. Check the user name and the password.`);
  }

  /**
   * The machines that run, or those in the inventory of the host, as all are at the beginning; what is paused runs.
   * Machines that are damaged, or that this user may not read, are left out.
   * @throws Fault of a machine that cannot be read for another reason, such as `busy` with too many open files.
   */
  async *list(filter: 'running' | 'registered'): AsyncGenerator<VmListing> {
    const machines = await this.#index.survey((record) => {
      const { name, isRegistered, power } = presentRecord(record, this.clock.now());
      const isWanted = filter === 'registered' ? isRegistered : power.phase !== 'off' && power.phase !== 'suspended';
      return isWanted ? name : undefined;
    });
    for (const { vm, seen: name } of machines) {
      if (name !== undefined) yield { id: vm.id, name, location: this.#index.shortestLocation(vm) };
    }
  }

  /**
   * Finds a machine, registered or not.
   * @param location `[datastore] folder/name.vmx`, `[datacentre/datastore] folder/name.vmx`, an absolute path, or a
   *   UUID. Case counts.
   * @throws Fault `vm-not-found`; `vm-ambiguous` for one path in several datacentres; `vm-config-unreadable` for one
   *   whose files are damaged.
   */
  async find(location: string): Promise<VirtualMachine> {
    const vm = await this.#look(location);
    if (vm !== null) return this.#machine(vm);
    const similar = this.#index.similar(location).map((other) => `'${this.#index.shortestLocation(other)}'`);
    const hint = similar.length > 0 ? ` Case counts: there is ${similar.join(', ')}.` : '';
    const damage = this.#index.damageAt(location);
    if (damage !== undefined) {
      const message = `The virtual machine at '${location}' cannot be read: ${damage.message}`;
      throw new Fault('vm-config-unreadable', message, { cause: damage });
    }
    throw new Fault('vm-not-found', `There is no virtual machine at '${location}'.${hint}`);
  }

  /**
   * Id of the machine at a location, as `find` takes it; null when there is none.
   * @throws Fault `vm-ambiguous`.
   */
  async idAt(location: string): Promise<string | null> {
    return (await this.#index.find(location))?.id ?? null;
  }

  /** The machine with this id. @throws Fault `vm-not-found`. */
  async byId(id: string): Promise<VirtualMachine> {
    const vm = await this.#index.byId(id);
    if (vm === undefined) throw new Fault('vm-not-found', `There is no virtual machine with the id '${id}'.`);
    return this.#machine(vm);
  }

  /** Puts a machine into the inventory of the host; one that is there stays. @throws Fault `not-found`. */
  async register(location: string): Promise<void> {
    const vm = await this.#look(location);
    if (vm === null) {
      throw new Fault('not-found', `There is no virtual machine at '${location}' to register. Check path and case.`);
    }
    await this.#scope(vm.id).update(({ record }) => {
      record.isRegistered = true;
    });
  }

  /** Takes a machine out of the inventory; its files stay. Succeeds when there is none. @throws Fault `vm-running`. */
  async unregister(location: string): Promise<void> {
    const vm = await this.#index.find(location);
    if (vm === null) return;
    await this.#scope(vm.id).update(({ record }) => {
      if (!record.isRegistered) return;
      if (record.power.phase !== 'off' && record.power.phase !== 'suspended') throw isRunning(record);
      record.isRegistered = false;
    });
  }

  /** Adds a machine with the files of its guest. @throws Fault `file-exists` when one lies at its place already. */
  async add(record: VmRecord, files: Iterable<FileChange>): Promise<void> {
    const add = async (): Promise<void> => {
      await this.#requireFree(record);
      await this.store.create(record, files);
    };
    const added = this.#adding.then(add, add);
    this.#adding = added;
    return added;
  }

  /**
   * Calls the listener with a machine's id after each change of it, its coming and going included. What time alone
   * brings about (Tools coming up, a program that only waits coming to its end) is not told.
   * @returns how to stop.
   */
  onChange(listener: (id: string) => void): () => void {
    return this.store.onChange(listener);
  }

  /** Ends all guest programs, keeps what they did, and closes the store. */
  async close(): Promise<void> {
    await this.#services.guests.close();
    this.#stopWatching();
    await this.store.close();
    this.#services.spool.close();
  }

  /** The machine at a location; one that lies outside of the store is taken in. */
  async #look(location: string): Promise<IndexedVm | null> {
    const known = await this.#index.find(location);
    if (known !== null) return known;
    const takenIn = await this.store.takeIn?.(location);
    return takenIn === undefined ? null : this.#index.find(takenIn);
  }

  #scope(id: string): VmScope {
    return new VmScope(id, this.#services);
  }

  #machine(vm: IndexedVm): VirtualMachine {
    return new VirtualMachine(this.#scope(vm.id), vm, (record) => this.#index.shortestLocation(record));
  }

  async #requireFree(record: Pick<VmRecord, 'datacenter' | 'location'>): Promise<void> {
    if (!(await this.#index.isTaken(record))) return;
    throw new Fault(
      'file-exists',
      `At '${record.location}' in '${record.datacenter}' lies a virtual machine already. Choose another place.`,
    );
  }
}

function memoryStore(clock: Clock): MemoryStore<GuestFileSystem> {
  return new MemoryStore(
    ({ guest }) => new GuestFileSystem({ family: guest.family, clock, diskSizeBytes: guest.diskSizeBytes }),
  );
}
