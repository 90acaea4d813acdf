import { describe, expect, it } from 'vitest';
import { errorRows } from '../../src/vix/error-codes.js';

const unlisted = new Set(['internal', 'withdrawn']);
const publicRows = errorRows.filter((row) => !unlisted.has(row.group));

function repeated(values: readonly (string | number)[]): (string | number)[] {
  return values.filter((value, index) => values.indexOf(value) !== index);
}

describe('the error table', () => {
  it('has the 274 public codes, the 13 internal ones and the 3 withdrawn names', () => {
    expect(publicRows).toHaveLength(274);
    expect(errorRows.filter((row) => row.group === 'internal')).toHaveLength(13);
    expect(errorRows.filter((row) => row.group === 'withdrawn')).toHaveLength(3);
  });

  it('has each name once, and each public code once', () => {
    expect(repeated(errorRows.map((row) => row.name))).toEqual([]);
    expect(repeated(publicRows.map((row) => row.code))).toEqual([]);
  });

  it('shares a number between two names only where VIX does', () => {
    expect(repeated(errorRows.map((row) => row.code))).toEqual([25000, 3048, 17005]);
  });

  it('keeps every code within the 16 bits that an error value has for it', () => {
    expect(errorRows.filter((row) => !Number.isInteger(row.code) || row.code < 0 || row.code > 0xffff)).toEqual([]);
  });

  it('gives every code a text of its own: one sentence without a full stop, on one line', () => {
    expect(repeated(errorRows.map((row) => row.text.toLowerCase()))).toEqual([]);
    expect(errorRows.filter((row) => !/^(?:[A-Z]|vSphere )[^\n]{8,90}[^.!\s]$/.test(row.text))).toEqual([]);
  });

  it('never falls back to the symbolic name in a text', () => {
    expect(errorRows.filter((row) => row.text.includes('VIX_'))).toEqual([]);
  });

  it('says which codes newer headers dropped', () => {
    const dropped = publicRows.filter((row) => row.removedIn !== undefined).map((row) => row.name);
    expect(dropped).toEqual([
      'VIX_E_NOT_ALLOWED_DURING_VM_RECORDING',
      'VIX_E_NOT_ALLOWED_DURING_VM_REPLAY',
      'VIX_E_UNABLE_TO_REPLAY_VM',
      'VIX_E_VM_NOT_RECORDING',
      'VIX_E_VM_NOT_REPLAYING',
      'VIX_E_SNAPSHOT_RRSUSPEND',
    ]);
  });
});
