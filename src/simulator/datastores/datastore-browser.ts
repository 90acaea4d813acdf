import type {
  FileInfo,
  FileQuery,
  HostDatastoreBrowserSearchResults,
  HostDatastoreBrowserSearchSpec,
} from '../../backends/vsphere/vim/generated/types.js';
import { wildcardMatcher } from '../../base/wildcards.js';
import { typed } from '../../backends/vsphere/soap/values.js';
import type { Endpoint } from '../endpoint.js';
import type { Datastore } from '../inventory/datacenter.js';
import { formatDatastorePath, inFolder, parseDatastorePath, type DatastorePath } from '../inventory/datastore-path.js';
import { vimMethods, type ManagedKind, type MethodRequest } from '../managed-object.js';
import type { Ref } from '../ref.js';
import { VimFault } from '../vim-fault.js';
import { withFileFaults } from './datastore-faults.js';
import type { DatastoreEntry } from './datastore-tree.js';
import { treeOf } from './datastore-trees.js';

export interface BrowserTarget {
  readonly endpoint: Endpoint;
  readonly datastore: Datastore;
}

/** Kinds of files that a search may ask for, and by what their names end. */
const fileKinds = [
  { query: 'VmConfigFileQuery', info: 'VmConfigFileInfo', ending: /\.vmx$/iu },
  { query: 'VmDiskFileQuery', info: 'VmDiskFileInfo', ending: /\.vmdk$/iu },
  { query: 'VmLogFileQuery', info: 'VmLogFileInfo', ending: /\.log$/iu },
  { query: 'VmNvramFileQuery', info: 'VmNvramFileInfo', ending: /\.nvram$/iu },
  { query: 'VmSnapshotFileQuery', info: 'VmSnapshotFileInfo', ending: /\.(?:vmsn|vmsd)$/iu },
  { query: 'IsoImageFileQuery', info: 'IsoImageFileInfo', ending: /\.iso$/iu },
  { query: 'FloppyImageFileQuery', info: 'FloppyImageFileInfo', ending: /\.flp$/iu },
] as const;

function kindOf({ name, kind }: DatastoreEntry): { readonly query: string; readonly info: FileInfo['$type'] } {
  if (kind === 'directory') return { query: 'FolderFileQuery', info: 'FolderFileInfo' };
  return fileKinds.find(({ ending }) => ending.test(name)) ?? { query: 'FileQuery', info: 'FileInfo' };
}

/** Whether an entry is of a kind that was asked for. A plain query asks for everything. */
function isAskedFor(entry: DatastoreEntry, queries: readonly FileQuery[]): boolean {
  const { query } = kindOf(entry);
  return queries.length === 0 || queries.some(({ $type = 'FileQuery' }) => $type === 'FileQuery' || $type === query);
}

/** A pattern of names, where `*` is anything and `?` one character. */
function matcher(patterns: readonly string[], ignoresCase: boolean): (name: string) => boolean {
  if (patterns.length === 0) return () => true;
  const matchers = patterns.map((pattern) => wildcardMatcher(pattern, { ignoresCase }));
  return (name) => matchers.some((matches) => matches(name));
}

function fileInfo(entry: DatastoreEntry, spec: HostDatastoreBrowserSearchSpec): FileInfo {
  const { details } = spec;
  const info = {
    path: entry.name,
    ...(details?.fileSize === true ? { fileSize: entry.size } : {}),
    ...(details?.modification === true ? { modification: entry.modified } : {}),
    ...(details?.fileOwner === true ? { owner: 'root' } : {}),
  };
  // Which fields a kind of file has beside these is up to the queries' own details, which are not looked at.
  return { $type: details?.fileType === false ? 'FileInfo' : kindOf(entry).info, ...info } as FileInfo;
}

function entriesOf({ endpoint, datastore }: BrowserTarget, place: DatastorePath): Promise<readonly DatastoreEntry[]> {
  return withFileFaults(place, () => treeOf(endpoint, datastore).list(place.path));
}

/** What a search finds among the entries of a folder. */
function resultsOf(
  { datastore }: BrowserTarget,
  place: DatastorePath,
  entries: readonly DatastoreEntry[],
  spec: HostDatastoreBrowserSearchSpec,
): HostDatastoreBrowserSearchResults {
  const isMatch = matcher(spec.matchPattern ?? [], spec.searchCaseInsensitive ?? false);
  const found = entries.filter((entry) => isMatch(entry.name) && isAskedFor(entry, spec.query ?? []));
  if (spec.sortFoldersFirst === true) {
    found.sort((one, other) => Number(other.kind === 'directory') - Number(one.kind === 'directory'));
  }
  const folderPath = formatDatastorePath(place);
  return {
    $type: 'HostDatastoreBrowserSearchResults',
    datastore: datastore.ref,
    folderPath: place.path === '' ? folderPath : `${folderPath}/`,
    file: found.map((entry) => fileInfo(entry, spec)),
  };
}

/** A folder and all below it, each with what is in it. */
async function searchBelow(
  target: BrowserTarget,
  place: DatastorePath,
  spec: HostDatastoreBrowserSearchSpec,
  signal: AbortSignal,
): Promise<readonly HostDatastoreBrowserSearchResults[]> {
  const results: HostDatastoreBrowserSearchResults[] = [];
  const open = [place];
  for (const at of open) {
    signal.throwIfAborted();
    const entries = await entriesOf(target, at);
    results.push(resultsOf(target, at, entries, spec));
    for (const { name, kind } of entries) {
      if (kind === 'directory') open.push({ ...at, path: inFolder(at.path, name) });
    }
  }
  return results;
}

function searchTask(
  target: BrowserTarget,
  { session, args }: Pick<MethodRequest<SearchArguments>, 'session' | 'args'>,
  method: string,
  run: (place: DatastorePath, signal: AbortSignal) => Promise<unknown>,
): Ref<'Task'> {
  const { endpoint, datastore } = target;
  session.requirePrivilege('Datastore.Browse', datastore.ref);
  const place = parseDatastorePath(args.datastorePath);
  if (place.datastore !== datastore.name) {
    const fault = { $type: 'InvalidDatastore', name: place.datastore };
    throw new VimFault(fault, `This browser shows the datastore '${datastore.name}', not '${place.datastore}'.`);
  }
  const spec = { method, entity: datastore.ref, entityName: datastore.name, session, isCancelable: true };
  return endpoint.tasks.start(spec, ({ signal }) => run(place, signal));
}

interface SearchArguments {
  readonly datastorePath: string;
}

export const datastoreBrowserKind: ManagedKind<BrowserTarget> = {
  type: 'HostDatastoreBrowser',
  properties: {
    datastore: ({ datastore }) => [datastore.ref],
    supportedType: () => ['FolderFileQuery', ...fileKinds.map(({ query }) => query)].map(($type) => ({ $type })),
  },
  methods: vimMethods<BrowserTarget>({
    SearchDatastore_Task: (target, request) =>
      searchTask(target, request, 'SearchDatastore_Task', async (place) =>
        resultsOf(target, place, await entriesOf(target, place), request.args.searchSpec ?? {}),
      ),
    SearchDatastoreSubFolders_Task: (target, request) =>
      searchTask(target, request, 'SearchDatastoreSubFolders_Task', async (place, signal) =>
        typed(
          'HostDatastoreBrowserSearchResults[]',
          await searchBelow(target, place, request.args.searchSpec ?? {}, signal),
        ),
      ),
    DeleteFile: async ({ endpoint, datastore }, { args }) => {
      const place = parseDatastorePath(args.datastorePath);
      await withFileFaults(place, () => treeOf(endpoint, datastore).remove(place.path));
    },
  }),
};
