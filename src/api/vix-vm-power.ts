import type { PowerMode } from '../backends/backend.js';
import { VIX_VMPOWEROP_FROM_GUEST, VIX_VMPOWEROP_LAUNCH_GUI, VIX_VMPOWEROP_START_VM_PAUSED } from '../vix/names.js';
import type { VixHandle } from '../vix/types.js';
import { integer } from './arguments.js';
import { requireCapability, startVmJob, takenList, type VixCallback, type VixListHandle } from './start-job.js';
import type { VixRuntime, VmEntry } from './vix-runtime.js';

/** Value of `VIX_VMPOWEROP_FROM_GUEST` in headers before May 2008; programs built then still pass it. */
const fromGuestBefore2008 = 1;

/** The functions that work the power of a virtual machine. */
export function vixVmPowerFunctions(runtime: VixRuntime) {
  return {
    /** Powers on, or resumes. Done when the guest starts to boot. */
    VixVM_PowerOn(
      vmHandle: VixHandle,
      powerOnOptions: number,
      propertyListHandle: VixListHandle,
      callbackProc: VixCallback,
      clientData: unknown,
    ): VixHandle {
      const tail = { call: 'VixVM_PowerOn', callback: callbackProc, clientData };
      const list = takenList(runtime, propertyListHandle);
      return startVmJob(runtime, vmHandle, tail, {
        capability: 'power',
        lane: 'exclusive',
        work: (vm, context) => {
          const options = integer('powerOnOptions', powerOnOptions);
          list();
          const paused = (options & VIX_VMPOWEROP_START_VM_PAUSED) !== 0;
          if (paused) requireCapability(vm.payload.host, 'startPaused');
          const showConsole = (options & VIX_VMPOWEROP_LAUNCH_GUI) !== 0;
          return vm.payload.link.power.on({ paused, showConsole }, context);
        },
      });
    },

    /** Powers off, hard or through the guest. */
    VixVM_PowerOff(
      vmHandle: VixHandle,
      powerOffOptions: number,
      callbackProc: VixCallback,
      clientData: unknown,
    ): VixHandle {
      const tail = { call: 'VixVM_PowerOff', callback: callbackProc, clientData };
      return startVmJob(runtime, vmHandle, tail, {
        capability: 'power',
        lane: isSoft(powerOffOptions) ? 'exclusive' : 'urgent',
        work: (vm, context) => vm.payload.link.power.off(powerMode(vm, 'powerOffOptions', powerOffOptions), context),
      });
    },

    /** Resets, hard or through the guest. */
    VixVM_Reset(vmHandle: VixHandle, resetOptions: number, callbackProc: VixCallback, clientData: unknown): VixHandle {
      const tail = { call: 'VixVM_Reset', callback: callbackProc, clientData };
      return startVmJob(runtime, vmHandle, tail, {
        capability: 'power',
        lane: isSoft(resetOptions) ? 'exclusive' : 'urgent',
        work: (vm, context) => vm.payload.link.power.reset(powerMode(vm, 'resetOptions', resetOptions), context),
      });
    },

    /** Suspends; `VixVM_PowerOn` resumes. */
    VixVM_Suspend(
      vmHandle: VixHandle,
      suspendOptions: number,
      callbackProc: VixCallback,
      clientData: unknown,
    ): VixHandle {
      const tail = { call: 'VixVM_Suspend', callback: callbackProc, clientData };
      return startVmJob(runtime, vmHandle, tail, {
        capability: 'suspend',
        lane: 'exclusive',
        work: (vm, context) => vm.payload.link.power.suspend(powerMode(vm, 'suspendOptions', suspendOptions), context),
      });
    },

    /** Freezes execution without saving state. */
    VixVM_Pause(
      vmHandle: VixHandle,
      options: number,
      propertyList: VixListHandle,
      callbackProc: VixCallback,
      clientData: unknown,
    ): VixHandle {
      const tail = { call: 'VixVM_Pause', callback: callbackProc, clientData };
      const list = takenList(runtime, propertyList);
      return startVmJob(runtime, vmHandle, tail, {
        capability: 'pause',
        lane: 'exclusive',
        work: (vm, context) => {
          integer('options', options);
          list();
          return vm.payload.link.power.pause(context);
        },
      });
    },

    /** Continues a paused virtual machine. */
    VixVM_Unpause(
      vmHandle: VixHandle,
      options: number,
      propertyList: VixListHandle,
      callbackProc: VixCallback,
      clientData: unknown,
    ): VixHandle {
      const tail = { call: 'VixVM_Unpause', callback: callbackProc, clientData };
      const list = takenList(runtime, propertyList);
      return startVmJob(runtime, vmHandle, tail, {
        capability: 'pause',
        lane: 'exclusive',
        work: (vm, context) => {
          integer('options', options);
          list();
          return vm.payload.link.power.unpause(context);
        },
      });
    },
  };
}

function powerMode(vm: VmEntry, name: string, value: unknown): PowerMode {
  if (!isSoft(integer(name, value))) return 'hard';
  requireCapability(vm.payload.host, 'softPower');
  return 'soft';
}

function isSoft(options: unknown): boolean {
  return typeof options === 'number' && (options & (VIX_VMPOWEROP_FROM_GUEST | fromGuestBefore2008)) !== 0;
}
