import type { RefTo } from '../../backends/vsphere/vim/generated/types.js';
import { guestReport, type GuestReport } from '../../world/vm/guest-report.js';
import type { VmRecord } from '../../world/vm/vm-record.js';
import type { Endpoint } from '../endpoint.js';
import { hostUuid } from '../inventory/compute-kinds.js';
import { locationsOfPlace, parseDatastorePath } from '../inventory/datastore-path.js';
import { managed, vimMethods, type ManagedKind } from '../managed-object.js';
import type { Ref } from '../ref.js';
import type { Session } from '../sessions.js';
import { VimFault } from '../vim-fault.js';

type VmRef = RefTo<'VirtualMachine'>;

/** The registered machine at a path of a datacentre's datastore, without a look through the others. */
async function byDatastorePath(endpoint: Endpoint, datacenter: Ref, path: string): Promise<VmRef | undefined> {
  const shown = endpoint.inventory.datacenterOf(datacenter);
  if (shown === undefined || datacenter.type !== 'Datacenter') throw notFound(datacenter);
  const place = parseDatastorePath(path);
  if (!shown.datastores.has(place.datastore)) {
    const fault = { $type: 'InvalidDatastore', name: place.datastore };
    throw new VimFault(fault, `The datacenter '${shown.shownName}' has no datastore '${place.datastore}'.`);
  }
  for (const location of locationsOfPlace(shown.name, place)) {
    const id = await endpoint.world.idAt(location);
    const machine = id === null ? undefined : endpoint.machines.byId(id);
    if (machine?.ref !== undefined && machine.datacenter === shown.name) return machine.ref;
  }
  return undefined;
}

/** The child of this name; names compare as they are written. */
async function childNamed(endpoint: Endpoint, session: Session, parent: Ref, name: string): Promise<Ref | undefined> {
  for (const child of await childrenOf(endpoint, session, parent)) {
    const found = await endpoint.find(child, session);
    if (found?.property('name', session) === name) return child;
  }
  return undefined;
}

const childProperties: Readonly<Record<string, readonly string[]>> = {
  Folder: ['childEntity'],
  StoragePod: ['childEntity'],
  Datacenter: ['vmFolder', 'hostFolder', 'datastoreFolder', 'networkFolder'],
  ComputeResource: ['host', 'resourcePool'],
  ClusterComputeResource: ['host', 'resourcePool'],
  ResourcePool: ['vm', 'resourcePool'],
};

async function childrenOf(endpoint: Endpoint, session: Session, parent: Ref): Promise<readonly Ref[]> {
  const object = await endpoint.find(parent, session);
  if (object === undefined) throw notFound(parent);
  const values = (childProperties[parent.type] ?? []).map((name) => object.property(name, session));
  return values.flat().filter((value): value is Ref => value !== undefined);
}

/** Follows names from the root; `/` separates them, and stands in a name as `%2f`. */
async function byInventoryPath(endpoint: Endpoint, session: Session, path: string): Promise<Ref | undefined> {
  let at: Ref | undefined = endpoint.inventory.rootFolder;
  for (const step of path.split('/').filter((part) => part !== '')) {
    if (at === undefined) return undefined;
    at = await childNamed(endpoint, session, at, step);
  }
  return at;
}

/** Registered machines, of one datacentre or all, that pass a test. */
async function machinesWhere(
  endpoint: Endpoint,
  datacenter: Ref | undefined,
  test: (record: Readonly<VmRecord>) => boolean,
): Promise<readonly VmRef[]> {
  const { inventory, world } = endpoint;
  const shown = datacenter === undefined ? inventory.datacenters : [inventory.datacenterOf(datacenter)];
  const found: VmRef[] = [];
  for (const { id, ref } of shown.flatMap((place) => [...(place?.machines ?? [])])) {
    if (ref !== undefined && (await world.store.read(id, ({ record }) => test(record)))) found.push(ref);
  }
  return found;
}

function uuidKey(uuid: string): string {
  return uuid.replaceAll('-', '').toLowerCase();
}

async function byUuid(
  endpoint: Endpoint,
  args: {
    readonly uuid: string;
    readonly vmSearch: boolean;
    readonly instanceUuid?: boolean | undefined;
    readonly datacenter?: Ref | undefined;
  },
): Promise<readonly Ref[]> {
  const wanted = uuidKey(args.uuid);
  if (!args.vmSearch) {
    const hosts = endpoint.inventory.datacenters.map((place) => ({ place, uuid: hostUuid(place) }));
    return hosts.filter(({ uuid }) => uuidKey(uuid) === wanted).map(({ place }) => place.refs.host);
  }
  const field = args.instanceUuid === true ? 'instanceUuid' : 'uuid';
  return machinesWhere(endpoint, args.datacenter, (record) => uuidKey(record[field]) === wanted);
}

/** Machines by what Tools reports of them; hosts are not looked for by what they are called in the network. */
function byReport(
  endpoint: Endpoint,
  datacenter: Ref | undefined,
  isVmSearch: boolean,
  test: (report: GuestReport) => boolean,
): Promise<readonly VmRef[]> {
  const nowMs = endpoint.clock.now();
  if (!isVmSearch) return Promise.resolve([]);
  return machinesWhere(endpoint, datacenter, (record) => {
    const report = guestReport(record, nowMs);
    return report !== null && test(report);
  });
}

const hasAddress = (ip: string) => (report: GuestReport) =>
  report.nics.some(({ addresses }) => addresses.some(({ address }) => address.toLowerCase() === ip.toLowerCase()));

const hasName = (dnsName: string) => (report: GuestReport) => {
  const wanted = dnsName.toLowerCase();
  const full = `${report.hostName}.${report.domain}`.toLowerCase();
  return report.hostName.toLowerCase() === wanted || (report.domain !== '' && full === wanted);
};

function notFound(ref: Ref): VimFault {
  return new VimFault({ $type: 'ManagedObjectNotFound', obj: ref }, `There is no ${ref.type} ${ref.value}.`);
}

const searchIndexKind: ManagedKind<Endpoint> = {
  type: 'SearchIndex',
  properties: {},
  methods: vimMethods<Endpoint>({
    FindByDatastorePath: (endpoint, { args }) => byDatastorePath(endpoint, args.datacenter, args.path),
    FindByInventoryPath: (endpoint, { args, session }) =>
      byInventoryPath(endpoint, session, args.inventoryPath) as Promise<RefTo<'ManagedEntity'> | undefined>,
    FindChild: (endpoint, { args, session }) =>
      childNamed(endpoint, session, args.entity, args.name) as Promise<RefTo<'ManagedEntity'> | undefined>,
    FindByUuid: async (endpoint, { args }) => first(await byUuid(endpoint, args)),
    FindAllByUuid: async (endpoint, { args }) => (await byUuid(endpoint, args)) as readonly RefTo<'ManagedEntity'>[],
    FindByIp: async (endpoint, { args }) =>
      first(await byReport(endpoint, args.datacenter, args.vmSearch, hasAddress(args.ip))),
    FindAllByIp: (endpoint, { args }) => byReport(endpoint, args.datacenter, args.vmSearch, hasAddress(args.ip)),
    FindByDnsName: async (endpoint, { args }) =>
      first(await byReport(endpoint, args.datacenter, args.vmSearch, hasName(args.dnsName))),
    FindAllByDnsName: (endpoint, { args }) => byReport(endpoint, args.datacenter, args.vmSearch, hasName(args.dnsName)),
  }),
};

function first(refs: readonly Ref[]): RefTo<'ManagedEntity'> | undefined {
  return refs[0] as RefTo<'ManagedEntity'> | undefined;
}

/** Puts the search index into an endpoint. */
export function addSearchIndex(endpoint: Endpoint): void {
  const value = endpoint.kind === 'esx' ? 'ha-searchindex' : 'SearchIndex';
  endpoint.addManager('searchIndex', managed({ type: 'SearchIndex', value }, searchIndexKind, endpoint));
}
