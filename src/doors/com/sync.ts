import { runBlocking } from '../flow.js';
import * as processVix from '../sync/process-vix.js';
import type { SyncVix } from '../sync/sync-vix.js';
import { comLibrary, type VixCOM as VixComOf } from './com-library.js';
import type * as com from './com-types.js';

/** VixCOM over a set of VIX functions of its own, as `createVix` of `revix/sync` makes it: same handles, same hosts. */
export function createVixCOM(vix: SyncVix): VixCOM {
  return comLibrary(vix, runBlocking);
}

// Over the one set of functions of the process, which `revix/sync` exports.
export const { VixLib, Constants, CreateObject }: VixCOM = comLibrary(processVix, runBlocking);

export type VixCOM = VixComOf<'blocking'>;
export type ICallback = com.ICallback<'blocking'>;
export type IHost = com.IHost<'blocking'>;
export type IJob = com.IJob<'blocking'>;
export type IPropertyList = com.IPropertyList<'blocking'>;
export type ISnapshot = com.ISnapshot<'blocking'>;
export type IVixHandle = com.IVixHandle<'blocking'>;
export type IVixLib = com.IVixLib<'blocking'>;
export type IVM = com.IVM<'blocking'>;
export { Vix_Out, type VixOut } from '../../api/vix-out.js';
