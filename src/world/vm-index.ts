import { Fault } from '../base/fault.js';
import { formatLocation, parseLocation, qualifiedLocation, uuidKey } from './location.js';
import type { VmRecord } from './vm/vm-record.js';
import type { StoredFiles, VmStore } from './vm/vm-store.js';

/** What never changes about a machine. */
export interface IndexedVm {
  readonly id: string;
  readonly location: string;
  readonly datacenter: string;
  readonly uuid: string;
  readonly family: 'posix' | 'windows';
}

/** A machine, and what a survey has seen of it. */
export interface SurveyedVm<T> {
  readonly vm: IndexedVm;
  readonly seen: T;
}

/** Finds the machines of a store by their places, without looking through them. */
export class VmIndex<Files extends StoredFiles> {
  readonly #store: VmStore<Files>;
  readonly #byId = new Map<string, IndexedVm>();
  /** Keys are locations without datacentre, or UUIDs. */
  readonly #byKey = new Map<string, Set<IndexedVm>>();
  /** Locations in lower case, to tell somebody who mixed up the case. */
  readonly #byFolded = new Map<string, Set<IndexedVm>>();
  /** Machines of the store that cannot be read, by id, with the reason. */
  readonly #damaged = new Map<string, Fault>();
  #seenIds: readonly string[] | undefined;
  #refreshing: Promise<void> | undefined;

  constructor(store: VmStore<Files>) {
    this.#store = store;
  }

  /** What `view` sees of every machine that can be read, in the order of the store. Looks at each once. */
  async survey<T>(view: (record: VmRecord) => T): Promise<readonly SurveyedVm<T>[]> {
    const looks = await this.#store.readAll((id, { record }) => ({ vm: indexed(id, record), seen: view(record) }));
    const present = new Set(looks.map(({ id }) => id));
    for (const vm of this.#byId.values()) if (!present.has(vm.id)) this.#remove(vm);
    return looks.flatMap(({ id, seen: look }) => {
      if (look === undefined) return [];
      const known = this.#byId.get(id);
      if (known === undefined) this.#add(look.vm);
      return [{ vm: known ?? look.vm, seen: look.seen }];
    });
  }

  async byId(id: string): Promise<IndexedVm | undefined> {
    await this.#refresh();
    return this.#byId.get(id);
  }

  /**
   * The machine that a location or UUID names; case counts.
   * @returns null when there is none.
   * @throws Fault `vm-ambiguous` with the candidates.
   */
  async find(text: string): Promise<IndexedVm | null> {
    await this.#refresh();
    const found = this.#candidates(text, this.#byKey, (key) => key);
    const [first, ...others] = found;
    if (first === undefined) return null;
    if (others.length === 0) return first;
    throw new Fault(
      'vm-ambiguous',
      `'${text}' names ${found.length} virtual machines: ${found.map(described).join('; ')}. ` +
        `Name the datacentre, as in '${qualifiedLocation(first)}', or give the UUID.`,
    );
  }

  /** Machines whose location differs from the text in case only. */
  similar(text: string): readonly IndexedVm[] {
    return this.#candidates(text, this.#byFolded, (key) => key.toLowerCase());
  }

  /** Why the machine at this location cannot be read; undefined for any other location. */
  damageAt(text: string): Fault | undefined {
    const parsed = parseLocation(text);
    for (const [id, fault] of this.#damaged) {
      const place = this.#store.placeOf?.(id);
      if (place === undefined || parsed === null || parsed.kind === 'uuid') continue;
      const datacenter = parsed.kind === 'datastore' ? parsed.datacenter : null;
      const isThere =
        place.location === formatLocation(parsed) && (datacenter ?? place.datacenter) === place.datacenter;
      if (isThere) return fault;
    }
    return undefined;
  }

  /** The shortest text that opens this machine and no other: its location, with the datacentre where paths repeat. */
  shortestLocation(vm: { readonly location: string; readonly datacenter: string }): string {
    const isUnique = (this.#byKey.get(vm.location)?.size ?? 0) <= 1;
    return isUnique ? vm.location : qualifiedLocation(vm);
  }

  /** Whether a machine lies at the place already. A local path is one place, whatever the datacentre. */
  async isTaken(place: Pick<VmRecord, 'datacenter' | 'location'>): Promise<boolean> {
    await this.#refresh();
    const there = [...(this.#byKey.get(place.location) ?? [])];
    return place.location.startsWith('[')
      ? there.some(({ datacenter }) => datacenter === place.datacenter)
      : there.length > 0;
  }

  #candidates(
    text: string,
    map: ReadonlyMap<string, ReadonlySet<IndexedVm>>,
    fold: (key: string) => string,
  ): IndexedVm[] {
    const parsed = parseLocation(text);
    if (parsed === null) return [];
    if (parsed.kind === 'uuid') return [...(map.get(parsed.uuid) ?? [])];
    const key = formatLocation(parsed);
    const datacenter = parsed.kind === 'datastore' ? parsed.datacenter : null;
    const found = [...(map.get(fold(key)) ?? [])];
    return datacenter === null ? found : found.filter((vm) => fold(vm.datacenter) === fold(datacenter));
  }

  /** Takes in machines that have come, also through other processes, and forgets those that have gone. */
  async #refresh(): Promise<void> {
    while (this.#refreshing !== undefined) await this.#refreshing;
    const ids = await this.#store.ids();
    if (ids === this.#seenIds && this.#damaged.size === 0) return;
    if (this.#refreshing !== undefined) return this.#refresh();
    this.#refreshing = this.#takeIn(ids).finally(() => (this.#refreshing = undefined));
    await this.#refreshing;
  }

  async #takeIn(ids: readonly string[]): Promise<void> {
    const present = new Set(ids);
    for (const vm of this.#byId.values()) if (!present.has(vm.id)) this.#remove(vm);
    this.#damaged.clear();
    for (const id of ids) {
      if (this.#byId.has(id)) continue;
      const vm = await this.#look(id);
      // A survey may have found it meanwhile.
      if (vm !== null && !this.#byId.has(id)) this.#add(vm);
    }
    this.#seenIds = ids;
  }

  /** null when the machine cannot be read, or went between the list and the look. */
  async #look(id: string): Promise<IndexedVm | null> {
    try {
      return await this.#store.read(id, ({ record }) => indexed(id, record));
    } catch (error) {
      if (!(error instanceof Fault)) throw error;
      if (error.kind === 'vm-config-unreadable') this.#damaged.set(id, error);
      else if (error.kind !== 'vm-not-found') throw error;
      return null;
    }
  }

  #add(vm: IndexedVm): void {
    this.#byId.set(vm.id, vm);
    for (const [map, key] of this.#keysOf(vm)) {
      const set = map.get(key) ?? new Set();
      map.set(key, set.add(vm));
    }
  }

  #remove(vm: IndexedVm): void {
    this.#byId.delete(vm.id);
    for (const [map, key] of this.#keysOf(vm)) {
      const set = map.get(key);
      set?.delete(vm);
      if (set?.size === 0) map.delete(key);
    }
  }

  #keysOf(vm: IndexedVm): readonly (readonly [Map<string, Set<IndexedVm>>, string])[] {
    return [
      [this.#byKey, vm.location],
      [this.#byKey, uuidKey(vm.uuid)],
      [this.#byFolded, vm.location.toLowerCase()],
    ];
  }
}

function indexed(id: string, { location, datacenter, uuid, guest }: VmRecord): IndexedVm {
  return { id, location, datacenter, uuid, family: guest.family };
}

function described(vm: IndexedVm): string {
  return `'${qualifiedLocation(vm)}' (${vm.uuid})`;
}
