import { createVix, type VixHandle } from 'revix';
import { createVix as createBlockingVix } from 'revix/sync';
import * as awaited from 'revix/com';
import * as blocking from 'revix/com/sync';

declare const host: awaited.IHost;
declare const vm: awaited.IVM;
declare const job: awaited.IJob;
declare const scriptVm: blocking.IVM;
declare const scriptJob: blocking.IJob;
declare const snapshot: awaited.ISnapshot;
declare const list: awaited.IPropertyList;
declare const handle: VixHandle;

const results = awaited.Vix_Out<unknown>();
const child = awaited.Vix_Out<awaited.ISnapshot | null>(null);
const { Constants } = awaited;

export const accepted = [
  awaited.createVixCOM(createVix()),
  blocking.createVixCOM(createBlockingVix()),
  new awaited.VixLib() satisfies awaited.IVixLib,
  awaited.CreateObject('VixCOM.VixLib').ErrorCode(Constants.VIX_OK),
  host.OpenVM('a.vmx', null) satisfies awaited.IJob,
  host.OpenVM('a.vmx', { OnVixEvent: (one, type, info) => [one.GetError(), type, info?.Close()] }),
  // The nothings of C#, VBScript and Tcl.
  vm.PowerOn(0, null, undefined),
  vm.PowerOn(0, 0, 0),
  vm.PowerOn(0, list, null) satisfies awaited.IJob,
  vm.RevertToSnapshot(snapshot, 0, null, null),
  vm.InstallTools(0, undefined, null),
  vm.GetNamedSnapshot('a', child) satisfies Promise<number>,
  job.Wait([Constants.VIX_PROPERTY_JOB_RESULT_HANDLE], results) satisfies Promise<number>,
  job.Wait(new Int32Array([3010]), results),
  job.GetNumProperties(Constants.VIX_PROPERTY_FOUND_ITEM_LOCATION) satisfies number,
  job.GetProperties([1], results) satisfies Promise<number>,
  scriptJob.Wait([1], results) satisfies number,
  scriptJob.WaitWithoutResults() satisfies number,
  scriptVm.PowerOff(0, null) satisfies blocking.IJob,
  vm.Equals(host) satisfies boolean,
  host.Disconnect() satisfies void,
];

export const refused = [
  // @ts-expect-error objects stand for handles here
  vm.RevertToSnapshot(handle, 0, null, null),
  // @ts-expect-error a machine is no list of properties, and no snapshot
  vm.RemoveSnapshot(vm, 0, null),
  // @ts-expect-error there are no client data
  vm.PowerOff(0, null, null),
  // @ts-expect-error the ids of properties are an array
  job.Wait(Constants.VIX_PROPERTY_JOB_RESULT_HANDLE, results),
  // @ts-expect-error an out parameter takes a cell
  vm.GetNamedSnapshot('a', null),
  // @ts-expect-error a function is no ICallback
  host.OpenVM('a.vmx', () => undefined),
  // @ts-expect-error no member of a host
  host.PowerOn(0, null, null),
  // @ts-expect-error a promise of an error is none
  job.WaitWithoutResults() satisfies number,
  // @ts-expect-error the functions that block make a door that blocks
  awaited.createVixCOM(createBlockingVix()),
];
