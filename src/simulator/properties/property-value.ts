import { isDeepStrictEqual } from 'node:util';
import { elementPath, fieldPath, type PathStep } from './property-path.js';

/** A change of a property, as an update shows it. */
export interface ValueChange {
  readonly name: string;
  readonly op: 'add' | 'remove' | 'assign' | 'indirectRemove';
  /** undefined: unset. */
  readonly val: unknown;
}

type Fields = Readonly<Record<string, unknown>>;

/** A value with fields: a data object or a reference, but no list, date or binary. */
function isFields(value: unknown): value is Fields {
  return (
    typeof value === 'object' &&
    value !== null &&
    !Array.isArray(value) &&
    !(value instanceof Date) &&
    !(value instanceof Uint8Array)
  );
}

/** What an element of a list is called: its `key`, or for a reference its id. undefined: it can only be counted. */
function keyOf(element: unknown): string | number | undefined {
  if (!isFields(element)) return undefined;
  const { key } = element;
  if (typeof key === 'string' || typeof key === 'number') return key;
  return typeof element['value'] === 'string' && typeof element['type'] === 'string' ? element['value'] : undefined;
}

/** The value at the end of a path; undefined where something on the way is unset. */
export function valueAt(root: unknown, steps: readonly PathStep[]): unknown {
  let value = root;
  for (const step of steps) {
    if ('key' in step) {
      value = Array.isArray(value) ? value.find((element) => String(keyOf(element)) === step.key) : undefined;
    } else {
      value = isFields(value) && Object.hasOwn(value, step.field) ? value[step.field] : undefined;
    }
    if (value === undefined) return undefined;
  }
  return value;
}

/**
 * How a property changed, as one change of the whole, or with `isPartial` as changes of the parts that differ.
 * @param path of the property.
 */
export function changesOf(path: string, before: unknown, after: unknown, isPartial: boolean): readonly ValueChange[] {
  if (isDeepStrictEqual(before, after)) return [];
  return isPartial ? partsOf(path, before, after) : [{ name: path, op: 'assign', val: after }];
}

function partsOf(path: string, before: unknown, after: unknown): readonly ValueChange[] {
  if (isFields(before) && isFields(after) && before['$type'] === after['$type'] && keyOf(before) === keyOf(after)) {
    const fields = new Set([...Object.keys(before), ...Object.keys(after)]);
    return [...fields].flatMap((field) => changesOf(fieldPath(path, field), before[field], after[field], true));
  }
  if (Array.isArray(before) && Array.isArray(after)) return elementsOf(path, before, after);
  return [{ name: path, op: 'assign', val: after }];
}

/** Lists whose elements all have different keys change by element; any other list changes as a whole. */
function elementsOf(path: string, before: readonly unknown[], after: readonly unknown[]): readonly ValueChange[] {
  const [old, now] = [byKey(before), byKey(after)];
  if (old === undefined || now === undefined) return [{ name: path, op: 'assign', val: after }];
  const changes: ValueChange[] = [];
  for (const [key, element] of old) {
    if (!now.has(key)) changes.push({ name: elementPath(path, key), op: 'remove', val: undefined });
    else changes.push(...changesOf(elementPath(path, key), element, now.get(key), true));
  }
  for (const [key, element] of now) {
    if (!old.has(key)) changes.push({ name: elementPath(path, key), op: 'add', val: element });
  }
  return changes;
}

function byKey(elements: readonly unknown[]): ReadonlyMap<string | number, unknown> | undefined {
  const map = new Map<string | number, unknown>();
  for (const element of elements) {
    const key = keyOf(element);
    if (key === undefined || map.has(key)) return undefined;
    map.set(key, element);
  }
  return map;
}
