import type { Environment } from './environment.js';
import { LimitReached } from './step-counter.js';

/** Hidden variable, like those that keep directories of drives, in which interpreters count how deep they nest. */
const depthVariable = '=ScriptDepth';

/** Interpreters, of commands or of scripts, that may run in each other. */
export const defaultNestingLimit = 24;

/**
 * Notes in the environment of an interpreter, and so of all that it starts, that it runs inside others.
 * @throws LimitReached
 */
export function enterInterpreter(environment: Environment, limit: number = defaultNestingLimit): void {
  const depth = Number(environment.get(depthVariable) ?? '0') + 1;
  if (depth > limit) throw new LimitReached(`The script was stopped: ${limit} interpreters run in each other.`);
  environment.set(depthVariable, String(depth));
}
