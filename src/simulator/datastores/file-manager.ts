import type { Endpoint } from '../endpoint.js';
import type { Datastore } from '../inventory/datacenter.js';
import { parseDatastorePath, type DatastorePath } from '../inventory/datastore-path.js';
import { managed, vimMethods, type ManagedKind } from '../managed-object.js';
import type { Ref } from '../ref.js';
import type { Session } from '../sessions.js';
import { VimFault } from '../vim-fault.js';
import { withFileFaults } from './datastore-faults.js';
import type { DatastoreTree } from './datastore-tree.js';
import { treeOf } from './datastore-trees.js';

const managePrivilege = 'Datastore.FileManagement';

/** A path that a client has named, with the datastore that it lies in. */
export interface NamedFile {
  readonly place: DatastorePath;
  readonly datastore: Datastore;
  readonly tree: DatastoreTree;
}

/**
 * Finds what a path in a datacentre means.
 * @throws VimFault `InvalidDatastorePath`, `InvalidDatastore`; `InvalidArgument` for a vCenter without a datacentre.
 */
function namedFile(endpoint: Endpoint, text: string, datacenter: Ref | undefined): NamedFile {
  const { inventory, kind } = endpoint;
  const [only] = inventory.datacenters;
  const shown = datacenter === undefined && kind === 'esx' ? only : datacenter && inventory.datacenterOf(datacenter);
  if (shown === undefined) {
    throw new VimFault({ $type: 'InvalidArgument', invalidProperty: 'datacenter' }, 'Name the datacenter of the path.');
  }
  const place = parseDatastorePath(text);
  const datastore = shown.datastores.get(place.datastore);
  if (datastore === undefined) {
    const fault = { $type: 'InvalidDatastore', name: place.datastore };
    throw new VimFault(fault, `The datacenter '${shown.shownName}' has no datastore '${place.datastore}'.`);
  }
  return { place, datastore, tree: treeOf(endpoint, datastore) };
}

interface Transfer {
  readonly sourceName: string;
  readonly sourceDatacenter?: Ref | undefined;
  readonly destinationName: string;
  readonly destinationDatacenter?: Ref | undefined;
  readonly force?: boolean | undefined;
}

function transferTask(endpoint: Endpoint, session: Session, method: 'move' | 'copy', args: Transfer): Ref<'Task'> {
  const from = namedFile(endpoint, args.sourceName, args.sourceDatacenter);
  const to = namedFile(endpoint, args.destinationName, args.destinationDatacenter ?? args.sourceDatacenter);
  for (const { datastore } of [from, to]) session.requirePrivilege(managePrivilege, datastore.ref);
  const name = method === 'move' ? 'MoveDatastoreFile_Task' : 'CopyDatastoreFile_Task';
  return fileTask(endpoint, session, name, to, () =>
    from.tree[method](from.place.path, to.tree, to.place.path, args.force ?? false),
  );
}

function fileTask(
  endpoint: Endpoint,
  session: Session,
  method: string,
  { datastore, place }: NamedFile,
  work: () => Promise<void>,
): Ref<'Task'> {
  const spec = { method, entity: datastore.ref, entityName: datastore.name, session };
  return endpoint.tasks.start(spec, () => withFileFaults(place, work));
}

const fileManagerKind: ManagedKind<Endpoint> = {
  type: 'FileManager',
  properties: {},
  methods: vimMethods<Endpoint>({
    MoveDatastoreFile_Task: (endpoint, { args, session }) => transferTask(endpoint, session, 'move', args),
    CopyDatastoreFile_Task: (endpoint, { args, session }) => transferTask(endpoint, session, 'copy', args),
    DeleteDatastoreFile_Task: (endpoint, { args, session }) => {
      const file = namedFile(endpoint, args.name, args.datacenter);
      session.requirePrivilege(managePrivilege, file.datastore.ref);
      return fileTask(endpoint, session, 'DeleteDatastoreFile_Task', file, () => file.tree.remove(file.place.path));
    },
    MakeDirectory: async (endpoint, { args, session }) => {
      const { place, tree, datastore } = namedFile(endpoint, args.name, args.datacenter);
      session.requirePrivilege(managePrivilege, datastore.ref);
      const options = { makeParents: args.createParentDirectories ?? false };
      await withFileFaults(place, () => tree.makeDirectory(place.path, options));
    },
  }),
};

/** The older manager of disks: a disk is the file that describes it. */
const diskManagerKind: ManagedKind<Endpoint> = {
  type: 'VirtualDiskManager',
  properties: {},
  methods: vimMethods<Endpoint>({
    MoveVirtualDisk_Task: (endpoint, { args, session }) => transferTask(endpoint, session, 'move', diskTransfer(args)),
    CopyVirtualDisk_Task: (endpoint, { args, session }) => transferTask(endpoint, session, 'copy', diskTransfer(args)),
    DeleteVirtualDisk_Task: (endpoint, { args, session }) => {
      const file = namedFile(endpoint, args.name, args.datacenter);
      session.requirePrivilege(managePrivilege, file.datastore.ref);
      return fileTask(endpoint, session, 'DeleteVirtualDisk_Task', file, () => file.tree.remove(file.place.path));
    },
  }),
};

function diskTransfer(args: {
  readonly sourceName: string;
  readonly sourceDatacenter?: Ref | undefined;
  readonly destName: string;
  readonly destDatacenter?: Ref | undefined;
  readonly force?: boolean | undefined;
}): Transfer {
  const { destName, destDatacenter, ...rest } = args;
  return { ...rest, destinationName: destName, destinationDatacenter: destDatacenter };
}

/** Puts in the managers of the files of datastores. */
export function addFileManager(endpoint: Endpoint): void {
  const ref = { type: 'FileManager', value: endpoint.kind === 'esx' ? 'ha-nfc-file-manager' : 'FileManager' };
  endpoint.addManager('fileManager', managed(ref, fileManagerKind, endpoint));
  const value = endpoint.kind === 'esx' ? 'ha-vdiskmanager' : 'virtualDiskManager';
  endpoint.addManager('virtualDiskManager', managed({ type: 'VirtualDiskManager', value }, diskManagerKind, endpoint));
}
