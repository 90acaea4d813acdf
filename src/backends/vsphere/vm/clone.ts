import { Fault } from '../../../base/fault.js';
import type { CallContext } from '../../backend.js';
import { findByDatastorePath } from '../inventory/find-machine.js';
import type { Place } from '../inventory/datacenter.js';
import { datastorePath, type Location, parseLocation } from '../inventory/location.js';
import { shownPath } from '../inventory/machine-paths.js';
import { escapedName } from '../inventory/names.js';
import { computeFor } from '../inventory/register-machine.js';
import { type Ref, refKey } from '../soap/values.js';
import type { Machine } from './machine.js';
import { snapshotRef } from './snapshots.js';

interface CloneOptions {
  readonly snapshotId: string | null;
  readonly isLinked: boolean;
  readonly destination: string;
}

/** Name of the snapshot that a linked clone hangs on when none is named. */
const linkName = 'Revix linked clone';

/**
 * Clones a machine. vSphere names the folder and the file of the clone after the clone, so of the destination only the
 * datastore and the name of the file count.
 *
 * @returns where the clone really is.
 * @throws Fault, VimError.
 */
export async function cloneMachine(machine: Machine, options: CloneOptions, call: CallContext): Promise<string> {
  const { connection, label } = machine;
  const location = parseLocation(options.destination);
  const name = location?.kind === 'datastore' ? /(?:^|\/)([^/]+)\.vmx$/i.exec(location.path)?.[1] : undefined;
  if (location?.kind !== 'datastore' || name === undefined) {
    const message = `'${options.destination}' is no place for a clone. Give '[datastore] folder/name.vmx'.`;
    throw new Fault('invalid-argument', message);
  }
  const values = await machine.properties(['runtime.powerState', 'parent', 'resourcePool', 'datastore'], call);
  // A clone takes too long for anything that has changed since to be found out by its failure.
  await machine.datacenters.list(call, true);
  const place = await placeFor(machine, location, values.get('datastore') ?? [], call);
  const state = values.get('runtime.powerState');
  if (state === 'poweredOn' || (state === 'suspended' && options.isLinked)) {
    throw new Fault('vm-running', `${label} is not off. Power it off, then clone it.`);
  }
  const { datacenter, datastore } = place;
  const taken = await Promise.all(
    [location.path, `${name}/${name}.vmx`].map((path) =>
      findByDatastorePath(connection, datacenter, datastorePath(location.datastore, path), call),
    ),
  );
  if (taken.some((other) => other !== undefined)) {
    throw new Fault('file-exists', `There is a machine at '${options.destination}' already. Choose another name.`);
  }
  const isInPlace = datacenter.datastores.some(({ ref: other }) => {
    return (values.get('datastore') ?? []).some((own) => refKey(own) === refKey(other));
  });
  const parent = values.get('parent');
  const ownPool = values.get('resourcePool');
  const compute =
    isInPlace && ownPool !== undefined ? { pool: ownPool } : await computeFor(connection, datacenter, datastore, call);
  const isOwnFolder = isInPlace && parent?.type === 'Folder';
  const folder = isOwnFolder ? (parent as Ref<'Folder'>) : datacenter.vmFolder;
  const link = options.isLinked && options.snapshotId === null ? await takeLink(machine, call) : undefined;
  const snapshot = link ?? (options.snapshotId === null ? undefined : snapshotRef(options.snapshotId));
  const spec = {
    location: {
      datastore: datastore.ref,
      diskMoveType: options.isLinked ? 'createNewChildDiskBacking' : 'moveAllDiskBackingsAndDisallowSharing',
      ...compute,
    },
    template: false,
    powerOn: false,
    ...(snapshot === undefined ? {} : { snapshot }),
  };
  try {
    const made = await machine.task('CloneVM_Task', { folder, name: escapedName(name), spec }, call);
    return await locationOf(machine, made as Ref<'VirtualMachine'>, call);
  } catch (error) {
    if (link !== undefined) await dropLink(machine, link);
    throw error;
  }
}

/** Where the clone is to be. Of several datastores with that name it is the one in the machine's own datacentre. */
async function placeFor(
  machine: Machine,
  { datacenter, datastore }: Location & { readonly kind: 'datastore' },
  own: readonly Ref[],
  call: CallContext,
): Promise<Place> {
  const places = await machine.datacenters.withDatastore(datastore, datacenter, call);
  const ownKeys = new Set(own.map((ref) => refKey(ref)));
  const near = places.filter((place) => place.datacenter.datastores.some(({ ref }) => ownKeys.has(refKey(ref))));
  const [place, ...others] = near.length === 1 ? near : places;
  if (place === undefined) throw new Fault('not-found', `There is no datastore '${datastore}' for the clone.`);
  if (others.length === 0) return place;
  const names = places.map((candidate) => `'[${candidate.datacenter.path}/${datastore}]'`).join(', ');
  throw new Fault(
    'vm-ambiguous',
    `Several datacentres have a datastore '${datastore}': ${names}. Name one as these do.`,
  );
}

/** A linked clone needs a snapshot, since the disks of the machine itself go on changing. */
async function takeLink(machine: Machine, call: CallContext): Promise<Ref<'VirtualMachineSnapshot'>> {
  const args = { name: linkName, memory: false, quiesce: false };
  const made = await machine.task('CreateSnapshot_Task', args, call);
  return made as Ref<'VirtualMachineSnapshot'>;
}

/** Leaves nothing half done: the snapshot of a clone that failed serves nobody. The failure itself counts more. */
async function dropLink(machine: Machine, link: Ref<'VirtualMachineSnapshot'>): Promise<void> {
  const { connection, reference } = machine;
  const args = { removeChildren: false, consolidate: true };
  const call = { signal: new AbortController().signal, clock: connection.clock, progress: () => undefined };
  await connection.tasks.run(link, 'RemoveSnapshot_Task', args, call, reference.current).catch(() => undefined);
}

async function locationOf(machine: Machine, clone: Ref<'VirtualMachine'>, call: CallContext): Promise<string> {
  const { connection, datacenters } = machine;
  const values = await connection.properties(clone, ['summary.config.vmPathName', 'datastore'], call);
  const path = values.get('summary.config.vmPathName') ?? '';
  return shownPath(connection, datacenters, path, values.get('datastore') ?? [], call);
}
