import {
  createVix,
  VIX_INVALID_HANDLE,
  VIX_PROPERTY_NONE,
  VIX_PROPERTY_VM_IS_RUNNING,
  VIX_PROPERTY_VM_MEMORY_SIZE,
  VIX_PROPERTY_VM_NAME,
  type VixError,
  type VixHandle,
} from 'revix';
import { createVix as createBlockingVix } from 'revix/sync';
import * as awaited from 'revix/simple';
import * as blocking from 'revix/simple/sync';

declare const vm: VixHandle;
const none = VIX_INVALID_HANDLE;

/** What follows an error is there only where the error is `VIX_OK`. */
export async function results(): Promise<void> {
  const [openError, opened] = await awaited.VMOpen(vm, 'a.vmx');
  openError satisfies VixError;
  opened satisfies VixHandle | undefined;
  const [, name, megabytes, isRunning] = await awaited.GetProperties(
    vm,
    VIX_PROPERTY_VM_NAME,
    VIX_PROPERTY_VM_MEMORY_SIZE,
    VIX_PROPERTY_VM_IS_RUNNING,
  );
  [name, megabytes, isRunning] satisfies [string | undefined, number | undefined, boolean | undefined];
  const [, ...processes] = blocking.VMListProcessesInGuest(vm);
  processes.map(({ PROCESS_NAME, PROCESS_ID }) => [PROCESS_NAME, PROCESS_ID]) satisfies (string | number)[][];
  const [, info] = blocking.VMRunProgramInGuestEx(vm, '/bin/true', '', 0, none);
  info?.EXIT_CODE satisfies number | undefined;
  const [, ...paths] = await awaited.FindItems(vm, 1, -1);
  paths satisfies string[];
}

export const accepted = [
  awaited.createSimple(createVix()),
  blocking.createSimple(createBlockingVix()),
  awaited.VMPowerOn(vm, 0, none) satisfies Promise<VixError>,
  blocking.VMPowerOn(vm, 0, none) satisfies VixError,
  awaited.GetErrorText(0 as VixError) satisfies string,
  awaited.HostDisconnect(vm) satisfies void,
  awaited.AllocPropertyList(vm, VIX_PROPERTY_VM_NAME, 'a', VIX_PROPERTY_NONE),
];

export const refused = [
  // @ts-expect-error any number is no handle
  awaited.VMPowerOn(12, 0, none),
  // @ts-expect-error no job, so no callback
  awaited.VMPowerOn(vm, 0, none, null, null),
  // @ts-expect-error an error that is waited for is none yet
  awaited.VMPowerOn(vm, 0, none) satisfies VixError,
  // @ts-expect-error a name is a string
  awaited.AllocPropertyList(vm, VIX_PROPERTY_VM_NAME, 1, VIX_PROPERTY_NONE),
  // @ts-expect-error the functions that block make a door that blocks
  awaited.createSimple(createBlockingVix()),
];
