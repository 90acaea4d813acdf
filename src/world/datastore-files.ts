import type { Clock } from '../base/clock.js';
import { GuestFileSystem } from './guest/guest-file-system.js';
import type { UserFiles } from './guest/guest-files.js';

/** The host itself, which may do everything with its datastores. */
const host = { name: 'root', id: 0, group: 'root', home: '/', isAdministrator: true };

/** Bytes that the files of one datastore may take. */
const datastoreBytes = 1024 ** 4;

/**
 * Files that somebody has put into the datastores of a world, as long as the world is open. Those of virtual machines
 * are not among them: a machine is more than its files here.
 */
export class DatastoreFiles {
  readonly #clock: Clock;
  readonly #datastores = new Map<string, UserFiles>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** The files of one datastore; their paths are absolute, as on a POSIX system. Made when they are first asked for. */
  of(datacenter: string, datastore: string): UserFiles {
    const key = JSON.stringify([datacenter, datastore]);
    const known = this.#datastores.get(key);
    if (known !== undefined) return known;
    const system = new GuestFileSystem({ family: 'posix', clock: this.#clock, diskSizeBytes: datastoreBytes });
    const nowMs = this.#clock.now();
    const attributes = { owner: 'root', group: 'root', mode: 0o755, isHidden: false, isReadOnly: false };
    system.apply({
      change: 'put',
      path: '/',
      kind: 'directory',
      attributes: { ...attributes, isSystem: false, createdMs: nowMs, modifiedMs: nowMs, accessedMs: nowMs },
    });
    const files = system.as(host);
    this.#datastores.set(key, files);
    return files;
  }
}
