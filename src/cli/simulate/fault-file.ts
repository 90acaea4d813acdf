import * as v from 'valibot';
import { readCheckedFile } from './checked-file.js';
import type { PlannedRule } from './simulation-plan.js';

/**
 * Reads a list of fault rules, those of the world (`operation`) and those of the wire (`on`) in any order. The rules
 * themselves are checked where they are put in force.
 * @throws Error that names file and line.
 */
export function readFaultFile(path: string): readonly PlannedRule[] {
  const { content, placeOf } = readCheckedFile(
    path,
    'list of faults',
    v.array(v.unknown(), 'expected a list of fault rules'),
  );
  return content.map((rule, index) => ({ place: placeOf([index]), rule }));
}
