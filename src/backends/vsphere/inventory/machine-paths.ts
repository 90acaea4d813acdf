import type { CallSignal, VsphereConnection } from '../connection.js';
import { refKey, type Ref } from '../soap/values.js';
import type { Datacenter } from './datacenter.js';
import type { Datacenters } from './datacenters.js';
import { findByDatastorePath } from './find-machine.js';
import { parseLocation } from './location.js';

/**
 * The paths by which machines are told to programs: `[datastore] folder/name.vmx` as VIX had it, and with the
 * datacentre before the datastore where a second machine has the same path.
 */
export class MachinePaths {
  /** Names of the datastores that several datacentres have: two machines may have one path there. */
  readonly #sharedNames: ReadonlySet<string>;
  /** What tells the datacentre of a datastore with such a name. */
  readonly #prefixes: ReadonlyMap<string, string>;

  constructor(datacenters: readonly Datacenter[]) {
    const names = countOf(datacenters.map(({ name }) => name));
    const stores = countOf(datacenters.flatMap(({ datastores }) => [...new Set(datastores.map(({ name }) => name))]));
    this.#sharedNames = new Set([...stores].filter(([, count]) => count > 1).map(([name]) => name));
    this.#prefixes = new Map(
      datacenters.flatMap((datacenter) =>
        datacenter.datastores
          .filter(({ name }) => this.#sharedNames.has(name))
          .map(({ ref }) => [refKey(ref), names.get(datacenter.name) === 1 ? datacenter.name : datacenter.path]),
      ),
    );
  }

  /** Whether any path may repeat. */
  get mayRepeat(): boolean {
    return this.#sharedNames.size > 0;
  }

  /** Whether a second machine may have this path. */
  mayRepeatAt(path: string): boolean {
    const location = parseLocation(path);
    return location?.kind === 'datastore' && this.#sharedNames.has(location.datastore);
  }

  /** The path with the datacentre. @param datastores those of the machine. */
  qualified(path: string, datastores: readonly Ref[]): string {
    const prefix = datastores
      .map((datastore) => this.#prefixes.get(refKey(datastore)))
      .find((found) => found !== undefined);
    return prefix === undefined ? path : path.replace('[', `[${prefix}/`);
  }
}

function countOf(names: readonly string[]): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const name of names) counts.set(name, (counts.get(name) ?? 0) + 1);
  return counts;
}

/** The path of one machine as programs get it. @param datastores those of the machine. */
export async function shownPath(
  connection: VsphereConnection,
  datacenters: Datacenters,
  path: string,
  datastores: readonly Ref[],
  call: CallSignal,
): Promise<string> {
  const paths = new MachinePaths(await datacenters.list(call));
  const location = parseLocation(path);
  if (location?.kind !== 'datastore' || !paths.mayRepeatAt(path)) return path;
  const own = new Set(datastores.map((datastore) => refKey(datastore)));
  const places = await datacenters.withDatastore(location.datastore, null, call);
  const others = places.filter(({ datastore }) => !own.has(refKey(datastore.ref)));
  const twins = await Promise.all(
    others.map(({ datacenter }) => findByDatastorePath(connection, datacenter, path, call)),
  );
  return twins.some((twin) => twin !== undefined) ? paths.qualified(path, datastores) : path;
}
