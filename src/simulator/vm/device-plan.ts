import type { Schema } from '../../backends/vsphere/soap/schema.js';
import type { VirtualDevice, VirtualDeviceConfigSpec } from '../../backends/vsphere/vim/generated/types.js';
import type { VirtualMachine } from '../../world/vm/virtual-machine.js';
import type { WorldCall } from '../../world/world-call.js';
import { VimFault } from '../vim-fault.js';
import { DiskChanges, isDisk } from './disk-changes.js';
import { isNic, NicChanges } from './nic-changes.js';
import type { VmView } from './vm-view.js';

/** What the device changes of a specification come to; nothing has happened yet. */
export interface DevicePlan {
  /** Entries of the configuration to change. */
  readonly config: Readonly<Record<string, string>>;
  /** Puts the files of new disks into their datastores. @returns how to take that back. */
  prepare(): () => void;
  /** Does what is left once the configuration has changed. */
  finish(vm: VirtualMachine, call: WorldCall): Promise<void>;
}

/**
 * Works out what device changes do to a machine as it stands. Disks and network cards can be changed.
 * @param options.isNew the machine is being made: its SCSI controller may be added, too, under any key.
 * @throws VimFault `NotSupported` for other devices, `InvalidDeviceSpec`, `InvalidPowerState`, and the faults of files.
 */
export async function planDevices(
  view: VmView,
  changes: readonly VirtualDeviceConfigSpec[],
  { isNew = false }: { readonly isNew?: boolean } = {},
): Promise<DevicePlan> {
  const { schema } = view.endpoint;
  const disks = new DiskChanges(view);
  const nics = new NicChanges(view);
  for (const [index, { operation, fileOperation, device }] of changes.entries()) {
    const change = { operation, fileOperation, index };
    if (isDisk(device)) await disks.add({ ...change, device });
    else if (isNic(schema, device)) nics.add({ ...change, device });
    else if (isNew && operation === 'add' && schema.isA(device.$type ?? '', 'VirtualSCSIController')) {
      disks.addController({ ...change, device });
    } else throw unsupported(device);
  }
  return {
    config: disks.config,
    prepare: () => disks.prepare(),
    finish: async (vm, call) => {
      disks.finish();
      await nics.finish(vm, call);
    },
  };
}

function unsupported({ $type = 'VirtualDevice' }: VirtualDevice): VimFault {
  return new VimFault({ $type: 'NotSupported' }, `The simulator changes disks and network cards, no ${$type}.`);
}

/** The privilege that the change of a device needs. */
export function devicePrivilege(schema: Schema, change: VirtualDeviceConfigSpec): string {
  const { operation, device } = change;
  if (isDisk(device)) return `VirtualMachine.Config.${diskPrivilege(change)}`;
  return isNic(schema, device) && operation === 'edit'
    ? 'VirtualMachine.Config.EditDevice'
    : 'VirtualMachine.Config.AddRemoveDevice';
}

function diskPrivilege({ operation, fileOperation }: VirtualDeviceConfigSpec): string {
  if (operation === 'remove') return 'RemoveDisk';
  if (operation !== 'add') return 'DiskExtend';
  return fileOperation === undefined ? 'AddExistingDisk' : 'AddNewDisk';
}
