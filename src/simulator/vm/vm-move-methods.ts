import type { VirtualMachineRelocateSpec } from '../../backends/vsphere/vim/generated/types.js';
import { vimMethods } from '../managed-object.js';
import { VimFault } from '../vim-fault.js';
import { vmTask } from './vm-task.js';
import { powerState, type VmView } from './vm-view.js';

/**
 * Migration. Every datacentre of the simulator has one host and one pool, and a machine stays in its datastore, so there
 * is nowhere to go: what asks for the place where the machine is has its wish, anything else is refused.
 */
export const vmMoveMethods = vimMethods<VmView>({
  MigrateVM_Task: (view, request) => {
    const { host, pool, state } = request.args;
    return vmTask(view, request, { method: 'MigrateVM_Task' }, async () => {
      const existingState = powerState(view.record);
      if (state !== undefined && state !== existingState) {
        const fault = { $type: 'InvalidPowerState', requestedState: state, existingState };
        throw new VimFault(fault, 'The attempted operation cannot be performed in the current state.');
      }
      requireHere(view, { host, pool });
    });
  },
  RelocateVM_Task: (view, request) => {
    const { spec } = request.args;
    return vmTask(view, request, { method: 'RelocateVM_Task' }, async () => {
      requireHere(view, spec);
      const disks = (spec.disk ?? []).flatMap(({ datastore }) => datastore);
      for (const datastore of disks) requireHere(view, { datastore });
      if ((spec.deviceChange ?? []).length > 0) throw nowhere('spec.deviceChange');
    });
  },
});

type Place = Pick<VirtualMachineRelocateSpec, 'host' | 'pool' | 'folder' | 'datastore'>;

function requireHere({ datacenter, datastore }: VmView, place: Place): void {
  const { host, pool, vmFolder } = datacenter.refs;
  const here = { host, pool, folder: vmFolder, datastore: datastore.ref } as const;
  for (const name of ['host', 'pool', 'folder', 'datastore'] as const) {
    if (place[name] !== undefined && place[name].value !== here[name].value) throw nowhere(`spec.${name}`);
  }
}

function nowhere(property: string): VimFault {
  return new VimFault(
    { $type: 'NotSupported' },
    `The simulator does not move machines to other hosts or datastores (${property}). Clone the machine there.`,
  );
}
