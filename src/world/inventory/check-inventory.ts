import * as v from 'valibot';
import { Fault } from '../../base/fault.js';
import { keysOf, placeOf } from '../schema-parts.js';
import { inventoryProblems } from './inventory-rules.js';
import { inventorySchema, type CheckedInventory } from './inventory-schema.js';

type Key = string | number;

/**
 * Checks an inventory that was built in code.
 * @throws Fault `invalid-argument` naming the place of everything that is wrong.
 */
export function checkInventory(inventory: unknown): CheckedInventory {
  return checkWithPlaces(inventory, () => 'inventory: ');
}

/**
 * Checks what is to be an inventory.
 * @param prefix what stands before the place of a problem in the message.
 * @throws Fault `invalid-argument` naming the place of everything that is wrong.
 */
export function checkWithPlaces(input: unknown, prefix: (keys: readonly Key[]) => string): CheckedInventory {
  const result = v.safeParse(inventorySchema, input);
  const problems = result.success
    ? inventoryProblems(result.output)
    : result.issues.map((issue) => ({ keys: keysOf(issue), message: issue.message }));
  if (result.success && problems.length === 0) return result.output;
  throw invalidInventory(problems.map(({ keys, message }) => `${prefix(keys)}${placeOf(keys)}: ${message}`));
}

/** The fault of an inventory with these problems. */
export function invalidInventory(problems: readonly string[], cause?: Error): Fault {
  const options = cause === undefined ? {} : { cause };
  return new Fault('invalid-argument', `The inventory cannot be used:\n${problems.join('\n')}`, options);
}
