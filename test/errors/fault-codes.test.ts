import { describe, expect, it } from 'vitest';
import { Fault, type FaultKind } from '../../src/base/fault.js';
import { faultCodes } from '../../src/errors/fault-codes.js';
import { faultCode, toVixFailure, VixFailure } from '../../src/errors/vix-failure.js';
import { errorRows } from '../../src/vix/error-codes.js';
import { errorCode, errorText } from '../../src/vix/lookup.js';
import { VIX_E_FAIL, VIX_E_FILE_NOT_FOUND, VIX_E_OBJECT_IS_BUSY } from '../../src/vix/names.js';
import type { VixError } from '../../src/vix/types.js';

const kinds = Object.keys(faultCodes) as FaultKind[];

describe('every kind of fault', () => {
  it.each(kinds)('%s has an existing code with a text', (kind) => {
    const code = faultCode(new Fault(kind, 'x'));
    expect(code).toBeGreaterThan(0);
    expect(code).toBeLessThan(0x10000);
    expect(errorRows.map((row) => row.name)).toContain(faultCodes[kind]);
    expect(code).toBe(errorCode(faultCodes[kind]));
    // What an unknown code gives is a text with its number.
    expect(errorText(code)).not.toMatch(/unknown error \d/i);
  });

  it.each<[FaultKind, number]>([
    ['invalid-utf8', 27],
    ['file-not-found', 4],
    ['file-access', 13],
    ['busy', 5],
    ['file-exists', 12],
    ['file-too-big', 21],
    ['directory-not-empty', 20_006],
    ['not-a-directory', 20_002],
    ['not-a-file', 20_001],
    ['disk-full', 8],
    ['no-such-process', 20_003],
    ['file-name-too-long', 20_004],
    ['invalid-argument', 3],
    ['too-many-links', 2],
    ['file-error', 7],
    ['not-supported', 6],
    ['guest-login-refused', 3015],
    ['guest-not-logged-in', 3018],
    ['guest-empty-password', 3033],
    ['guest-interactive-missing', 3034],
    ['guest-interactive-mismatch', 3035],
    ['guest-operations-prohibited', 3017],
    ['vm-not-running', 3006],
    ['vm-running', 3007],
    ['tools-not-running', 3016],
    ['tools-scripts-unavailable', 3009],
    ['vm-question-pending', 3028],
    ['vm-needs-key', 30],
    ['vm-wrong-key', 35],
    ['host-certificate', 30_201],
    ['host-name-invalid', 18_002],
    ['host-unreachable', 18_000],
    ['host-permission', 3014],
    ['connection-lost', 36],
    ['snapshot-not-found', 13_003],
    ['snapshot-ambiguous', 13_017],
    ['argument-too-big', 44],
  ])('%s is %i, as the reference says', (kind, code) => {
    expect(faultCode(new Fault(kind, 'x'))).toBe(code);
  });
});

describe('the exact code of a fault', () => {
  it('wins over its kind', () => {
    expect(faultCode(new Fault('internal', 'x', { vixCode: 3051 }))).toBe(3051);
    expect(faultCode(new Fault('internal', 'x', { vixCode: 0xffff }))).toBe(0xffff);
    expect(faultCode(new Fault('internal', 'x', { vixCode: 1 }))).toBe(1);
  });

  it.each([0, -1, 0x10000, 1.5, Number.NaN, Number.POSITIVE_INFINITY])('is not %d', (vixCode) => {
    expect(faultCode(new Fault('busy', 'x', { vixCode }))).toBe(VIX_E_OBJECT_IS_BUSY);
  });
});

describe('toVixFailure', () => {
  it('keeps a failure as it is', () => {
    const failure = new VixFailure(VIX_E_FILE_NOT_FOUND, 'x');
    expect(toVixFailure(failure)).toBe(failure);
    expect([failure.name, failure.codeName, failure.cause, 'cause' in failure]).toEqual([
      'VixFailure',
      'VIX_E_FILE_NOT_FOUND',
      undefined,
      false,
    ]);
  });

  it('keeps the words of a fault, and the fault as cause', () => {
    const fault = new Fault('file-not-found', 'there is no /a; create it');
    const failure = toVixFailure(fault);
    expect([failure.code, failure.message, failure.cause]).toEqual([VIX_E_FILE_NOT_FOUND, fault.message, fault]);
  });

  it('calls anything else an internal error, with its words and itself as cause', () => {
    for (const [thrown, words] of [
      [new TypeError('x is not a function'), 'x is not a function'],
      ['a string', 'a string'],
      [undefined, 'undefined'],
      [null, 'null'],
      [42, '42'],
      [Symbol('s'), 'Symbol(s)'],
    ] as const) {
      const failure = toVixFailure(thrown);
      expect([failure.code, failure.message]).toEqual([VIX_E_FAIL, `internal error: ${words}`]);
      expect(failure.cause).toBe(thrown);
    }
  });

  it('knows the name of a code that is in no table', () => {
    expect(new VixFailure(61_234 as VixError, 'x').codeName).toContain('61234');
  });
});
