import { Fault } from '../../../base/fault.js';
import type { CallSignal, VsphereConnection } from '../connection.js';
import { isVimError } from '../errors/vim-error.js';
import { familyPaths, KnownFamily } from '../guest/known-family.js';
import { propertiesOf, type Properties } from '../properties.js';
import { refKey, type Ref } from '../soap/values.js';
import type { Datacenter } from './datacenter.js';
import type { Datacenters } from './datacenters.js';
import { datastorePath, type Location, parseLocation } from './location.js';
import { allMachines } from './machine-list.js';

export type MachineRef = Ref<'VirtualMachine'>;

/** A machine, and what must be known of it before anything is done with it. */
export interface FoundMachine {
  readonly ref: MachineRef;
  /** Its UUID of the BIOS, which it keeps where its reference changes; undefined where the server does not tell. */
  readonly uuid: string | undefined;
  /** For what is asked of its guest. */
  readonly family: KnownFamily;
}

/** Properties that tell what a found machine is. */
const detailPaths = ['summary.config.uuid', ...familyPaths] as const;

/** A machine with its path on the datastore. */
interface Candidate extends FoundMachine {
  readonly path: string;
  readonly datacenter: Datacenter | null;
}

/**
 * Finds the one machine that a text leads to: a path on a datastore, with or without its datacentre, a UUID of the
 * machine (vCenter's or the BIOS's), or its path in the inventory.
 *
 * @throws Fault `vm-not-found`; `vm-ambiguous` with the candidates.
 */
export async function findMachine(
  connection: VsphereConnection,
  datacenters: Datacenters,
  text: string,
  call: CallSignal,
): Promise<FoundMachine> {
  const location = parseLocation(text);
  if (location === null) {
    const message = `'${text}' leads to no machine of vSphere. Give '[datastore] folder/name.vmx', a UUID, or an inventory path.`;
    throw new Fault('vm-not-found', message);
  }
  switch (location.kind) {
    case 'datastore':
      return datacenters.withNewest(() => findByPath(connection, datacenters, location, text, call));
    case 'uuid':
      return withDetails(connection, await findByUuid(connection, location.uuid, call), call);
    case 'inventory':
      return withDetails(connection, await findInInventory(connection, location.path, call), call);
  }
}

async function findByPath(
  connection: VsphereConnection,
  datacenters: Datacenters,
  location: Location & { readonly kind: 'datastore' },
  text: string,
  call: CallSignal,
): Promise<FoundMachine> {
  const { datastore, path } = location;
  const places = await datacenters.withDatastore(datastore, location.datacenter, call);
  if (places.length === 0) throw new Fault('vm-not-found', await noPlaceMessage(datacenters, location, text, call));
  const wanted = datastorePath(datastore, path);
  const asked = await Promise.all(
    places.map(async ({ datacenter }) => {
      const ref = await findByDatastorePath(connection, datacenter, wanted, call);
      return ref === undefined ? [] : [{ ref, datacenter }];
    }),
  );
  const candidates = await withPaths(connection, asked.flat(), call);
  const exact = candidates.filter((candidate) => candidate.path === wanted);
  const [only, ...others] = exact;
  if (only !== undefined && others.length === 0) return only;
  if (only !== undefined) throw ambiguous(text, exact, 'Name the datacentre as these do.');
  // Where the server's database ignores case, it may have given the twin of the machine that was meant.
  const twins = candidates.filter((candidate) => candidate.path.toLowerCase() === wanted.toLowerCase());
  for (const { datacenter } of twins) {
    if (datacenter === null) continue;
    for await (const machine of allMachines(connection, datacenter.vmFolder, call)) {
      if (machine.path === wanted) return withDetails(connection, machine.ref, call);
    }
  }
  const [twin] = twins;
  const hint = twin === undefined ? '' : ` There is '${twin.path}', which differs in case.`;
  throw new Fault('vm-not-found', `'${text}' is not in the inventory.${hint} Register it, then open it.`);
}

/** The machine with this path in one datacentre. */
export async function findByDatastorePath(
  connection: VsphereConnection,
  datacenter: Datacenter,
  path: string,
  call: CallSignal,
): Promise<MachineRef | undefined> {
  const index = searchIndexOf(connection);
  try {
    const args = { datacenter: datacenter.ref, path };
    return await connection.call(index, 'FindByDatastorePath', args, call);
  } catch (error) {
    // The datastore has gone from there in the meantime, or the datacentre itself has gone.
    if (isVimError(error, 'InvalidDatastore', 'InvalidDatastorePath', 'ManagedObjectNotFound')) return undefined;
    throw error;
  }
}

async function findByUuid(connection: VsphereConnection, uuid: string, call: CallSignal): Promise<MachineRef> {
  const index = searchIndexOf(connection);
  for (const instanceUuid of [true, false]) {
    const args = { uuid, vmSearch: true, instanceUuid };
    const found = (await connection.call(index, 'FindAllByUuid', args, call)) as readonly MachineRef[] | undefined;
    const [only, ...others] = found ?? [];
    if (only !== undefined && others.length === 0) return only;
    if (found !== undefined && others.length > 0) {
      const candidates = found.map((ref) => ({ ref, datacenter: null }));
      throw ambiguous(uuid, await withPaths(connection, candidates, call), 'Open one of them by its path.');
    }
  }
  throw new Fault('vm-not-found', `No machine in the inventory has the UUID ${uuid}.`);
}

async function findInInventory(connection: VsphereConnection, path: string, call: CallSignal): Promise<MachineRef> {
  const found = await connection.call(searchIndexOf(connection), 'FindByInventoryPath', { inventoryPath: path }, call);
  if (found?.type === 'VirtualMachine') return found as MachineRef;
  const what = found === undefined ? 'leads to nothing' : `leads to a ${found.type}, not to a machine`;
  throw new Fault('vm-not-found', `The inventory path '/${path}' ${what}. It goes /datacentre/vm/folders/machine.`);
}

/** Reads the paths of machines. Those that have gone in the meantime are missing. */
async function withPaths(
  connection: VsphereConnection,
  machines: readonly { readonly ref: MachineRef; readonly datacenter: Datacenter | null }[],
  call: CallSignal,
): Promise<readonly Candidate[]> {
  if (machines.length === 0) return [];
  const spec = {
    propSet: [{ type: 'VirtualMachine', pathSet: ['summary.config.vmPathName', ...detailPaths] }],
    objectSet: machines.map(({ ref }) => ({ obj: ref })),
    reportMissingObjectsInResults: true,
  };
  const found = new Map<string, Omit<Candidate, 'ref' | 'datacenter'>>();
  for await (const page of connection.retrieve(spec, call)) {
    for (const object of page) {
      const properties = propertiesOf(object);
      const path = properties.get('summary.config.vmPathName') ?? '';
      found.set(refKey(object.obj), { path, ...detailsOf(properties) });
    }
  }
  const byRef = new Map(machines.map((machine) => [refKey(machine.ref), machine]));
  return [...byRef.values()].flatMap(({ ref, datacenter }) => {
    const details = found.get(refKey(ref));
    return details === undefined ? [] : [{ ref, datacenter, ...details }];
  });
}

async function withDetails(connection: VsphereConnection, ref: MachineRef, call: CallSignal): Promise<FoundMachine> {
  return { ref, ...detailsOf(await connection.properties(ref, detailPaths, call)) };
}

function detailsOf(properties: Properties): Omit<FoundMachine, 'ref'> {
  return { uuid: properties.get('summary.config.uuid'), family: new KnownFamily(properties) };
}

/** @param advice what to do about it. */
function ambiguous(text: string, candidates: readonly Candidate[], advice: string): Fault {
  const names = candidates.map(({ ref, path, datacenter }) => {
    return datacenter === null ? `'${path}' (${ref.value})` : `'${path.replace('[', `[${datacenter.path}/`)}'`;
  });
  return new Fault('vm-ambiguous', `'${text}' leads to several machines: ${names.join(', ')}. ${advice}`);
}

async function noPlaceMessage(
  datacenters: Datacenters,
  { datacenter, datastore }: Location & { readonly kind: 'datastore' },
  text: string,
  call: CallSignal,
): Promise<string> {
  const all = await datacenters.list(call);
  const isKnown = datacenter === null || all.some(({ name, path }) => name === datacenter || path === datacenter);
  if (!isKnown) {
    const names = all.map(({ path }) => path).join(', ');
    return `'${text}' names the datacentre '${datacenter}', which is not there. There are: ${names}.`;
  }
  const where = datacenter === null ? 'no datacentre has' : `the datacentre '${datacenter}' does not have`;
  return `'${text}' names the datastore '${datastore}', which ${where}.`;
}

function searchIndexOf(connection: VsphereConnection): Ref<'SearchIndex'> {
  const { searchIndex } = connection.content;
  if (searchIndex !== undefined) return searchIndex;
  throw new Fault('not-supported', `${connection.about.fullName} cannot search its inventory.`);
}
