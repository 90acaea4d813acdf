import type { VirtualDiskSpec } from '../../backends/vsphere/vim/generated/types.js';
import { typed } from '../../backends/vsphere/soap/values.js';
import { contentOf } from '../../world/guest/file-content.js';
import { currentHardwareVersion } from '../../world/vm/lifecycle.js';
import type { Endpoint } from '../endpoint.js';
import { diskInfoMethod } from '../endpoint-schema.js';
import { Fields, invalidArgument } from '../fields.js';
import { formatDatastorePath, nameIn } from '../inventory/datastore-path.js';
import { vimMethods, type ManagedKind, type MethodRequest } from '../managed-object.js';
import type { Ref } from '../ref.js';
import { VimFault } from '../vim-fault.js';
import { withFileFaults } from './datastore-faults.js';
import { requireProvisioning } from './datastore-state.js';
import {
  capacityIn,
  changedDescriptor,
  dashedUuid,
  diskTypeIn,
  formatDescriptor,
  diskTypes,
  isDiskType,
  largestDisk,
  uuidIn,
  type DiskChange,
  type DiskType,
} from './disk-descriptor.js';
import { diskUuid } from './disk-uuid.js';
import { fileTask, managePrivilege, namedFile, transferTask, type FileTransfer, type NamedFile } from './named-file.js';

const bytesPerKb = 1024;

interface DiskName {
  readonly name: string;
  readonly datacenter?: Ref | undefined;
}

/** The manager of disks: a disk is the file that describes it. */
export const diskManagerKind: ManagedKind<Endpoint> = {
  type: 'VirtualDiskManager',
  properties: {},
  methods: {
    ...vimMethods<Endpoint>({
      CreateVirtualDisk_Task: (endpoint, request) => createDisk(endpoint, request),
      MoveVirtualDisk_Task: (endpoint, { args, session }) => {
        const how = { method: 'MoveVirtualDisk_Task', kind: 'move' } as const;
        return transferTask(endpoint, session, how, diskTransfer(args), (from, to) => {
          // Who a disk is that does not say so itself, its old place has told.
          const uuid = uuidIn(to.tree.descriptor(to.place.path) ?? '') ?? uuidOfPlace(from);
          return changeMoved(to, { name: nameIn(to.place.path), uuid });
        });
      },
      CopyVirtualDisk_Task: (endpoint, { args, session }) => {
        const diskType = args.destSpec === undefined ? undefined : typeOf(args.destSpec, 'destSpec');
        const how = { method: 'CopyVirtualDisk_Task', kind: 'copy' } as const;
        return transferTask(endpoint, session, how, diskTransfer(args), (_from, to) =>
          changeMoved(to, {
            name: nameIn(to.place.path),
            uuid: uuidOfPlace(to),
            ...(diskType === undefined ? {} : { diskType }),
          }),
        );
      },
      DeleteVirtualDisk_Task: (endpoint, { args, session }) => {
        const file = namedFile(endpoint, args.name, args.datacenter);
        session.requirePrivilege(managePrivilege, file.datastore.ref);
        return fileTask(endpoint, session, 'DeleteVirtualDisk_Task', file, () => file.tree.remove(file.place.path));
      },
      ExtendVirtualDisk_Task: (endpoint, request) => {
        const { newCapacityKb } = request.args;
        return changeTask(endpoint, request, 'ExtendVirtualDisk_Task', (descriptor, name) => {
          const capacityBytes = newCapacityKb * bytesPerKb;
          if (capacityBytes > largestDisk) throw invalidArgument('newCapacityKb', 'disks have at most 62 TiB');
          if (capacityBytes >= (capacityIn(descriptor) ?? 0)) return { capacityBytes };
          throw invalidArgument('newCapacityKb', `'${name}' is larger already, and disks only grow`);
        });
      },
      InflateVirtualDisk_Task: (endpoint, request) =>
        changeTask(endpoint, request, 'InflateVirtualDisk_Task', (descriptor, name) => {
          requireThin(descriptor, name);
          return { diskType: 'eagerZeroedThick' };
        }),
      ShrinkVirtualDisk_Task: (endpoint, request) =>
        changeTask(endpoint, request, 'ShrinkVirtualDisk_Task', (descriptor, name) => {
          requireThin(descriptor, name);
          // Nothing is stored but the descriptor, so a disk takes no space that it could give back.
          return {};
        }),
      QueryVirtualDiskUuid: async (endpoint, { args, session }) => {
        const file = namedFile(endpoint, args.name, args.datacenter);
        session.requirePrivilege('Datastore.Browse', file.datastore.ref);
        const { descriptor } = await withFileFaults(file.place, () => file.tree.disk(file.place.path));
        return uuidIn(descriptor) ?? uuidOfPlace(file);
      },
      SetVirtualDiskUuid: async (endpoint, { args, session }) => {
        const file = namedFile(endpoint, args.name, args.datacenter);
        session.requirePrivilege(managePrivilege, file.datastore.ref);
        const uuid = dashedUuid(args.uuid);
        if (uuid === undefined) throw invalidArgument('uuid', `'${args.uuid}' does not have 32 hexadecimal digits`);
        await withFileFaults(file.place, () => changeDisk(endpoint, file, () => ({ uuid })));
      },
    }),
    [diskInfoMethod]: {
      privilege: null,
      run: (endpoint, { args, session }) => {
        const fields = new Fields(args);
        const datacenter = fields.has('datacenter') ? fields.ref('datacenter', 'Datacenter') : undefined;
        const file = namedFile(endpoint, fields.text('name'), datacenter);
        session.requirePrivilege('Datastore.Browse', file.datastore.ref);
        return fileTask(endpoint, session, diskInfoMethod, file, async () => {
          const { descriptor } = await file.tree.disk(file.place.path);
          const unit = { name: formatDatastorePath(file.place), datacenter: file.datastore.datacenter.refs.datacenter };
          return typed('VirtualDiskInfo[]', [{ unit, diskType: diskTypeIn(descriptor) }]);
        });
      },
    },
  },
};

function createDisk(
  endpoint: Endpoint,
  { args, session }: MethodRequest<DiskName & { readonly spec: VirtualDiskSpec }>,
): Ref<'Task'> {
  const file = namedFile(endpoint, args.name, args.datacenter);
  session.requirePrivilege(managePrivilege, file.datastore.ref);
  const { place, tree, datastore } = file;
  if (!place.path.toLowerCase().endsWith('.vmdk')) throw invalidArgument('name', 'the name of a disk ends in .vmdk');
  const diskType = typeOf(args.spec, 'spec');
  const capacityKb = 'capacityKb' in args.spec ? args.spec.capacityKb : 0;
  const mostKb = largestDisk / bytesPerKb;
  if (capacityKb < 1 || capacityKb > mostKb) throw invalidArgument('spec.capacityKb', `expected 1 to ${mostKb}`);
  return fileTask(endpoint, session, 'CreateVirtualDisk_Task', file, async () => {
    requireProvisioning(datastore);
    const there = formatDatastorePath(place);
    if ((await tree.stat(place.path)) !== undefined) {
      throw new VimFault({ $type: 'FileAlreadyExists', file: there }, `File or folder '${there}' already exists`);
    }
    const capacityBytes = capacityKb * bytesPerKb;
    const name = nameIn(place.path);
    const text = formatDescriptor({ name, capacityBytes, hardwareVersion: currentHardwareVersion, diskType });
    await tree.write(place.path, contentOf(text));
    return there;
  });
}

/** How the space of a disk is to be taken. @throws VimFault `NotSupported` for disks that are more than a file. */
function typeOf(spec: VirtualDiskSpec, place: string): DiskType {
  const { diskType } = spec;
  // The old word says no more than that all of the space is taken.
  const asked = diskType === 'thick' ? 'preallocated' : diskType;
  if (spec.$type !== 'DeviceBackedVirtualDiskSpec' && isDiskType(asked)) return asked;
  throw new VimFault(
    { $type: 'NotSupported' },
    `The simulator has no disks as ${place} wants one; it has files of the types ${diskTypes.join(', ')}.`,
  );
}

function requireThin(descriptor: string, name: string): void {
  if (diskTypeIn(descriptor) === 'thin') return;
  throw new VimFault({ $type: 'NotSupported' }, `The disk '${name}' is not thin, so all of its space is taken.`);
}

function changeTask(
  endpoint: Endpoint,
  { args, session }: MethodRequest<DiskName>,
  method: string,
  change: (descriptor: string, name: string) => DiskChange,
): Ref<'Task'> {
  const file = namedFile(endpoint, args.name, args.datacenter);
  session.requirePrivilege(managePrivilege, file.datastore.ref);
  return fileTask(endpoint, session, method, file, () => changeDisk(endpoint, file, change));
}

/** @throws VimFault `FileLocked` for the disk of a machine that runs. */
async function changeDisk(
  { objects }: Endpoint,
  { tree, place, datastore }: NamedFile,
  change: (descriptor: string, name: string) => DiskChange,
): Promise<void> {
  const { descriptor, isInUse } = await tree.disk(place.path);
  const name = formatDatastorePath(place);
  if (isInUse) {
    throw new VimFault({ $type: 'FileLocked', file: name }, `The machine of '${name}' runs. Power it off first.`);
  }
  tree.requireWritable();
  tree.writeDescriptor(place.path, changedDescriptor(descriptor, change(descriptor, name)));
  for (const { ref } of datastore.datacenter.machines) if (ref !== undefined) objects.changed({ ref, kind: 'modify' });
}

/** Changes what a disk that was moved or copied says of itself; what is no disk stays as it is. @returns its new path. */
function changeMoved({ tree, place }: NamedFile, change: DiskChange): string {
  const descriptor = tree.descriptor(place.path);
  if (descriptor !== undefined) tree.writeDescriptor(place.path, changedDescriptor(descriptor, change));
  return formatDatastorePath(place);
}

/** Who a disk at a place is that does not say so itself. */
function uuidOfPlace({ datastore, place }: NamedFile): string {
  return diskUuid(datastore.datacenter, place);
}

function diskTransfer(args: {
  readonly sourceName: string;
  readonly sourceDatacenter?: Ref | undefined;
  readonly destName: string;
  readonly destDatacenter?: Ref | undefined;
  readonly force?: boolean | undefined;
}): FileTransfer {
  const { destName, destDatacenter, sourceName, sourceDatacenter, force } = args;
  return { sourceName, sourceDatacenter, destinationName: destName, destinationDatacenter: destDatacenter, force };
}
