import { Fault } from '../../base/fault.js';

/**
 * What a pattern of a guest operation finds: it is a regular expression that may fit anywhere in the name.
 * @param pattern absent or empty: every name.
 * @throws Fault `invalid-argument`.
 */
export function matcherOf(pattern: string | undefined): (name: string) => boolean {
  if (pattern === undefined || pattern === '') return () => true;
  try {
    const expression = new RegExp(pattern, 'u');
    return (name) => expression.test(name);
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new Fault('invalid-argument', `The pattern '${pattern}' cannot be used: ${reason}.`, { cause });
  }
}
