import { Fault } from '../../../base/fault.js';
import type { CallSignal, VsphereConnection } from '../connection.js';
import { isVimError } from '../errors/vim-error.js';
import { type Properties, propertiesOf } from '../properties.js';
import { refKey, type Ref } from '../soap/values.js';
import type { SelectionSpec } from '../vim/generated/types.js';
import type { Datacenter, Place } from './datacenter.js';
import { plainName } from './names.js';

/** How old a list may be for nobody to look for what it lacks: whoever tries again and again would read it each time. */
const newMs = 1000;

/** The datacentres of a server with their datastores, as they were a short while ago. */
export class Datacenters {
  readonly #connection: VsphereConnection;
  #reading: Promise<readonly Datacenter[]> | undefined;

  constructor(connection: VsphereConnection) {
    this.#connection = connection;
  }

  /** @param isFresh read them anew. */
  async list(call: CallSignal, isFresh = false): Promise<readonly Datacenter[]> {
    const believed = this.#connection.datacenters;
    if (!isFresh && believed.value !== undefined) return believed.value;
    if (!isFresh && this.#reading !== undefined) {
      // Where whoever reads it gives up, somebody else does.
      const known = await this.#reading.catch(() => undefined);
      if (known !== undefined) return known;
    }
    const tell = believed.ask();
    const reading = readDatacenters(this.#connection, call);
    this.#reading = reading;
    try {
      const list = await reading;
      tell(list);
      return list;
    } finally {
      if (this.#reading === reading) this.#reading = undefined;
    }
  }

  /**
   * Does what goes by the list. Where it fails by what may have changed since the list was read, it is done once more, by a
   * new list: it must do no harm twice.
   */
  async withNewest<T>(work: () => Promise<T>): Promise<T> {
    const believed = this.#connection.datacenters;
    const known = believed.value;
    const isOld = believed.ageMs > newMs;
    try {
      return await work();
    } catch (error) {
      if (known === undefined || !isOld || !mayHaveChanged(error)) throw error;
      if (believed.value === known) believed.forget();
      return work();
    }
  }

  /**
   * The datacentres that have a datastore of this name, each with it.
   *
   * @param wanted name or path of the one datacentre that counts; null: any.
   */
  async withDatastore(datastore: string, wanted: string | null, call: CallSignal): Promise<readonly Place[]> {
    return (await this.list(call))
      .filter(({ name, path }) => wanted === null || wanted === name || wanted === path)
      .flatMap((datacenter) =>
        datacenter.datastores
          .filter(({ name }) => name === datastore)
          .map((match) => ({ datacenter, datastore: match })),
      );
  }
}

/** Whether a list of datacentres that is not the newest may be why something failed. */
function mayHaveChanged(error: unknown): boolean {
  if (error instanceof Fault) return ['vm-not-found', 'not-found', 'vm-ambiguous'].includes(error.kind);
  return isVimError(error, 'ManagedObjectNotFound', 'InvalidDatastore', 'InvalidDatastorePath');
}

/** Goes down the folders of datacentres, and from each datacentre to its datastores. */
const wayDown: readonly SelectionSpec[] = [
  {
    $type: 'TraversalSpec',
    name: 'folders',
    type: 'Folder',
    path: 'childEntity',
    selectSet: [{ name: 'folders' }, { name: 'datastores' }],
  },
  { $type: 'TraversalSpec', name: 'datastores', type: 'Datacenter', path: 'datastore' },
];

async function readDatacenters(connection: VsphereConnection, call: CallSignal): Promise<readonly Datacenter[]> {
  const { rootFolder } = connection.content;
  const spec = {
    propSet: [
      { type: 'Folder', pathSet: ['name', 'parent'] },
      { type: 'Datacenter', pathSet: ['name', 'parent', 'datastore', 'vmFolder', 'hostFolder'] },
      { type: 'Datastore', pathSet: ['name'] },
    ],
    objectSet: [{ obj: rootFolder, selectSet: wayDown }],
  };
  const objects = new Map<string, { readonly ref: Ref; readonly values: Properties }>();
  for await (const page of connection.retrieve(spec, call)) {
    for (const object of page) objects.set(refKey(object.obj), { ref: object.obj, values: propertiesOf(object) });
  }
  const nameOf = (ref: Ref): string => objects.get(refKey(ref))?.values.get('name') ?? '';
  const pathOf = (ref: Ref): readonly string[] => {
    const found = objects.get(refKey(ref));
    if (found === undefined || refKey(ref) === refKey(rootFolder)) return [];
    const parent = found.values.get('parent');
    return [...(parent === undefined ? [] : pathOf(parent)), nameOf(ref)];
  };
  return [...objects.values()].flatMap(({ ref, values }) => {
    const vmFolder = values.get('vmFolder');
    const hostFolder = values.get('hostFolder');
    // A datacentre whose folders the user may not see has nothing for that user.
    if (ref.type !== 'Datacenter' || vmFolder === undefined || hostFolder === undefined) return [];
    const datastores = values.get('datastore') ?? [];
    return {
      ref: ref as Ref<'Datacenter'>,
      name: plainName(nameOf(ref)),
      path: pathOf(ref).join('/'),
      vmFolder,
      hostFolder,
      datastores: datastores.map((datastore) => ({ ref: datastore, name: plainName(nameOf(datastore)) })),
    };
  });
}
