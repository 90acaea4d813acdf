import { describe, expect, it } from 'vitest';
import { Fault } from '../../src/base/fault.js';
import { RecentMessages } from '../../src/api/recent-messages.js';
import { theSnapshot } from '../../src/api/snapshot-names.js';
import { Vix_Out } from '../../src/api/vix-out.js';
import {
  VIX_E_BAD_VM_INDEX,
  VIX_E_CANCELLED,
  VIX_E_FAIL,
  VIX_E_INVALID_ARG,
  VIX_E_INVALID_HANDLE,
  VIX_E_NOT_SUPPORTED,
  VIX_E_NOT_SUPPORTED_ON_HANDLE_TYPE,
  VIX_E_OBJECT_IS_BUSY,
  VIX_E_SNAPSHOT_NONUNIQUE_NAME,
  VIX_E_SNAPSHOT_NOTFOUND,
  VIX_E_TYPE_MISMATCH,
  VIX_E_UNFINISHED_JOB,
  VIX_E_UNRECOGNIZED_PROPERTY,
  VIX_OK,
  VIX_PROPERTY_JOB_RESULT_HANDLE,
  VIX_PROPERTY_JOB_RESULT_SCREEN_IMAGE_DATA,
  VIX_PROPERTY_NONE,
  VIX_PROPERTY_SNAPSHOT_DISPLAYNAME,
  VIX_PROPERTY_VM_NAME,
  VIX_PROPERTY_VM_NUM_VCPUS,
} from '../../src/vix/names.js';
import type { VixHandle } from '../../src/vix/types.js';
import { fakeSnapshot } from '../fixtures/fake-vm.js';
import { labPath, VixRig } from '../fixtures/vix-rig.js';

async function openRig(): Promise<{ readonly rig: VixRig; readonly host: VixHandle; readonly vm: VixHandle }> {
  const rig = new VixRig();
  const host = await rig.connect();
  return { rig, host, vm: await rig.open(host) };
}

/** Calls a function that must fail, and gives its code and message. */
async function failure(rig: VixRig, name: keyof VixRig['vix'], args: readonly unknown[]): Promise<[unknown, string]> {
  const code = await rig.call(name, args);
  return [code, rig.vix.Revix_GetErrorMessage(args[0] as VixHandle)];
}

describe('the message of a call that answers with an error itself', () => {
  it('names function, target and cause of what the backend says', async () => {
    const { rig, vm } = await openRig();
    const { vix } = rig;
    rig.control.once('snapshots.tree', new Fault('busy', 'somebody else is at it; try again'));
    expect(await failure(rig, 'VixVM_GetNumRootSnapshots', [vm, Vix_Out<number>()])).toEqual([
      VIX_E_OBJECT_IS_BUSY,
      `VixVM_GetNumRootSnapshots on ${labPath}: somebody else is at it; try again`,
    ]);
    rig.control.once('properties', new Error('no such field'));
    const args = [vm, VIX_PROPERTY_VM_NAME, Vix_Out<string>(), VIX_PROPERTY_NONE];
    expect(await failure(rig, 'Vix_GetProperties', args)).toEqual([
      VIX_E_FAIL,
      `Vix_GetProperties on ${labPath}: internal error: no such field`,
    ]);
    // A success leaves it, as it leaves errno.
    expect(await rig.call('Vix_GetProperties', args)).toBe(VIX_OK);
    expect(vix.Revix_GetErrorMessage(vm)).toContain('no such field');
  });

  it('is empty where nothing failed', async () => {
    const { rig, host, vm } = await openRig();
    await rig.vix.VixVM_GetNumRootSnapshots(vm, Vix_Out<number>());
    for (const handle of [host, vm, 0, 99]) expect(rig.vix.Revix_GetErrorMessage(handle as VixHandle)).toBe('');
    expect(rig.call('Revix_GetErrorMessage', ['x'])).toBe('');
  });

  it('belongs to the handle of the call', async () => {
    const { rig, host, vm } = await openRig();
    rig.backend.add('/vms/other.vmx');
    const other = await rig.open(host, '/vms/other.vmx');
    await failure(rig, 'VixVM_GetRootSnapshot', [vm, 0, Vix_Out<VixHandle>()]);
    await failure(rig, 'VixVM_GetCurrentSnapshot', [other, Vix_Out<VixHandle>()]);
    expect(rig.vix.Revix_GetErrorMessage(vm)).toBe(
      `VixVM_GetRootSnapshot on ${labPath}: parameter index is 0, but the snapshots at this level are 0, counted from 0`,
    );
    expect(rig.vix.Revix_GetErrorMessage(other)).toContain('VixVM_CreateSnapshot');
  });

  it('lists the paths of an ambiguous snapshot name, and the snapshots that there are for an unknown one', async () => {
    const { rig, vm } = await openRig();
    rig.lab.roots = [
      fakeSnapshot('1', 'base', [fakeSnapshot('2', 'twin'), fakeSnapshot('3', 'b', [fakeSnapshot('4', 'twin')])]),
    ];
    const cell = Vix_Out<VixHandle>();
    expect(await failure(rig, 'VixVM_GetNamedSnapshot', [vm, 'twin', cell])).toEqual([
      VIX_E_SNAPSHOT_NONUNIQUE_NAME,
      `VixVM_GetNamedSnapshot on ${labPath}: 2 snapshots are named "twin": "base/twin", "base/b/twin"; ` +
        'name one by its path',
    ]);
    for (const path of ['base/twin', 'base/b/twin']) {
      expect(await rig.vix.VixVM_GetNamedSnapshot(vm, path, cell)).toBe(VIX_OK);
    }
    expect(await failure(rig, 'VixVM_GetNamedSnapshot', [vm, 'Base', cell])).toEqual([
      VIX_E_SNAPSHOT_NOTFOUND,
      `VixVM_GetNamedSnapshot on ${labPath}: "Base" is no snapshot; there are "/base", "base/twin", "base/b", ` +
        '"base/b/twin"',
    ]);
  });

  it('says what became of a snapshot that was removed', async () => {
    const { rig, vm } = await openRig();
    rig.lab.roots = [fakeSnapshot('1', 'base')];
    const cell = Vix_Out<VixHandle>();
    await rig.vix.VixVM_GetNamedSnapshot(vm, 'base', cell);
    rig.lab.roots = [];
    const snapshot = cell.value;
    for (const [name, ...args] of [
      ['VixSnapshot_GetNumChildren', Vix_Out<number>()],
      ['VixSnapshot_GetChild', 0, cell],
      ['VixSnapshot_GetParent', cell],
      ['Vix_GetProperties', VIX_PROPERTY_SNAPSHOT_DISPLAYNAME, Vix_Out<string>(), VIX_PROPERTY_NONE],
    ] as const) {
      const [code, message] = await failure(rig, name, [snapshot, ...args]);
      expect(code).toBe(VIX_E_SNAPSHOT_NOTFOUND);
      expect(message).toMatch(new RegExp(`^${name} on a snapshot of ${labPath}: the snapshot was removed; look for`));
    }
  });

  it('tells invalid handles from those of another kind, by the name of the parameter', async () => {
    const { rig, host, vm } = await openRig();
    const cell = Vix_Out<VixHandle>();
    for (const [name, parameter, ...args] of [
      ['VixVM_GetCurrentSnapshot', 'vmHandle', cell],
      ['VixSnapshot_GetParent', 'snapshotHandle', cell],
      ['VixJob_Wait', 'jobHandle', VIX_PROPERTY_NONE],
      ['VixJob_CheckCompletion', 'jobHandle', Vix_Out<boolean>()],
      ['VixJob_GetError', 'jobHandle'],
      ['VixJob_GetNthProperties', 'jobHandle', 0, VIX_PROPERTY_NONE],
    ] as const) {
      expect(await failure(rig, name, [999, ...args])).toEqual([
        VIX_E_INVALID_HANDLE,
        `${name}: parameter ${parameter} is 999, which is no live handle: it was never given out, was released, or ` +
          'its host was disconnected',
      ]);
      const [code, message] = await failure(rig, name, [host, ...args]);
      expect(code).toBe(VIX_E_NOT_SUPPORTED_ON_HANDLE_TYPE);
      expect(message).toBe(
        `${name} on Fake host: parameter ${parameter} is ${host}, which is a host handle made by VixHost_Connect`,
      );
    }
    for (const name of ['Vix_GetProperties', 'Vix_GetPropertyType'] as const) {
      const [code, message] = await failure(rig, name, [999, VIX_PROPERTY_NONE, Vix_Out<number>()]);
      expect([code, message]).toEqual([VIX_E_INVALID_HANDLE, expect.stringContaining('parameter handle is 999')]);
    }
    expect(rig.vix.Revix_GetErrorMessage(vm)).toBe('');
  });

  it('names the kind of a value that is no handle, and does not show it', async () => {
    const { rig } = await openRig();
    for (const [value, kind] of [
      [Object.create(null), 'an object'],
      ['hunter2', 'a string'],
      [Symbol('hunter2'), 'a symbol'],
    ] as const) {
      const job = rig.call('VixVM_PowerOn', [value, 0, 0, null, null]) as VixHandle;
      expect(await rig.vix.VixJob_Wait(job, VIX_PROPERTY_NONE)).toBe(VIX_E_INVALID_HANDLE);
      expect(rig.vix.Revix_GetJobMessage(job)).toContain(`parameter vmHandle is ${kind}, which is no handle`);
    }
  });

  it('names the property or the argument that was wrong', async () => {
    const { rig, host, vm } = await openRig();
    rig.control.once('power.on', 'pending');
    const job = rig.vix.VixVM_PowerOn(vm, 0, 0, null, null);
    const cell = Vix_Out<unknown>();
    const frozen = Object.freeze({ value: '' });
    const rows: [keyof VixRig['vix'], readonly unknown[], number, string][] = [
      ['Vix_GetProperties', [host, VIX_PROPERTY_VM_NAME, cell, 0], VIX_E_UNRECOGNIZED_PROPERTY, 'VIX_PROPERTY_VM_NAME'],
      ['Vix_GetProperties', [vm, VIX_PROPERTY_VM_NAME, 'x', 0], VIX_E_INVALID_ARG, 'VIX_PROPERTY_VM_NAME must be fo'],
      ['Vix_GetProperties', [vm, VIX_PROPERTY_VM_NAME, cell], VIX_E_INVALID_ARG, 'must end with VIX_PROPERTY_NONE'],
      ['Vix_GetProperties', [vm, VIX_PROPERTY_VM_NAME, frozen, 0], VIX_E_INVALID_ARG, 'Vix_Out() and not frozen'],
      ['Vix_GetProperties', [vm, VIX_PROPERTY_JOB_RESULT_SCREEN_IMAGE_DATA, cell, 0], VIX_E_INVALID_ARG, 'two cells'],
      [
        'Vix_GetPropertyType',
        [vm, VIX_PROPERTY_VM_NAME, 1],
        VIX_E_INVALID_ARG,
        'parameter propertyType must be a cell',
      ],
      ['Vix_GetPropertyType', [vm, 1, cell], VIX_E_UNRECOGNIZED_PROPERTY, 'property 1: the handle has no such'],
      ['VixVM_GetNumRootSnapshots', [vm, null], VIX_E_INVALID_ARG, 'must be a cell made by Vix_Out()'],
      ['VixJob_Wait', [job], VIX_E_INVALID_ARG, `the job of VixVM_PowerOn on ${labPath}: the list of`],
      ['VixJob_CheckCompletion', [job], VIX_E_INVALID_ARG, 'parameter complete'],
      ['VixJob_GetNthProperties', [job, 0], VIX_E_INVALID_ARG, 'must end with'],
      ['VixJob_GetNthProperties', [job, -1, 0], VIX_E_BAD_VM_INDEX, 'parameter index is -1'],
      ['VixJob_GetNthProperties', [job, 'a', 0], VIX_E_INVALID_ARG, 'parameter index is a'],
      [
        'VixJob_GetNthProperties',
        [job, 0, VIX_PROPERTY_JOB_RESULT_HANDLE, cell, 0],
        VIX_E_UNFINISHED_JOB,
        'call VixJob_Wait first',
      ],
      [
        'VixPropertyList_AllocPropertyList',
        [vm, cell, VIX_PROPERTY_VM_NAME],
        VIX_E_INVALID_ARG,
        'values must end with',
      ],
      [
        'VixPropertyList_AllocPropertyList',
        [vm, cell, VIX_PROPERTY_VM_NAME, 5, 0],
        VIX_E_TYPE_MISMATCH,
        'VIX_PROPERTY_VM_NAME takes a value of type string, not a number',
      ],
      ['VixPropertyList_AllocPropertyList', [vm, null], VIX_E_INVALID_ARG, 'parameter resultHandle'],
    ];
    for (const [name, args, code, message] of rows) {
      const [actual, text] = await failure(rig, name, args);
      expect([actual, text]).toEqual([code, expect.stringContaining(message)]);
      expect(text.startsWith(`${name} on `)).toBe(true);
    }
  });

  it('of a job that ended well but lacks the property is the one of the reading', async () => {
    const { rig, vm } = await openRig();
    const job = rig.vix.VixVM_PowerOn(vm, 0, 0, null, null);
    const args = [job, VIX_PROPERTY_JOB_RESULT_HANDLE, Vix_Out<VixHandle>(), VIX_PROPERTY_NONE];
    expect(await failure(rig, 'VixJob_Wait', args)).toEqual([
      VIX_E_UNRECOGNIZED_PROPERTY,
      `VixJob_Wait on the job of VixVM_PowerOn on ${labPath}: VIX_PROPERTY_JOB_RESULT_HANDLE: the handle has no such ` +
        'property',
    ]);
    expect(rig.vix.Revix_GetJobMessage(job)).toBe('');
  });

  it('of a failed job is that of the job, and empty before the job is done', async () => {
    const { rig, vm } = await openRig();
    rig.control.once('power.on', new Fault('busy', 'wait a while'));
    const job = rig.vix.VixVM_PowerOn(vm, 0, 0, null, null);
    expect(rig.vix.Revix_GetErrorMessage(job)).toBe('');
    await rig.vix.VixJob_Wait(job, VIX_PROPERTY_NONE);
    expect(rig.vix.Revix_GetErrorMessage(job)).toBe(`VixVM_PowerOn on ${labPath}: wait a while`);
    expect(rig.vix.Revix_GetErrorMessage(job)).toBe(rig.vix.Revix_GetJobMessage(job));
  });

  it('says so when the host does not offer it, or was disconnected, or took too long', async () => {
    const rig = new VixRig({ jobTimeLimitMs: 5000 });
    const host = await rig.connect();
    const vm = await rig.open(host);
    rig.backend.capabilities.delete('snapshots');
    expect(await failure(rig, 'VixVM_GetNumRootSnapshots', [vm, Vix_Out<number>()])).toEqual([
      VIX_E_NOT_SUPPORTED,
      `VixVM_GetNumRootSnapshots on ${labPath}: Fake host does not offer this (capability snapshots)`,
    ]);
    rig.control.always('properties', 'deaf');
    const args = [vm, VIX_PROPERTY_VM_NUM_VCPUS, Vix_Out<number>(), VIX_PROPERTY_NONE];
    const late = failure(rig, 'Vix_GetProperties', args);
    await rig.clock.advance(5000);
    expect(await late).toEqual([VIX_E_CANCELLED, expect.stringContaining('within the time limit of 5000 ms')]);
    const cut = failure(rig, 'Vix_GetProperties', args);
    rig.vix.VixHost_Disconnect(host);
    expect(await cut).toEqual([VIX_E_CANCELLED, expect.stringContaining('the host was disconnected')]);
  });
});

describe('RecentMessages', () => {
  it('keeps those of the 1,000 handles that failed last', () => {
    const messages = new RecentMessages();
    for (let handle = 1; handle <= 1000; handle += 1) messages.keep(handle, `first ${handle}`);
    messages.keep(1, 'again');
    messages.keep(1001, 'one more');
    expect([1, 2, 3, 1001].map((handle) => messages.of(handle))).toEqual(['again', '', 'first 3', 'one more']);
  });
});

describe('theSnapshot', () => {
  it('points to the index where paths do not tell snapshots apart', () => {
    const next = 'paths do not tell them apart; take them by index';
    const sameName = [fakeSnapshot('1', 'x'), fakeSnapshot('2', 'x')];
    expect(() => theSnapshot(sameName, 'x')).toThrow(`2 snapshots are named "x": "/x", "/x"; ${next}`);
    const slash = [fakeSnapshot('1', 'a/b', [fakeSnapshot('2', 'x')]), fakeSnapshot('3', 'x')];
    expect(() => theSnapshot(slash, 'x')).toThrow(`2 snapshots are named "x": "a/b/x", "/x"; ${next}`);
  });

  it('tells a root from a snapshot further down by a leading separator', () => {
    const roots = [fakeSnapshot('1', 'x', [fakeSnapshot('2', 'x')])];
    expect(() => theSnapshot(roots, 'x')).toThrow('2 snapshots are named "x": "/x", "x/x"; name one by its path');
    expect([theSnapshot(roots, '/x').id, theSnapshot(roots, 'x/x').id]).toEqual(['1', '2']);
  });

  it('shows the first of many, and what to do when there are none', () => {
    const many = Array.from({ length: 13 }, (_, index) => fakeSnapshot(String(index), `s${index}`));
    expect(() => theSnapshot(many, 'x')).toThrow(/"\/s9" and 3 more$/);
    expect(() => theSnapshot([], 'x')).toThrow(/"x" is no snapshot; there are none; take one/);
  });
});
