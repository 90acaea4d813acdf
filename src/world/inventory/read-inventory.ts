import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import * as v from 'valibot';
import { Fault } from '../../base/fault.js';
import { keysOf, placeOf } from '../schema-parts.js';
import { YamlProblems, YamlText } from '../yaml-text.js';
import { inventoryProblems } from './inventory-rules.js';
import { inventorySchema, type CheckedInventory } from './inventory-schema.js';

/**
 * Reads an inventory from a YAML or JSON file.
 * @throws Fault `file-not-found`, or `invalid-argument` naming file, line and place of everything that is wrong.
 */
export async function readInventory(path: string): Promise<CheckedInventory> {
  const text = await readFile(path, 'utf8').catch((cause: unknown) => {
    throw new Fault('file-not-found', `The inventory '${path}' cannot be read. Check the path and its rights.`, {
      cause,
    });
  });
  return parseInventory(text, basename(path));
}

/**
 * Parses the text of an inventory, YAML or JSON.
 * @param fileName for the messages.
 * @throws Fault `invalid-argument` naming file, line and place of everything that is wrong.
 */
export function parseInventory(text: string, fileName: string): CheckedInventory {
  const yaml = yamlOf(text, fileName);
  return check(yaml.value, (keys) => `${yaml.placeOf(keys)}: `);
}

function yamlOf(text: string, fileName: string): YamlText {
  try {
    return new YamlText(text, fileName);
  } catch (error) {
    throw error instanceof YamlProblems ? invalid(error.problems, error) : error;
  }
}

/**
 * Checks an inventory that was built in code.
 * @throws Fault `invalid-argument` naming the place of everything that is wrong.
 */
export function checkInventory(inventory: unknown): CheckedInventory {
  return check(inventory, () => 'inventory: ');
}

type Key = string | number;

function check(input: unknown, prefix: (keys: readonly Key[]) => string): CheckedInventory {
  const result = v.safeParse(inventorySchema, input);
  const problems = result.success
    ? inventoryProblems(result.output)
    : result.issues.map((issue) => ({ keys: keysOf(issue), message: issue.message }));
  if (result.success && problems.length === 0) return result.output;
  throw invalid(problems.map(({ keys, message }) => `${prefix(keys)}${placeOf(keys)}: ${message}`));
}

function invalid(problems: readonly string[], cause?: Error): Fault {
  const options = cause === undefined ? {} : { cause };
  return new Fault('invalid-argument', `The inventory cannot be used:\n${problems.join('\n')}`, options);
}
