import { YamlProblems, YamlText } from '../yaml-text.js';
import { checkWithPlaces, invalidInventory } from './check-inventory.js';
import type { CheckedInventory } from './inventory-schema.js';

/**
 * Parses the text of an inventory, YAML or JSON.
 * @param fileName for the messages.
 * @throws Fault `invalid-argument` naming file, line and place of everything that is wrong.
 */
export function parseInventory(text: string, fileName: string): CheckedInventory {
  const yaml = yamlOf(text, fileName);
  return checkWithPlaces(yaml.value, (keys) => `${yaml.placeOf(keys)}: `);
}

function yamlOf(text: string, fileName: string): YamlText {
  try {
    return new YamlText(text, fileName);
  } catch (error) {
    throw error instanceof YamlProblems ? invalidInventory(error.problems, error) : error;
  }
}
