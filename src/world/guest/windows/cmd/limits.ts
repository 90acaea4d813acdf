import { defaultNestingLimit } from '../nesting.js';
import { defaultStepLimit } from '../step-counter.js';

/** What the interpreter may use up before it ends a script. */
export interface CmdLimits {
  /** Commands and rounds of loops in one run. */
  readonly steps: number;
  /** Batches and labels that call each other. */
  readonly callDepth: number;
  /** Interpreters that run in each other. */
  readonly nesting: number;
}

export const defaultCmdLimits: CmdLimits = { steps: defaultStepLimit, callDepth: 300, nesting: defaultNestingLimit };
