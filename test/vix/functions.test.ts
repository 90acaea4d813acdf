import { describe, expect, expectTypeOf, it } from 'vitest';
import { functions, legacyFunctionNames, type VixFunctionName } from '../../src/vix/functions.js';
import type { FunctionRow } from '../../src/vix/functions/function-row.js';

const rows: readonly [string, FunctionRow][] = Object.entries(functions);
const jobs = rows.filter(([, row]) => row.call === 'job');

describe('the function table', () => {
  it('has all 73 functions, 51 of which start a job', () => {
    expect(rows).toHaveLength(73);
    expect(jobs).toHaveLength(51);
  });

  it('names functions as C does', () => {
    expect(rows.filter(([name]) => !/^Vix(?:Host|VM|Job|Snapshot|PropertyList)?_[A-Z]\w+$/.test(name))).toEqual([]);
  });

  it('ends the parameters of every job function, and of no other, with a callback and its data', () => {
    const ending = (row: FunctionRow) => Object.values(row.params).slice(-2);
    expect(jobs.filter(([, row]) => ending(row).join() !== 'callback,clientData')).toEqual([]);
    const others = rows.filter(([, row]) => row.call !== 'job');
    expect(others.filter(([, row]) => Object.values(row.params).includes('callback'))).toEqual([]);
  });

  it('lets every job function return a handle, and every promise function an error', () => {
    expect(jobs.filter(([, row]) => row.returns !== 'VixHandle')).toEqual([]);
    expect(rows.filter(([, row]) => row.call === 'promise' && row.returns !== 'VixError')).toEqual([]);
  });

  it('puts varargs last', () => {
    const early = rows.filter(([, row]) =>
      /^property(?:Cells|Values)$/m.test(Object.values(row.params).slice(0, -1).join('\n')),
    );
    expect(early).toEqual([]);
  });

  it('gives results only to job functions, and repeats them only where there are any', () => {
    expect(rows.filter(([, row]) => row.results !== undefined && row.call !== 'job')).toEqual([]);
    expect(rows.filter(([, row]) => row.indexedResults === true && row.results === undefined)).toEqual([]);
  });

  it('marks every password as a secret', () => {
    const passwords = rows
      .filter(([, row]) => 'password' in row.params)
      .map(([name, row]) => [name, row.params['password']]);
    expect(passwords).toEqual([
      ['VixHost_Connect', 'secret'],
      ['VixVM_LoginInGuest', 'secret'],
    ]);
  });

  it('names no error twice in a row', () => {
    expect(rows.filter(([, row]) => new Set(row.errors).size !== row.errors.length)).toEqual([]);
  });

  it('keeps the six functions that headers dropped', () => {
    expect(
      rows
        .filter(([, row]) => row.removedIn !== undefined)
        .map(([name]) => name)
        .toSorted(),
    ).toEqual([
      'VixVM_BeginRecording',
      'VixVM_BeginReplay',
      'VixVM_EndRecording',
      'VixVM_EndReplay',
      'VixVM_OpenUrlInGuest',
      'Vix_PumpEvents',
    ]);
  });
});

describe('legacyFunctionNames', () => {
  it('leads from each old export name to the function', () => {
    expect(legacyFunctionNames).toEqual({
      VixVM_DeleteFileOnGuest: 'VixVM_DeleteFileInGuest',
      VixVM_FileExistsOnGuest: 'VixVM_FileExistsInGuest',
      VixVM_RenameFileOnGuest: 'VixVM_RenameFileInGuest',
      VixVM_CreateDirectoryOnGuest: 'VixVM_CreateDirectoryInGuest',
      VixVM_DeleteDirectoryOnGuest: 'VixVM_DeleteDirectoryInGuest',
      VixVM_DirectoryExistsOnGuest: 'VixVM_DirectoryExistsInGuest',
    });
  });

  it('is typed by exactly these names', () => {
    expectTypeOf(legacyFunctionNames.VixVM_DeleteFileOnGuest).toEqualTypeOf<'VixVM_DeleteFileInGuest'>();
    expectTypeOf<(typeof legacyFunctionNames)[keyof typeof legacyFunctionNames]>().toExtend<VixFunctionName>();
    expect(Object.keys(legacyFunctionNames).filter((name) => name in functions)).toEqual([]);
  });
});
