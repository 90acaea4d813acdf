import { VimFault } from '../vim-fault.js';

/** A path in a datastore, taken apart. */
export interface DatastorePath {
  readonly datastore: string;
  /** Without slashes at the ends; empty for the datastore itself. */
  readonly path: string;
}

/** The datastore that holds machines of local products, whose configuration lies at an absolute path of the host. */
const localDatastore = 'local';

const form = /^\s*\[([^\]]+)\]\s*(.*)$/su;

/**
 * Takes apart `[datastore] folder/name.vmx`; a step `.` stays where it is.
 * @throws VimFault `InvalidDatastorePath` for another form, and for `..` on the way.
 */
export function parseDatastorePath(text: string): DatastorePath {
  const [, datastore = '', inside = ''] = form.exec(text) ?? [];
  const steps = inside.trim().split('/');
  const path = steps.filter((step) => step !== '' && step !== '.').join('/');
  if (datastore.trim() !== '' && !steps.some((step) => step === '..' || step.includes('\0'))) {
    return { datastore: datastore.trim(), path };
  }
  throw new VimFault(
    { $type: 'InvalidDatastorePath', datastorePath: text },
    `'${text}' is no path in a datastore. Give one like '[datastore1] folder/name.vmx'.`,
  );
}

export function formatDatastorePath({ datastore, path }: DatastorePath): string {
  return path === '' ? `[${datastore}]` : `[${datastore}] ${path}`;
}

/** Where a machine's configuration lies, as clients see it. */
export function placeOfLocation(location: string): DatastorePath {
  const [, datastore, path] = form.exec(location) ?? [];
  if (datastore !== undefined && path !== undefined) return { datastore, path };
  return { datastore: localDatastore, path: location.replaceAll('\\', '/').replace(/^\/+/u, '') };
}

/** The locations that a path may stand for in the world: a local one reads as an absolute path, POSIX or Windows. */
export function locationsOfPlace(datacenter: string, place: DatastorePath): readonly string[] {
  const inDatastore = `[${datacenter}/${place.datastore}] ${place.path}`;
  if (place.datastore !== localDatastore) return [inDatastore];
  const isDrive = /^[a-z]:\//iu.test(place.path);
  return [inDatastore, isDrive ? place.path.replaceAll('/', '\\') : `/${place.path}`];
}

/** The folder of a path: what stands before its last slash. */
export function folderOf(path: string): string {
  return path.slice(0, Math.max(0, path.lastIndexOf('/')));
}

/** The last part of a path. */
export function nameIn(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}

/** The path of something in a folder; the empty folder is the datastore itself. */
export function inFolder(folder: string, name: string): string {
  return folder === '' ? name : `${folder}/${name}`;
}

/** Where a disk lies. @param own place of the machine's configuration. @param fileName as the configuration names it. */
export function diskPlace(own: DatastorePath, fileName: string): DatastorePath {
  if (fileName.startsWith('[')) return placeOfLocation(fileName);
  return { datastore: own.datastore, path: inFolder(folderOf(own.path), fileName) };
}
