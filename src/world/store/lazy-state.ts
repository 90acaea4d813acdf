import type { VmRecord } from '../vm/vm-record.js';
import type { StoredFiles, VmState } from '../vm/vm-store.js';

/** Reads the files of the guest only when they are looked at. */
export class LazyState<Files extends StoredFiles> implements VmState<Files> {
  readonly record: VmRecord;
  readonly #load: () => Files;
  #files: Files | undefined;

  constructor(record: VmRecord, load: () => Files) {
    this.record = record;
    this.#load = load;
  }

  get files(): Files {
    this.#files ??= this.#load();
    return this.#files;
  }
}
