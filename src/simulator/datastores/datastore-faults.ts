import { Fault } from '../../base/fault.js';
import { formatDatastorePath, type DatastorePath } from '../inventory/datastore-path.js';
import { VimFault } from '../vim-fault.js';
import { asVimFault } from '../world-faults.js';

/** Does something with a file of a datastore; what goes wrong names the file as clients do. */
export async function withFileFaults<T>(place: DatastorePath, work: () => Promise<T>): Promise<T> {
  const file = formatDatastorePath(place);
  try {
    return await work();
  } catch (error) {
    if (error instanceof Fault && error.kind === 'busy') {
      throw new VimFault({ $type: 'FileLocked', file }, error.message, { cause: error });
    }
    throw asVimFault(error, { subject: file });
  }
}
