import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type ConstantGroup, type ConstantGroupName, constants } from '../../src/vix/constants.js';
import { errorRows, type VixErrorName } from '../../src/vix/error-codes.js';
import { constantName, errorCode, errorName, errorText, propertyById, propertyName } from '../../src/vix/lookup.js';
import { properties } from '../../src/vix/properties.js';
import type { VixError } from '../../src/vix/types.js';

/** Numbers of which VIX has two names: the second one, which lookups from number to name do not give. */
const secondNames = new Set<VixErrorName>([
  'VIX_E_REG_INCORRECT_VALUE_TYPE',
  'VIX_E_SSL_CERTIFICATE_VERIFICATION_ERROR',
  'VIX_E_CRYPTO_BAS_PASSWORD',
]);
const firstRows = errorRows.filter((row) => !secondNames.has(row.name));

describe('errorText, errorName and errorCode', () => {
  it('agree with the table for every code', () => {
    for (const row of firstRows) {
      const code = row.code as VixError;
      expect([errorName(code), errorText(code), errorCode(row.name)]).toEqual([row.name, row.text, row.code]);
    }
  });

  it('take a name that shares its number with another, but do not give it', () => {
    expect(errorCode('VIX_E_REG_INCORRECT_VALUE_TYPE')).toBe(25000);
    expect(errorName(25000 as VixError)).toBe('VIX_ASYNC');
    expect(errorCode('VIX_E_CRYPTO_BAS_PASSWORD')).toBe(17005);
    expect(errorName(17005 as VixError)).toBe('VIX_E_CRYPTO_BAD_PASSWORD');
    expect(errorCode('VIX_E_SSL_CERTIFICATE_VERIFICATION_ERROR')).toBe(3048);
    expect(errorName(3048 as VixError)).toBe('VIX_E_VI_OP_NOT_SUPPORTED_ON_GUEST');
  });

  it('look at the low 16 bits only', () => {
    const fromGuestWithErrno = (2 * 2 ** 32 + 0x04010004) as VixError;
    expect(errorText(fromGuestWithErrno)).toBe(errorText(4 as VixError));
    expect(errorName(fromGuestWithErrno)).toBe('VIX_E_FILE_NOT_FOUND');
  });

  it('do not call a failure a success because its code is 0', () => {
    const onlyFlags = 0x10000 as VixError;
    expect(errorText(onlyFlags)).toBe('Unknown error 65536');
    expect(errorName(onlyFlags)).not.toBe('VIX_OK');
  });

  it('name the number of an unknown code', () => {
    expect(errorText(60000 as VixError)).toBe('Unknown error 60000');
    expect(errorName(60000 as VixError)).toBe('VIX error 60000');
  });

  it('give some text for any number at all', () => {
    const anyNumber = fc.oneof(
      fc.integer({ min: 0, max: 0xffff }),
      fc.maxSafeInteger(),
      fc.double(),
      fc.double({ min: 0, max: 2 ** 64 }),
      fc.constantFrom(Number.NaN, Infinity, -Infinity, -0, 2 ** 64),
    );
    fc.assert(
      fc.property(anyNumber, (err) => {
        expect(errorText(err as VixError)).toMatch(/^\S.*\S$/);
        expect(errorName(err as VixError)).toMatch(/^\S.*\S$/);
      }),
    );
  });

  it('refuse a name that no error has', () => {
    expect(() => errorCode('VIX_E_NO_SUCH_NAME' as VixErrorName)).toThrow(/VIX_E_NO_SUCH_NAME is not the name/);
    expect(() => errorCode('toString' as VixErrorName)).toThrow(RangeError);
  });
});

describe('propertyById and propertyName', () => {
  it('agree with the table for every property, and every id has one name', () => {
    for (const [name, row] of Object.entries(properties)) {
      expect(propertyById(row.id)).toEqual({ ...row, name });
      expect(propertyName(row.id)).toBe(name);
    }
  });

  it('do not know other ids', () => {
    fc.assert(
      fc.property(fc.oneof(fc.integer(), fc.double()), (id) => {
        fc.pre(!Object.values(properties).some((row) => row.id === id));
        expect(propertyById(id)).toBeUndefined();
        expect(propertyName(id)).toBe(`property ${id}`);
      }),
    );
  });
});

describe('constantName', () => {
  it('agrees with the table for every constant, and gives the newer of two names', () => {
    for (const [group, { values }] of Object.entries<ConstantGroup>(constants)) {
      for (const [name, value] of Object.entries(values)) {
        const newer = name === 'VIX_EVENTTYPE_CALLBACK_SIGNALLED' ? 'VIX_EVENTTYPE_JOB_COMPLETED' : name;
        expect(constantName(group as ConstantGroupName, value)).toBe(newer);
      }
    }
  });

  it('gives a value without a name as it is', () => {
    expect(constantName('powerStates', 0x48)).toBe('72');
    expect(constantName('specialUserNames', 'root')).toBe('root');
  });
});
