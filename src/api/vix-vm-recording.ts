import { VIX_VMPOWEROP_LAUNCH_GUI } from '../vix/names.js';
import type { VixHandle } from '../vix/types.js';
import { integer, optionalText } from './arguments.js';
import { resultHandle, snapshotEntry, takenSnapshot } from './open-vm.js';
import { startVmJob, takenList, type VixCallback, type VixListHandle } from './start-job.js';
import type { VixRuntime } from './vix-runtime.js';

/** The functions for execution recordings, which VIX dropped in 1.11. */
export function vixVmRecordingFunctions(runtime: VixRuntime) {
  return {
    /** Starts a recording; the job's result handle is the snapshot that holds it. */
    VixVM_BeginRecording(
      vmHandle: VixHandle,
      displayName: string | null,
      description: string | null,
      options: number,
      propertyList: VixListHandle,
      callbackProc: VixCallback,
      clientData: unknown,
    ): VixHandle {
      const call = 'VixVM_BeginRecording';
      const tail = { call, callback: callbackProc, clientData };
      const list = takenList(runtime, propertyList);
      return startVmJob(runtime, vmHandle, tail, {
        capability: 'recording',
        lane: 'exclusive',
        work: async (vm, context) => {
          const spec = {
            name: optionalText('displayName', displayName),
            description: optionalText('description', description),
          };
          integer('options', options);
          list();
          const id = await vm.payload.link.recording.beginRecording(spec, context);
          context.signal.throwIfAborted();
          resultHandle(runtime, context, snapshotEntry(runtime, vm, id, call));
        },
      });
    },

    /** Ends the recording. */
    VixVM_EndRecording(
      vmHandle: VixHandle,
      options: number,
      propertyList: VixListHandle,
      callbackProc: VixCallback,
      clientData: unknown,
    ): VixHandle {
      const tail = { call: 'VixVM_EndRecording', callback: callbackProc, clientData };
      const list = takenList(runtime, propertyList);
      return startVmJob(runtime, vmHandle, tail, {
        capability: 'recording',
        lane: 'exclusive',
        work: (vm, context) => {
          integer('options', options);
          list();
          return vm.payload.link.recording.endRecording(context);
        },
      });
    },

    /** Replays a recording. */
    VixVM_BeginReplay(
      vmHandle: VixHandle,
      snapshotHandle: VixHandle,
      options: number,
      propertyList: VixListHandle,
      callbackProc: VixCallback,
      clientData: unknown,
    ): VixHandle {
      const tail = { call: 'VixVM_BeginReplay', callback: callbackProc, clientData };
      const snapshot = takenSnapshot(runtime, snapshotHandle);
      const list = takenList(runtime, propertyList);
      return startVmJob(runtime, vmHandle, tail, {
        capability: 'recording',
        lane: 'exclusive',
        work: (vm, context) => {
          const snapshotId = snapshot(vm);
          const showConsole = (integer('options', options) & VIX_VMPOWEROP_LAUNCH_GUI) !== 0;
          list();
          return vm.payload.link.recording.beginReplay({ snapshotId, showConsole }, context);
        },
      });
    },

    /** Ends the replay: the virtual machine goes on live. */
    VixVM_EndReplay(
      vmHandle: VixHandle,
      options: number,
      propertyList: VixListHandle,
      callbackProc: VixCallback,
      clientData: unknown,
    ): VixHandle {
      const tail = { call: 'VixVM_EndReplay', callback: callbackProc, clientData };
      const list = takenList(runtime, propertyList);
      return startVmJob(runtime, vmHandle, tail, {
        capability: 'recording',
        lane: 'exclusive',
        work: (vm, context) => {
          integer('options', options);
          list();
          return vm.payload.link.recording.endReplay(context);
        },
      });
    },
  };
}
