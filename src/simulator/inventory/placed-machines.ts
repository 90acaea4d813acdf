import type { Machine } from '../machines.js';
import { folderOf, nameIn, placeOfLocation } from './datastore-path.js';

/** A machine whose configuration lies in a datastore. */
export interface PlacedMachine {
  /** Id in the world. */
  readonly id: string;
  /** Of its configuration file, from the datastore's root on: `folder/name.vmx`. */
  readonly path: string;
}

/** What machines need of a folder. */
export interface MachineFolder {
  /** Those whose configuration lies in the folder itself. */
  readonly machines: readonly PlacedMachine[];
  /** Names of the folders in it on the way to others. */
  readonly folders: ReadonlySet<string>;
}

interface OpenFolder {
  readonly machines: PlacedMachine[];
  readonly folders: Set<string>;
}

/** The machines whose configuration lies in a datastore, registered or not, and the folders that they need. */
export class PlacedMachines implements Iterable<Machine> {
  readonly #machines = new Set<Machine>();
  /** Made at the first look after a change: most endpoints are never asked, and it takes memory for every machine. */
  #folders: ReadonlyMap<string, MachineFolder> | undefined;

  add(machine: Machine): void {
    this.#machines.add(machine);
    this.#folders = undefined;
  }

  delete(machine: Machine): void {
    if (this.#machines.delete(machine)) this.#folders = undefined;
  }

  [Symbol.iterator](): Iterator<Machine> {
    return this.#machines.values();
  }

  /** What machines need of a folder; undefined when they need no such folder. @param path from the datastore's root on. */
  folder(path: string): MachineFolder | undefined {
    this.#folders ??= foldersOf(this.#machines);
    return this.#folders.get(path);
  }
}

function foldersOf(machines: Iterable<Machine>): ReadonlyMap<string, MachineFolder> {
  const folders = new Map<string, OpenFolder>();
  const open = (path: string): OpenFolder => {
    const there = folders.get(path);
    if (there !== undefined) return there;
    const folder: OpenFolder = { machines: [], folders: new Set() };
    folders.set(path, folder);
    if (path !== '') open(folderOf(path)).folders.add(nameIn(path));
    return folder;
  };
  for (const { id, location } of machines) {
    const { path } = placeOfLocation(location);
    open(folderOf(path)).machines.push({ id, path });
  }
  return folders;
}
