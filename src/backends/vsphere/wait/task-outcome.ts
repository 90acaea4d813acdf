import { VimError } from '../errors/vim-error.js';
import type { Properties } from '../properties.js';
import type { DataObject } from '../soap/values.js';

/** How a task ended. */
export interface TaskOutcome {
  /** What the task made: often a reference; undefined for nothing. */
  readonly result: unknown;
}

/**
 * How the task ended that has these properties; undefined while it runs.
 * @throws VimError with the fault of a task that failed.
 */
export function taskOutcome(values: Properties): TaskOutcome | undefined {
  switch (values.get('info.state')) {
    case 'success':
      return { result: values.get('info.result') };
    case 'error': {
      const error = values.get('info.error');
      if (error === undefined) throw new VimError({ $type: 'RuntimeFault' }, 'the task failed without saying why');
      throw new VimError(error.fault as DataObject, error.localizedMessage ?? '');
    }
    default:
      return undefined;
  }
}

/** How far a task is, 0 to 1; undefined while the server does not say. */
export function taskProgress(values: Properties): number | undefined {
  const percent = values.get('info.progress');
  return typeof percent === 'number' && percent >= 0 && percent <= 100 ? percent / 100 : undefined;
}
