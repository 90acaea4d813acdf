import { deferred } from '../base/deferred.js';
import type { Job } from '../jobs/job.js';
import { VIX_E_BAD_VM_INDEX, VIX_E_INVALID_ARG, VIX_OK } from '../vix/names.js';
import type { VixError, VixHandle, VixPropertyID } from '../vix/types.js';
import { jobProperties } from './handle-properties.js';
import { type CellRequest, fillCells, isCell, parseCells } from './property-cells.js';
import type { VixRuntime } from './vix-runtime.js';
import type { PropertyCells, VixOut } from './vix-out.js';

/** The functions with the prefix `VixJob_`. */
export function vixJobFunctions(runtime: VixRuntime) {
  const { table } = runtime;

  /** Reads the results of a job that ended well, and answers with the outcome. */
  function reading(
    job: Job,
    requests: readonly CellRequest[],
    answer: (error: VixError) => void,
  ): (error: VixError) => void {
    return (error) => answer(error === VIX_OK ? fillCells(runtime, requests, jobProperties(job)) : error);
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
      if (typeof entry === 'number') return Promise.resolve(entry);
      const requests = parseCells(cells);
      if (typeof requests === 'number') return Promise.resolve(requests);
      const { promise, resolve } = deferred<VixError>();
      // In event-pump mode callbacks run in here, and one may release the job.
      table.hold(entry);
      const wake = requests.length === 0 ? resolve : reading(entry.payload, requests, resolve);
      const refused = entry.payload.wait(wake);
      if (refused !== VIX_OK) resolve(refused);
      table.drop(entry);
      return promise;
    },

    /** Tells whether the job is done. @returns `VIX_OK` when that could be told, whatever became of the operation. */
    VixJob_CheckCompletion(jobHandle: VixHandle, complete: VixOut<boolean>): VixError {
      const entry = table.lookup(jobHandle, 'job');
      if (typeof entry === 'number') return entry;
      if (!isCell(complete)) return VIX_E_INVALID_ARG;
      complete.value = entry.payload.isDone;
      return VIX_OK;
    },

    /** Error of the operation; `VIX_E_UNFINISHED_JOB` before the job is done. */
    VixJob_GetError(jobHandle: VixHandle): VixError {
      const entry = table.lookup(jobHandle, 'job');
      return typeof entry === 'number' ? entry : entry.payload.error;
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
      if (typeof entry === 'number') return entry;
      const requests = parseCells(cells);
      if (typeof requests === 'number') return requests;
      if (!Number.isInteger(index)) return VIX_E_INVALID_ARG;
      if (index < 0) return VIX_E_BAD_VM_INDEX;
      return fillCells(runtime, requests, jobProperties(entry.payload, index));
    },
  };
}
