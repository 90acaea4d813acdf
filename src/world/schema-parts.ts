import * as v from 'valibot';
import { nearest } from './inventory/nearest.js';

/** An object with these keys and no others; a key that is nearly right is named. */
export function keys<const Entries extends v.ObjectEntries>(entries: Entries) {
  return v.strictObject(entries, (issue) => {
    const names = Object.keys(entries);
    if (issue.expected !== 'never')
      return issue.received === 'undefined' ? 'is missing' : `expected an object with ${names.join(', ')}`;
    return unknownName('key', issue.path?.at(-1)?.key, names);
  });
}

/** Whether a value has keys to look at. */
export function isObject(input: unknown): input is object {
  return typeof input === 'object' && input !== null;
}

/** Complaint about a name that is none, with the nearest that is one. */
export function unknownName(what: string, input: unknown, names: readonly string[]): string {
  const near = typeof input === 'string' ? nearest(input, names) : undefined;
  return near === undefined
    ? `unknown ${what}; known are ${names.join(', ')}`
    : `unknown ${what}; did you mean '${near}'?`;
}

/** Schemas with messages for people. */
export const text = v.string('expected text');
export const name = v.pipe(text, v.nonEmpty('must not be empty'));
export const flag = v.boolean('expected true or false');
export const number = v.number('expected a number');

/** A whole number that is not less. */
export function whole(least: number): v.GenericSchema<number> {
  return v.pipe(number, v.integer('expected a whole number'), v.minValue(least, `must be at least ${least}`));
}

/** One of these words. */
export function oneOf<const Options extends readonly string[]>(options: Options) {
  return v.picklist(options, `expected one of ${options.join(', ')}`);
}

/** Where an issue lies: `vms[0].name`, or `the whole`. */
export function placeOf(path: readonly (string | number)[]): string {
  const place = path.map((key) => (typeof key === 'number' ? `[${key}]` : `.${key}`)).join('');
  return place === '' ? 'the whole' : place.replace(/^\./u, '');
}

/** Keys that lead to the place of an issue. */
export function keysOf(issue: v.BaseIssue<unknown>): readonly (string | number)[] {
  return (issue.path ?? []).map(({ key }) => (typeof key === 'number' ? key : String(key)));
}
