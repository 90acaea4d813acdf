import { Fault, type FaultKind } from '../base/fault.js';
import { formatLocation, parseLocation, qualifiedLocation, uuidKey } from './location.js';
import type { VmRecord } from './vm/vm-record.js';
import type { StoredFiles, VmStore, VmStorePlace } from './vm/vm-store.js';

/** What goes on for a machine as long as nobody edits or moves its files by hand. */
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

/** A machine as a look has found it, and where: what is found elsewhere later has been moved since. */
interface Look {
  readonly vm: IndexedVm;
  readonly place: VmStorePlace | undefined;
}

/** Finds the machines of a store by their places, without looking through them. */
export class VmIndex<Files extends StoredFiles> {
  readonly #store: VmStore<Files>;
  readonly #byId = new Map<string, IndexedVm>();
  /** Where the store found each of them: one that has been moved by hand is looked at again. */
  readonly #places = new Map<string, VmStorePlace | undefined>();
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

  /**
   * What `view` sees of every machine that can be read, in the order of the store. Looks at each once.
   * @throws Fault of a machine that there is trouble with, other than that it is gone, damaged, or not for this user; of
   * one that lies outside of the store, none.
   */
  async survey<T>(view: (record: VmRecord) => T): Promise<readonly SurveyedVm<T>[]> {
    const looks = await this.#store.readAll((id, { record }) => ({ ...this.#lookAt(id, record), seen: view(record) }));
    const present = new Set(looks.map(({ id }) => id));
    for (const vm of this.#byId.values()) if (!present.has(vm.id)) this.#remove(vm);
    return looks.flatMap(({ id, seen: look, fault }) => {
      if (fault !== undefined) {
        if (!this.#isLeftOut(id, fault)) throw fault;
        return [];
      }
      return [{ vm: this.#renewed(id, look), seen: look.seen }];
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
      if (this.#byId.has(id) && !this.#isMoved(id)) continue;
      const look = await this.#look(id);
      if (look !== null) this.#renewed(id, look);
    }
    // A survey may have removed one meanwhile.
    const isWhole = ids.every((id) => this.#byId.has(id) || this.#damaged.has(id));
    this.#seenIds = isWhole ? ids : undefined;
  }

  #isMoved(id: string): boolean {
    return !isSamePlace(this.#places.get(id), this.#store.placeOf?.(id));
  }

  #lookAt(id: string, record: VmRecord): Look {
    return { vm: indexed(id, record), place: this.#store.placeOf?.(id) };
  }

  #isLeftOut(id: string, { kind }: Fault): boolean {
    return leftOut.has(kind) || (kind === 'file-error' && this.#store.placeOf?.(id)?.isElsewhere === true);
  }

  /** null when the machine cannot be read, or went between the list and the look. */
  async #look(id: string): Promise<Look | null> {
    try {
      return await this.#store.read(id, ({ record }) => this.#lookAt(id, record));
    } catch (error) {
      if (!(error instanceof Fault) || !this.#isLeftOut(id, error)) throw error;
      if (error.kind !== 'vm-not-found') this.#damaged.set(id, error);
      return null;
    }
  }

  /** The machine as it was just seen, in the place of what was known of it. */
  #renewed(id: string, { vm, place }: Look): IndexedVm {
    const known = this.#byId.get(id);
    if (known !== undefined && isSame(known, vm) && isSamePlace(this.#places.get(id), place)) return known;
    if (known !== undefined) this.#remove(known);
    this.#add(vm, place);
    return vm;
  }

  #add(vm: IndexedVm, place: VmStorePlace | undefined): void {
    this.#byId.set(vm.id, vm);
    this.#places.set(vm.id, place);
    for (const [map, key] of this.#keysOf(vm)) {
      const set = map.get(key) ?? new Set();
      map.set(key, set.add(vm));
    }
  }

  #remove(vm: IndexedVm): void {
    this.#byId.delete(vm.id);
    this.#places.delete(vm.id);
    this.#seenIds = undefined;
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

/**
 * Faults of one machine that do not stand in the way of the others: it is gone, it is damaged, its path leads to a
 * directory, or this user may not read it, which is so for each look until somebody acts. Any other (a loop of links, a
 * disk that fails, too many open files) could hide machines that are in order, so it is told.
 */
const leftOut: ReadonlySet<FaultKind> = new Set<FaultKind>([
  'vm-not-found',
  'vm-config-unreadable',
  'file-access',
  'not-a-file',
]);

function isSamePlace(one: VmStorePlace | undefined, other: VmStorePlace | undefined): boolean {
  return one?.location === other?.location && one?.datacenter === other?.datacenter;
}

function isSame(one: IndexedVm, other: IndexedVm): boolean {
  return (
    one.location === other.location &&
    one.datacenter === other.datacenter &&
    one.uuid === other.uuid &&
    one.family === other.family
  );
}

function indexed(id: string, { location, datacenter, uuid, guest }: VmRecord): IndexedVm {
  return { id, location, datacenter, uuid, family: guest.family };
}

function described(vm: IndexedVm): string {
  return `'${qualifiedLocation(vm)}' (${vm.uuid})`;
}
