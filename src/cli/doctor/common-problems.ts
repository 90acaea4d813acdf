import type { Problem } from './check.js';

/** What every check can find wrong. */
export const commonProblems = {
  'timed-out': {
    status: 'red',
    cause: 'There was no answer within {seconds} seconds.',
    next: 'Try again with a longer --timeout. If that does not help, something between here and there drops what is sent.',
  },
  failed: {
    status: 'red',
    cause: '{reason}',
    next: 'The cause names what failed. If it makes no sense, it is a defect of Revix: report it with the output of --json.',
  },
} as const satisfies Readonly<Record<string, Problem>>;
