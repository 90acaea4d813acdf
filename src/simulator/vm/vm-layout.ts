import type {
  VirtualMachineFileLayout,
  VirtualMachineFileLayoutEx,
  VirtualMachineStorageInfo,
} from '../../backends/vsphere/vim/generated/types.js';
import { filesOfMachine } from '../datastores/machine-files.js';
import { folderOf, formatDatastorePath, nameIn } from '../inventory/datastore-path.js';
import { diskPaths, firstDiskKey } from './vm-devices.js';
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
  return filesOfMachine(view.record, nameIn(place.path), view.nowMs).map(({ name, text }, key) => ({
    key,
    name: formatDatastorePath({ ...place, path: folder === '' ? name : `${folder}/${name}` }),
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
    disk: diskPaths(view).map((path, at) => ({ key: firstDiskKey + at, chain: [{ fileKey: keyOf(path) }] })),
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
    disk: diskPaths(view).map((path, at) => ({ key: firstDiskKey + at, diskFile: [path] })),
  };
}

/** Room that a machine takes in its datastore. */
export function vmStorage({ record, datastore, nowMs }: VmView): VirtualMachineStorageInfo {
  const { diskSizeBytes } = record.guest;
  return {
    perDatastoreUsage: [
      { datastore: datastore.ref, committed: diskSizeBytes, uncommitted: 0, unshared: diskSizeBytes },
    ],
    timestamp: new Date(nowMs),
  };
}
