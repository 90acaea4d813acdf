import { Fault } from '../../base/fault.js';
import type { VirtualMachine } from '../../world/vm/virtual-machine.js';
import type { WorldCall } from '../../world/world-call.js';
import type { Endpoint } from '../endpoint.js';
import type { Datastore } from '../inventory/datacenter.js';
import type { DatastorePath } from '../inventory/datastore-path.js';
import type { Ref } from '../ref.js';

/** Where a machine of a name lies unless somebody says otherwise. */
export function placeForName(datastore: Datastore, name: string): DatastorePath {
  const folder = name.replaceAll(/[/\\:*?"<>|\0]/gu, '_');
  return { datastore: datastore.name, path: `${folder}/${folder}.vmx` };
}

/** Finishes a machine that was made just now; one that cannot be finished goes again. */
export async function orDeleted(vm: VirtualMachine, call: WorldCall, finish: () => Promise<void>): Promise<void> {
  try {
    await finish();
  } catch (error) {
    await vm.lifecycle.delete({ keepDisks: false }, { ...call, signal: new AbortController().signal });
    throw error;
  }
}

/** The reference of a machine that was registered just now. */
export async function registeredRef(endpoint: Endpoint, id: string): Promise<Ref<'VirtualMachine'>> {
  await endpoint.inventory.refresh(id);
  const ref = endpoint.machines.byId(id)?.ref;
  if (ref === undefined) throw new Fault('vm-not-found', 'The machine went away at once.');
  return ref;
}
