import { Fault } from '../../../base/fault.js';
import type { CallContext } from '../../backend.js';
import { fetchFile, removeFile } from '../datastore/datastore-file.js';
import type { Place } from '../inventory/datacenter.js';
import { parseLocation } from '../inventory/location.js';
import type { Machine } from './machine.js';
import { isOn } from './power-state.js';

/**
 * Takes a picture of the console. The server leaves it as a file on the datastore of the machine, from where it is
 * fetched; the file is removed in any case.
 *
 * @returns a PNG.
 */
export function captureScreen(machine: Machine, call: CallContext): Promise<Uint8Array> {
  const { connection, label } = machine;
  const meanings = { NotSupported: 'screen-capture-failed', FileFault: 'screen-capture-failed' } as const;
  return machine.run('taking a picture of the screen of', meanings, call, async () => {
    const values = await machine.properties(['runtime.powerState', 'datastore'], call);
    if (!isOn(values)) throw new Fault('vm-not-running', `${label} does not run, so it has no screen.`);
    const made = String(await machine.task('CreateScreenshot_Task', {}, call));
    const location = parseLocation(made);
    if (location?.kind !== 'datastore') {
      throw new Fault(
        'screen-capture-failed',
        `the server put the picture of ${label} at '${made}', which is no file.`,
      );
    }
    const own = (values.get('datastore') ?? []).map(({ value }) => value);
    const placeOf = async (): Promise<Place | undefined> => {
      const places = await machine.datacenters.withDatastore(location.datastore, null, call);
      return places.find(({ datastore }) => own.includes(datastore.ref.value));
    };
    let place = await placeOf();
    if (place === undefined) {
      await machine.datacenters.list(call, true);
      place = await placeOf();
    }
    if (place === undefined) {
      throw new Fault('screen-capture-failed', `the picture of ${label} lies at '${made}', out of this user's sight.`);
    }
    const file = { datacenter: place.datacenter, datastore: location.datastore, path: location.path };
    try {
      const answer = await fetchFile(connection, file, call);
      if (answer.status === 200) return answer.body;
      const isForbidden = answer.status === 401 || answer.status === 403;
      const hint = isForbidden ? ' The user needs the privilege Datastore.Browse.' : '';
      const message = `the picture of ${label} could not be fetched: HTTP status ${answer.status}.${hint}`;
      throw new Fault('screen-capture-failed', message);
    } finally {
      void removeFile(connection, file);
    }
  });
}
