import type { VirtualDevice, VirtualDisk } from '../../backends/vsphere/vim/generated/types.js';
import { largestDisk, type DiskType } from '../datastores/disk-descriptor.js';
import { requireProvisioning } from '../datastores/datastore-state.js';
import { diskEntries } from '../datastores/machine-disks.js';
import { formatDatastorePath, folderOf, inFolder, parseDatastorePath } from '../inventory/datastore-path.js';
import { VimFault } from '../vim-fault.js';
import { invalidDevice, type DeviceChange } from './device-change.js';
import { scsiController } from './vm-devices.js';
import {
  diskFileName,
  diskTree,
  freeUnit,
  isUnit,
  newDisk,
  removeDisk,
  vmDisks,
  writeDisk,
  type VmDisk,
} from './vm-disks.js';
import { placeOf, type VmView } from './vm-view.js';

export function isDisk(device: VirtualDevice): device is VirtualDisk {
  return device.$type === 'VirtualDisk';
}

/** Changes of the disks of one machine, gathered before any is made. */
export class DiskChanges {
  readonly #view: VmView;
  readonly #before: readonly VmDisk[];
  /** Those that the machine has afterwards, by their units. */
  readonly #disks: Map<number, VmDisk>;
  /** Files to be written first, with the disks whose files they replace. */
  readonly #written: { readonly disk: VmDisk; readonly before: VmDisk | undefined }[] = [];
  /** Disks that leave the machine, and whether their files go with them. */
  readonly #removed: { readonly disk: VmDisk; readonly isDestroyed: boolean }[] = [];

  /** What the specification calls the controller; undefined: by its key. */
  #controllerKey: number | undefined;

  constructor(view: VmView) {
    this.#view = view;
    this.#before = vmDisks(view);
    this.#disks = new Map(this.#before.map((disk) => [disk.unitNumber, disk]));
  }

  /** Entries of the configuration to change. */
  get config(): Readonly<Record<string, string>> {
    const after = [...this.#disks.values()];
    const isSame =
      after.length === this.#before.length && this.#before.every((disk, at) => after[at]?.slot === disk.slot);
    return isSame && this.#removed.length === 0 ? {} : diskEntries(this.#before, after);
  }

  /** Names the one controller of a machine that is being made. @throws VimFault `TooManyDevices` for a second one. */
  addController({ device, index }: DeviceChange): void {
    if (this.#controllerKey !== undefined) {
      const fault = { $type: 'TooManyDevices', property: `virtualDeviceSpec.device[${index}]` };
      throw new VimFault(fault, 'A machine of the simulator has one SCSI controller.');
    }
    this.#controllerKey = device.key;
  }

  /** @throws VimFault `InvalidDeviceSpec`, `InvalidController`, `InvalidDatastore`, `FileAlreadyExists`, `FileNotFound`. */
  async add(change: DeviceChange<VirtualDisk>): Promise<void> {
    if (change.operation === 'add') await this.#attach(change);
    else if (change.operation === 'remove') this.#remove(change);
    else this.#grow(change);
  }

  /** Writes the files of new disks, and of those that grow. @returns how to take that back. */
  prepare(): () => void {
    for (const { disk } of this.#written) writeDisk(this.#view, disk);
    return () => {
      for (const { disk, before } of this.#written) {
        if (before === undefined) removeDisk(this.#view, disk);
        else writeDisk(this.#view, before);
      }
    };
  }

  /** Removes the files that go with their disks; the others then lie in the datastore by themselves. */
  finish(): void {
    for (const { disk, isDestroyed } of this.#removed) {
      if (isDestroyed) removeDisk(this.#view, disk);
      else writeDisk(this.#view, disk);
    }
  }

  async #attach({ device, fileOperation, index }: DeviceChange<VirtualDisk>): Promise<void> {
    if (device.controllerKey !== scsiController && device.controllerKey !== (this.#controllerKey ?? scsiController)) {
      const fault = {
        $type: 'InvalidController',
        property: 'virtualDeviceSpec.device.controllerKey',
        deviceIndex: index,
        controllerKey: device.controllerKey ?? 0,
      };
      throw new VimFault(fault, `Disks hang on the SCSI controller, whose key is ${scsiController}.`);
    }
    const unitNumber = this.#unitFor(device, index);
    const { path, exists } = await this.#fileFor(device, index);
    if (fileOperation === undefined) {
      if (!exists) throw new VimFault({ $type: 'FileNotFound', file: path }, `File ${path} was not found`);
      this.#disks.set(unitNumber, newDisk(this.#view, { unitNumber, path }));
      return;
    }
    if (exists && fileOperation === 'create') {
      throw new VimFault({ $type: 'FileAlreadyExists', file: path }, `File or folder '${path}' already exists`);
    }
    if (fileOperation !== 'create') {
      throw invalidDevice(index, 'backing', `a disk is added with the file operation 'create' or none.`);
    }
    const datastore = this.#view.datacenter.datastores.get(parseDatastorePath(path).datastore);
    if (datastore !== undefined) requireProvisioning(datastore);
    const capacityBytes = capacityOf(device) || (await this.#parentCapacity(device));
    requireDiskSize(capacityBytes, index);
    if (capacityBytes <= 0) throw invalidDevice(index, 'capacityInKB', 'a new disk needs a capacity.');
    const disk = { ...newDisk(this.#view, { unitNumber, path }), capacityBytes, diskType: typeOf(device) };
    this.#disks.set(unitNumber, disk);
    this.#written.push({ disk, before: undefined });
  }

  /** Bytes of the disk that a new one is to hang on; 0: on none. */
  async #parentCapacity({ backing }: VirtualDisk): Promise<number> {
    if (backing?.$type !== 'VirtualDiskFlatVer2BackingInfo' || backing.parent === undefined) return 0;
    const { fileName } = backing.parent;
    const place = parseDatastorePath(fileName);
    if ((await diskTree(this.#view, place.datastore)?.stat(place.path)) === undefined) {
      throw new VimFault({ $type: 'FileNotFound', file: fileName }, `File ${fileName} was not found`);
    }
    return newDisk(this.#view, { unitNumber: 0, path: formatDatastorePath(place) }).capacityBytes;
  }

  #remove({ device, fileOperation, index }: DeviceChange<VirtualDisk>): void {
    const disk = this.#known(device, index);
    if (fileOperation !== undefined && fileOperation !== 'destroy') {
      throw invalidDevice(index, 'backing', `a disk is removed with the file operation 'destroy' or none.`);
    }
    this.#disks.delete(disk.unitNumber);
    this.#removed.push({ disk, isDestroyed: fileOperation === 'destroy' });
  }

  #grow({ device, index }: DeviceChange<VirtualDisk>): void {
    const before = this.#known(device, index);
    const capacityBytes = capacityOf(device);
    if (capacityBytes === before.capacityBytes) return;
    requireDiskSize(capacityBytes, index);
    if (capacityBytes < before.capacityBytes) throw invalidDevice(index, 'capacityInKB', 'disks can only grow.');
    const disk = { ...before, capacityBytes };
    this.#disks.set(disk.unitNumber, disk);
    this.#written.push({ disk, before });
  }

  #known(device: VirtualDisk, index: number): VmDisk {
    const disk = [...this.#disks.values()].find(({ key }) => key === device.key);
    if (disk === undefined) throw invalidDevice(index, 'key', `there is no disk with the key ${device.key}.`);
    return disk;
  }

  #unitFor({ unitNumber = -1 }: VirtualDisk, index: number): number {
    const unit = unitNumber === -1 ? freeUnit(new Set(this.#disks.keys())) : unitNumber;
    if (unit !== undefined && isUnit(unit) && !this.#disks.has(unit)) return unit;
    throw invalidDevice(
      index,
      'unitNumber',
      `the unit ${unit ?? 'after the last'} of the SCSI controller is not free.`,
    );
  }

  /** The file of a disk to be attached; one that names none gets one beside the configuration. */
  async #fileFor({ backing }: VirtualDisk, index: number) {
    const named = backing !== undefined && 'fileName' in backing ? backing.fileName : '';
    const own = placeOf(this.#view);
    const given = named === '' ? { datastore: own.datastore, path: '' } : parseDatastorePath(named);
    const tree = diskTree(this.#view, given.datastore);
    if (tree === undefined) {
      const fault = { $type: 'InvalidDatastore', name: given.datastore };
      throw new VimFault(fault, `There is no datastore '${given.datastore}' where the machine is.`);
    }
    if (given.path !== '' && !given.path.toLowerCase().endsWith('.vmdk')) {
      throw invalidDevice(index, 'backing.fileName', `'${named}' is no file of a disk; its name ends in .vmdk.`);
    }
    const isUsed = async (path: string): Promise<boolean> => {
      const full = formatDatastorePath({ ...given, path });
      return this.#written.some(({ disk }) => disk.path === full) || (await tree.stat(path)) !== undefined;
    };
    if (given.path !== '') return { path: formatDatastorePath(given), exists: await isUsed(given.path) };
    for (let number = 0; ; number += 1) {
      const path = inFolder(folderOf(own.path), diskFileName(own.path, number));
      if (!(await isUsed(path))) return { path: formatDatastorePath({ ...given, path }), exists: false };
    }
  }
}

function requireDiskSize(bytes: number, index: number): void {
  if (bytes > largestDisk) throw invalidDevice(index, 'capacityInKB', 'disks have at most 62 TiB.');
}

/** How the space of a new disk is to be taken. */
function typeOf({ backing }: VirtualDisk): DiskType {
  if (backing?.$type !== 'VirtualDiskFlatVer2BackingInfo') return 'thin';
  if (backing.eagerlyScrub === true) return 'eagerZeroedThick';
  return backing.thinProvisioned === false ? 'preallocated' : 'thin';
}

function capacityOf({ capacityInBytes, capacityInKB }: VirtualDisk): number {
  return capacityInBytes ?? capacityInKB * 1024;
}
