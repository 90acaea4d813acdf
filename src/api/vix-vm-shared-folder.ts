import type { SharedFolder } from '../backends/backend.js';
import { Fault } from '../base/fault.js';
import {
  VIX_PROPERTY_JOB_RESULT_ITEM_NAME,
  VIX_PROPERTY_JOB_RESULT_SHARED_FOLDER_COUNT,
  VIX_PROPERTY_JOB_RESULT_SHARED_FOLDER_FLAGS,
  VIX_PROPERTY_JOB_RESULT_SHARED_FOLDER_HOST,
  VIX_SHAREDFOLDER_WRITE_ACCESS,
} from '../vix/names.js';
import type { VixHandle } from '../vix/types.js';
import { bool, filledText, integer } from './arguments.js';
import { startVmJob, type VixCallback } from './start-job.js';
import type { VixRuntime } from './vix-runtime.js';

/** The functions for shared folders. */
export function vixVmSharedFolderFunctions(runtime: VixRuntime) {
  return {
    /** Turns shared folders on or off. */
    VixVM_EnableSharedFolders(
      vmHandle: VixHandle,
      enabled: boolean | 0 | 1,
      options: number,
      callbackProc: VixCallback,
      clientData: unknown,
    ): VixHandle {
      const tail = { call: 'VixVM_EnableSharedFolders', callback: callbackProc, clientData };
      return startVmJob(runtime, vmHandle, tail, {
        capability: 'sharedFolders',
        lane: 'request',
        work: (vm, context) => {
          const isEnabled = bool('enabled', enabled);
          integer('options', options);
          return vm.payload.link.sharedFolders.setEnabled(isEnabled, context);
        },
      });
    },

    /** Counts the shared folders. */
    VixVM_GetNumSharedFolders(vmHandle: VixHandle, callbackProc: VixCallback, clientData: unknown): VixHandle {
      const tail = { call: 'VixVM_GetNumSharedFolders', callback: callbackProc, clientData };
      return startVmJob(runtime, vmHandle, tail, {
        capability: 'sharedFolders',
        lane: 'request',
        work: async (vm, context) => {
          const { length } = await vm.payload.link.sharedFolders.list(context);
          context.results.add(VIX_PROPERTY_JOB_RESULT_SHARED_FOLDER_COUNT, { type: 'integer', value: length });
        },
      });
    },

    /** Name, host path and flags of a shared folder by index, from 0. */
    VixVM_GetSharedFolderState(
      vmHandle: VixHandle,
      index: number,
      callbackProc: VixCallback,
      clientData: unknown,
    ): VixHandle {
      const tail = { call: 'VixVM_GetSharedFolderState', callback: callbackProc, clientData };
      return startVmJob(runtime, vmHandle, tail, {
        capability: 'sharedFolders',
        lane: 'request',
        work: async (vm, context) => {
          const position = integer('index', index);
          const folders = await vm.payload.link.sharedFolders.list(context);
          const folder = folders[position];
          if (folder === undefined) {
            throw new Fault('not-found', `there is no shared folder ${position}; there are ${folders.length}`);
          }
          const flags = folder.isWritable ? VIX_SHAREDFOLDER_WRITE_ACCESS : 0;
          context.results.add(VIX_PROPERTY_JOB_RESULT_ITEM_NAME, { type: 'string', value: folder.name });
          context.results.add(VIX_PROPERTY_JOB_RESULT_SHARED_FOLDER_HOST, { type: 'string', value: folder.hostPath });
          context.results.add(VIX_PROPERTY_JOB_RESULT_SHARED_FOLDER_FLAGS, { type: 'integer', value: flags });
        },
      });
    },

    /** Changes host path and flags of a shared folder. */
    VixVM_SetSharedFolderState(
      vmHandle: VixHandle,
      shareName: string,
      hostPathName: string,
      flags: number,
      callbackProc: VixCallback,
      clientData: unknown,
    ): VixHandle {
      const tail = { call: 'VixVM_SetSharedFolderState', callback: callbackProc, clientData };
      return startVmJob(runtime, vmHandle, tail, {
        capability: 'sharedFolders',
        lane: 'request',
        work: (vm, context) =>
          vm.payload.link.sharedFolders.update(sharedFolder(shareName, hostPathName, flags), context),
      });
    },

    /** Adds a shared folder. */
    VixVM_AddSharedFolder(
      vmHandle: VixHandle,
      shareName: string,
      hostPathName: string,
      flags: number,
      callbackProc: VixCallback,
      clientData: unknown,
    ): VixHandle {
      const tail = { call: 'VixVM_AddSharedFolder', callback: callbackProc, clientData };
      return startVmJob(runtime, vmHandle, tail, {
        capability: 'sharedFolders',
        lane: 'request',
        work: (vm, context) => vm.payload.link.sharedFolders.add(sharedFolder(shareName, hostPathName, flags), context),
      });
    },

    /** Removes a shared folder. */
    VixVM_RemoveSharedFolder(
      vmHandle: VixHandle,
      shareName: string,
      flags: number,
      callbackProc: VixCallback,
      clientData: unknown,
    ): VixHandle {
      const tail = { call: 'VixVM_RemoveSharedFolder', callback: callbackProc, clientData };
      return startVmJob(runtime, vmHandle, tail, {
        capability: 'sharedFolders',
        lane: 'request',
        work: (vm, context) => {
          const name = filledText('shareName', shareName);
          integer('flags', flags);
          return vm.payload.link.sharedFolders.remove(name, context);
        },
      });
    },
  };
}

function sharedFolder(name: unknown, hostPath: unknown, flags: unknown): SharedFolder {
  return {
    name: filledText('shareName', name),
    hostPath: filledText('hostPathName', hostPath),
    isWritable: (integer('flags', flags) & VIX_SHAREDFOLDER_WRITE_ACCESS) !== 0,
  };
}
