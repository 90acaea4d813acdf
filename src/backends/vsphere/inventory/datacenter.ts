import type { Ref } from '../soap/values.js';

/** A datacentre, with what lies in it. */
export interface Datacenter {
  readonly ref: Ref<'Datacenter'>;
  readonly name: string;
  /** Names of the folders above and its own, as the server has them: `folder/name`. */
  readonly path: string;
  readonly vmFolder: Ref<'Folder'>;
  readonly hostFolder: Ref<'Folder'>;
  readonly datastores: readonly Datastore[];
}

export interface Datastore {
  readonly ref: Ref<'Datastore'>;
  readonly name: string;
}

/** A datastore with its datacentre. */
export interface Place {
  readonly datacenter: Datacenter;
  readonly datastore: Datastore;
}
