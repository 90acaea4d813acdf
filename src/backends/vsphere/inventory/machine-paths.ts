import { refKey, type Ref } from '../soap/values.js';
import type { Datacenter } from './datacenters.js';
import { parseLocation } from './location.js';

/**
 * The paths by which machines are told to programs: `[datastore] folder/name.vmx` as VIX had it, and with the
 * datacentre before the datastore where datastores of several datacentres have that name.
 */
export class MachinePaths {
  /** By datastore: the datacentre, for the datastores whose name is not enough. */
  readonly #prefixes = new Map<string, string>();
  readonly #ambiguousNames = new Set<string>();

  constructor(datacenters: readonly Datacenter[]) {
    const owners = new Map<string, Set<Datacenter>>();
    const names = new Map<string, number>();
    for (const datacenter of datacenters) {
      names.set(datacenter.name, (names.get(datacenter.name) ?? 0) + 1);
      for (const { name } of datacenter.datastores) owners.set(name, (owners.get(name) ?? new Set()).add(datacenter));
    }
    for (const datacenter of datacenters) {
      for (const { ref, name } of datacenter.datastores) {
        if ((owners.get(name)?.size ?? 0) < 2) continue;
        this.#ambiguousNames.add(name);
        this.#prefixes.set(refKey(ref), names.get(datacenter.name) === 1 ? datacenter.name : datacenter.path);
      }
    }
  }

  /** Whether some path needs a datacentre, so that the datastores of a machine have to be known. */
  get isAnyAmbiguous(): boolean {
    return this.#ambiguousNames.size > 0;
  }

  /** @param datastores those of the machine. */
  of(vmPathName: string, datastores: readonly Ref[]): string {
    const location = parseLocation(vmPathName);
    if (location?.kind !== 'datastore' || !this.#ambiguousNames.has(location.datastore)) return vmPathName;
    for (const datastore of datastores) {
      const prefix = this.#prefixes.get(refKey(datastore));
      if (prefix !== undefined) return vmPathName.replace('[', `[${prefix}/`);
    }
    return vmPathName;
  }
}
