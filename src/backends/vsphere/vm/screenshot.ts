import { Fault } from '../../../base/fault.js';
import type { CallContext } from '../../backend.js';
import { exchange } from '../http/http-exchange.js';
import { datastorePath, parseLocation } from '../inventory/location.js';
import type { Ref } from '../soap/values.js';
import type { Machine } from './machine.js';
import { isOn } from './power-state.js';

/** A screen is some megabytes at most. */
const largestPicture = 64 * 1024 * 1024;

/**
 * Takes a picture of the console. The server leaves it as a file on the datastore of the machine, from where it is
 * fetched; the file is removed in any case.
 *
 * @returns a PNG.
 */
export function captureScreen(machine: Machine, call: CallContext): Promise<Uint8Array> {
  const { connection, ref, label } = machine;
  const meanings = { NotSupported: 'screen-capture-failed', FileFault: 'screen-capture-failed' } as const;
  return machine.run('taking a picture of the screen of', meanings, async () => {
    const values = await machine.properties(['runtime.powerState', 'datastore'], call);
    if (!isOn(values)) throw new Fault('vm-not-running', `${label} does not run, so it has no screen.`);
    const file = String(await connection.tasks.run(ref, 'CreateScreenshot_Task', {}, call));
    const location = parseLocation(file);
    if (location?.kind !== 'datastore') {
      throw new Fault(
        'screen-capture-failed',
        `the server put the picture of ${label} at '${file}', which is no file.`,
      );
    }
    const own = (values.get('datastore') ?? []).map(({ value }) => value);
    const places = await machine.datacenters.withDatastore(location.datastore, null, call);
    const place = places.find(({ datastore }) => own.includes(datastore.ref.value));
    if (place === undefined) {
      throw new Fault('screen-capture-failed', `the picture of ${label} lies at '${file}', out of this user's sight.`);
    }
    const { datacenter } = place;
    try {
      return await fetchFile(machine, datacenter.path, location, call);
    } finally {
      void removeFile(machine, datastorePath(location.datastore, location.path), datacenter.ref);
    }
  });
}

async function fetchFile(
  { connection, label }: Machine,
  dcPath: string,
  location: { readonly datastore: string; readonly path: string },
  call: CallContext,
): Promise<Uint8Array> {
  const path = location.path.split('/').map(encodeURIComponent).join('/');
  const query = new URLSearchParams({ dcPath, dsName: location.datastore });
  const { cookie } = connection.session;
  const answer = await exchange(connection.peer, {
    method: 'GET',
    // A blank is %20 here: some servers take a plus sign for itself.
    path: `/folder/${path}?${query.toString().replaceAll('+', '%20')}`,
    headers: cookie === undefined ? {} : { cookie },
    timeoutMs: connection.settings.callTimeoutMs,
    maxAnswerBytes: largestPicture,
    signal: call.signal,
    clock: connection.clock,
  });
  if (answer.status === 200) return answer.body;
  const hint = answer.status === 401 || answer.status === 403 ? ' The user needs the privilege Datastore.Browse.' : '';
  const message = `the picture of ${label} could not be fetched: HTTP status ${answer.status}.${hint}`;
  throw new Fault('screen-capture-failed', message);
}

/** A picture that stays behind harms nobody; one that could be fetched must not fail because of that. */
async function removeFile({ connection }: Machine, name: string, datacenter: Ref<'Datacenter'>): Promise<void> {
  const { fileManager } = connection.content;
  if (fileManager === undefined) return;
  await connection.session.call(fileManager, 'DeleteDatastoreFile_Task', { name, datacenter }).catch(() => undefined);
}
