import type { VirtualDevice, VirtualDeviceConfigSpec } from '../../backends/vsphere/vim/generated/types.js';
import { VimFault } from '../vim-fault.js';

/** One change of a device as a specification asks for it. */
export interface DeviceChange<Device extends VirtualDevice = VirtualDevice> {
  readonly operation: VirtualDeviceConfigSpec['operation'];
  readonly fileOperation: VirtualDeviceConfigSpec['fileOperation'];
  readonly device: Device;
  /** Where the change stands in its specification. */
  readonly index: number;
}

/** The fault of a change that cannot be. @param field of the device which is not right. */
export function invalidDevice(index: number, field: string, reason: string): VimFault {
  const fault = { $type: 'InvalidDeviceSpec', property: `virtualDeviceSpec.device.${field}`, deviceIndex: index };
  return new VimFault(fault, `Invalid configuration for device '${index}': ${reason}`);
}
