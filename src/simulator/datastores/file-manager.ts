import type { Endpoint } from '../endpoint.js';
import { managed, vimMethods, type ManagedKind } from '../managed-object.js';
import { withFileFaults } from './datastore-faults.js';
import { diskManagerKind } from './disk-manager.js';
import { fileTask, managePrivilege, namedFile, transferTask } from './named-file.js';

const fileManagerKind: ManagedKind<Endpoint> = {
  type: 'FileManager',
  properties: {},
  methods: vimMethods<Endpoint>({
    MoveDatastoreFile_Task: (endpoint, { args, session }) =>
      transferTask(endpoint, session, { method: 'MoveDatastoreFile_Task', kind: 'move' }, args),
    CopyDatastoreFile_Task: (endpoint, { args, session }) =>
      transferTask(endpoint, session, { method: 'CopyDatastoreFile_Task', kind: 'copy' }, args),
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

/** Puts in the managers of the files and disks of datastores. */
export function addFileManager(endpoint: Endpoint): void {
  const ref = { type: 'FileManager', value: endpoint.kind === 'esx' ? 'ha-nfc-file-manager' : 'FileManager' };
  endpoint.addManager('fileManager', managed(ref, fileManagerKind, endpoint));
  const value = endpoint.kind === 'esx' ? 'ha-vdiskmanager' : 'virtualDiskManager';
  endpoint.addManager('virtualDiskManager', managed({ type: 'VirtualDiskManager', value }, diskManagerKind, endpoint));
}
