import { runBlocking } from '../flow.js';
import * as processVix from '../sync/process-vix.js';
import type { SyncVix } from '../sync/sync-vix.js';
import type { Drive } from './virtual-server-door.js';
import { virtualServerLibrary, type VirtualServerLibrary } from './virtual-server-library.js';
import type * as types from './virtual-server-types.js';

const blocking: Drive = {
  run: runBlocking,
  // The engine has a thread of its own and goes on meanwhile.
  pause: (ms) => void Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms),
  canAssign: true,
};

/** Virtual Server over a set of VIX functions of its own, as `createVix` of `revix/sync` makes it. */
export function createVirtualServer(vix: SyncVix): VirtualServer {
  return virtualServerLibrary(vix, blocking);
}

// Over the one set of functions of the process, which `revix/sync` exports.
export const { VMVirtualServer, CreateObject }: VirtualServer = virtualServerLibrary(processVix, blocking);

export type VirtualServer = VirtualServerLibrary<'blocking'>;
export type IVMVirtualServer = types.IVMVirtualServer<'blocking'>;
export type IVMVirtualMachine = types.IVMVirtualMachine<'blocking'>;
export type IVMGuestOS = types.IVMGuestOS<'blocking'>;
export type IVMTask = types.IVMTask<'blocking'>;
export type IVMNetworkAdapter = types.IVMNetworkAdapter<'blocking'>;
export type IVMVirtualNetwork = types.IVMVirtualNetwork<'blocking'>;
export type { VMCollection } from './virtual-server-types.js';
export type { VirtualServerHost } from './states.js';
export { VMTaskResult, VMVMState } from './enumerations.js';
export { HRESULTS, VirtualServerError, type HresultName } from './hresults.js';
