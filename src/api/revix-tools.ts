import type { ToolsReport } from '../backends/backend.js';
import { Fault } from '../base/fault.js';
import { VixFailure } from '../errors/vix-failure.js';
import { VIX_E_INVALID_ARG, VIX_PROPERTY_JOB_RESULT_VM_VARIABLE_STRING } from '../vix/names.js';
import type { VixHandle } from '../vix/types.js';
import { bool, filledText } from './arguments.js';
import { startVmJob, type VixCallback } from './start-job.js';
import type { VixRuntime, VmEntry } from './vix-runtime.js';

/** What Tools tells of a guest without a login, which VIX knows nothing of. */
export function revixToolsFunctions(runtime: VixRuntime) {
  return {
    /**
     * Reads one thing that Tools tells, as text: `osName`, `hostName`, `toolsVersion`, `heartbeat` (`green`, `yellow`, `red`,
     * `gray`), `isTimeSynced`, `areGuestOperationsReady`, `areInteractiveOperationsReady` (`true`, `false`). The result is
     * `VIX_PROPERTY_JOB_RESULT_VM_VARIABLE_STRING`.
     */
    Revix_ReadToolsReport(
      vmHandle: VixHandle,
      name: keyof ToolsReport,
      callbackProc: VixCallback,
      clientData: unknown,
    ): VixHandle {
      const tail = { call: 'Revix_ReadToolsReport', callback: callbackProc, clientData };
      return startVmJob(runtime, vmHandle, tail, {
        work: async (vm, context) => {
          const wanted = filledText('name', name);
          const { tools } = vm.payload.link;
          if (tools.report === undefined) throw notOffered(vm);
          const report: Readonly<Record<string, unknown>> = { ...(await tools.report(context)) };
          if (!Object.hasOwn(report, wanted)) {
            const known = Object.keys(report).join(', ');
            throw new VixFailure(VIX_E_INVALID_ARG, `parameter name is ${wanted}; there are ${known}`);
          }
          const value = String(report[wanted]);
          context.results.add(VIX_PROPERTY_JOB_RESULT_VM_VARIABLE_STRING, { type: 'string', value });
        },
      });
    },

    /** Lets Tools set the clock of the guest by that of the host, or not. */
    Revix_SetTimeSync(
      vmHandle: VixHandle,
      isTimeSynced: boolean,
      callbackProc: VixCallback,
      clientData: unknown,
    ): VixHandle {
      const tail = { call: 'Revix_SetTimeSync', callback: callbackProc, clientData };
      return startVmJob(runtime, vmHandle, tail, {
        lane: 'request',
        work: (vm, context) => {
          const { tools } = vm.payload.link;
          if (tools.setTimeSync === undefined) throw notOffered(vm);
          return tools.setTimeSync(bool('isTimeSynced', isTimeSynced), context);
        },
      });
    },
  };
}

function notOffered({ payload }: VmEntry): Fault {
  return new Fault('not-supported', `${payload.host.payload.link.about.product} tells nothing of Tools`);
}
