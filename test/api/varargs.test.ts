import { describe, expect, it } from 'vitest';
import { Vix_Out } from '../../src/api/vix-out.js';
import { functions } from '../../src/vix/functions.js';
import {
  VIX_E_BAD_VM_INDEX,
  VIX_E_INVALID_ARG,
  VIX_E_INVALID_UTF8_STRING,
  VIX_E_INVALID_HANDLE,
  VIX_E_NOT_SUPPORTED_ON_HANDLE_TYPE,
  VIX_E_TYPE_MISMATCH,
  VIX_E_UNRECOGNIZED_PROPERTY,
  VIX_OK,
  VIX_PROPERTY_HOST_HOSTTYPE,
  VIX_PROPERTY_JOB_RESULT_HANDLE,
  VIX_PROPERTY_JOB_RESULT_SCREEN_IMAGE_DATA,
  VIX_PROPERTY_NONE,
  VIX_PROPERTY_VM_ENCRYPTION_PASSWORD,
  VIX_PROPERTY_VM_NAME,
} from '../../src/vix/names.js';
import type { VixHandle } from '../../src/vix/types.js';
import { Stage } from '../fixtures/vix-catalogue.js';
import { labPath } from '../fixtures/vix-rig.js';

const none = VIX_PROPERTY_NONE;
const name = VIX_PROPERTY_VM_NAME;

/** Varargs that no reader takes. */
const badCells: readonly (readonly [string, readonly unknown[]])[] = [
  ['nothing at all', []],
  ['no terminator', [name, { value: '' }]],
  ['no cell', [name]],
  ['a terminator in place of a cell', [name, none]],
  ['null in place of a cell', [name, null, none]],
  ['undefined in place of a cell', [name, undefined, none]],
  ['a number in place of a cell', [name, 5, none]],
  ['an object that is no cell', [name, {}, none]],
  ['a string in place of an id', ['108', { value: '' }, none]],
  ['null in place of an id', [null, { value: '' }, none]],
  ['a bigint in place of an id', [108n, { value: '' }, none]],
  ['undefined after a good pair', [name, { value: '' }, undefined]],
  ['one cell for a blob', [VIX_PROPERTY_JOB_RESULT_SCREEN_IMAGE_DATA, { value: 0 }, none]],
  ['a blob cut short', [VIX_PROPERTY_JOB_RESULT_SCREEN_IMAGE_DATA, { value: 0 }]],
];

async function withJob(): Promise<{ stage: Stage; job: VixHandle }> {
  const stage = await Stage.make();
  const job = stage.vix.VixVM_Open(stage.host as VixHandle, labPath, null, null);
  await stage.vix.VixJob_Wait(job, none);
  return { stage, job };
}

describe('the varargs of a reader', () => {
  it.each(badCells)('with %s are an invalid argument', async (_, cells) => {
    const { stage, job } = await withJob();
    const before = stage.vix.Revix_DumpHandles();
    expect(await stage.call('VixJob_Wait', [job, ...cells])).toBe(VIX_E_INVALID_ARG);
    expect(await stage.call('Vix_GetProperties', [stage.vm, ...cells])).toBe(VIX_E_INVALID_ARG);
    expect(stage.call('VixJob_GetNthProperties', [job, 0, ...cells])).toBe(VIX_E_INVALID_ARG);
    expect(stage.vix.Revix_DumpHandles()).toEqual(before);
  });

  it('may be as many as 10,000 pairs', async () => {
    const { stage, job } = await withJob();
    const cells = Array.from({ length: 10_000 }, () => ({ value: 0 }));
    const args = [...cells.flatMap((cell) => [VIX_PROPERTY_JOB_RESULT_HANDLE, cell]), none];
    expect(await stage.call('VixJob_Wait', [job, ...args])).toBe(VIX_OK);
    expect(new Set(cells.map((cell) => cell.value))).toEqual(new Set([stage.vm]));
    expect(stage.refs(stage.vm)).toBe(10_001);
    for (const { value } of cells) stage.vix.Vix_ReleaseHandle(value as VixHandle);
    expect(stage.refs(stage.vm)).toBe(1);
    args.pop();
    expect(await stage.call('VixJob_Wait', [job, ...args])).toBe(VIX_E_INVALID_ARG);
    expect(stage.refs(stage.vm)).toBe(1);
  });

  it('fill all cells or none, and give references only with all', async () => {
    const { stage, job } = await withJob();
    const handle = { value: 17 };
    for (const bad of [VIX_PROPERTY_HOST_HOSTTYPE, 4711, Number.NaN, -1]) {
      const args = [job, VIX_PROPERTY_JOB_RESULT_HANDLE, handle, bad, { value: 0 }, none];
      expect(await stage.call('VixJob_Wait', args)).toBe(VIX_E_UNRECOGNIZED_PROPERTY);
    }
    const frozen = [
      Object.freeze({ value: 0 }),
      {
        set value(_: unknown) {
          throw new Error('full');
        },
      },
    ];
    for (const cell of frozen) {
      const args = [VIX_PROPERTY_JOB_RESULT_HANDLE, cell, none];
      expect(await stage.call('VixJob_Wait', [job, ...args])).toBe(VIX_E_INVALID_ARG);
      expect(stage.call('VixJob_GetNthProperties', [job, 0, ...args])).toBe(VIX_E_INVALID_ARG);
      expect(await stage.call('Vix_GetProperties', [job, ...args])).toBe(VIX_E_INVALID_ARG);
      const later = [job, VIX_PROPERTY_JOB_RESULT_HANDLE, handle, ...args];
      expect(await stage.call('VixJob_Wait', later)).toBe(VIX_E_INVALID_ARG);
    }
    expect([handle.value, stage.refs(stage.vm)]).toEqual([17, 1]);
    stage.vix.Vix_ReleaseHandle(job);
    expect(stage.vix.Revix_CountHandles().job.live).toBe(0);
  });

  it('end at the terminator, whatever follows', async () => {
    const { stage, job } = await withJob();
    expect(await stage.call('VixJob_Wait', [job, none, 'rest', null])).toBe(VIX_OK);
  });
});

describe('bad handles', () => {
  it('of waits and readers come back as the error', async () => {
    const { stage } = await withJob();
    const { vm } = stage;
    const cell = { value: 0 };
    for (const [handle, code] of [
      [0, VIX_E_INVALID_HANDLE],
      [undefined, VIX_E_INVALID_HANDLE],
      [null, VIX_E_INVALID_HANDLE],
      ['1', VIX_E_INVALID_HANDLE],
      [Number.NaN, VIX_E_INVALID_HANDLE],
      [999_999, VIX_E_INVALID_HANDLE],
      [vm, VIX_E_NOT_SUPPORTED_ON_HANDLE_TYPE],
    ] as const) {
      expect(await stage.call('VixJob_Wait', [handle, none])).toBe(code);
      expect(stage.call('VixJob_CheckCompletion', [handle, cell])).toBe(code);
      expect(stage.call('VixJob_GetError', [handle])).toBe(code);
      expect(stage.call('VixJob_GetNthProperties', [handle, 0, none])).toBe(code);
      expect(stage.call('VixJob_GetNumProperties', [handle, name])).toBe(0);
      // A VM is a good handle for these two, though not for the others.
      const any = code === VIX_E_INVALID_HANDLE ? code : VIX_OK;
      expect(await stage.call('Vix_GetProperties', [handle, none])).toBe(any);
      expect(stage.call('Vix_GetPropertyType', [handle, name, cell])).toBe(any);
      expect(stage.call('Revix_GetJobMessage', [handle])).toBe('');
    }
  });

  it('of snapshot navigation come back as the error', async () => {
    const { stage } = await withJob();
    const cell = { value: 0 };
    const navigation = Object.entries(functions).filter(([id, row]) => row.call === 'promise' && /Snapshot/.test(id));
    expect(navigation).toHaveLength(7);
    for (const [id, row] of navigation) {
      const isOnVm = Object.values(row.params)[0] === 'vm';
      const middle = id === 'VixVM_GetNamedSnapshot' ? ['base'] : Object.keys(row.params).length === 3 ? [0] : [];
      const call = (handle: unknown, out: unknown): unknown =>
        stage.call(id as 'VixVM_GetNamedSnapshot', [handle, ...middle, out]);
      expect(await call(999_999, cell), id).toBe(VIX_E_INVALID_HANDLE);
      expect(await call(undefined, cell), id).toBe(VIX_E_INVALID_HANDLE);
      expect(await call(stage.host, cell), id).toBe(VIX_E_NOT_SUPPORTED_ON_HANDLE_TYPE);
      const good = isOnVm ? stage.vm : stage.snapshot;
      for (const out of [null, undefined, 5, {}, 'cell']) expect(await call(good, out), id).toBe(VIX_E_INVALID_ARG);
    }
    expect(cell.value).toBe(0);
  });

  it('of the pump do nothing', async () => {
    const { stage } = await withJob();
    for (const handle of [0, undefined, null, Number.NaN, stage.vm, 'x']) stage.call('Vix_PumpEvents', [handle, 0]);
    expect(stage.live).toBe(4);
  });
});

describe('an index', () => {
  it('must be an integer that is not negative', async () => {
    const { stage, job } = await withJob();
    const read = (index: unknown): unknown =>
      stage.call('VixJob_GetNthProperties', [job, index, VIX_PROPERTY_JOB_RESULT_HANDLE, { value: 0 }, none]);
    expect([-1, -5].map(read)).toEqual([VIX_E_BAD_VM_INDEX, VIX_E_BAD_VM_INDEX]);
    for (const index of ['0', null, undefined, Number.NaN, 0.5, Number.POSITIVE_INFINITY, 0n]) {
      expect(read(index), String(index)).toBe(VIX_E_INVALID_ARG);
    }
    expect([read(1), read(2 ** 40), read(0)]).toEqual([
      VIX_E_UNRECOGNIZED_PROPERTY,
      VIX_E_UNRECOGNIZED_PROPERTY,
      VIX_OK,
    ]);
  });
});

describe('VixJob_CheckCompletion', () => {
  it('needs a cell', async () => {
    const { stage, job } = await withJob();
    for (const cell of [null, undefined, {}, 5]) {
      expect(stage.call('VixJob_CheckCompletion', [job, cell])).toBe(VIX_E_INVALID_ARG);
    }
  });
});

describe('VixPropertyList_AllocPropertyList', () => {
  const password = VIX_PROPERTY_VM_ENCRYPTION_PASSWORD;

  it.each<[string, readonly unknown[], number]>([
    ['no terminator', [password, 'x'], VIX_E_INVALID_ARG],
    ['nothing at all', [], VIX_E_INVALID_ARG],
    ['no value', [password], VIX_E_INVALID_ARG],
    ['an id that is no number', ['7001', 'x', none], VIX_E_INVALID_ARG],
    ['an unknown id', [4711, 'x', none], VIX_E_UNRECOGNIZED_PROPERTY],
    ['a value of another type', [password, 5, none], VIX_E_TYPE_MISMATCH],
    ['no value but a terminator', [password, none], VIX_E_TYPE_MISMATCH],
    ['null as value', [password, null, none], VIX_E_TYPE_MISMATCH],
    ['a text that UTF-8 cannot hold', [password, '\ud800', none], VIX_E_INVALID_UTF8_STRING],
    ['a text with a NUL', [password, 'a\0b', none], VIX_E_INVALID_ARG],
    ['a bad second pair', [password, 'x', password, true, none], VIX_E_TYPE_MISMATCH],
  ])('with %s makes no list', async (_, values, code) => {
    const { stage } = await withJob();
    const before = stage.live;
    const cell = { value: 5 };
    expect(stage.call('VixPropertyList_AllocPropertyList', [stage.host, cell, ...values])).toBe(code);
    expect([cell.value, stage.live]).toEqual([5, before]);
  });

  it('needs a cell for the handle', async () => {
    const { stage } = await withJob();
    for (const cell of [null, undefined, 5, {}]) {
      expect(stage.call('VixPropertyList_AllocPropertyList', [stage.host, cell, none])).toBe(VIX_E_INVALID_ARG);
    }
  });

  it('keeps values in order, by instance, and gives them back', async () => {
    const { stage } = await withJob();
    const cell = Vix_Out<VixHandle>();
    expect(
      stage.vix.VixPropertyList_AllocPropertyList(stage.host as VixHandle, cell, password, 'a', password, 'b', none),
    ).toBe(VIX_OK);
    expect(stage.vix.Vix_GetHandleType(cell.value)).toBe(9);
    const value = Vix_Out<string>();
    expect(await stage.vix.Vix_GetProperties(cell.value, password, value, none)).toBe(VIX_OK);
    expect(value.value).toBe('a');
    const type = Vix_Out<number>();
    expect([stage.vix.Vix_GetPropertyType(cell.value, password, type), type.value]).toEqual([VIX_OK, 2]);
    expect(stage.vix.Vix_GetPropertyType(cell.value, name, type)).toBe(VIX_E_UNRECOGNIZED_PROPERTY);
    expect(await stage.vix.Vix_GetProperties(cell.value, name, value, none)).toBe(VIX_E_UNRECOGNIZED_PROPERTY);
    stage.vix.Vix_ReleaseHandle(cell.value);
    expect(stage.vix.Revix_CountHandles().propertyList.live).toBe(0);
  });
});

describe('Vix_GetErrorText', () => {
  it('is never empty, whatever the value', async () => {
    const { stage } = await withJob();
    const odd: unknown[] = [null, undefined, '3006', {}, Number.NaN, -1, 2 ** 60, 5n, Symbol('e'), [], 1e300];
    for (const value of odd) expect(stage.call('Vix_GetErrorText', [value, null])).toMatch(/./);
    expect(stage.call('Vix_GetErrorText', [0, null])).toBe('The operation completed without error');
    const text = stage.call('Vix_GetErrorText', [3006, null]);
    expect([
      stage.call('Vix_GetErrorText', [3006, undefined]),
      stage.call('Vix_GetErrorText', [3006 + 2 ** 40, 'de']),
      stage.call('Vix_GetErrorText', [3006n + 2n ** 63n, null]),
    ]).toEqual([text, text, text]);
  });
});
