import type {
  VirtualMachineFileLayout,
  VirtualMachineFileLayoutEx,
  VirtualMachineStorageInfo,
} from '../../backends/vsphere/vim/generated/types.js';
import { treeOf } from '../datastores/datastore-trees.js';
import { folderOf, formatDatastorePath, inFolder, nameIn, placeOfLocation } from '../inventory/datastore-path.js';
import { vmDisks } from './vm-disks.js';
import { placeOf, type VmView } from './vm-view.js';

const typesByEnding: readonly (readonly [ending: RegExp, type: string])[] = [
  [/\.vmx$/iu, 'config'],
  [/\.log$/iu, 'log'],
  [/\.vmdk$/iu, 'diskDescriptor'],
];

/** The machine's files as datastore paths, with what each is. */
function filesOf(view: VmView) {
  const place = placeOf(view);
  const folder = folderOf(place.path);
  const files = treeOf(view.endpoint, view.datastore).machineFiles(view.record, place.path);
  return files.map(({ name, text }, key) => ({
    key,
    name: formatDatastorePath({ ...place, path: inFolder(folder, name) }),
    type: typesByEnding.find(([ending]) => ending.test(name))?.[1] ?? 'config',
    size: Buffer.byteLength(text),
    uniqueSize: Buffer.byteLength(text),
    accessible: true,
  }));
}

/** The files of a machine, with sizes. */
export function vmLayoutEx(view: VmView): VirtualMachineFileLayoutEx {
  const file = filesOf(view);
  const keyOf = (path: string): number[] => file.filter(({ name }) => name === path).map(({ key }) => key);
  return {
    file,
    disk: vmDisks(view).map(({ key, path }) => ({ key, chain: [{ fileKey: keyOf(path) }] })),
    timestamp: new Date(view.nowMs),
  };
}

/** The files of a machine by their names, in the older form. */
export function vmLayout(view: VmView): VirtualMachineFileLayout {
  const named = (wanted: string): string[] =>
    filesOf(view).flatMap(({ type, name }) => (type === wanted ? nameIn(name) : []));
  return {
    configFile: named('config'),
    logFile: named('log'),
    disk: vmDisks(view).map(({ key, path }) => ({ key, diskFile: [path] })),
  };
}

/** Bytes that a machine takes in its datastores. */
export function committedBytes(view: VmView): number {
  return vmDisks(view).reduce((sum, { capacityBytes }) => sum + capacityBytes, 0);
}

/** Room that a machine takes in its datastores. */
export function vmStorage(view: VmView): VirtualMachineStorageInfo {
  const { datacenter, nowMs } = view;
  const usage = new Map([[view.datastore.name, 0]]);
  for (const { path, capacityBytes } of vmDisks(view)) {
    const { datastore } = placeOfLocation(path);
    usage.set(datastore, (usage.get(datastore) ?? 0) + capacityBytes);
  }
  const perDatastoreUsage = [...usage].flatMap(([name, committed]) => {
    const datastore = datacenter.datastores.get(name)?.ref;
    return datastore === undefined ? [] : [{ datastore, committed, uncommitted: 0, unshared: committed }];
  });
  return { perDatastoreUsage, timestamp: new Date(nowMs) };
}
