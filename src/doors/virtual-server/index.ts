import { setTimeout as pause } from 'node:timers/promises';
import type { Vix } from '../../api/vix.js';
import * as processVix from '../../compose/process-vix.js';
import { runAwaited } from '../flow.js';
import type { Drive } from './virtual-server-door.js';
import { virtualServerLibrary, type VirtualServerLibrary } from './virtual-server-library.js';
import type * as types from './virtual-server-types.js';

const awaited: Drive = { run: runAwaited, pause, canAssign: false };

/** Virtual Server over a set of VIX functions of its own, as `createVix` of `revix` makes it. */
export function createVirtualServer(vix: Vix): VirtualServer {
  return virtualServerLibrary(vix, awaited);
}

// Over the one set of functions of the process, which `revix` exports.
export const { VMVirtualServer, CreateObject }: VirtualServer = virtualServerLibrary(processVix, awaited);

export type VirtualServer = VirtualServerLibrary<'awaited'>;
export type IVMVirtualServer = types.IVMVirtualServer<'awaited'>;
export type IVMVirtualMachine = types.IVMVirtualMachine<'awaited'>;
export type IVMGuestOS = types.IVMGuestOS<'awaited'>;
export type IVMTask = types.IVMTask<'awaited'>;
export type IVMNetworkAdapter = types.IVMNetworkAdapter<'awaited'>;
export type IVMVirtualNetwork = types.IVMVirtualNetwork<'awaited'>;
export type { VMCollection } from './virtual-server-types.js';
export type { VirtualServerHost } from './states.js';
export { VMTaskResult, VMVMState } from './enumerations.js';
export { HRESULTS, VirtualServerError, type HresultName } from './hresults.js';
