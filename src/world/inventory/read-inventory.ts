import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { Fault } from '../../base/fault.js';
import type { CheckedInventory } from './inventory-schema.js';

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
  // Only here, since a reader of YAML takes long to load.
  const { parseInventory } = await import('./parse-inventory.js');
  return parseInventory(text, basename(path));
}
