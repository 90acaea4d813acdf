import type { DecodedRequest } from '../../backends/vsphere/soap/soap-codec.js';
import { isRef } from '../../backends/vsphere/soap/values.js';
import { Fault } from '../../base/fault.js';
import type { VmRecord } from '../../world/vm/vm-record.js';
import type { Endpoint } from '../endpoint.js';
import { wireName } from '../inventory/wire-name.js';
import type { Session } from '../sessions.js';
import { VimFault } from '../vim-fault.js';

/** Managers whose calls work in guests. */
const guestManager = /^Guest\w*Manager$/u;

const family = 'com.vmware.vc.guestOperations';

/**
 * Tells of a guest operation that was carried out, or refused because of its login.
 * @param failure what it failed with; undefined: it did not.
 */
export async function tellGuestOperation(
  endpoint: Endpoint,
  { method, args }: DecodedRequest,
  session: Session,
  failure: unknown,
): Promise<void> {
  const ref = args['vm'];
  if (!guestManager.test(method.owner) || !isRef(ref)) return;
  const isRefused = failure instanceof VimFault && failure.fault.$type === 'InvalidGuestLogin';
  if (failure !== undefined && !isRefused) return;
  const machine = endpoint.machines.byRef(ref);
  const datacenter = endpoint.inventory.datacenterOf(ref);
  if (machine?.ref === undefined || datacenter === undefined) return;
  const record = await recordOf(endpoint, machine.id);
  if (record === undefined) return;
  const { name, isTemplate } = record;
  const message = isRefused
    ? `Guest operation authentication failed for operation ${method.name} on Virtual machine ${wireName(name)}.`
    : `Guest operation ${method.name} performed on Virtual machine ${wireName(name)}.`;
  endpoint.events.post({
    type: 'EventEx',
    message,
    userName: session.userName,
    vm: { ref: machine.ref, name, isTemplate },
    datacenter,
    fields: {
      eventTypeId: `${family}.${isRefused ? 'GuestOperationAuthFailure' : 'GuestOperation'}`,
      severity: isRefused ? 'warning' : 'info',
      message,
      arguments: [{ key: 'operationName', value: method.name }],
    },
  });
}

/** undefined for a machine that went meanwhile. */
async function recordOf({ world }: Endpoint, id: string): Promise<Readonly<VmRecord> | undefined> {
  try {
    return await world.store.read(id, ({ record }) => record);
  } catch (error) {
    if (error instanceof Fault) return undefined;
    throw error;
  }
}
