import { objectOf } from './members.js';
import { toWhole, VbArray, vbError, type VbObject, type VbValue } from './values.js';

/** `Scripting.Dictionary`. */
export function dictionary(): VbObject {
  const entries = new Map<VbValue, { readonly key: VbValue; value: VbValue }>();
  let isTextCompare = false;
  const keyOf = (key: VbValue): VbValue => (isTextCompare && typeof key === 'string' ? key.toLowerCase() : key);
  const set = (key: VbValue, value: VbValue): void => {
    const entry = entries.get(keyOf(key));
    if (entry === undefined) entries.set(keyOf(key), { key, value });
    else entry.value = value;
  };
  const item = ([key]: readonly VbValue[]): VbValue => {
    // Reading a key that is not there adds it, as the real one does.
    if (!entries.has(keyOf(key))) set(key, undefined);
    return entries.get(keyOf(key))?.value;
  };
  const keys = (): VbValue[] => [...entries.values()].map(({ key }) => key);
  return objectOf('Dictionary', {
    members: {
      '': item,
      add: ([key, value]) => {
        if (entries.has(keyOf(key))) throw vbError(457);
        set(key, value);
        return undefined;
      },
      comparemode: () => (isTextCompare ? 1 : 0),
      count: () => entries.size,
      exists: ([key]) => entries.has(keyOf(key)),
      item,
      items: () => new VbArray([...entries.values()].map(({ value }) => value)),
      keys: () => new VbArray(keys()),
      remove: ([key]) => {
        entries.delete(keyOf(key));
        return undefined;
      },
      removeall: () => {
        entries.clear();
        return undefined;
      },
    },
    setters: {
      '': ([key], value) => set(key, value),
      item: ([key], value) => set(key, value),
      comparemode: (_args, value) => {
        if (entries.size > 0) throw vbError(5);
        isTextCompare = toWhole(value) === 1;
      },
    },
    items: keys,
  });
}
