import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { VIX_ERROR_CODE, VIX_FAILED, VIX_SUCCEEDED } from '../../src/vix/macros.js';
import { VIX_E_FILE_NOT_FOUND, VIX_OK } from '../../src/vix/names.js';
import type { VixError } from '../../src/vix/types.js';

describe('the macros', () => {
  it('take an error apart as the C macros do', () => {
    expect(VIX_SUCCEEDED(VIX_OK)).toBe(true);
    expect(VIX_FAILED(VIX_OK)).toBe(false);
    expect(VIX_SUCCEEDED(VIX_E_FILE_NOT_FOUND)).toBe(false);
    expect(VIX_FAILED(VIX_E_FILE_NOT_FOUND)).toBe(true);
    expect(VIX_ERROR_CODE(VIX_E_FILE_NOT_FOUND)).toBe(4);
  });

  it('count a value with any bit set as a failure, also where its code is 0', () => {
    const onlyFlags = 0x10000 as VixError;
    expect(VIX_FAILED(onlyFlags)).toBe(true);
    expect(VIX_ERROR_CODE(onlyFlags)).toBe(VIX_OK);
  });

  it('find the code below any extra error and flags', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 0xffff }), fc.integer({ min: 0, max: 2 ** 37 - 1 }), (code, upper) => {
        expect(VIX_ERROR_CODE((upper * 0x10000 + code) as VixError)).toBe(code);
      }),
    );
  });
});
