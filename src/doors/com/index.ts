import type { Vix } from '../../api/vix.js';
import * as processVix from '../../compose/process-vix.js';
import { runAwaited } from '../flow.js';
import { comLibrary, type VixCOM as VixComOf } from './com-library.js';
import type * as com from './com-types.js';

/** VixCOM over a set of VIX functions of its own, as `createVix` of `revix` makes it: same handles, same hosts. */
export function createVixCOM(vix: Vix): VixCOM {
  return comLibrary(vix, runAwaited);
}

// Over the one set of functions of the process, which `revix` exports.
export const { VixLib, Constants, CreateObject }: VixCOM = comLibrary(processVix, runAwaited);

export type VixCOM = VixComOf<'awaited'>;
export type ICallback = com.ICallback<'awaited'>;
export type IHost = com.IHost<'awaited'>;
export type IJob = com.IJob<'awaited'>;
export type IPropertyList = com.IPropertyList<'awaited'>;
export type ISnapshot = com.ISnapshot<'awaited'>;
export type IVixHandle = com.IVixHandle<'awaited'>;
export type IVixLib = com.IVixLib<'awaited'>;
export type IVM = com.IVM<'awaited'>;
export { Vix_Out, type VixOut } from '../../api/vix-out.js';
