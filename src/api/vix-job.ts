import { deferred } from '../base/deferred.js';
import type { JobTrace } from '../jobs/job-trace.js';
import type { Job } from '../jobs/job.js';
import { VixFailure } from '../errors/vix-failure.js';
import { VIX_E_BAD_VM_INDEX, VIX_E_INVALID_ARG, VIX_OK } from '../vix/names.js';
import type { VixError, VixHandle, VixPropertyID } from '../vix/types.js';
import { callFailed, handleFailure } from './call-failure.js';
import { jobProperties } from './handle-properties.js';
import { type CellRequest, fillCells, isCell, noCell, parseCells } from './property-cells.js';
import type { VixRuntime } from './vix-runtime.js';
import type { PropertyCells, VixOut } from './vix-out.js';

/** The functions with the prefix `VixJob_`. */
export function vixJobFunctions(runtime: VixRuntime) {
  const { table } = runtime;

  /** Reads the index-th instance of each property. */
  function read(call: string, job: Job, requests: readonly CellRequest[], index: number): VixError {
    const failure = fillCells(runtime, requests, jobProperties(job, index));
    return failure === undefined ? VIX_OK : callFailed(runtime, call, job.handle, failure);
  }

  /** Reads the results of a job that ended well, and answers with the outcome. */
  function reading(
    job: Job,
    requests: readonly CellRequest[],
    answer: (error: VixError) => void,
  ): (error: VixError) => void {
    return (error) => answer(error === VIX_OK ? read('VixJob_Wait', job, requests, 0) : error);
  }

  function badJob(call: string, handle: VixHandle, code: VixError): VixError {
    return callFailed(runtime, call, handle, handleFailure(runtime, 'jobHandle', handle, code));
  }

  return {
    /**
     * Waits until the job is done and its callbacks have run, then reads result properties: id, cell, ... ,
     * `VIX_PROPERTY_NONE`. May be called any number of times.
     *
     * @returns the error of the operation; when that is `VIX_OK`, the outcome of the reading.
     */
    VixJob_Wait<A extends readonly unknown[]>(jobHandle: VixHandle, ...cells: A & PropertyCells<A>): Promise<VixError> {
      const entry = table.lookup(jobHandle, 'job');
      if (typeof entry === 'number') return Promise.resolve(badJob('VixJob_Wait', jobHandle, entry));
      const requests = parseCells(cells);
      if (requests instanceof VixFailure) {
        return Promise.resolve(callFailed(runtime, 'VixJob_Wait', jobHandle, requests));
      }
      const { promise, resolve } = deferred<VixError>();
      // In event-pump mode callbacks run in here, and one may release the job.
      table.hold(entry);
      const end =
        runtime.runner.trace === undefined ? resolve : drawnWait(runtime.runner.trace, entry.payload, resolve);
      const wake = requests.length === 0 ? end : reading(entry.payload, requests, end);
      const refused = entry.payload.wait(wake);
      if (refused !== VIX_OK) end(refused);
      table.drop(entry);
      return promise;
    },

    /** Tells whether the job is done. @returns `VIX_OK` when that could be told, whatever became of the operation. */
    VixJob_CheckCompletion(jobHandle: VixHandle, complete: VixOut<boolean>): VixError {
      const entry = table.lookup(jobHandle, 'job');
      if (typeof entry === 'number') return badJob('VixJob_CheckCompletion', jobHandle, entry);
      if (!isCell(complete)) {
        return callFailed(runtime, 'VixJob_CheckCompletion', jobHandle, noCell('complete'));
      }
      complete.value = entry.payload.isDone;
      return VIX_OK;
    },

    /** Error of the operation; `VIX_E_UNFINISHED_JOB` before the job is done. */
    VixJob_GetError(jobHandle: VixHandle): VixError {
      const entry = table.lookup(jobHandle, 'job');
      return typeof entry === 'number' ? badJob('VixJob_GetError', jobHandle, entry) : entry.payload.error;
    },

    /** How many instances of a property the result holds; 0 also for an unfinished job and a bad handle. */
    VixJob_GetNumProperties(jobHandle: VixHandle, resultPropertyID: VixPropertyID): number {
      const entry = table.lookup(jobHandle, 'job');
      return typeof entry === 'number' ? 0 : (entry.payload.results?.count(resultPropertyID) ?? 0);
    },

    /** Reads the index-th instance of each property: id, cell, ... , `VIX_PROPERTY_NONE`. The first one is 0. */
    VixJob_GetNthProperties<A extends readonly unknown[]>(
      jobHandle: VixHandle,
      index: number,
      ...cells: A & PropertyCells<A>
    ): VixError {
      const entry = table.lookup(jobHandle, 'job');
      const call = 'VixJob_GetNthProperties';
      if (typeof entry === 'number') return badJob(call, jobHandle, entry);
      const requests = parseCells(cells);
      if (requests instanceof VixFailure) return callFailed(runtime, call, jobHandle, requests);
      if (!Number.isInteger(index) || index < 0) {
        const code = Number.isInteger(index) ? VIX_E_BAD_VM_INDEX : VIX_E_INVALID_ARG;
        const message = `parameter index is ${String(index)}; the first instance has 0, and VixJob_GetNumProperties counts them`;
        return callFailed(runtime, call, jobHandle, new VixFailure(code, message));
      }
      return read(call, entry.payload, requests, index);
    },
  };
}

/** Draws a wait for a job from now until its answer. */
function drawnWait(trace: JobTrace, job: Job, answer: (error: VixError) => void): (error: VixError) => void {
  const span = trace.wait(job);
  return (error) => {
    span.end();
    answer(error);
  };
}
