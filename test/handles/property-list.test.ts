import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { PropertyList, propertyValue, type PropertyValue } from '../../src/handles/property-list.js';
import {
  VIX_E_TYPE_MISMATCH,
  VIX_E_UNRECOGNIZED_PROPERTY,
  VIX_PROPERTY_FOUND_ITEM_LOCATION,
  VIX_PROPERTY_JOB_RESULT_ERROR_CODE,
  VIX_PROPERTY_JOB_RESULT_EXTRA_ERROR_INFO,
  VIX_PROPERTY_JOB_RESULT_GUEST_OBJECT_EXISTS,
  VIX_PROPERTY_JOB_RESULT_GUEST_PROGRAM_EXIT_CODE,
  VIX_PROPERTY_JOB_RESULT_HANDLE,
  VIX_PROPERTY_JOB_RESULT_ITEM_NAME,
  VIX_PROPERTY_JOB_RESULT_SCREEN_IMAGE_DATA,
  VIX_PROPERTY_NONE,
} from '../../src/vix/names.js';
import type { PropertyValueType, VixHandle } from '../../src/vix/types.js';

const name = VIX_PROPERTY_JOB_RESULT_ITEM_NAME;

function text(value: string): PropertyValue {
  return { type: 'string', value };
}

describe('PropertyList', () => {
  it('finds the n-th value of an id by counting', () => {
    const list = new PropertyList();
    list.add(name, text('a'));
    list.add(VIX_PROPERTY_FOUND_ITEM_LOCATION, text('elsewhere'));
    list.add(name, text('b'));
    expect(list.get(name)).toEqual(text('a'));
    expect(list.get(name, 1)).toEqual(text('b'));
    expect(list.get(VIX_PROPERTY_FOUND_ITEM_LOCATION)).toEqual(text('elsewhere'));
    expect([list.count(name), list.count(VIX_PROPERTY_FOUND_ITEM_LOCATION), list.count(1)]).toEqual([2, 1, 0]);
  });

  it('answers 6000 for what is not there', () => {
    const list = new PropertyList();
    expect(list.get(name)).toBe(VIX_E_UNRECOGNIZED_PROPERTY);
    expect([...list.ids]).toEqual([]);
    expect(list.handles()).toEqual([]);
    list.add(name, text('a'));
    for (const index of [1, -1, 0.5, Number.NaN]) expect(list.get(name, index)).toBe(VIX_E_UNRECOGNIZED_PROPERTY);
    expect(list.get(9999)).toBe(VIX_E_UNRECOGNIZED_PROPERTY);
  });

  it('keeps falsy values', () => {
    const list = new PropertyList();
    list.add(VIX_PROPERTY_JOB_RESULT_GUEST_OBJECT_EXISTS, { type: 'bool', value: false });
    list.add(name, text(''));
    list.add(VIX_PROPERTY_JOB_RESULT_GUEST_PROGRAM_EXIT_CODE, { type: 'integer', value: 0 });
    expect(list.get(VIX_PROPERTY_JOB_RESULT_GUEST_OBJECT_EXISTS)).toEqual({ type: 'bool', value: false });
    expect(list.get(name)).toEqual(text(''));
    expect(list.get(VIX_PROPERTY_JOB_RESULT_GUEST_PROGRAM_EXIT_CODE)).toEqual({ type: 'integer', value: 0 });
  });

  it('keeps the order of insertion over all ids', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.constantFrom(1, 2, 3), fc.string())), (pairs) => {
        const list = new PropertyList();
        for (const [id, value] of pairs) list.add(id, text(value));
        expect([...list.ids]).toEqual(pairs.map(([id]) => id));
        for (const id of [1, 2, 3]) {
          const expected = pairs.filter(([other]) => other === id).map(([, value]) => text(value));
          expect(list.count(id)).toBe(expected.length);
          expect(expected.map((_, index) => list.get(id, index))).toEqual(expected);
        }
      }),
    );
  });

  it('lists its handles, and nothing that only looks like one', () => {
    const list = new PropertyList();
    list.add(VIX_PROPERTY_JOB_RESULT_HANDLE, { type: 'handle', value: 7 as VixHandle });
    list.add(VIX_PROPERTY_JOB_RESULT_GUEST_PROGRAM_EXIT_CODE, { type: 'integer', value: 8 });
    list.add(VIX_PROPERTY_JOB_RESULT_HANDLE, { type: 'handle', value: 9 as VixHandle });
    expect(list.handles()).toEqual([7, 9]);
  });
});

describe('propertyValue', () => {
  const ids: Record<PropertyValueType, number> = {
    integer: VIX_PROPERTY_JOB_RESULT_GUEST_PROGRAM_EXIT_CODE,
    string: name,
    bool: VIX_PROPERTY_JOB_RESULT_GUEST_OBJECT_EXISTS,
    handle: VIX_PROPERTY_JOB_RESULT_HANDLE,
    int64: VIX_PROPERTY_JOB_RESULT_ERROR_CODE,
    blob: VIX_PROPERTY_JOB_RESULT_SCREEN_IMAGE_DATA,
  };

  const good: Record<PropertyValueType, readonly unknown[]> = {
    integer: [0, -1, -(2 ** 31), 2 ** 31 - 1, 2 ** 32 - 1],
    string: ['', 'a', 'ä€😀'],
    bool: [true, false],
    handle: [0, 1, 2 ** 31 - 1],
    int64: [0, -1, Number.MAX_SAFE_INTEGER, Number.MIN_SAFE_INTEGER],
    blob: [new Uint8Array(), Uint8Array.of(1, 2), Buffer.from('a')],
  };

  const bad: Record<PropertyValueType, readonly unknown[]> = {
    integer: [1.5, Number.NaN, Number.POSITIVE_INFINITY, -(2 ** 31) - 1, 2 ** 32, '1', true, null, undefined, 1n],
    string: [1, true, null, undefined, Uint8Array.of(1), ['a'], {}],
    bool: [0, 1, 'true', null, undefined],
    handle: [1.5, Number.NaN, '1', null, undefined, true],
    int64: [2 ** 53, -(2 ** 53), 0.5, Number.NaN, Number.NEGATIVE_INFINITY, '1', 1n, null],
    blob: ['a', [1, 2], new ArrayBuffer(2), null, undefined, 1],
  };

  for (const [type, id] of Object.entries(ids) as [PropertyValueType, number][]) {
    it(`takes every ${type}, and clashes with anything else`, () => {
      for (const value of good[type]) expect(propertyValue(id, value)).toEqual({ type, value });
      for (const value of bad[type]) expect(propertyValue(id, value), String(value)).toBe(VIX_E_TYPE_MISMATCH);
    });
  }

  it('knows no id outside the tables, nor one without a type', () => {
    for (const id of [VIX_PROPERTY_NONE, VIX_PROPERTY_JOB_RESULT_EXTRA_ERROR_INFO, 9999, -1, Number.NaN]) {
      expect(propertyValue(id, 1)).toBe(VIX_E_UNRECOGNIZED_PROPERTY);
    }
  });
});
