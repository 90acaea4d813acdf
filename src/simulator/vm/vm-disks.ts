import {
  capacityIn,
  changedDescriptor,
  diskTypeIn,
  formatDescriptor,
  uuidIn,
  type DiskType,
} from '../datastores/disk-descriptor.js';
import { diskUuid } from '../datastores/disk-uuid.js';
import { diskEntries, disksOf, type MachineDisk } from '../datastores/machine-disks.js';
import type { DatastoreTree } from '../datastores/datastore-tree.js';
import { treeOf } from '../datastores/datastore-trees.js';
import {
  diskPlace,
  folderOf,
  formatDatastorePath,
  inFolder,
  nameIn,
  placeOfLocation,
  type DatastorePath,
} from '../inventory/datastore-path.js';
import { placeOf, type VmView } from './vm-view.js';

/** A disk of a machine as its properties show it. */
export interface VmDisk extends MachineDisk {
  readonly key: number;
  /** On the one SCSI controller. */
  readonly unitNumber: number;
  /** Full path of its file. */
  readonly path: string;
  readonly capacityBytes: number;
  readonly diskType: DiskType;
  readonly uuid: string;
}

/** Key of the disk at the first unit; those of the others follow. */
const firstDiskKey = 2000;
/** The controller itself is the unit of this number. */
const ownUnit = 7;
const unitCount = 64;

/** The disks in the order of their units. */
export function vmDisks(view: VmView): readonly VmDisk[] {
  const disks = disksOf(view.record, nameIn(placeOf(view).path));
  const taken = new Set(disks.flatMap(({ slot }) => unitIn(slot) ?? []));
  const shown = disks.map((disk) => {
    const unitNumber = unitIn(disk.slot) ?? freeUnit(taken) ?? unitCount;
    taken.add(unitNumber);
    const place = diskPlace(placeOf(view), disk.fileName);
    const path = formatDatastorePath(place);
    return { ...disk, key: firstDiskKey + unitNumber, unitNumber, path, ...descriptionAt(view, place) };
  });
  return shown.sort((left, right) => left.unitNumber - right.unitNumber);
}

/** A disk of a file that lies in a datastore. */
export function newDisk(view: VmView, { unitNumber, path }: Pick<VmDisk, 'unitNumber' | 'path'>): VmDisk {
  const place = placeOfLocation(path);
  const own = placeOf(view);
  const isBeside = place.datastore === own.datastore && folderOf(place.path) === folderOf(own.path);
  return {
    slot: `scsi0:${unitNumber}`,
    fileName: isBeside ? nameIn(place.path) : path,
    key: firstDiskKey + unitNumber,
    unitNumber,
    path,
    ...descriptionAt(view, place),
  };
}

/** What the file of a machine's nth disk is called by default, counted from 0. @param path of the configuration. */
export function diskFileName(path: string, number: number): string {
  return `${nameIn(path).replace(/\.vmx$/iu, '')}${number === 0 ? '' : `_${number}`}.vmdk`;
}

/** The lowest number that no disk has; undefined when the controller is full. */
export function freeUnit(taken: ReadonlySet<number>): number | undefined {
  for (let unit = 0; unit < unitCount; unit += 1) if (isUnit(unit) && !taken.has(unit)) return unit;
  return undefined;
}

/** Whether a disk can have this number. */
export function isUnit(unit: number): boolean {
  return Number.isInteger(unit) && unit >= 0 && unit < unitCount && unit !== ownUnit;
}

function unitIn(slot: string): number | undefined {
  const unit = Number(/^scsi0:(\d+)$/u.exec(slot)?.[1]);
  return isUnit(unit) ? unit : undefined;
}

/** The files of a datastore of the machine's datacentre; undefined when there is no such datastore. */
export function diskTree({ endpoint, datacenter }: VmView, datastore: string): DatastoreTree | undefined {
  const found = datacenter.datastores.get(datastore);
  return found === undefined ? undefined : treeOf(endpoint, found);
}

/** What the descriptor at a place says; a machine's disk without one is as large as its guest's. */
function descriptionAt(view: VmView, place: DatastorePath): Pick<VmDisk, 'capacityBytes' | 'diskType' | 'uuid'> {
  const descriptor = diskTree(view, place.datastore)?.descriptor(place.path) ?? '';
  return {
    capacityBytes: capacityIn(descriptor) ?? view.record.guest.diskSizeBytes,
    diskType: descriptor === '' ? 'thin' : diskTypeIn(descriptor),
    uuid: uuidIn(descriptor) ?? diskUuid(view.datacenter, place),
  };
}

/** Writes a disk down, so that it lies in its datastore also without the machine. */
export function writeDisk(view: VmView, disk: Pick<VmDisk, 'path' | 'capacityBytes' | 'diskType'>): void {
  const { datastore, path } = placeOfLocation(disk.path);
  const { hardwareVersion } = view.record;
  const { capacityBytes, diskType } = disk;
  const tree = diskTree(view, datastore);
  const before = tree?.descriptor(path) ?? formatDescriptor({ name: nameIn(path), capacityBytes, hardwareVersion });
  tree?.writeDescriptor(path, changedDescriptor(before, { capacityBytes, diskType }));
}

/** Removes a disk that was written down. */
export function removeDisk(view: VmView, { path: text }: Pick<VmDisk, 'path'>): void {
  const { datastore, path } = placeOfLocation(text);
  diskTree(view, datastore)?.removeDescriptor(path);
}

/**
 * Gives a clone disks of its own, like those of its origin.
 * @param configure changes entries of the clone's configuration.
 */
export async function copyDisks(
  origin: VmView,
  clone: VmView,
  configure: (config: Readonly<Record<string, string>>) => Promise<void>,
): Promise<void> {
  const origins = new Map(vmDisks(origin).map((disk) => [disk.slot, disk]));
  const before = vmDisks(clone);
  const { datastore, path } = placeOf(clone);
  const copies = before.map((disk, at) => {
    const fileName = diskFileName(path, at);
    const copyPath = formatDatastorePath({ datastore, path: inFolder(folderOf(path), fileName) });
    const { capacityBytes, diskType } = origins.get(disk.slot) ?? disk;
    return { ...disk, fileName, path: copyPath, capacityBytes, diskType };
  });
  const isOther = ({ fileName, capacityBytes, diskType }: VmDisk, at: number): boolean =>
    fileName !== before[at]?.fileName || capacityBytes !== before[at].capacityBytes || diskType !== before[at].diskType;
  for (const copy of copies.filter(isOther)) writeDisk(clone, copy);
  if (copies.some(({ fileName }, at) => fileName !== before[at]?.fileName))
    await configure(diskEntries(before, copies));
}
