import { Fault } from '../../../base/fault.js';
import type { CallContext } from '../../backend.js';
import type { CallSignal, VsphereConnection } from '../connection.js';
import { fileExists } from '../datastore/datastore-file.js';
import { isVimError } from '../errors/vim-error.js';
import { type Properties, propertiesOf } from '../properties.js';
import { refKey, type Ref } from '../soap/values.js';
import type { SelectionSpec } from '../vim/generated/types.js';
import type { Machine } from '../vm/machine.js';
import type { Datacenter, Datastore, Place } from './datacenter.js';
import type { Datacenters } from './datacenters.js';
import { findByDatastorePath } from './find-machine.js';
import { datastorePath, type Location, parseLocation } from './location.js';

/** Where machines run: a pool, and a host that sees the datastore. */
export interface Compute {
  readonly pool: Ref<'ResourcePool'>;
  /** Absent where the server finds one itself. */
  readonly host: Ref<'HostSystem'> | undefined;
}

/**
 * Adds the machine whose file lies at this place to the inventory; does nothing when it is there.
 * @throws Fault `not-found`, `vm-ambiguous`, `invalid-argument`; VimError.
 */
export async function registerMachine(
  connection: VsphereConnection,
  datacenters: Datacenters,
  text: string,
  call: CallContext,
): Promise<void> {
  const location = parseLocation(text);
  if (location?.kind !== 'datastore') {
    throw new Fault('invalid-argument', `'${text}' names no file on a datastore. Give '[datastore] folder/name.vmx'.`);
  }
  const places = await datacenters.withDatastore(location.datastore, location.datacenter, call);
  const path = datastorePath(location.datastore, location.path);
  for (const { datacenter } of places) {
    if ((await findByDatastorePath(connection, datacenter, path, call)) !== undefined) return;
  }
  const place = await theOneWith(connection, places, location, text, call);
  const { pool, host } = await computeFor(connection, place.datacenter, place.datastore, call);
  const args = { path, asTemplate: false, pool, ...(host === undefined ? {} : { host }) };
  try {
    await connection.tasks.run(place.datacenter.vmFolder, 'RegisterVM_Task', args, call);
  } catch (error) {
    // Somebody else was quicker.
    if (!isVimError(error, 'AlreadyExists')) throw error;
  }
}

/** Takes a machine out of the inventory; does nothing when it is not there any more. @throws Fault. */
export function unregisterMachine(machine: Machine, call: CallContext): Promise<void> {
  const { connection, reference } = machine;
  return machine.run('taking out of the inventory', undefined, call, async () => {
    try {
      await connection.tasks.whileBusy(call, () => connection.call(reference.current, 'UnregisterVM', {}, call));
    } catch (error) {
      if (!isVimError(error, 'ManagedObjectNotFound')) throw error;
    }
  });
}

/** The one of several datacentres where the file lies. @throws Fault `not-found`, `vm-ambiguous`. */
async function theOneWith(
  connection: VsphereConnection,
  places: readonly Place[],
  location: Location & { readonly kind: 'datastore' },
  text: string,
  call: CallSignal,
): Promise<Place> {
  const [only, ...others] = places;
  if (only === undefined) {
    throw new Fault('not-found', `'${text}' names the datastore '${location.datastore}', which is not there.`);
  }
  if (others.length === 0) return only;
  const looked = await Promise.all(
    places.map(async (place) => {
      const file = { datacenter: place.datacenter, datastore: location.datastore, path: location.path };
      return { place, isThere: await fileExists(connection, file, call) };
    }),
  );
  // Where this user may not look, the file may lie just as well.
  const [found, ...more] = looked.filter(({ isThere }) => isThere !== false);
  if (found === undefined) throw new Fault('not-found', `'${text}' lies in no datacentre that has the datastore.`);
  if (more.length === 0) return found.place;
  const names = [found, ...more].map(({ place: { datacenter } }) => {
    return `'[${datacenter.path}/${location.datastore}] ${location.path}'`;
  });
  throw new Fault(
    'vm-ambiguous',
    `'${text}' may lie in several datacentres: ${names.join(', ')}. Name one as these do.`,
  );
}

const wayToHosts: readonly SelectionSpec[] = [
  {
    $type: 'TraversalSpec',
    name: 'folders',
    type: 'Folder',
    path: 'childEntity',
    selectSet: [{ name: 'folders' }, { name: 'hosts' }],
  },
  { $type: 'TraversalSpec', name: 'hosts', type: 'ComputeResource', path: 'host' },
];

/**
 * Where a machine on this datastore can run: on a host that has it and is ready for work, if there is one.
 * @throws Fault `not-found` when no host has the datastore.
 */
export async function computeFor(
  connection: VsphereConnection,
  datacenter: Datacenter,
  datastore: Datastore,
  call: CallSignal,
): Promise<Compute> {
  const spec = {
    propSet: [
      { type: 'ComputeResource', pathSet: ['resourcePool', 'datastore'] },
      { type: 'HostSystem', pathSet: ['parent', 'datastore', 'runtime.connectionState', 'runtime.inMaintenanceMode'] },
    ],
    objectSet: [{ obj: datacenter.hostFolder, selectSet: wayToHosts }],
  };
  const computes = new Map<string, Properties>();
  const hosts: { readonly ref: Ref<'HostSystem'>; readonly values: Properties }[] = [];
  for await (const page of connection.retrieve(spec, call)) {
    for (const object of page) {
      if (object.obj.type === 'HostSystem')
        hosts.push({ ref: object.obj as Ref<'HostSystem'>, values: propertiesOf(object) });
      else computes.set(refKey(object.obj), propertiesOf(object));
    }
  }
  const seeing = hosts.filter(({ values }) => has(values, datastore));
  const ready = seeing.find(({ values }) => {
    return values.get('runtime.connectionState') === 'connected' && values.get('runtime.inMaintenanceMode') !== true;
  });
  const parent = ready?.values.get('parent');
  const compute =
    parent === undefined
      ? [...computes.values()].find((values) => has(values, datastore))
      : computes.get(refKey(parent));
  const pool = compute?.get('resourcePool');
  if (pool !== undefined) return { pool, host: ready?.ref };
  throw new Fault(
    'not-found',
    `No host in the datacentre '${datacenter.path}' that this user can see has the datastore '${datastore.name}'.`,
  );
}

function has(values: Properties, { ref }: Datastore): boolean {
  const datastores = values.get('datastore') ?? [];
  return datastores.some((datastore) => refKey(datastore) === refKey(ref));
}
