import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import * as v from 'valibot';
import { keysOf, placeOf } from '../../world/schema-parts.js';
import { YamlProblems, YamlText } from '../../world/yaml-text.js';

/** The content of a YAML or JSON file that a schema has passed. */
export interface CheckedFile<Content> {
  readonly content: Content;
  /** Where a part of it stands: `lab.yaml:7: endpoints[0].port`. */
  readonly placeOf: (keys: readonly (string | number)[]) => string;
}

/**
 * Reads a YAML or JSON file.
 * @param what the file is, for errors: `configuration`.
 * @throws Error that names file, line and place of everything that is wrong.
 */
export function readCheckedFile<Content>(
  path: string,
  what: string,
  schema: v.GenericSchema<unknown, Content>,
): CheckedFile<Content> {
  const refuse = (problems: readonly string[]): Error =>
    new Error(`the ${what} cannot be used:\n${problems.join('\n')}`);
  let yaml: YamlText;
  try {
    yaml = new YamlText(readText(path, what), basename(path));
  } catch (error) {
    throw error instanceof YamlProblems ? refuse(error.problems) : error;
  }
  const place = (keys: readonly (string | number)[]): string => `${yaml.placeOf(keys)}: ${placeOf(keys)}`;
  const result = v.safeParse(schema, yaml.value);
  if (result.success) return { content: result.output, placeOf: place };
  throw refuse(result.issues.map((issue) => `${place(keysOf(issue))}: ${issue.message}`));
}

function readText(path: string, what: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new Error(`the ${what} '${path}' cannot be read: ${reason}`, { cause: error });
  }
}
