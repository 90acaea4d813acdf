import { describe, expect, it } from 'vitest';
import { settle } from '../../src/base/clock.js';
import { Vix_Out } from '../../src/api/vix-out.js';
import {
  VIX_E_UNFINISHED_JOB,
  VIX_E_UNRECOGNIZED_PROPERTY,
  VIX_EVENTTYPE_FIND_ITEM,
  VIX_EVENTTYPE_JOB_COMPLETED,
  VIX_FIND_REGISTERED_VMS,
  VIX_OK,
  VIX_PROPERTY_FOUND_ITEM_LOCATION,
  VIX_PROPERTY_JOB_RESULT_HANDLE,
  VIX_PROPERTY_JOB_RESULT_ITEM_NAME,
  VIX_PROPERTY_NONE,
} from '../../src/vix/names.js';
import type { VixHandle } from '../../src/vix/types.js';
import { labPath, VixRig } from '../fixtures/vix-rig.js';

describe('waiting', () => {
  it('on a job with a callback delivers every found item first', async () => {
    const rig = new VixRig();
    for (const name of ['a', 'b', 'c']) rig.backend.add(`/vms/${name}.vmx`);
    const host = await rig.connect();
    const found: string[] = [];
    const types: number[] = [];
    const job = rig.vix.VixHost_FindItems(
      host,
      VIX_FIND_REGISTERED_VMS,
      0,
      -1,
      async (_, type, info) => {
        types.push(type);
        if (type !== VIX_EVENTTYPE_FIND_ITEM) return;
        const location = Vix_Out<string>();
        const error = await rig.vix.Vix_GetProperties(
          info,
          VIX_PROPERTY_FOUND_ITEM_LOCATION,
          location,
          VIX_PROPERTY_NONE,
        );
        expect(error).toBe(VIX_OK);
        found.push(location.value);
        rig.vix.Vix_FreeBuffer(location.value);
        rig.vix.Vix_ReleaseHandle(info);
      },
      null,
    );
    expect(await rig.vix.VixJob_Wait(job, VIX_PROPERTY_NONE)).toBe(VIX_OK);
    expect(found).toEqual([labPath, '/vms/a.vmx', '/vms/b.vmx', '/vms/c.vmx']);
    expect(types).toEqual([8, 8, 8, 8, VIX_EVENTTYPE_JOB_COMPLETED]);
    expect(rig.vix.VixJob_GetNumProperties(job, VIX_PROPERTY_FOUND_ITEM_LOCATION)).toBe(4);
    rig.vix.Vix_ReleaseHandle(job);
    expect(rig.vix.Revix_CountHandles()).toMatchObject({ job: { live: 0 }, propertyList: { live: 0, created: 4 } });
  });

  it('several times and by several at once gives each the same answer', async () => {
    const rig = new VixRig();
    const host = await rig.connect();
    rig.control.once('openVm', 'pending');
    const job = rig.vix.VixVM_Open(host, labPath, null, null);
    const cells = [Vix_Out<VixHandle>(), Vix_Out<VixHandle>()] as const;
    const waits = cells.map((cell) =>
      rig.vix.VixJob_Wait(job, VIX_PROPERTY_JOB_RESULT_HANDLE, cell, VIX_PROPERTY_NONE),
    );
    await settle();
    rig.control.last('openVm').release();
    expect(await Promise.all(waits)).toEqual([VIX_OK, VIX_OK]);
    const third = Vix_Out<VixHandle>();
    expect(await rig.vix.VixJob_Wait(job, VIX_PROPERTY_JOB_RESULT_HANDLE, third, VIX_PROPERTY_NONE)).toBe(VIX_OK);
    expect(new Set([...cells, third].map((cell) => cell.value)).size).toBe(1);
    expect(rig.refs(third.value)).toBe(3);
  });

  it('on a job that somebody else releases still answers', async () => {
    const rig = new VixRig();
    const host = await rig.connect();
    const job = rig.vix.VixVM_Open(host, labPath, null, null);
    const cell = Vix_Out<VixHandle>();
    const waiting = rig.vix.VixJob_Wait(job, VIX_PROPERTY_JOB_RESULT_HANDLE, cell, VIX_PROPERTY_NONE);
    rig.vix.Vix_ReleaseHandle(job);
    expect(await waiting).toBe(VIX_OK);
    expect(rig.refs(cell.value)).toBe(1);
  });

  it('leaves the cells alone when the operation failed', async () => {
    const rig = new VixRig();
    const host = await rig.connect();
    const job = rig.vix.VixVM_Open(host, '/nowhere.vmx', null, null);
    const cell = Vix_Out<VixHandle>(17 as VixHandle);
    expect(await rig.vix.VixJob_Wait(job, VIX_PROPERTY_JOB_RESULT_HANDLE, cell, VIX_PROPERTY_NONE)).toBe(4000);
    expect(cell.value).toBe(17);
  });

  it('for a property that the results lack answers 6000 and fills nothing', async () => {
    const rig = new VixRig();
    const host = await rig.connect();
    const job = rig.vix.VixVM_Open(host, labPath, null, null);
    const cell = Vix_Out<VixHandle>();
    const name = Vix_Out<string>();
    const error = await rig.vix.VixJob_Wait(
      job,
      VIX_PROPERTY_JOB_RESULT_HANDLE,
      cell,
      VIX_PROPERTY_JOB_RESULT_ITEM_NAME,
      name,
      VIX_PROPERTY_NONE,
    );
    expect([error, cell.value]).toEqual([VIX_E_UNRECOGNIZED_PROPERTY, undefined]);
    rig.vix.Vix_ReleaseHandle(job);
    expect(rig.vix.Revix_CountHandles().vm.live).toBe(0);
  });

  it('can be replaced by polling', async () => {
    const rig = new VixRig();
    const host = await rig.connect();
    const done = Vix_Out<boolean>();
    const job = rig.vix.VixVM_Open(host, labPath, null, null);
    expect([rig.vix.VixJob_CheckCompletion(job, done), done.value]).toEqual([VIX_OK, false]);
    expect(rig.vix.VixJob_GetError(job)).toBe(VIX_E_UNFINISHED_JOB);
    expect(rig.vix.VixJob_GetNumProperties(job, VIX_PROPERTY_JOB_RESULT_HANDLE)).toBe(0);
    const cell = Vix_Out<VixHandle>();
    const read = (): number =>
      rig.vix.VixJob_GetNthProperties(job, 0, VIX_PROPERTY_JOB_RESULT_HANDLE, cell, VIX_PROPERTY_NONE);
    expect(read()).toBe(VIX_E_UNFINISHED_JOB);
    await settle();
    expect([rig.vix.VixJob_CheckCompletion(job, done), done.value]).toEqual([VIX_OK, true]);
    expect([rig.vix.VixJob_GetError(job), read()]).toEqual([VIX_OK, VIX_OK]);
  });

  it('in a completion callback answers at once', async () => {
    const rig = new VixRig();
    const host = await rig.connect();
    const answers: number[] = [];
    const job = rig.vix.VixVM_Open(
      host,
      labPath,
      async (handle) => {
        answers.push(await rig.vix.VixJob_Wait(handle, VIX_PROPERTY_NONE));
        await settle();
        answers.push(await rig.vix.VixJob_Wait(handle, VIX_PROPERTY_NONE));
      },
      null,
    );
    expect(await rig.finish(job)).toBe(VIX_OK);
    expect(answers).toEqual([VIX_OK, VIX_OK]);
  });

  it('in an item callback on the same job is refused', async () => {
    const rig = new VixRig();
    const host = await rig.connect();
    const answers: Promise<number>[] = [];
    const callback = (handle: VixHandle, type: number): void => {
      if (type === VIX_EVENTTYPE_FIND_ITEM) answers.push(rig.vix.VixJob_Wait(handle, VIX_PROPERTY_NONE));
    };
    const job = rig.vix.VixHost_FindItems(host, VIX_FIND_REGISTERED_VMS, 0, -1, callback, null);
    expect(await rig.finish(job)).toBe(VIX_OK);
    expect(await Promise.all(answers)).toEqual([VIX_E_UNFINISHED_JOB]);
  });
});
