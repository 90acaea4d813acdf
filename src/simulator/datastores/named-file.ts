import type { Endpoint } from '../endpoint.js';
import type { Datastore } from '../inventory/datacenter.js';
import { parseDatastorePath, type DatastorePath } from '../inventory/datastore-path.js';
import type { Ref } from '../ref.js';
import type { Session } from '../sessions.js';
import { VimFault } from '../vim-fault.js';
import { withFileFaults } from './datastore-faults.js';
import type { DatastoreTree } from './datastore-tree.js';
import { treeOf } from './datastore-trees.js';

/** What changing files of a datastore needs. */
export const managePrivilege = 'Datastore.FileManagement';

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
export function namedFile(endpoint: Endpoint, text: string, datacenter: Ref | undefined): NamedFile {
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

/** A file or disk that goes from one place to another. */
export interface FileTransfer {
  readonly sourceName: string;
  readonly sourceDatacenter?: Ref | undefined;
  readonly destinationName: string;
  readonly destinationDatacenter?: Ref | undefined;
  readonly force?: boolean | undefined;
}

/** Starts a task that moves or copies. @param finish is done at the new place before the task ends. */
export function transferTask(
  endpoint: Endpoint,
  session: Session,
  { method, kind }: { readonly method: string; readonly kind: 'move' | 'copy' },
  args: FileTransfer,
  finish: (from: NamedFile, to: NamedFile) => unknown = () => undefined,
): Ref<'Task'> {
  const from = namedFile(endpoint, args.sourceName, args.sourceDatacenter);
  const to = namedFile(endpoint, args.destinationName, args.destinationDatacenter ?? args.sourceDatacenter);
  for (const { datastore } of [from, to]) session.requirePrivilege(managePrivilege, datastore.ref);
  return fileTask(endpoint, session, method, to, async () => {
    await from.tree[kind](from.place.path, to.tree, to.place.path, args.force ?? false);
    return finish(from, to);
  });
}

/** Starts a task on a file, whose faults name it. */
export function fileTask(
  endpoint: Endpoint,
  session: Session,
  method: string,
  { datastore, place }: Pick<NamedFile, 'datastore' | 'place'>,
  work: () => Promise<unknown>,
): Ref<'Task'> {
  const spec = { method, entity: datastore.ref, entityName: datastore.name, session };
  return endpoint.tasks.start(spec, () => withFileFaults(place, work));
}
