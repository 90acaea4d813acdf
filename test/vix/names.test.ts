import { describe, expect, expectTypeOf, it } from 'vitest';
import { type ConstantGroup, constants } from '../../src/vix/constants.js';
import { errorRows } from '../../src/vix/error-codes.js';
import * as names from '../../src/vix/names.js';
import { properties } from '../../src/vix/properties.js';
import type { VixError, VixHandle, VixPropertyID } from '../../src/vix/types.js';

const groups = Object.values<ConstantGroup>(constants);

describe('names', () => {
  it('exports every name of the tables with its value, and nothing else', () => {
    const expected = [
      ...groups.flatMap((group) => Object.entries(group.values)),
      ...Object.entries(properties).map(([name, row]) => [name, row.id] as const),
      ...errorRows.filter((row) => row.group !== 'internal').map((row) => [row.name, row.code] as const),
    ];
    expect({ ...names }).toEqual(Object.fromEntries(expected));
    expect(new Set(expected.map(([name]) => name)).size).toBe(expected.length);
  });

  it('keeps two names of one value apart', () => {
    expect(names.VIX_EVENTTYPE_CALLBACK_SIGNALLED).toBe(names.VIX_EVENTTYPE_JOB_COMPLETED);
    expect(names.VIX_E_CRYPTO_BAS_PASSWORD).toBe(names.VIX_E_CRYPTO_BAD_PASSWORD);
  });

  it('types each name as what it is', () => {
    expectTypeOf(names.VIX_INVALID_HANDLE).toEqualTypeOf<VixHandle>();
    expectTypeOf(names.VIX_OK).toEqualTypeOf<VixError>();
    expectTypeOf<typeof names.VIX_HANDLETYPE_HOST>().toEqualTypeOf<2>();
    expectTypeOf(names.VIX_PROPERTY_NONE).toEqualTypeOf<VixPropertyID<'none'>>();
    expectTypeOf(names.VIX_PROPERTY_JOB_RESULT_HANDLE).toEqualTypeOf<VixPropertyID<'handle'>>();
    expectTypeOf(names.VIX_PROPERTY_VM_NAME).not.toExtend<VixPropertyID<'handle'>>();
    const on: names.VixPowerState = names.VIX_POWERSTATE_POWERED_ON | names.VIX_POWERSTATE_TOOLS_RUNNING;
    expect(on).toBe(0x48);
  });
});

describe('the constant groups', () => {
  it('mark as dropped only constants that they have', () => {
    const strangers = groups.flatMap((group) =>
      Object.keys(group.removedIn ?? {}).filter((name) => !(name in group.values)),
    );
    expect(strangers).toEqual([]);
  });
});
