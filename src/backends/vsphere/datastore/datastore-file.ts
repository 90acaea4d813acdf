import type { CallSignal, VsphereConnection } from '../connection.js';
import type { HttpAnswer } from '../http/http-exchange.js';
import { exchange } from '../http/http-exchange.js';
import type { Datacenter } from '../inventory/datacenter.js';
import { datastorePath } from '../inventory/location.js';

/** A picture of a screen is some megabytes at most, and nothing larger is fetched. */
const largestFile = 64 * 1024 * 1024;

/** A file on a datastore. */
export interface DatastoreFile {
  readonly datacenter: Datacenter;
  readonly datastore: string;
  /** From the datastore's root on. */
  readonly path: string;
}

/** Whether the server has the file; undefined when this user may not look. */
export async function fileExists(
  connection: VsphereConnection,
  file: DatastoreFile,
  call: CallSignal,
): Promise<boolean | undefined> {
  const { status } = await ask(connection, 'HEAD', file, call);
  if (status === 200) return true;
  return status === 404 ? false : undefined;
}

/** Fetches a file. The answer's status says whether it came. */
export function fetchFile(connection: VsphereConnection, file: DatastoreFile, call: CallSignal): Promise<HttpAnswer> {
  return ask(connection, 'GET', file, call);
}

/** Removes a file that nobody needs any more. Never rejects: one that stays behind harms nobody. */
export async function removeFile(connection: VsphereConnection, file: DatastoreFile): Promise<void> {
  const { fileManager } = connection.content;
  if (fileManager === undefined) return;
  const args = { name: datastorePath(file.datastore, file.path), datacenter: file.datacenter.ref };
  await connection.session.call(fileManager, 'DeleteDatastoreFile_Task', args).catch(() => undefined);
}

function ask(
  connection: VsphereConnection,
  method: 'GET' | 'HEAD',
  { datacenter, datastore, path }: DatastoreFile,
  call: CallSignal,
): Promise<HttpAnswer> {
  const { cookie } = connection.session;
  const query = new URLSearchParams({ dcPath: datacenter.path, dsName: datastore });
  return exchange(connection.peer, {
    method,
    // A blank is %20 here: some servers take a plus sign for itself.
    path: `/folder/${path.split('/').map(encodeURIComponent).join('/')}?${query.toString().replaceAll('+', '%20')}`,
    headers: cookie === undefined ? {} : { cookie },
    timeoutMs: connection.settings.callTimeoutMs,
    maxAnswerBytes: largestFile,
    signal: call.signal,
    clock: connection.clock,
  });
}
