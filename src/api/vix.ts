import type { HandleCounter, HandleDumpLine } from '../handles/handle-table.js';
import type { HandleKind } from '../handles/handle-kind.js';
import { VixFailure } from '../errors/vix-failure.js';
import { describeJob } from '../jobs/job.js';
import { VIX_E_CANCELLED, VIX_OK } from '../vix/names.js';
import type { VixError, VixHandle } from '../vix/types.js';
import { revixDeviceFunctions } from './revix-devices.js';
import { revixProgramFunctions } from './revix-programs.js';
import { revixToolsFunctions } from './revix-tools.js';
import { vixHandleFunctions } from './vix-handle.js';
import { vixHostFunctions } from './vix-host.js';
import { vixJobFunctions } from './vix-job.js';
import { vixPropertyListFunctions } from './vix-property-list.js';
import { vixVmFileFunctions } from './vix-vm-file.js';
import { vixVmGuestFunctions } from './vix-vm-guest.js';
import { vixVmPowerFunctions } from './vix-vm-power.js';
import { vixVmRecordingFunctions } from './vix-vm-recording.js';
import { vixVmSharedFolderFunctions } from './vix-vm-shared-folder.js';
import { vixVmSnapshotFunctions } from './vix-vm-snapshot.js';
import { vixVmFunctions } from './vix-vm.js';
import type { VixRuntime } from './vix-runtime.js';

/** Something that went wrong where no program sees it. */
export interface DiagnosticEvent {
  readonly kind: 'callback-failed' | 'background-failed';
  readonly error: unknown;
  /** The job whose callback failed. */
  readonly job: VixHandle | null;
}

/** What Revix offers beside VIX, under a prefix of its own. */
function revixFunctions(runtime: VixRuntime) {
  return {
    /** Why a finished job failed, for people: operation, target, cause, next step. Empty for a job that did not. */
    Revix_GetJobMessage(jobHandle: VixHandle): string {
      const job = runtime.table.lookup(jobHandle, 'job');
      return typeof job === 'number' || !job.payload.isDone ? '' : (job.payload.failure?.message ?? '');
    },

    /**
     * Gives a job up: it ends with `VIX_E_CANCELLED`, and the host is asked to stop what it does. What cannot be stopped
     * goes on there. A job that has ended stays as it is.
     *
     * @returns `VIX_OK`; what `VixJob_Wait` answers for a handle that is no job.
     */
    Revix_CancelJob(jobHandle: VixHandle): VixError {
      const job = runtime.table.lookup(jobHandle, 'job');
      if (typeof job === 'number') return job;
      job.payload.fail(new VixFailure(VIX_E_CANCELLED, `${describeJob(job.payload)}: the program gave it up`));
      return VIX_OK;
    },

    /** Per cent of a job's work that were done when it last told; 100 for a job that is done, 0 for a bad handle. */
    Revix_GetJobProgress(jobHandle: VixHandle): number {
      const job = runtime.table.lookup(jobHandle, 'job');
      if (typeof job === 'number') return 0;
      return job.payload.isDone ? 100 : Math.floor(100 * job.payload.fractionDone);
    },

    /**
     * Why the last call on a handle failed that answers with an error itself: the readers of properties, the navigation
     * of snapshots, `VixJob_Wait`. For people: function, target, cause, next step. Of a failed job, why it failed.
     *
     * @param handle what the failed call works on: its first parameter, also when that is no live handle.
     * @returns an empty text when none failed. A later success leaves the message, as in C it leaves `errno`.
     */
    Revix_GetErrorMessage(handle: VixHandle): string {
      const job = runtime.table.lookup(handle, 'job');
      const failure = typeof job === 'number' || !job.payload.isDone ? undefined : job.payload.failure;
      return failure?.message ?? runtime.messages.of(handle);
    },

    /** Every live handle with its references and the call that made it: what is left is leaked. */
    Revix_DumpHandles(): HandleDumpLine[] {
      return runtime.table.dump();
    },

    /** How many handles of each kind live, and how many were ever made. */
    Revix_CountHandles(): Record<HandleKind, HandleCounter> {
      return runtime.table.counters();
    },

    /** Calls the listener for each failure that reaches no program: callbacks that throw, tidying that fails. */
    Revix_OnDiagnostic(listener: (event: DiagnosticEvent) => void): void {
      const tell = (event: DiagnosticEvent): void => {
        try {
          listener(event);
        } catch (error) {
          // The engine must not stumble over it; the process learns of it as of any uncaught error.
          queueMicrotask(() => {
            throw error;
          });
        }
      };
      runtime.runner.events.on('callbackFailed', (error, job) => tell({ kind: 'callback-failed', error, job }));
      runtime.runner.events.on('backgroundFailed', (error) => tell({ kind: 'background-failed', error, job: null }));
    },

    /** Disconnects every host and closes the backends; resolves when all sessions have ended. */
    Revix_Close(): Promise<void> {
      return runtime.close();
    },
  };
}

/** The functions of VIX, and those of Revix, over one runtime. */
export function vixFunctions(runtime: VixRuntime) {
  const vix = {
    ...vixHandleFunctions(runtime),
    ...vixPropertyListFunctions(runtime),
    ...vixJobFunctions(runtime),
    ...vixHostFunctions(runtime),
    ...vixVmFunctions(runtime),
    ...vixVmPowerFunctions(runtime),
    ...vixVmGuestFunctions(runtime),
    ...vixVmFileFunctions(runtime),
    ...vixVmSnapshotFunctions(runtime),
    ...vixVmSharedFolderFunctions(runtime),
    ...vixVmRecordingFunctions(runtime),
    ...revixFunctions(runtime),
    ...revixDeviceFunctions(runtime),
    ...revixProgramFunctions(runtime),
    ...revixToolsFunctions(runtime),
  };
  runtimes.set(vix, runtime);
  return vix;
}

/** What each set of functions works on. */
const runtimes = new WeakMap<object, VixRuntime>();

/** What a set of functions works on, for a door that has to look behind them; undefined for anything else. */
export function runtimeOf(vix: object): VixRuntime | undefined {
  return runtimes.get(vix);
}

/** The 73 functions of VIX by their C names, and Revix's own, bound to one runtime. */
export type Vix = ReturnType<typeof vixFunctions>;
