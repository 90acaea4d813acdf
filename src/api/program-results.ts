import type { ExitedProgram } from '../guest/program-watcher.js';
import type { PropertyList } from '../handles/property-list.js';
import {
  VIX_PROPERTY_JOB_RESULT_GUEST_PROGRAM_ELAPSED_TIME,
  VIX_PROPERTY_JOB_RESULT_GUEST_PROGRAM_EXIT_CODE,
  VIX_PROPERTY_JOB_RESULT_PROCESS_ID,
} from '../vix/names.js';

/** Tidies up when the work has ended, whatever became of it, and hands on its outcome. */
export async function tidiedAfter<T>(work: Promise<T>, tidyUp: () => Promise<void>): Promise<T> {
  try {
    return await work;
  } finally {
    await tidyUp();
  }
}

/** A path without the pair of quotes that programs put around it for the command line. */
export function unquoted(path: unknown): unknown {
  return typeof path === 'string' && /^".+"$/.test(path) ? path.slice(1, -1) : path;
}

/** Elapsed time and exit code are 0 for a program that was not waited for, as in VIX. */
export function addProgramResults(results: PropertyList, pid: number, exited: ExitedProgram | undefined): void {
  const elapsed = exited === undefined ? 0 : Math.floor(exited.elapsedMs / 1000);
  results.add(VIX_PROPERTY_JOB_RESULT_PROCESS_ID, { type: 'int64', value: pid });
  results.add(VIX_PROPERTY_JOB_RESULT_GUEST_PROGRAM_ELAPSED_TIME, { type: 'integer', value: elapsed });
  results.add(VIX_PROPERTY_JOB_RESULT_GUEST_PROGRAM_EXIT_CODE, { type: 'integer', value: exited?.exitCode ?? 0 });
}
