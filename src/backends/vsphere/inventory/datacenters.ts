import { Allowance } from '../../../base/allowance.js';
import type { CallSignal, VsphereConnection } from '../connection.js';
import { type Properties, propertiesOf } from '../properties.js';
import { refKey, type Ref } from '../soap/values.js';
import type { SelectionSpec } from '../vim/generated/types.js';
import { plainName } from './names.js';

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

/** How long a list of the datacentres is believed. What is not found in an old one is looked for in a new one. */
const believedMs = 60_000;

/** The datacentres of a server with their datastores, as they were a short while ago. */
export class Datacenters {
  readonly #connection: VsphereConnection;
  #list: Promise<readonly Datacenter[]> | undefined;
  #believed: Allowance | undefined;

  constructor(connection: VsphereConnection) {
    this.#connection = connection;
  }

  /** @param isFresh read them anew. */
  async list(call: CallSignal, isFresh = false): Promise<readonly Datacenter[]> {
    if (!isFresh && this.#list !== undefined && this.#believed?.isOver === false) {
      const known = await this.#list.catch(() => undefined);
      if (known !== undefined) return known;
    }
    this.#believed?.end();
    this.#believed = new Allowance(this.#connection.clock, believedMs);
    const list = readDatacenters(this.#connection, call);
    this.#list = list;
    return list;
  }

  /**
   * The datacentres that have a datastore of this name, each with it.
   *
   * @param wanted name or path of the one datacentre that counts; null: any.
   */
  async withDatastore(datastore: string, wanted: string | null, call: CallSignal): Promise<readonly Place[]> {
    const isOld = this.#believed?.isOver === false;
    const found = matches(await this.list(call), datastore, wanted);
    return found.length > 0 || !isOld ? found : matches(await this.list(call, true), datastore, wanted);
  }

  /** Frees the timer. */
  close(): void {
    this.#believed?.end();
  }
}

function matches(datacenters: readonly Datacenter[], datastore: string, wanted: string | null): readonly Place[] {
  return datacenters
    .filter(({ name, path }) => wanted === null || wanted === name || wanted === path)
    .flatMap((datacenter) =>
      datacenter.datastores.filter(({ name }) => name === datastore).map((match) => ({ datacenter, datastore: match })),
    );
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
