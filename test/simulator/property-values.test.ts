import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { elementPath, fieldPath, parsePath } from '../../src/simulator/properties/property-path.js';
import { changesOf, valueAt } from '../../src/simulator/properties/property-value.js';

const config = {
  extraConfig: [
    { $type: 'OptionValue', key: 'guestinfo.ip', value: '10.0.0.1' },
    { $type: 'OptionValue', key: 'odd "\\ key', value: 'x' },
  ],
  hardware: { device: [{ $type: 'VirtualDisk', key: 2000, capacityInKB: 4 }] },
  hosts: [{ type: 'HostSystem', value: 'host-1' }],
};

function at(path: string) {
  const steps = parsePath(path);
  return steps === null ? 'no path' : valueAt({ config }, steps);
}

describe('property paths', () => {
  it.each([
    ['config.extraConfig["guestinfo.ip"].value', '10.0.0.1'],
    ['config.extraConfig["odd \\"\\\\ key"].value', 'x'],
    ['config.hardware.device[2000].capacityInKB', 4],
    ['config.hosts["host-1"].type', 'HostSystem'],
    ['config.extraConfig["none"].value', undefined],
    ['config.missing.more', undefined],
    ['config.extraConfig.key', undefined],
    ['config.toString', undefined],
  ])('%s leads to %j', (path, value) => {
    expect(at(path)).toEqual(value);
  });

  it.each(['', '.', 'a.', 'a..b', 'a[', 'a[]', 'a["b]', 'a b', '[1]', 'a["b"]c'])('%j is none', (path) => {
    expect(parsePath(path)).toBeNull();
  });

  it('that are put together come apart again, whatever the key', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.nat()), (key) => {
        const path = fieldPath(elementPath(fieldPath('config', 'extraConfig'), key), 'value');
        expect(parsePath(path)).toEqual([
          { field: 'config' },
          { field: 'extraConfig' },
          { key: String(key) },
          { field: 'value' },
        ]);
      }),
    );
  });
});

const name = fc.constantFrom('a', 'b', 'c', 'd');
const leaf = fc.oneof(fc.boolean(), fc.integer({ min: 0, max: 3 }), fc.constantFrom('x', 'y'));
const { value: anyValue } = fc.letrec<{ value: unknown }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 3 },
    leaf,
    fc.dictionary(name, tie('value'), { maxKeys: 3, noNullPrototype: true }),
    fc.array(leaf, { maxLength: 3 }),
    fc.uniqueArray(fc.record({ key: name, of: tie('value') }), { selector: ({ key }) => key, maxLength: 3 }),
  ),
}));

describe('changes of a value', () => {
  it('bring a client that applies them from the one to the other', () => {
    fc.assert(
      fc.property(anyValue, anyValue, fc.boolean(), (before, after, isPartial) => {
        const root = { value: structuredClone(before) };
        for (const change of changesOf('value', before, after, isPartial))
          apply(root, change.name, change.op, change.val);
        expect(normal(root.value)).toEqual(normal(after));
      }),
    );
  });

  it('are none for equal values, and one for the whole unless parts are wanted', () => {
    expect(changesOf('config', config, structuredClone(config), true)).toEqual([]);
    const after = { ...config, hardware: { device: [] } };
    expect(changesOf('config', config, after, false)).toEqual([{ name: 'config', op: 'assign', val: after }]);
    expect(changesOf('config', config, after, true)).toEqual([
      { name: 'config.hardware.device[2000]', op: 'remove', val: undefined },
    ]);
  });
});

/** What a client does with a change. */
function apply(root: Record<string, unknown>, path: string, op: string, val: unknown): void {
  const steps = parsePath(path) ?? [];
  const last = steps.at(-1);
  const holder = valueAt(root, steps.slice(0, -1)) ?? root;
  if (last === undefined) throw new Error('a change has a path');
  if ('key' in last) {
    if (!Array.isArray(holder)) throw new Error(`${path} is an element of no list`);
    const index = holder.findIndex((element) => String(element.key) === last.key);
    if (op === 'add') holder.push(val);
    else if (op === 'remove') holder.splice(index, 1);
    else holder[index] = val;
  } else {
    Object.assign(holder, { [last.field]: val });
  }
}

/** Lists by key have no order, and a field that is unset is as good as none. */
function normal(value: unknown): unknown {
  if (Array.isArray(value)) {
    const items = value.map(normal);
    return items.sort((one, other) => JSON.stringify(one).localeCompare(JSON.stringify(other)));
  }
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([, field]) => field !== undefined)
      .map(([key, field]) => [key, normal(field)]),
  );
}
